"""Archives of styles, read as a stranger's: a zip of a few named files, stored and not compressed.

Nothing is extracted by a name from the archive, and nothing of it is believed: an archive cannot write outside the
folder it is given, nor make more bytes than it has itself, and its directory is measured before it is read.
"""

import contextlib
import re
import stat
import struct
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO

from pie_desktop.errors import StyleError

MANIFEST = "piestyle.json"
DESCRIPTION = "style.json"
PREFERENCE = "preference.safetensors"
COPIES = "refs/"

MAX_COPIES = 20_000
MAX_COPY_BYTES = 4 * 1024 * 1024
MAX_TEXT_BYTES = 16 * 1024 * 1024
MAX_PREFERENCE_BYTES = 512 * 1024 * 1024
_COPY = re.compile(r"refs/[A-Za-z0-9_-]{1,40}\.(jpg|png)")
_FIXED_SIZES = {MANIFEST: 64 * 1024, DESCRIPTION: MAX_TEXT_BYTES, PREFERENCE: MAX_PREFERENCE_BYTES}

# End of central directory record: APPNOTE.TXT 6.3.10, section 4.3.16; of ZIP64 the locator, 4.3.15.
_END = struct.Struct("<4s4H2LH")
_END_MARK, _ZIP64_MARK, _ZIP64_LENGTH = b"PK\x05\x06", b"PK\x06\x07", 20
_MAX_DIRECTORY_BYTES = 200 * (MAX_COPIES + len(_FIXED_SIZES))
_FIRST_TIME = (1980, 1, 1, 0, 0, 0)  # of every entry: an archive tells nobody when it was made
_COPY_STEP = 1024 * 1024
_REGULAR_FILE = (stat.S_IFREG | 0o644) << 16


class DamagedArchive(StyleError):
    """A file that is no style, or one that no program of ours wrote."""

    def __init__(self, path: Path, why: str) -> None:
        super().__init__(f"“{path.name}” cannot be used as a style: {why}; ask for the file again.")


class ArchiveReader:
    """An archive whose directory has been checked.

    Attributes:
        path: the file.
        entries: sizes in bytes by name; only names that a style has.
    """

    def __init__(self, path: Path, file: IO[bytes]) -> None:
        self.path = path
        size = _check_end(path, file)
        try:
            self._zip = zipfile.ZipFile(file)
            found = self._zip.infolist()
        except _UNREADABLE as error:
            raise DamagedArchive(path, "its directory is damaged") from error
        self.entries: Mapping[str, int] = _checked_entries(path, found, size)

    def read(self, name: str) -> bytes:
        """All of an entry. Raises DamagedArchive, also where there is none of the name."""
        return b"".join(self._pieces(name))

    def copy(self, name: str, target: Path) -> None:
        """Write an entry to a file that the caller names. Raises DamagedArchive, OSError."""
        with target.open("xb") as file:
            for piece in self._pieces(name):
                file.write(piece)

    def _pieces(self, name: str) -> Iterator[bytes]:
        if name not in self.entries:
            raise DamagedArchive(self.path, f"it has no {name}")
        left = self.entries[name]
        try:
            with self._zip.open(name) as file:
                while piece := file.read(min(_COPY_STEP, left + 1)):
                    left -= len(piece)
                    if left < 0:
                        raise DamagedArchive(self.path, f"{name} is longer than it says")
                    yield piece
        except _UNREADABLE as error:
            raise DamagedArchive(self.path, f"{name} in it is damaged") from error
        if left:
            raise DamagedArchive(self.path, f"{name} is shorter than it says")


_UNREADABLE = (zipfile.BadZipFile, NotImplementedError, RuntimeError, ValueError, EOFError, IndexError, struct.error)


@contextlib.contextmanager
def open_archive(path: Path) -> Iterator[ArchiveReader]:
    """Check an archive and open it.

    Raises:
        DamagedArchive: it is none, or has anything that an archive of a style never has.
        OSError: the file cannot be read.
    """
    if not path.is_file():
        raise StyleError(f"There is no file “{path}”; choose a .piestyle file.")
    with path.open("rb") as file:
        yield ArchiveReader(path, file)


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


def _check_end(path: Path, file: IO[bytes]) -> int:
    """Size of the file; raises DamagedArchive before a directory of a million entries is read."""
    size = file.seek(0, 2)
    length = _ZIP64_LENGTH + _END.size
    file.seek(max(0, size - length))
    tail = file.read(length)
    end = tail[-_END.size :]
    if len(end) < _END.size or not end.startswith(_END_MARK):
        raise DamagedArchive(path, "it is not a complete style file")
    _, disk, first_disk, here, entries, directory, start, comment = _END.unpack(end)
    if tail[: -_END.size].startswith(_ZIP64_MARK) or disk or first_disk or comment or here != entries:
        raise DamagedArchive(path, "it is not a style file")
    if entries > MAX_COPIES + len(_FIXED_SIZES) or directory > _MAX_DIRECTORY_BYTES:
        raise DamagedArchive(path, f"it has {entries:,} entries, more than any style")
    if start + directory + _END.size != size:
        raise DamagedArchive(path, "its directory is not where it should be")
    file.seek(0)
    return size


def _checked_entries(path: Path, found: list[zipfile.ZipInfo], size: int) -> dict[str, int]:
    entries: dict[str, int] = {}
    for info in found:
        name = info.orig_filename
        limit = MAX_COPY_BYTES if _COPY.fullmatch(name) else _FIXED_SIZES.get(name)
        if limit is None or name != info.filename:
            raise DamagedArchive(path, "it has files that no style has")
        if name in entries:
            raise DamagedArchive(path, f"it has {name} twice")
        if info.flag_bits & 1:
            raise DamagedArchive(path, "it is encrypted")
        if stat.S_IFMT(info.external_attr >> 16) not in (0, stat.S_IFREG):
            raise DamagedArchive(path, "it has links or folders in it")
        if info.compress_type != zipfile.ZIP_STORED or info.compress_size != info.file_size:
            raise DamagedArchive(path, "it was packed by another program")
        if info.file_size > limit:
            raise DamagedArchive(path, f"{name} is larger than in any style")
        entries[name] = info.file_size
    if sum(entries.values()) > size:  # entries that share their bytes
        raise DamagedArchive(path, "it says to hold more than it does")
    return entries
