"""Staging: files are completed beside their targets, and only the process that keeps the journal names them.

So a photo that is made twice, because a worker died or seemed to, still arrives once, and whatever is left when the
power goes lies in folders that the next run knows and removes. `SourceState` says whether a photo is still the one
that was exported.
"""

import contextlib
import hashlib
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pie_desktop.errors import PieError
from pie_desktop.imaging.atomic import publish, write_problem
from pie_desktop.imaging.leftovers import TEMPORARY_PREFIX
from pie_desktop.imaging.metadata.sidecars import sidecar_digest


class Staging:
    """The hidden folders of one export, `.pie-<export>`, one in each folder that it writes to."""

    def __init__(self, export_id: str, destinations: set[Path]) -> None:
        """`destinations` exist."""
        self._name = f"{TEMPORARY_PREFIX}{export_id}"
        self._devices = {folder: _device(folder) for folder in destinations}
        self._folders: set[Path] = set()

    def place(self, index: int, target: Path, destination: Path) -> Path:
        """Where the file of a photo is made; its folder exists then.

        Raises:
            PieError: the destination is gone, write-protected or full.
        """
        folder = target.parent / self._name
        if folder not in self._folders or not folder.is_dir():
            # A drive that was disconnected leaves its mount point behind: nothing may be written to the disk under it.
            if _device(destination) != self._devices[destination] or self._devices[destination] is None:
                raise PieError(gone(destination))
            try:
                folder.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                raise PieError(write_problem(target, error)) from error
            self._folders.add(folder)
        return folder / f"{index:06d}{target.suffix}"

    def with_final_name(self, sentence: str, index: int, target: Path) -> str:
        """A sentence about a file that was being made, about the file that it was to become."""
        folder = str(target.parent / self._name)
        return sentence.replace(folder, str(target.parent)).replace(f"{index:06d}{target.suffix}", target.name)

    def commit(self, staged: Path, target: Path, destination: Path, overwrite: bool) -> None:
        """Give a complete file its name.

        Raises:
            PieError: the name was taken meanwhile, or the folder is gone or leads elsewhere.
        """
        if not Path(os.path.realpath(target)).is_relative_to(os.path.realpath(destination)):
            staged.unlink(missing_ok=True)
            raise PieError(f"{target} leads out of the destination through a link; remove it and export again.")
        try:
            publish(staged, target, overwrite=overwrite)
        except OSError as error:
            raise PieError(write_problem(target, error)) from error

    def recover(self, staged: Path, target: Path, size: int, modified: int) -> str:
        """What became of a complete file when its export was killed: `staged`, `committed` or `lost`.

        Args:
            staged, target: its two names.
            size, modified: bytes and nanoseconds, as it was when it was complete; both names have them.
        """
        ours = staged.parent.name == self._name  # a damaged journal may name any file of the user's
        if _is(target, size, modified):
            if ours:
                staged.unlink(missing_ok=True)
            return "committed"
        if not ours or not _is(staged, size, modified):
            return "lost"
        if target.is_file() and not target.is_symlink() and target.stat().st_size == 0:
            # Where there are no hard links, the name was reserved by an empty file when the power went.
            target.unlink()
        return "staged"

    def clear(self, targets: set[Path] = frozenset()) -> None:  # type: ignore[assignment]
        """Remove the folders, and those in the folders of `targets` that an earlier run of the export left."""
        for folder in self._folders | {target.parent / self._name for target in targets}:
            shutil.rmtree(folder, ignore_errors=True)
        self._folders.clear()


def gone(folder: Path) -> str:
    return f"The folder {folder} no longer exists; was its drive or network folder disconnected?"


def _device(folder: Path) -> int | None:
    try:
        return folder.stat().st_dev if folder.is_dir() else None
    except OSError:
        return None


def _is(path: Path, size: int, modified: int) -> bool:
    try:
        status = path.stat()
    except OSError:
        return False
    return (status.st_size, status.st_mtime_ns) == (size, modified)


@dataclass(frozen=True)
class SourceState:
    """A file as it was at one moment.

    Attributes:
        size: bytes.
        modified: time of the last change, nanoseconds.
        sha256: of the content, hexadecimal; None where it was not computed.
        sidecars: of what its sidecars say, see `sidecar_digest`; None where it was not computed.
    """

    size: int
    modified: int
    sha256: str | None = None
    sidecars: str | None = None

    def is_still(self, path: Path) -> bool | None:
        """Whether a file has this size and time; None when it is not there."""
        try:
            status = path.stat()
        except OSError:
            return None
        return (status.st_size, status.st_mtime_ns) == (self.size, self.modified)


@contextlib.contextmanager
def unchanged(source: Path) -> Iterator[SourceState | None]:
    """The state of a photo that is read inside; None when it is not there.

    The content is hashed first, and is in the system's memory for what reads it then.

    Raises:
        PieError: at the end, when the photo was changed meanwhile: what was read may be half old, half new.
    """
    before = status_of(source)
    state = None
    if before is not None:
        with contextlib.suppress(OSError), source.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
            state = SourceState(before[0], before[1], digest, sidecar_digest(source))
    yield state
    if state is None or status_of(source) != before:
        raise PieError(f"{source.name} was changed or removed while it was being exported; export it again.")


def status_of(path: Path) -> tuple[int, int, int] | None:
    """What tells that a file was changed or replaced: bytes, time of the last change, number; None when it is gone."""
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_size, status.st_mtime_ns, status.st_ino
