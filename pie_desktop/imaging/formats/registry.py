"""The file formats that the program knows: found by themselves, recognised by their content, read and listed.

Every module of this package that has a `FORMAT` is one; there is no other list of them.
"""

import pkgutil
import struct
from functools import lru_cache
from importlib import import_module
from pathlib import Path

from pie_desktop.errors import DecodeError
from pie_desktop.imaging import formats as package
from pie_desktop.imaging.development import AS_SHOT, Development
from pie_desktop.imaging.formats.format import FileFormat, OtherFormat, Preview
from pie_desktop.imaging.stored import Header, StoredPixels, check_size, guarded, read_start

_SNIFFED = 64  # bytes
_RAW = "raw"
_REFUSED = {
    b"GIF8": "GIF",
    b"BM": "BMP",
    b"\x00\x00\x00\x0cjP": "JPEG 2000",
    b"\xff\x4f\xff\x51": "JPEG 2000",
    b"\x76\x2f\x31\x01": "OpenEXR",
}


@lru_cache(maxsize=1)
def all_formats() -> dict[str, FileFormat]:
    """Every format by its name, in the order in which they are asked whether a file is theirs."""
    modules = [import_module(f"{package.__name__}.{found.name}") for found in pkgutil.iter_modules(package.__path__)]
    found = [module.FORMAT for module in modules if hasattr(module, "FORMAT")]
    # Most RAW photos have the structure of a TIFF and some that of HEIF's boxes: the special kind comes first.
    return {known.name: known for known in sorted(found, key=lambda known: (known.name != _RAW, known.name))}


@lru_cache(maxsize=1)
def readable_suffixes() -> frozenset[str]:
    """Suffixes of all files that can be opened, in lower case."""
    return frozenset(suffix for known in all_formats().values() for suffix in known.suffixes)


@lru_cache(maxsize=1)
def raw_suffixes() -> frozenset[str]:
    """Suffixes of RAW photos."""
    return frozenset(all_formats()[_RAW].suffixes)


def by_suffix(path: Path) -> FileFormat | None:
    """The format that the name of a file promises."""
    suffix = path.suffix.lower()
    return next((known for known in all_formats().values() if suffix in known.suffixes), None)


@lru_cache(maxsize=1)
def written_formats() -> dict[str, FileFormat]:
    """The formats that can be written by the name of each of their depths (`tiff8`, `tiff16`), in menu order."""
    written = [(known.writing.place, known) for known in all_formats().values() if known.writing is not None]
    in_order = [known for _, known in sorted(written, key=lambda item: item[0])]
    return {depth.name: known for known in in_order if known.writing for depth in known.writing.depths}


def preload() -> None:
    """Import what reading most photos needs, see `FileFormat.preload`."""
    for known in all_formats().values():
        for module in known.preload:
            import_module(module)


def sniff(path: Path, start: bytes) -> FileFormat:
    """The format of a photo by its first 64 bytes.

    The content counts, not the suffix; only RAW photos with the structure of a TIFF are recognised by theirs (those
    with another suffix are found by the header of the TIFF).

    Raises:
        DecodeError: empty, not an image, or an image of a kind that cannot be opened.
    """
    path = Path(path)
    if not start:
        raise DecodeError(f"{path.name} is empty (0 bytes); restore it from a backup or the memory card.")
    container = start[4:8] == b"ftyp"
    brands = _brands(start) if container else frozenset()
    for known in all_formats().values():
        if container:
            if brands & set(known.brands):
                return known
        elif start.startswith(known.magic) or (known.matches and known.matches(start, path.suffix.lower())):
            return known
    if container:
        raise DecodeError(f"{path.name} is a video or another container without a photo; open a photo instead.")
    other = next((name for magic, name in _REFUSED.items() if start.startswith(magic)), None)
    if other is None:
        raise DecodeError(f"{path.name} is not an image; open a photo such as a JPEG, RAW, HEIC, TIFF or PNG file.")
    raise DecodeError(f"{path.name} is a {other} image, which cannot be opened; save it as PNG or TIFF first.")


def recognise(path: Path) -> FileFormat:
    """The format of a file by its content, see `sniff`.

    Raises:
        DecodeError: as `sniff`, and where the file cannot be read.
    """
    return sniff(path, read_start(path, _SNIFFED))


def _brands(start: bytes) -> frozenset[bytes]:
    """Major and compatible brands of a file of ISO base media boxes."""
    (size,) = struct.unpack(">I", start[:4])
    return frozenset(start[at : at + 4] for at in (8, *range(16, min(size, len(start)), 4)))


def read_header(path: Path) -> Header:
    """What a photo's header says, read without decoding any pixels.

    Raises:
        DecodeError: missing, empty, not an image, of an unreadable kind, damaged, or above `MAX_PIXELS`.
    """
    path = Path(path)
    sniffed = recognise(path)
    header = guarded(path, lambda: _read_header(sniffed, path))
    check_size(path, header.width, header.height)
    return header


def _read_header(sniffed: FileFormat, path: Path) -> Header:
    try:
        return sniffed.read_header(path)
    except OtherFormat as other:
        return all_formats()[str(other)].read_header(path)


def is_developed(name: str) -> bool:
    """Whether photos of the format of that name can get another exposure and white balance when they are decoded."""
    known = all_formats().get(name)
    return known is not None and known.read_developed is not None


def read_pixels(header: Header, min_side: int | None = None, development: Development = AS_SHOT) -> StoredPixels:
    """Samples as they are stored: no orientation, no colour conversion yet; transparency is composited on white.

    Args:
        header: of the file to read.
        min_side: the image may be decoded at a reduced size, which is much faster for JPEG (1/2, 1/4 or 1/8) and RAW
            (1/2), as long as its long side keeps at least this many pixels; None for full size.
        development: of RAW photos; others stay as they are.

    Raises:
        Exception: of any kind when the file is damaged; callers wrap this in `stored.guarded`.
    """
    known = all_formats()[header.format]
    if development != AS_SHOT and known.read_developed is not None:
        return known.read_developed(header, min_side, development)
    return known.read_pixels(header, min_side)


def read_preview(header: Header, side: int) -> Preview | None:
    """The preview that a photo carries, see `FileFormat.read_preview`; None where there is none.

    Raises:
        Exception: as `read_pixels`.
    """
    reader = all_formats()[header.format].read_preview
    return None if reader is None else reader(header, side)
