"""Which files are photos: by suffix for listings, by content for decoding."""

import os
import re
from pathlib import Path

from pie_desktop.errors import DecodeError

READABLE_SUFFIXES: frozenset[str] = frozenset({".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".tif", ".tiff", ".webp"})
RAW_SUFFIXES: frozenset[str] = frozenset(
    {".dng", ".cr2", ".cr3", ".nef", ".nrw", ".arw", ".sr2", ".raf", ".orf", ".rw2", ".pef", ".srw", ".3fr", ".iiq"}
)

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
    folder = Path(folder)
    try:
        with os.scandir(folder) as entries:
            listed = [(Path(entry.path), entry.is_file(), entry.is_dir(follow_symlinks=False)) for entry in entries]
    except OSError as error:
        reason = error.strerror or "unknown error"
        raise DecodeError(f"The folder {folder} could not be read ({reason}).") from error
    photos = sorted((path for path, is_file, _ in listed if is_file and is_photo(path)), key=natural_key)
    if recursive:
        subfolders = (path for path, _, is_dir in listed if is_dir and not path.name.startswith("."))
        for subfolder in sorted(subfolders, key=natural_key):
            photos += list_photos(subfolder, recursive=True)
    return photos


def sniff_format(path: Path, start: bytes) -> str:
    """Format of a photo from its first 32 bytes: `jpeg`, `png`, `tiff` or `webp`, whatever its suffix says.

    Raises:
        DecodeError: empty, not an image, or an image of a kind that cannot be opened.
    """
    path = Path(path)
    if not start:
        raise DecodeError(f"{path.name} is empty (0 bytes); restore it from a backup or the memory card.")
    if start.startswith(b"\xff\xd8\xff"):
        return "jpeg"
    if start.startswith(b"\x89PNG\r\n\x1a\n"):
        return "png"
    if start[:4] == b"RIFF" and start[8:12] == b"WEBP":
        return "webp"
    raw_start = start.startswith((b"FUJIFILMCCD-RAW", b"IIRO", b"IIRS", b"IIU\0")) or start[4:12] == b"ftypcrx "
    if raw_start or path.suffix.lower() in RAW_SUFFIXES:
        raise raw_error(path)
    if start[:4] in (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"):
        return "tiff"
    other = _other_format(start)
    if other is None:
        raise DecodeError(f"{path.name} is not an image; open a JPEG, PNG, TIFF or WebP file.")
    raise DecodeError(
        f"{path.name} is a {other} image, which cannot be opened yet; save it as JPEG, PNG, TIFF or WebP first."
    )


def raw_error(path: Path) -> DecodeError:
    """The answer to a RAW photo."""
    return DecodeError(
        f"{path.name} is a RAW photo, which cannot be opened yet; develop it to JPEG, PNG or TIFF first."
    )


def _other_format(start: bytes) -> str | None:
    if start[4:8] == b"ftyp":
        return "AVIF" if start[8:12] in (b"avif", b"avis") else "HEIC"
    known = {
        b"GIF8": "GIF",
        b"BM": "BMP",
        b"8BPS": "Photoshop",
        b"\x00\x00\x00\x0cjP": "JPEG 2000",
        b"\xff\x4f\xff\x51": "JPEG 2000",
        b"\xff\x0a": "JPEG XL",
        b"\x00\x00\x00\x0cJXL": "JPEG XL",
        b"\x76\x2f\x31\x01": "OpenEXR",
    }
    return next((name for magic, name in known.items() if start.startswith(magic)), None)
