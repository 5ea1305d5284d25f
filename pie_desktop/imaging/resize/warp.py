"""Resampling an image through a projective map, once: in linear light, sharp, without ringing."""

from collections.abc import Callable, Iterator
from functools import lru_cache

import cv2
import numpy as np

from pie_desktop.imaging import compiled
from pie_desktop.imaging.color.spaces import linear_to_srgb, srgb_to_linear
from pie_desktop.imaging.stored import from_float

LOBES = 3
NEAREST = 1e-3
"""The third coordinate from which on a map is used; nearer to 0, or below, is beyond every horizon."""
_TAPS = 2 * LOBES
_TILE = 256  # pixels of the result on a side: its floats, and those that it looks at, stay in the second-level cache
_PHASES = 1024  # places between two pixels that are told apart: a place is off by 0.0005 pixels at most
_NODES = 1 << 14  # of the table back to encoded values, as in `kernels`
_SQUARE = np.ones((3, 3), np.uint8)


def warp(image: np.ndarray, matrix: np.ndarray, size: tuple[int, int], density: int = 1) -> np.ndarray:
    """An image seen through a projective map: Lanczos with three lobes, held within the 3 x 3 pixels around each place.

    As when resizing (decision 016) in linear light, and nothing rings. What lies beyond the borders has the colour of
    the nearest pixel. Every pixel of the result is computed by itself: a part of it is the same, made alone. Works in
    tiles: beside image and result some MB are taken, whatever the map.

    Args:
        image: (H, W, 3) uint8, uint16 or float32 (perhaps beyond [0, 1]), sRGB-encoded.
        matrix: (3, 3), from pixels of the result to pixels of the image, 0 at the left and upper border of the first;
            its third coordinate is positive wherever the image is seen.
        size: (width, height) of the result.
        density: samples per pixel on each axis, which are averaged: 2 where a pixel of the result covers several.

    Returns:
        The same dtype, (height, width, 3).
    """
    fast = compiled.kernels_for(image.dtype) is not None
    return _warped(image, matrix, size, density, _WAYS[0 if fast else 1])


def try_out(image: np.ndarray) -> bool:
    """Whether the compiled loops compute what they should of a small image, which compiles them."""
    matrix = np.array([[0.9, -0.2, 2.0], [0.2, 0.9, 0.5], [0.01, 0.0, 1.0]])
    by_loops, plain = (_warped(image, matrix, (7, 5), 1, way) for way in _WAYS)
    return np.allclose(by_loops, plain, rtol=0, atol=1e-4 if image.dtype == np.float32 else 2)


def _warped(image: np.ndarray, matrix: np.ndarray, size: tuple[int, int], density: int, way: "_Way") -> np.ndarray:
    make_tile, store = way
    width, height = size
    result = np.empty((height, width, 3), image.dtype)
    finer = np.diag([1 / density, 1 / density, 1.0])
    middles = _shift(-0.5) @ matrix.astype(np.float64) @ finer @ _shift(0.5)
    for left, top, right, bottom in _tiles(width, height):
        zone = (left * density, top * density, right * density, bottom * density)
        light = make_tile(image, middles, zone)
        if density > 1:
            light = cv2.resize(light, (right - left, bottom - top), interpolation=cv2.INTER_AREA)
        store(light, result[top:bottom, left:right])
    return result


def _tiles(width: int, height: int) -> Iterator[tuple[int, int, int, int]]:
    for top in range(0, height, _TILE):
        for left in range(0, width, _TILE):
            yield left, top, min(left + _TILE, width), min(top + _TILE, height)


def _shift(by: float) -> np.ndarray:
    return np.array([[1, 0, by], [0, 1, by], [0, 0, 1]], np.float64)


def _looked_at(image: np.ndarray, matrix: np.ndarray, zone: tuple[int, int, int, int]) -> tuple[int, int, int, int]:
    """The pixels of the image that a zone of the result is made of: left, top, right, bottom, with those of the taps.

    Places farther out than a pixel count as that far: everything there has the colour of the border.
    """
    left, top, right, bottom = zone
    farthest = np.array([image.shape[1], image.shape[0]])
    corners = np.array([[x, y, 1] for x in (left, right - 1) for y in (top, bottom - 1)], np.float64) @ matrix.T
    low, high = np.array([-1, -1]), farthest
    if corners[:, 2].min() >= NEAREST:
        places = np.clip(corners[:, :2] / corners[:, 2:], -1, farthest)
        low, high = np.floor(places.min(0)).astype(int), np.floor(places.max(0)).astype(int)
    # One more than the taps, for rounding.
    return int(low[0]) - LOBES, int(low[1]) - LOBES, int(high[0]) + LOBES + 2, int(high[1]) + LOBES + 2


def _compiled_tile(image: np.ndarray, matrix: np.ndarray, zone: tuple[int, int, int, int]) -> np.ndarray:
    from pie_desktop.imaging.resize import warp_kernels

    left, top, right, bottom = _looked_at(image, matrix, zone)
    block = np.empty((bottom - top, right - left, 4), np.float32)
    if image.dtype == np.float32:
        block[..., :3] = srgb_to_linear(_cut(image, left, top, right, bottom))
        block[..., 3] = 0
    else:
        samples = image.view()
        samples.flags.writeable = False  # numba compiles once more for arrays that can be written
        warp_kernels.fill(samples, _linear_of(np.iinfo(image.dtype).max), left, top, block)
    light = np.empty((zone[3] - zone[1], zone[2] - zone[0], 3), np.float32)
    limits = (float(image.shape[1]), float(image.shape[0]), NEAREST)
    warp_kernels.warp(block, float(left), float(top), limits, matrix, zone[0], zone[1], _weights(), light)
    return light


def _plain_tile(image: np.ndarray, matrix: np.ndarray, zone: tuple[int, int, int, int]) -> np.ndarray:
    """What `warp_kernels.warp` does, without compiled loops."""
    left, top, right, bottom = _looked_at(image, matrix, zone)
    block = _cut(image, left, top, right, bottom)
    if image.dtype == np.float32:
        block = srgb_to_linear(block).astype(np.float32)
    else:
        block = _linear_of(np.iinfo(image.dtype).max)[block]
    x, y = np.meshgrid(np.arange(zone[0], zone[2]), np.arange(zone[1], zone[3]))
    places = np.stack([x, y, np.ones_like(x)], axis=-1) @ matrix.T
    depth = np.maximum(places[..., 2], NEAREST)
    place_x = np.clip(places[..., 0] / depth, -1, image.shape[1]) - left
    place_y = np.clip(places[..., 1] / depth, -1, image.shape[0]) - top
    column, row = np.floor(place_x).astype(int), np.floor(place_y).astype(int)
    part_x, part_y = place_x - column, place_y - row
    across = _weights()[np.floor(part_x * _PHASES + 0.5).astype(int)]
    down = _weights()[np.floor(part_y * _PHASES + 0.5).astype(int)]
    light = np.zeros((*x.shape, 3), np.float32)
    for tap_y in range(_TAPS):
        for tap_x in range(_TAPS):
            weight = (down[..., tap_y] * across[..., tap_x])[..., None]
            light += weight * block[row + tap_y - LOBES + 1, column + tap_x - LOBES + 1]
    near = (row + np.floor(part_y + 0.5).astype(int), column + np.floor(part_x + 0.5).astype(int))
    return np.clip(light, cv2.erode(block, _SQUARE)[near], cv2.dilate(block, _SQUARE)[near])


def _cut(image: np.ndarray, left: int, top: int, right: int, bottom: int) -> np.ndarray:
    """A zone of the image, beyond whose borders the nearest pixel goes on."""
    height, width = image.shape[:2]
    rows = np.clip(np.arange(top, bottom), 0, height - 1)
    columns = np.clip(np.arange(left, right), 0, width - 1)
    return image[rows[:, None], columns]


def _store_quickly(light: np.ndarray, out: np.ndarray) -> None:
    if out.dtype == np.float32:
        out[:] = linear_to_srgb(light)
    else:
        from pie_desktop.imaging.resize import warp_kernels

        warp_kernels.store(light, _encoded(np.iinfo(out.dtype).max), out)


def _store_plainly(light: np.ndarray, out: np.ndarray) -> None:
    encoded = linear_to_srgb(light).astype(np.float32)
    out[:] = encoded if out.dtype == np.float32 else from_float(encoded, out.dtype.type)


_Way = tuple[
    Callable[[np.ndarray, np.ndarray, tuple[int, int, int, int]], np.ndarray], Callable[[np.ndarray, np.ndarray], None]
]
_WAYS: tuple[_Way, _Way] = ((_compiled_tile, _store_quickly), (_plain_tile, _store_plainly))
"""With the compiled loops, and without."""


@lru_cache(maxsize=1)
def _weights() -> np.ndarray:
    """The taps by the place between two pixels, float32 (_PHASES + 1, _TAPS); those of a place sum to one."""
    offsets = np.linspace(0, 1, _PHASES + 1)[:, None] - np.arange(1 - LOBES, LOBES + 1)
    weights = np.sinc(offsets) * np.sinc(offsets / LOBES) * (np.abs(offsets) < LOBES)
    return (weights / weights.sum(1, keepdims=True)).astype(np.float32)


@lru_cache(maxsize=2)
def _linear_of(top: int) -> np.ndarray:
    """Light of each sample from 0 to `top`."""
    return srgb_to_linear(np.linspace(0, 1, top + 1)).astype(np.float32)


@lru_cache(maxsize=2)
def _encoded(top: int) -> np.ndarray:
    """Samples by light, with half a step added; one node more than white needs."""
    nodes = linear_to_srgb(np.linspace(0, 1, _NODES + 1)) * top + 0.5
    return np.append(nodes, nodes[-1]).astype(np.float32)
