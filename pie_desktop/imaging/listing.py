"""Which files are photos: by suffix for listings, by content for decoding."""

import os
import re
import struct
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pie_desktop.errors import DecodeError

# fmt: off
RAW_SUFFIXES: frozenset[str] = frozenset(
    {
        ".3fr", ".ari", ".arw", ".bay", ".cap", ".cr2", ".cr3", ".crw", ".dcr", ".dcs", ".dng", ".drf",
        ".erf", ".fff", ".gpr", ".iiq", ".k25", ".kdc", ".mdc", ".mef", ".mos", ".mrw", ".nef", ".nrw",
        ".orf", ".pef", ".ptx", ".pxn", ".raf", ".raw", ".rw2", ".rwl", ".rwz", ".sr2", ".srf", ".srw", ".x3f",
    }
)
READABLE_SUFFIXES: frozenset[str] = RAW_SUFFIXES | {
    ".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".tif", ".tiff", ".webp", ".heic", ".heif", ".hif", ".avif",
    ".jxl", ".psd", ".psb",
}
# fmt: on

RawPairs = Literal["raw", "jpeg", "both"]
_KINDS = dict.fromkeys((".jpg", ".jpeg", ".jpe", ".jfif"), "JPEG") | dict.fromkeys((".heic", ".heif", ".hif"), "HEIC")

_NUMBER = re.compile(r"(\d+)")


def is_photo(path: Path) -> bool:
    """Whether the name is that of a photo that can be opened; hidden files (also macOS' `._name.jpg`) are not."""
    path = Path(path)
    return path.suffix.lower() in READABLE_SUFFIXES and not path.name.startswith(".")


def natural_key(path: Path) -> list[tuple[int, int, str]]:
    """Sort key under which `img2.jpg` comes before `img10.jpg`, letters compared without case."""
    return [
        (0, int(part), "") if part.isdecimal() else (1, 0, part.casefold())
        for part in _NUMBER.split(Path(path).name)
        if part
    ]


def list_photos(folder: Path, recursive: bool = False) -> list[Path]:
    """Photos of a folder in natural order, folder by folder; hidden folders and linked folders are not entered.

    Raises:
        DecodeError: the folder is missing or may not be read.
    """
    photos, subfolders = scan_folder(folder)
    if recursive:
        for subfolder in subfolders:
            if not subfolder.is_symlink():
                photos += list_photos(subfolder, recursive=True)
    return photos


def scan_folder(folder: Path) -> tuple[list[Path], list[Path]]:
    """Photos and folders of a folder in natural order, without the hidden ones; only names and kinds are read.

    Raises:
        DecodeError: as `list_photos`.
    """
    photos, subfolders = [], []
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                path = Path(entry.path)
                if is_photo(path):
                    # By its kind in the listing: asking each of 5,000 files takes minutes on a slow disk.
                    if _is(entry.is_file):
                        photos.append(path)
                elif not entry.name.startswith(".") and _is(entry.is_dir):
                    subfolders.append(path)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise DecodeError(f"The folder {folder} could not be read ({reason}).") from error
    return sorted(photos, key=natural_key), sorted(subfolders, key=natural_key)


@dataclass(frozen=True)
class PhotoFiles:
    """The files of one photo.

    Attributes:
        primary: the one that is shown and edited.
        companions: the others: a RAW photo and what the camera or the photographer made of it under the same name.
    """

    primary: Path
    companions: tuple[Path, ...] = ()

    @property
    def badge(self) -> str:
        """Such as `RAW+JPEG`, or empty for a single file."""
        if not self.companions:
            return ""
        kinds = {"RAW" if is_raw(path) else _KINDS[path.suffix.lower()] for path in (self.primary, *self.companions)}
        return "+".join(sorted(kinds, key=lambda kind: (kind != "RAW", kind)))


def is_raw(path: Path) -> bool:
    """Whether the name is that of a RAW photo."""
    return Path(path).suffix.lower() in RAW_SUFFIXES


def group_photos(paths: Iterable[Path], show: RawPairs = "raw") -> list[PhotoFiles]:
    """A RAW photo and a JPEG or HEIC of the same name in the same folder are one photo.

    The RAW photo is the primary one by default: it holds all that the camera saw, the JPEG has a look already. Other
    kinds (TIFF, PSD, PNG) are work of its own and stay photos of their own; so does a second RAW of the name.

    Args:
        paths: files, in the order to keep; a photo takes the place of its first file.
        show: `raw` or `jpeg` for what is the primary file of such a photo, `both` to keep them apart.
    """
    paths = list(paths)
    groups: dict[tuple[Path, str], list[Path]] = {}
    for path in paths:
        if path.suffix.lower() in _KINDS or is_raw(path):
            groups.setdefault((path.parent, path.stem.casefold()), []).append(path)
    found: dict[Path, PhotoFiles] = {}
    for files in groups.values():
        raws, images = [path for path in files if is_raw(path)], [path for path in files if not is_raw(path)]
        if show != "both" and raws and images:
            members = [raws[0], *images] if show == "raw" else [images[0], raws[0], *images[1:]]
            found.update(dict.fromkeys(members, PhotoFiles(members[0], tuple(members[1:]))))
    return list(dict.fromkeys(found.get(path) or PhotoFiles(path) for path in paths))


def one_per_photo(paths: Iterable[Path], show: RawPairs = "raw") -> list[Path]:
    """The primary files of `group_photos`."""
    return [photo.primary for photo in group_photos(paths, show)]


def _is(kind: Callable[[], bool]) -> bool:
    """The answer of a directory entry; no for a link that leads in a circle, which must not cost the folder."""
    try:
        return kind()
    except OSError:
        return False


def sniff_format(path: Path, start: bytes) -> str:
    """Kind of a photo from its first 64 bytes: `jpeg`, `png`, `tiff`, `webp`, `raw`, `heic`, `avif`, `jxl` or `psd`.

    The content counts, not the suffix; only RAW photos with the structure of a TIFF are told by it (those with another
    suffix are found by `decoders.tiff.is_raw`).

    Raises:
        DecodeError: empty, not an image, or an image of a kind that cannot be opened.
    """
    path = Path(path)
    if not start:
        raise DecodeError(f"{path.name} is empty (0 bytes); restore it from a backup or the memory card.")
    if start[4:8] == b"ftyp":
        return _sniff_container(path, start)
    for magic, name in _MAGIC.items():
        if start.startswith(magic):
            return name
    if start[:4] == b"RIFF" and start[8:12] == b"WEBP":
        return "webp"
    if start[:4] in (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"):
        raw = path.suffix.lower() in RAW_SUFFIXES or start[8:11] == b"CR\x02"
        return "raw" if raw else "tiff"
    other = next((name for magic, name in _REFUSED.items() if start.startswith(magic)), None)
    if other is None:
        raise DecodeError(f"{path.name} is not an image; open a photo such as a JPEG, RAW, HEIC, TIFF or PNG file.")
    raise DecodeError(f"{path.name} is a {other} image, which cannot be opened; save it as PNG or TIFF first.")


def _sniff_container(path: Path, start: bytes) -> str:
    """Files of ISO base media boxes, by their brands."""
    (size,) = struct.unpack(">I", start[:4])
    brands = {start[at : at + 4] for at in (8, *range(16, min(size, len(start)), 4))}
    if b"crx " in brands:
        return "raw"
    if brands & {b"avif", b"avis"}:
        return "avif"
    if brands & {b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"mif1", b"msf1"}:
        return "heic"
    raise DecodeError(f"{path.name} is a video or another container without a photo; open a photo instead.")


_MAGIC = {
    b"\xff\xd8\xff": "jpeg",
    b"\x89PNG\r\n\x1a\n": "png",
    b"8BPS": "psd",
    b"\xff\x0a": "jxl",
    b"\x00\x00\x00\x0cJXL ": "jxl",
    b"FUJIFILMCCD-RAW": "raw",
    b"IIRO": "raw",
    b"IIRS": "raw",
    b"MMOR": "raw",
    b"IIU\0": "raw",
    b"FOVb": "raw",
    b"\0MRM": "raw",
    b"II\x1a\0\0\0HEAPCCDR": "raw",
}
_REFUSED = {
    b"GIF8": "GIF",
    b"BM": "BMP",
    b"\x00\x00\x00\x0cjP": "JPEG 2000",
    b"\xff\x4f\xff\x51": "JPEG 2000",
    b"\x76\x2f\x31\x01": "OpenEXR",
}
