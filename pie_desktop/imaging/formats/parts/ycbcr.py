"""YCbCr samples of TIFF files as RGB (TIFF 6.0, section 21), where the decoder has not converted them."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import tifffile

_COEFFICIENTS, _SUBSAMPLING, _REFERENCE = 529, 530, 532
_NONE, _OLD_JPEG, _JPEG, _LOSSY_JPEG = 1, 6, 7, 34892
_SEPARATE = 2
_STRIP = 256  # rows at a time, for the memory of the intermediate values
_BT601 = (0.299, 0.587, 0.114)


def is_plain(page: "tifffile.TiffPage") -> bool:
    """Whether the samples of a YCbCr page need conversion here: in planes of their own, or not compressed at all.

    Pillow reads such pages as RGB or not at all; the others it leaves to libtiff, which converts them.
    """
    return page.planarconfig == _SEPARATE or page.compression == _NONE


def is_converted(page: "tifffile.TiffPage") -> bool:
    """Whether tifffile hands out RGB: of interleaved JPEG data only, whose decoder converts it."""
    return page.planarconfig != _SEPARATE and page.compression in (_OLD_JPEG, _JPEG, _LOSSY_JPEG)


def has_full_color(page: "tifffile.TiffPage") -> bool:
    """Whether Cb and Cr have the resolution of Y; where the file does not say so, they have half of it."""
    subsampling = page.tags.valueof(_SUBSAMPLING)
    return subsampling is not None and tuple(subsampling) == (1, 1)


def to_rgb(array: np.ndarray, page: "tifffile.TiffPage") -> np.ndarray:
    """RGB of YCbCr samples (H, W, 3 or more), the same type; further channels are left out.

    Raises:
        ValueError: neither uint8 nor uint16, or the page's coefficients or reference levels make no sense.
    """
    if array.dtype not in (np.uint8, np.uint16) or array.ndim != 3 or array.shape[2] < 3:
        raise ValueError("YCbCr samples of an unusual kind")
    top = int(np.iinfo(array.dtype).max)
    red, green, blue = _rationals(page.tags.valueof(_COEFFICIENTS)) or _BT601
    middle = (top + 1) // 2
    black_white = _rationals(page.tags.valueof(_REFERENCE)) or (0, top, middle, top, middle, top)
    black, white = np.array(black_white, np.float32).reshape(3, 2).T
    if not (green > 0 and (white > black).all()):
        raise ValueError("YCbCr without a scale")
    scale = np.array([top, top // 2, top // 2], np.float32) / (white - black)
    result = np.empty((*array.shape[:2], 3), array.dtype)
    for row in range(0, len(array), _STRIP):
        part = slice(row, row + _STRIP)
        y, cb, cr = np.moveaxis((array[part, :, :3] - black) * scale, -1, 0)
        r, b = y + cr * (2 - 2 * red), y + cb * (2 - 2 * blue)
        rgb = np.stack([r, (y - red * r - blue * b) / green, b], axis=-1)
        result[part] = np.rint(np.clip(rgb, 0, top)).astype(array.dtype)
    return result


def _rationals(value: Sequence[int] | None) -> tuple[float, ...] | None:
    """Numerators and denominators as numbers."""
    if value is None:
        return None
    if len(value) % 2 or not all(value[1::2]):
        raise ValueError("not fractions")
    return tuple(above / below for above, below in zip(value[::2], value[1::2], strict=True))
