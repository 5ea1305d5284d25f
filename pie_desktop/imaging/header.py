"""What a photo's header says, read without decoding any pixels."""

import logging
import struct
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import tifffile
from PIL import Image, JpegImagePlugin, PngImagePlugin, TiffImagePlugin, WebPImagePlugin

from pie_desktop.errors import DecodeError
from pie_desktop.imaging.formats import raw_error, sniff_format

MAX_PIXELS = 300_000_000

_ORIENTATION = 0x0112
_DNG_VERSION = 50706
_MAX_EXIF = 1 << 24
_ICC_PROFILE = 34675
# Opened by class and not by Image.open, whose own limit on pixels (a global of Pillow) is lower than ours.
_PILLOW_READERS: dict[str, Callable[[Any], Image.Image]] = {
    "jpeg": JpegImagePlugin.JpegImageFile,
    "png": PngImagePlugin.PngImageFile,
    "webp": WebPImagePlugin.WebPImageFile,
    "tiff": TiffImagePlugin.TiffImageFile,
}
T = TypeVar("T")
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Header:
    """A photo before decoding.

    Attributes:
        path: the file.
        format: `jpeg`, `png`, `tiff` or `webp`, by content.
        width, height: as stored, before the orientation is applied.
        orientation: EXIF orientation, 1 to 8.
        bit_depth: 8 (also for fewer bits), 16, or 32 for floating point.
        icc: embedded ICC profile, or None.
        mode: Pillow's mode such as `RGB` or `CMYK`; empty when only tifffile reads the file.
    """

    path: Path
    format: str
    width: int
    height: int
    orientation: int
    bit_depth: int
    icc: bytes | None
    mode: str


def read_header(path: Path) -> Header:
    """Header of a photo.

    Raises:
        DecodeError: missing, empty, not an image, of an unreadable kind, damaged, or above `MAX_PIXELS`.
    """
    path = Path(path)
    try:
        with path.open("rb") as file:
            start = file.read(32)
    except FileNotFoundError as error:
        raise DecodeError(f"{path} does not exist any more; was it moved or deleted?") from error
    except OSError as error:
        raise DecodeError(f"{path} could not be read ({error.strerror or error}).") from error
    format_name = sniff_format(path, start)
    reader = _read_tiff_header if format_name == "tiff" else _read_pillow_header
    header = guarded(path, lambda: reader(path, format_name))
    if header.width < 1 or header.height < 1:
        raise DecodeError(f"{path.name} is damaged: its header gives no size.")
    if header.width * header.height > MAX_PIXELS:
        megapixels = round(header.width * header.height / 1e6)
        raise DecodeError(
            f"{path.name} has {header.width} x {header.height} pixels ({megapixels} megapixels); "
            f"at most {MAX_PIXELS // 1_000_000} megapixels can be opened, so make a smaller copy first."
        )
    return header


def guarded(path: Path, read: Callable[[], T]) -> T:
    """Run a decoder on a file that may be hostile; whatever it raises becomes a DecodeError about the file.

    Decoders written in Python raise nearly anything on damaged input (struct.error, IndexError, SyntaxError, ...).
    """
    try:
        return read()
    except DecodeError:
        raise
    except MemoryError as error:
        raise DecodeError(f"{path.name} is too large for the memory of this computer.") from error
    except FileNotFoundError as error:
        raise DecodeError(f"{path} does not exist any more; was it moved or deleted?") from error
    except PermissionError as error:
        raise DecodeError(f"{path} could not be read ({error.strerror or error}).") from error
    except Exception as error:
        _log.debug("Reading %s", path, exc_info=True)
        if _is_lack_of_memory(error):
            raise DecodeError(f"{path.name} is too large for the memory of this computer.") from error
        damaged = f"{path.name} is damaged or incomplete; copy it again or restore it from a backup."
        raise DecodeError(damaged) from error


def _is_lack_of_memory(error: Exception) -> bool:
    """Decoders in C have errors of their own for it: `Insufficient memory` (OpenCV), `Unsufficient memory` (LibRaw)."""
    text = str(error).lower()
    return "sufficient memory" in text or "out of memory" in text


def open_pillow(path: Path, format_name: str) -> Image.Image:
    """Pillow's image of a file, header read, pixels not; close it after use."""
    return _PILLOW_READERS[format_name](path)


def _read_pillow_header(path: Path, format_name: str) -> Header:
    with open_pillow(path, format_name) as image:
        bit_depth = 8
        if format_name == "png":
            bit_depth, exif = _scan_png(path)
        else:
            exif = image.getexif()
        width, height = image.size
        orientation = _valid_orientation(exif.get(_ORIENTATION))
        return Header(path, format_name, width, height, orientation, bit_depth, _icc(image.info), image.mode)


def _scan_png(path: Path) -> tuple[int, Image.Exif]:
    """Bit depth and EXIF of a PNG; Pillow tells 16-bit RGB as RGB, and decodes all pixels in search of EXIF."""
    exif = Image.Exif()
    with path.open("rb") as file:
        bit_depth = 16 if file.read(25)[24] == 16 else 8
        file.seek(8)
        while len(chunk := file.read(8)) == 8:
            length, kind = struct.unpack(">I4s", chunk)
            if kind == b"eXIf" and length < _MAX_EXIF:
                exif.load(file.read(length))
                break
            if kind == b"IEND":
                break
            file.seek(length + 4, 1)
    return bit_depth, exif


def _read_tiff_header(path: Path, format_name: str) -> Header:
    with tifffile.TiffFile(path) as tiff:
        page = tiff.pages[0]
        if _DNG_VERSION in page.tags:
            raise raw_error(path)
        icc = page.tags.valueof(_ICC_PROFILE)
        orientation = _valid_orientation(page.tags.valueof(_ORIENTATION))
        bits = page.bitspersample if isinstance(page.bitspersample, int) else max(page.bitspersample)
        bit_depth = 8 if bits <= 8 else 16 if bits <= 16 and page.sampleformat == 1 else 32
        width, height = page.imagewidth, page.imagelength
    mode = ""
    if bit_depth == 8 and width * height <= MAX_PIXELS:
        try:
            with open_pillow(path, "tiff") as image:
                mode = image.mode
        except Exception:
            mode = ""
    return Header(path, format_name, width, height, orientation, bit_depth, icc or None, mode)


def _valid_orientation(value: object) -> int:
    return value if isinstance(value, int) and 1 <= value <= 8 else 1


def _icc(info: dict[Any, Any]) -> bytes | None:
    profile = info.get("icc_profile")
    return profile if isinstance(profile, bytes) and profile else None
