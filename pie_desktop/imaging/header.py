"""What a photo's header says, read without decoding any pixels."""

import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

from PIL import AvifImagePlugin, Image, JpegImagePlugin, PngImagePlugin, TiffImagePlugin, WebPImagePlugin

from pie_desktop.errors import DecodeError
from pie_desktop.imaging.color.cicp import adobe_rgb_profile, cicp_profile
from pie_desktop.imaging.formats import avif, heif, jxl, psd, raw, tiff
from pie_desktop.imaging.formats.exif import says_adobe_rgb, valid_orientation
from pie_desktop.imaging.listing import sniff_format
from pie_desktop.imaging.stored import MAX_PIXELS, Header, check_size, guarded, read_start

__all__ = ["MAX_PIXELS", "Header", "guarded", "open_pillow", "read_header"]

_ORIENTATION = 0x0112
_MAX_EXIF = 1 << 24
# Opened by class and not by Image.open, whose own limit on pixels (a global of Pillow) is lower than ours.
_PILLOW_READERS: dict[str, Callable[[Any], Image.Image]] = {
    "jpeg": JpegImagePlugin.JpegImageFile,
    "png": PngImagePlugin.PngImageFile,
    "webp": WebPImagePlugin.WebPImageFile,
    "tiff": TiffImagePlugin.TiffImageFile,
    "avif": AvifImagePlugin.AvifImageFile,
}
_READERS: dict[str, Callable[[Path], Header]] = {
    "raw": raw.read_raw_header,
    "heic": heif.read_heif_header,
    "avif": avif.read_avif_header,
    "jxl": jxl.read_header,
    "psd": psd.read_psd_header,
}


def read_header(path: Path) -> Header:
    """Header of a photo.

    Raises:
        DecodeError: missing, empty, not an image, of an unreadable kind, damaged, or above `MAX_PIXELS`.
    """
    path = Path(path)
    start = read_start(path, 64)
    kind = sniff_format(path, start)
    header = guarded(path, lambda: _read(path, kind))
    check_size(path, header.width, header.height)
    return header


def open_pillow(path: Path, format_name: str) -> Image.Image:
    """Pillow's image of a file, header read, pixels not; close it after use."""
    return _PILLOW_READERS[format_name](path)


def _read(path: Path, kind: str) -> Header:
    if kind == "tiff":
        return raw.read_raw_header(path) if tiff.is_raw(path) else _read_tiff(path)
    if kind == "raw":
        return _read_raw(path)
    return _READERS[kind](path) if kind in _READERS else _read_with_pillow(path, kind)


def _read_raw(path: Path) -> Header:
    try:
        return raw.read_raw_header(path)
    except DecodeError:
        if not _is_plain_tiff(path):
            raise
        return _read_tiff(path)


def _is_plain_tiff(path: Path) -> bool:
    """Whether a file under the name of a RAW photo is a TIFF; a damaged RAW photo must not be taken for its preview."""
    try:
        return not tiff.is_raw(path)
    except Exception:  # tifffile raises nearly anything on what is none
        return False


def _read_tiff(path: Path) -> Header:
    mode, adobe_rgb = "", False
    try:
        with open_pillow(path, "tiff") as image:
            mode, adobe_rgb = image.mode, says_adobe_rgb(image.getexif())
    except Exception:
        pass  # tifffile reads more kinds
    return tiff.read_tiff_header(path, mode, adobe_rgb)


def _read_with_pillow(path: Path, kind: str) -> Header:
    with open_pillow(path, kind) as image:
        bit_depth, cicp = 8, None
        if kind == "png":
            bit_depth, exif, cicp = _scan_png(path)
        else:
            exif = image.getexif()
        width, height = image.size
        icc, name = image.info.get("icc_profile"), None
        if cicp is not None:  # goes before a profile (PNG, third edition, 4.3)
            icc, name = cicp_profile(*cicp) or (None, None)
        elif not icc and says_adobe_rgb(exif):
            icc, name = adobe_rgb_profile(), "Adobe RGB"
        orientation = valid_orientation(exif.get(_ORIENTATION))
        icc = icc if isinstance(icc, bytes) and icc else None
        return Header(path, kind, width, height, orientation, bit_depth, icc, image.mode, name)


def _scan_png(path: Path) -> tuple[int, Image.Exif, tuple[int, int] | None]:
    """Bit depth, EXIF and cICP of a PNG; Pillow tells 16-bit RGB as RGB, and decodes all pixels in search of EXIF."""
    exif, cicp = Image.Exif(), None
    with path.open("rb") as file:
        bit_depth = 16 if file.read(25)[24] == 16 else 8
        file.seek(8)
        while len(chunk := file.read(8)) == 8:
            length, kind = struct.unpack(">I4s", chunk)
            if kind == b"eXIf" and length < _MAX_EXIF:
                exif.load(file.read(length))
                file.seek(4, 1)
                continue
            if kind == b"cICP" and length == 4:
                primaries, transfer = file.read(4)[:2]
                cicp = (primaries, transfer)
                file.seek(4, 1)
                continue
            if kind == b"IEND":
                break
            file.seek(length + 4, 1)
    return bit_depth, exif, cicp
