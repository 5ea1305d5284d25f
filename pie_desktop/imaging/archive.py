"""Files that hold other files, read as a stranger's: a zip of a few named entries, stored and not compressed.

Nothing is extracted by a name from the archive, and nothing of it is believed: an archive cannot write outside the
folder it is given, nor make more bytes than it has itself, and its directory is measured before it is read.
"""

import contextlib
import re
import stat
import struct
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from pie_desktop.errors import PieError


@dataclass(frozen=True)
class ArchiveKind:
    """What archives of one kind may hold.

    Attributes:
        noun: what a person calls one, such as `style`.
        sizes: of the entries with a fixed name, the most bytes.
        damaged: makes the error for a file and the reason, the end of a sentence: `it is encrypted`.
        pattern: names of further entries; None where there are none.
        most: how many of these there may be, and `pattern_bytes` how large each.
    """

    noun: str
    sizes: Mapping[str, int]
    damaged: Callable[[Path, str], PieError]
    pattern: re.Pattern[str] | None = None
    most: int = 0
    pattern_bytes: int = 0

    @property
    def entries(self) -> int:
        """The most entries."""
        return self.most + len(self.sizes)

    def limit(self, name: str) -> int | None:
        """The most bytes of an entry; None where there may be none of that name."""
        return self.pattern_bytes if self.pattern and self.pattern.fullmatch(name) else self.sizes.get(name)


# End of central directory record: APPNOTE.TXT 6.3.10, section 4.3.16; of ZIP64 the locator, 4.3.15.
_END = struct.Struct("<4s4H2LH")
_END_MARK, _ZIP64_MARK, _ZIP64_LENGTH = b"PK\x05\x06", b"PK\x06\x07", 20
_ENTRY_BYTES = 200  # of the directory
_FIRST_TIME = (1980, 1, 1, 0, 0, 0)  # of every entry: an archive tells nobody when it was made
_COPY_STEP = 1024 * 1024
_REGULAR_FILE = (stat.S_IFREG | 0o644) << 16


class ArchiveReader:
    """An archive whose directory has been checked.

    Attributes:
        kind: what it may hold.
        path: the file.
        entries: sizes in bytes by name; only names of the kind.
    """

    def __init__(self, kind: ArchiveKind, path: Path, file: IO[bytes]) -> None:
        self.kind, self.path = kind, path
        size = _check_end(kind, path, file)
        try:
            self._zip = zipfile.ZipFile(file)
            found = self._zip.infolist()
        except _UNREADABLE as error:
            raise kind.damaged(path, "its directory is damaged") from error
        self.entries: Mapping[str, int] = _checked_entries(kind, path, found, size)

    def read(self, name: str) -> bytes:
        """All of an entry. Raises the kind's error, also where there is none of the name."""
        return b"".join(self._pieces(name))

    def copy(self, name: str, target: Path) -> None:
        """Write an entry to a file that the caller names. Raises the kind's error, OSError."""
        with target.open("xb") as file:
            for piece in self._pieces(name):
                file.write(piece)

    def _pieces(self, name: str) -> Iterator[bytes]:
        if name not in self.entries:
            raise self.kind.damaged(self.path, f"it has no {name}")
        left = self.entries[name]
        try:
            with self._zip.open(name) as file:
                while piece := file.read(min(_COPY_STEP, left + 1)):
                    left -= len(piece)
                    if left < 0:
                        raise self.kind.damaged(self.path, f"{name} is longer than it says")
                    yield piece
        except _UNREADABLE as error:
            raise self.kind.damaged(self.path, f"{name} in it is damaged") from error
        if left:
            raise self.kind.damaged(self.path, f"{name} is shorter than it says")


_UNREADABLE = (zipfile.BadZipFile, NotImplementedError, RuntimeError, ValueError, EOFError, IndexError, struct.error)


@contextlib.contextmanager
def open_archive(kind: ArchiveKind, path: Path) -> Iterator[ArchiveReader]:
    """Check an archive and open it.

    Raises:
        PieError: of the kind: it is none, or has anything that an archive of the kind never has.
        OSError: the file cannot be read.
    """
    with path.open("rb") as file:
        yield ArchiveReader(kind, path, file)


def write_archive(target: Path, texts: Mapping[str, str], files: Mapping[str, Path]) -> None:
    """Write an archive: equal contents give equal bytes.

    Args:
        target: replaced; the caller makes that atomic.
        texts: contents of entries.
        files: what other entries are copied from.

    Raises:
        OSError: the disk cannot be read or written.
    """
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED, allowZip64=False) as archive:
        for name, text in texts.items():
            archive.writestr(_entry(name), text)
        for name, path in files.items():
            archive.writestr(_entry(name), path.read_bytes())


def _entry(name: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, _FIRST_TIME)
    info.create_system, info.external_attr = 3, _REGULAR_FILE
    return info


def _check_end(kind: ArchiveKind, path: Path, file: IO[bytes]) -> int:
    """Size of the file; raises the kind's error before a directory of a million entries is read."""
    size = file.seek(0, 2)
    length = _ZIP64_LENGTH + _END.size
    file.seek(max(0, size - length))
    tail = file.read(length)
    end = tail[-_END.size :]
    if len(end) < _END.size or not end.startswith(_END_MARK):
        raise kind.damaged(path, f"it is not a complete {kind.noun} file")
    _, disk, first_disk, here, entries, directory, start, comment = _END.unpack(end)
    if tail[: -_END.size].startswith(_ZIP64_MARK) or disk or first_disk or comment or here != entries:
        raise kind.damaged(path, f"it is not a {kind.noun} file")
    if entries > kind.entries or directory > _ENTRY_BYTES * kind.entries:
        raise kind.damaged(path, f"it has {entries:,} entries, more than any {kind.noun}")
    if start + directory + _END.size != size:
        raise kind.damaged(path, "its directory is not where it should be")
    file.seek(0)
    return size


def _checked_entries(kind: ArchiveKind, path: Path, found: list[zipfile.ZipInfo], size: int) -> dict[str, int]:
    entries: dict[str, int] = {}
    for info in found:
        name = info.orig_filename
        limit = kind.limit(name)
        if limit is None or name != info.filename:
            raise kind.damaged(path, f"it has files that no {kind.noun} has")
        if name in entries:
            raise kind.damaged(path, f"it has {name} twice")
        if info.flag_bits & 1:
            raise kind.damaged(path, "it is encrypted")
        if stat.S_IFMT(info.external_attr >> 16) not in (0, stat.S_IFREG):
            raise kind.damaged(path, "it has links or folders in it")
        if info.compress_type != zipfile.ZIP_STORED or info.compress_size != info.file_size:
            raise kind.damaged(path, "it was packed by another program")
        if info.file_size > limit:
            raise kind.damaged(path, f"{name} is larger than in any {kind.noun}")
        entries[name] = info.file_size
    if sum(entries.values()) > size:  # entries that share their bytes
        raise kind.damaged(path, "it says to hold more than it does")
    return entries
