"""Decoding of pixels as they are stored: no orientation, no colour conversion yet."""

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import tifffile
from PIL import Image

from pie_desktop.errors import DecodeError
from pie_desktop.imaging.depth import to_uint8
from pie_desktop.imaging.header import Header, open_pillow

_READABLE_PHOTOMETRICS = {
    tifffile.PHOTOMETRIC.MINISBLACK,
    tifffile.PHOTOMETRIC.MINISWHITE,
    tifffile.PHOTOMETRIC.RGB,
    tifffile.PHOTOMETRIC.YCBCR,
    tifffile.PHOTOMETRIC.SEPARATED,
}
_TRANSPARENT_MODES = {"RGBA", "LA", "PA", "La", "RGBa"}


@dataclass(frozen=True)
class StoredPixels:
    """Decoded samples.

    Attributes:
        array: uint8 or uint16; (H, W) for `gray`, (H, W, 3) for `rgb` and `lab` (8 bit, a and b offset by 128),
            (H, W, 4) for `cmyk` (0 is no ink).
        space: which of these.
        oriented: the decoder applied the orientation already.
    """

    array: np.ndarray
    space: str
    oriented: bool = False


def read_pixels(header: Header, min_side: int | None = None) -> StoredPixels:
    """Samples of the first picture in the file; transparency is composited on white, as Lightroom does.

    Args:
        header: of the file to read.
        min_side: a JPEG may be decoded at 1/2, 1/4 or 1/8 of its size (much faster) as long as its long side keeps at
            least this many pixels; None for full size.

    Raises:
        Exception: of any kind when the file is damaged; callers wrap this in `header.guarded`.
    """
    if header.format == "jpeg" and header.mode in ("RGB", "L"):
        return _read_jpeg(header, min_side)
    if header.format == "png" and header.bit_depth == 16:
        return _read_png16(header.path)
    if header.format == "tiff" and not header.mode:
        return _read_tiff(header.path)
    try:
        return _read_with_pillow(header, min_side)
    except Exception:
        if header.format != "tiff":
            raise
        return _read_tiff(header.path)  # knows more compressions


def _read_jpeg(header: Header, min_side: int | None) -> StoredPixels:
    # OpenCV's libjpeg-turbo gives the same pixels as Pillow's in less than half the time (no copy out of RGBX).
    color, space = (cv2.IMREAD_GRAYSCALE, "gray") if header.mode == "L" else (cv2.IMREAD_COLOR_RGB, "rgb")
    # The bits of the scale alone: IMREAD_REDUCED_COLOR_n carries that of BGR, which must not be combined with RGB.
    scales = {2: cv2.IMREAD_REDUCED_GRAYSCALE_2, 4: cv2.IMREAD_REDUCED_GRAYSCALE_4, 8: cv2.IMREAD_REDUCED_GRAYSCALE_8}
    flags = cv2.IMREAD_IGNORE_ORIENTATION | color | scales.get(_reduction(header, min_side), 0)
    array = cv2.imdecode(np.fromfile(header.path, dtype=np.uint8), flags)
    if array is None:
        raise DecodeError(f"{header.path.name} is damaged or incomplete; copy it again or restore it from a backup.")
    return StoredPixels(array, space)


def _reduction(header: Header, min_side: int | None) -> int:
    if min_side is None:
        return 1
    long_side = max(header.width, header.height)
    return next((denominator for denominator in (8, 4, 2) if long_side >= denominator * min_side), 1)


def _read_png16(path: Path) -> StoredPixels:
    array = cv2.imdecode(np.fromfile(path, dtype=np.uint8), cv2.IMREAD_UNCHANGED)
    if array is None or array.dtype != np.uint16:
        raise DecodeError(f"{path.name} is damaged or incomplete; export it again or restore it from a backup.")
    if array.ndim == 2:
        return StoredPixels(array, "gray")
    rgb = np.ascontiguousarray(array[..., 2::-1])
    if array.shape[2] == 4:
        rgb = composite_on_white(rgb, array[..., 3])
    return StoredPixels(rgb, "rgb")


def _read_with_pillow(header: Header, min_side: int | None) -> StoredPixels:
    with open_pillow(header.path, header.format) as image:
        if min_side is not None:
            side = min(1.0, min_side / max(image.size))
            image.draft(None, (max(1, int(image.width * side)), max(1, int(image.height * side))))
        image.load()
        oriented = header.format == "tiff"  # Pillow turns TIFFs, and only these, by itself.
        if image.mode == "CMYK":
            return StoredPixels(np.asarray(image), "cmyk", oriented)
        if image.mode == "LAB":
            return StoredPixels(np.asarray(image), "lab", oriented)
        if image.mode in _TRANSPARENT_MODES or "transparency" in image.info:
            rgba = np.asarray(image.convert("RGBA"))
            rgb = rgba[..., :3] if (rgba[..., 3] == 255).all() else composite_on_white(rgba[..., :3], rgba[..., 3])
            return StoredPixels(np.ascontiguousarray(rgb), "rgb", oriented)
        if image.mode in ("L", "1"):
            return StoredPixels(np.asarray(image.convert("L")), "gray", oriented)
        return StoredPixels(np.asarray(image if image.mode == "RGB" else image.convert("RGB")), "rgb", oriented)


def composite_on_white(rgb: np.ndarray, alpha: np.ndarray) -> np.ndarray:
    """Colours over white by straight alpha; (H, W, 3) and (H, W) of one integer dtype."""
    top = np.iinfo(rgb.dtype).max
    result = np.empty_like(rgb)
    for row in range(0, len(rgb), 256):  # in strips: the intermediate values need four to eight times the memory
        part = slice(row, row + 256)
        inverse = top - alpha[part].astype(np.uint64)[..., None]
        opaque = rgb[part].astype(np.uint64) * (top - inverse)
        result[part] = (opaque + inverse * top + top // 2) // top
    return result


def _read_tiff(path: Path) -> StoredPixels:
    """TIFFs that Pillow cannot read, or only with 8 bits: 16 bit, floating point, separate planes."""
    with tifffile.TiffFile(path) as tiff:
        page = tiff.pages[0]
        array = page.asarray()
        photometric, extra = page.photometric, tuple(page.extrasamples)
        separate = page.planarconfig == tifffile.PLANARCONFIG.SEPARATE and array.ndim == 3
        bits = page.bitspersample if isinstance(page.bitspersample, int) else max(page.bitspersample)
    if separate:
        array = np.moveaxis(array, 0, -1)
    if array.ndim == 3 and array.shape[2] == 1:
        array = array[..., 0]
    if array.ndim not in (2, 3) or np.iscomplexobj(array):
        raise DecodeError(f"{path.name} is a TIFF of a scientific kind that is not a photo; save it as an RGB TIFF.")
    array = _to_unsigned(array, bits)
    if photometric == tifffile.PHOTOMETRIC.MINISWHITE:
        array = np.iinfo(array.dtype).max - array
    if photometric not in _READABLE_PHOTOMETRICS:
        raise DecodeError(f"{path.name} is a {photometric.name} TIFF, which cannot be opened; save it as an RGB TIFF.")
    if array.ndim == 2:
        return StoredPixels(np.ascontiguousarray(array), "gray")
    if photometric == tifffile.PHOTOMETRIC.SEPARATED and array.shape[2] >= 4:
        return StoredPixels(np.ascontiguousarray(to_uint8(array[..., :4])), "cmyk")
    colors = 3 if array.shape[2] >= 3 else 1
    base = np.ascontiguousarray(array[..., :colors])
    if extra and int(extra[0]) in (1, 2) and array.shape[2] > colors:
        base = composite_on_white(base, array[..., colors])
    return StoredPixels(base if colors == 3 else base[..., 0], "rgb" if colors == 3 else "gray")


def _to_unsigned(array: np.ndarray, bits: int) -> np.ndarray:
    """Any sample type as uint8 or uint16 over its whole range; floats are taken as 0 to 1."""
    if array.dtype == bool:
        return array.astype(np.uint8) * 255
    if array.dtype in (np.uint8, np.uint16):
        stored = 8 * array.dtype.itemsize
        if bits < stored and bits not in (8, 16):
            scale = np.iinfo(array.dtype).max / (2**bits - 1)
            return np.round(array * scale).astype(array.dtype)
        return array
    result = np.empty(array.shape, dtype=np.uint16)
    for row in range(0, len(array), 256):
        part = slice(row, row + 256)
        values = array[part].astype(np.float64)
        if np.issubdtype(array.dtype, np.signedinteger):
            values = values / np.iinfo(array.dtype).max
        elif np.issubdtype(array.dtype, np.unsignedinteger):
            values = values / (2.0**bits - 1)
        result[part] = np.round(np.clip(np.nan_to_num(values), 0, 1) * 65535).astype(np.uint16)
    return result


def pillow_image(array: np.ndarray, mode: str) -> Image.Image:
    """Pillow image of stored 8-bit samples, for LittleCMS."""
    size = (array.shape[1], array.shape[0])
    return Image.frombuffer(mode, size, np.ascontiguousarray(array), "raw", mode, 0, 1)
