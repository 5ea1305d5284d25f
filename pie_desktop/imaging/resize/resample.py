"""Resizing for output: in linear light, sharp, without ringing."""

import math
from functools import lru_cache

import cv2
import numpy as np
from PIL import Image

from pie_desktop.imaging import compiled
from pie_desktop.imaging.color.spaces import linear_to_srgb, srgb_to_linear
from pie_desktop.imaging.stored import from_float

_STRIP = 64  # rows of the result at a time, for the memory of the linear values
_LOBES = 3
_SQUARE = np.ones((3, 3), dtype=np.uint8)


def resample(image: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """An image in sRGB at another size.

    Made smaller, blocks of pixels are averaged to at least twice the size, and go from there through Lanczos (3 lobes),
    all in linear light: a fine black and white pattern becomes the gray that it looks like from afar (level 188;
    averaging encoded values gives 128). No value leaves the range of the pixels around its place, so that nothing
    rings. Made larger, it goes through Lanczos (8 x 8) on encoded values, whose overshoot in linear light would show as
    black seams beside highlights.

    Args:
        image: (H, W, 3) uint8, uint16 or float32 (perhaps beyond [0, 1]).
        size: (width, height).

    Returns:
        uint16, or float32 for float32: finer than the 8 bits of a source, since averages are. The very same array when
        it has that size already.
    """
    height, width = image.shape[:2]
    if (width, height) == size:
        return image
    if size[0] > width or size[1] > height:
        larger = cv2.resize(_as_float(image), size, interpolation=cv2.INTER_LANCZOS4)
        return larger if image.dtype == np.float32 else from_float(larger)
    blocks = (max(1, width // size[0] // 2), max(1, height // size[1] // 2))
    if image.dtype != np.float32 and compiled.kernels_for(image.dtype) is not None:
        from pie_desktop.imaging.resize import kernels as resample_kernels

        return resample_kernels.shrink(np.ascontiguousarray(image), size, blocks)
    return shrink_plain(image, size, blocks)


def shrink_plain(image: np.ndarray, size: tuple[int, int], blocks: tuple[int, int]) -> np.ndarray:
    """What `kernels.shrink` does, without compiled loops, and for float32 too; off by 1 of 65535 at most."""
    result = np.empty((size[1], size[0], 3), dtype=np.float32 if image.dtype == np.float32 else np.uint16)
    for row in range(0, size[1], _STRIP):
        rows = (row, min(row + _STRIP, size[1]))
        values = linear_to_srgb(_strip(image, size, rows, blocks))
        result[slice(*rows)] = values if image.dtype == np.float32 else from_float(values)
    return result


def _strip(image: np.ndarray, size: tuple[int, int], rows: tuple[int, int], of_pixels: tuple[int, int]) -> np.ndarray:
    """Some rows of the smaller image, linear."""
    height, width = image.shape[:2]
    block_x, block_y = of_pixels
    # In blocks: `step` of them are a pixel of the result, in either direction.
    step_x, step_y = width / block_x / size[0], height / block_y / size[1]
    margin = _LOBES * math.ceil(step_y) + 1
    first = max(0, math.floor(rows[0] * step_y) - margin)
    last = min(math.ceil(height / block_y), math.ceil(rows[1] * step_y) + margin)
    blocks = _averaged(image[first * block_y : last * block_y], block_x, block_y)
    box = (0.0, rows[0] * step_y - first, width / block_x, min(rows[1] * step_y - first, len(blocks)))
    shape = (size[0], rows[1] - rows[0])
    sharp = np.empty((shape[1], shape[0], 3), dtype=np.float32)
    for channel in range(3):  # Pillow knows floats in one channel alone
        opened = Image.fromarray(np.ascontiguousarray(blocks[..., channel]))
        sharp[..., channel] = np.asarray(opened.resize(shape, Image.Resampling.LANCZOS, box))
    down = (((np.arange(*rows) + 0.5) * step_y).astype(int) - first).clip(0, len(blocks) - 1)
    across = ((np.arange(size[0]) + 0.5) * step_x).astype(int).clip(0, blocks.shape[1] - 1)
    lowest, highest = cv2.erode(blocks, _SQUARE), cv2.dilate(blocks, _SQUARE)
    return np.clip(sharp, lowest[down][:, across], highest[down][:, across], out=sharp)


def _averaged(image: np.ndarray, block_x: int, block_y: int) -> np.ndarray:
    """Linear light of blocks; those at the end may lack pixels."""
    linear = _linear(image)
    if block_x == block_y == 1:
        return linear
    height, width = linear.shape[:2]
    filled = cv2.copyMakeBorder(linear, 0, -height % block_y, 0, -width % block_x, cv2.BORDER_REPLICATE)
    size = (filled.shape[1] // block_x, filled.shape[0] // block_y)
    return cv2.resize(filled, size, interpolation=cv2.INTER_AREA)


def _as_float(image: np.ndarray) -> np.ndarray:
    return image if image.dtype == np.float32 else image.astype(np.float32) / np.iinfo(image.dtype).max


def _linear(image: np.ndarray) -> np.ndarray:
    if image.dtype == np.uint8:
        return cv2.LUT(image, _linear_table(image.dtype)[None])  # a third of the time of indexing
    if image.dtype == np.uint16:
        return _linear_table(image.dtype)[image]
    return srgb_to_linear(image)


@lru_cache(maxsize=2)
def _linear_table(dtype: np.dtype) -> np.ndarray:
    return srgb_to_linear(np.linspace(0, 1, np.iinfo(dtype).max + 1, dtype=np.float32))
