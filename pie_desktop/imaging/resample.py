"""Resizing for output: in linear light, sharp, without ringing."""

from functools import lru_cache

import cv2
import numpy as np
from PIL import Image

from pie_desktop.imaging.cicp import linear_to_srgb, srgb_to_linear

_STRIP = 256  # rows, for the memory of the linear values


def resample(picture: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """A picture in sRGB at another size.

    Made smaller, it is averaged over the area to at most twice the size and goes from there through Lanczos (3 lobes),
    all in linear light: a fine black and white pattern becomes the gray that it looks like from afar (level 188;
    averaging encoded values gives 128). No value leaves the range of the pixels around its place, so that nothing
    rings. Made larger, it goes through Lanczos (8 x 8) on encoded values, whose overshoot in linear light would show as
    black seams beside highlights.

    Args:
        picture: (H, W, 3) uint8, uint16 or float32 (perhaps beyond [0, 1]).
        size: (width, height).

    Returns:
        uint16, or float32 for float32: finer than the 8 bits of a source, since averages are. The very same array when
        it has that size already.
    """
    height, width = picture.shape[:2]
    if (width, height) == size:
        return picture
    if size[0] > width or size[1] > height:
        values = _as_float(picture)
        return _finished(cv2.resize(values, size, interpolation=cv2.INTER_LANCZOS4), picture.dtype)
    between = _averaged(picture, (min(width, 2 * size[0]), min(height, 2 * size[1])))
    return _finished(linear_to_srgb(_lanczos(between, size)), picture.dtype)


def _averaged(picture: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """Linear light averaged over the area."""
    narrow = np.empty((len(picture), size[0], 3), dtype=np.float32)
    for row in range(0, len(picture), _STRIP):
        part = _linear(picture[row : row + _STRIP])
        cv2.resize(part, (size[0], len(part)), dst=narrow[row : row + _STRIP], interpolation=cv2.INTER_AREA)
    return cv2.resize(narrow, size, interpolation=cv2.INTER_AREA)


def _lanczos(values: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """Made smaller by a factor of at most two, and held within the range of each place."""
    square = np.ones((3, 3), dtype=np.uint8)
    lowest = cv2.resize(cv2.erode(values, square), size, interpolation=cv2.INTER_NEAREST)
    highest = cv2.resize(cv2.dilate(values, square), size, interpolation=cv2.INTER_NEAREST)
    result = np.empty_like(lowest)
    for channel in range(3):  # Pillow knows floats in one channel alone
        image = Image.fromarray(np.ascontiguousarray(values[..., channel]))
        result[..., channel] = np.asarray(image.resize(size, Image.Resampling.LANCZOS))
    return np.clip(result, lowest, highest, out=result)


def _as_float(picture: np.ndarray) -> np.ndarray:
    return picture if picture.dtype == np.float32 else picture.astype(np.float32) / np.iinfo(picture.dtype).max


def _finished(values: np.ndarray, dtype: np.dtype) -> np.ndarray:
    if dtype == np.float32:
        return values
    return np.round(np.clip(values, 0, 1) * 65535).astype(np.uint16)


def _linear(picture: np.ndarray) -> np.ndarray:
    if picture.dtype == np.uint8:
        return cv2.LUT(picture, _linear_table(picture.dtype)[None])  # a third of the time of indexing
    if picture.dtype == np.uint16:
        return _linear_table(picture.dtype)[picture]
    return srgb_to_linear(picture)


@lru_cache(maxsize=2)
def _linear_table(dtype: np.dtype) -> np.ndarray:
    return srgb_to_linear(np.linspace(0, 1, np.iinfo(dtype).max + 1, dtype=np.float32))
