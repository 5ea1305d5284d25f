"""Whether a photo is still the one that was exported."""

import contextlib
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from pie_desktop.errors import PieError


@dataclass(frozen=True)
class SourceState:
    """A file as it was at one moment.

    Attributes:
        size: bytes.
        modified: time of the last change, nanoseconds.
        sha256: of the content, hexadecimal; None where it was not computed.
    """

    size: int
    modified: int
    sha256: str | None = None

    def is_still(self, path: Path) -> bool | None:
        """Whether a file has this size and time; None when it is not there."""
        try:
            status = path.stat()
        except OSError:
            return None
        return (status.st_size, status.st_mtime_ns) == (self.size, self.modified)


@dataclass
class SourceWatch:
    """Holds the state of a source once `unchanged` is left."""

    state: SourceState | None = field(default=None)


@contextlib.contextmanager
def unchanged(source: Path) -> Iterator[SourceWatch]:
    """Raises PieError at the end when a photo was changed meanwhile: what was read may be half old, half new.

    The content is hashed at the end, when the system has it in memory.
    """
    watch = SourceWatch()
    before = _status(source)
    yield watch
    try:
        with source.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        after = _status(source)
    except OSError:
        after = None
    if before is None or after is None or before != after:
        raise PieError(f"{source.name} was changed or removed while it was being exported; export it again.")
    watch.state = SourceState(before[0], before[1], digest)


def _status(path: Path) -> tuple[int, int, int] | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_size, status.st_mtime_ns, status.st_ino
