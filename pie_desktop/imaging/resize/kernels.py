"""Compiled loops that make an image smaller in linear light. Imports numba, which takes a while.

As with `lut.kernels`, `imaging.warm_up` loads this module at a good time; without it `resample` does the same by other
means, in four to six times the time.
"""

import math
from functools import lru_cache

import numpy as np
from numba import njit

from pie_desktop.imaging.color.spaces import linear_to_srgb, srgb_to_linear

LOBES = 3
_TILE = 512  # floats of a row that stay in the first-level cache while the rows above and below are added
_TAPS_AT_ONCE = 4
_NODES = 1 << 14  # of the table back to encoded values: what lies between is off by 0.07 of 65535 at most


def shrink(image: np.ndarray, size: tuple[int, int], blocks: tuple[int, int]) -> np.ndarray:
    """Means of blocks, then Lanczos, each value held within the 3 x 3 blocks around its place; the GIL is released.

    Args:
        image: (H, W, 3) uint8 or uint16, contiguous.
        size: (width, height) of the result, neither larger than the image's.
        blocks: pixels of a block across and down; those at the right and lower edge are filled up by the last pixel.

    Returns:
        (height, width, 3) uint16, sRGB-encoded.
    """
    height, width = image.shape[:2]
    rows, columns = -(-height // blocks[1]), -(-width // blocks[0])
    # The last block may reach beyond the image: places are counted in the pixels that are there.
    down = _taps(rows, height / blocks[1], size[1])
    across = _taps(columns, width / blocks[0], size[0])
    out = np.empty((size[1], size[0] * 3), np.uint16)
    samples = image.reshape(height, -1).view()
    samples.flags.writeable = False  # numba compiles once more for arrays that can be written
    linear = _linear_of(np.iinfo(image.dtype).max)
    _shrink(samples, linear, _encoded(), columns, rows, blocks[0], blocks[1], *down, *across, out)
    return out.reshape(size[1], size[0], 3)


@lru_cache(maxsize=2)
def _linear_of(top: int) -> np.ndarray:
    """Light of each sample from 0 to `top`."""
    return srgb_to_linear(np.linspace(0, 1, top + 1)).astype(np.float32)


@lru_cache(maxsize=1)
def _encoded() -> np.ndarray:
    """Results by light, with half a step added, since they are cut off; one node more than white needs."""
    nodes = linear_to_srgb(np.linspace(0, 1, _NODES + 1)) * 65535 + 0.5
    return np.append(nodes, nodes[-1]).astype(np.float32)


def _taps(count: int, length: float, size: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Of each sample on an axis of the result: the first block that counts, weights from there on, the block beneath.

    Args:
        count: blocks that there are.
        length: the same as a length, whose last block may be cut.
        size: of the result.

    Returns:
        starts (size,) int64, weights (size, T) float32, T a multiple of four, and nearest (size,) int64.
    """
    step = length / size
    centers = (np.arange(size) + 0.5) * step
    support = LOBES * max(step, 1.0)
    starts = np.maximum(np.floor(centers - support + 0.5), 0).astype(np.int64)
    taps = -(-(math.ceil(2 * support) + 1) // _TAPS_AT_ONCE) * _TAPS_AT_ONCE
    places = starts[:, None] + np.arange(taps)
    offsets = (places + 0.5 - centers[:, None]) / max(step, 1.0)
    weights = np.sinc(offsets) * np.sinc(offsets / LOBES) * (np.abs(offsets) < LOBES) * (places < count)
    weights /= weights.sum(1, keepdims=True)
    nearest = np.minimum(centers.astype(np.int64), count - 1)
    return starts, weights.astype(np.float32), nearest


@njit(cache=True, nogil=True)
def _shrink(  # type: ignore[no-untyped-def]
    samples, linear, encoded, columns, rows, block_x, block_y,
    row_starts, row_weights, row_nearest, starts, weights, nearest, out,
):  # fmt: skip
    """Rows of blocks go through a ring that holds as many as a row of the result needs.

    Args:
        samples: (H, W * 3) uint8 or uint16.
        linear: float32, light of each sample.
        encoded: float32 (_NODES + 2,), results by light.
        columns, rows: blocks that there are; block_x, block_y: pixels of one.
        row_starts, row_weights, row_nearest, starts, weights, nearest: see `_taps`.
        out: (height, width * 3) uint16.
    """
    ring_rows, taps = row_weights.shape[1], weights.shape[1]
    ring = np.zeros((ring_rows, columns * 3), np.float32)
    blurred = np.zeros(3 * (columns + taps), np.float32)
    lowest, highest = np.empty(columns * 3, np.float32), np.empty(columns * 3, np.float32)
    ready = 0
    for row in range(out.shape[0]):
        first = row_starts[row]
        while ready < min(first + ring_rows, rows):
            _blocks_of_row(samples, linear, ready * block_y, block_x, block_y, ring[ready % ring_rows])
            ready += 1
        for left in range(0, columns * 3, _TILE):
            right = min(left + _TILE, columns * 3)
            part = blurred[left:right]
            part[:] = 0
            for tap in range(0, ring_rows, _TAPS_AT_ONCE):
                _add_rows(
                    part,
                    ring[(first + tap) % ring_rows, left:right],
                    ring[(first + tap + 1) % ring_rows, left:right],
                    ring[(first + tap + 2) % ring_rows, left:right],
                    ring[(first + tap + 3) % ring_rows, left:right],
                    row_weights[row, tap : tap + 4],
                )
        middle = row_nearest[row]
        above, below = max(middle - 1, 0), min(middle + 1, rows - 1)
        _range_of_rows(ring[above % ring_rows], ring[middle % ring_rows], ring[below % ring_rows], lowest, highest)
        _finish_row(blurred, lowest, highest, starts, weights, nearest, np.uint64(columns), encoded, out[row])


@njit(inline="never", nogil=True)
def _blocks_of_row(samples, linear, first, block_x, block_y, out):  # type: ignore[no-untyped-def]
    """A row of blocks: means of light."""
    width = np.uint64(samples.shape[1])
    if block_x == 1 and block_y == 1:
        row = samples[first]
        for place in range(width):
            out[place] = linear[row[place]]
        return
    out[:] = 0
    last = np.uint64(out.size) - np.uint64(3)
    for line in range(first, first + block_y):
        row = samples[min(line, samples.shape[0] - 1)]
        for target in range(np.uint64(0), last, np.uint64(3)):
            source = target * np.uint64(block_x)
            red = green = blue = np.float32(0)
            for _ in range(block_x):
                red += linear[row[source]]
                green += linear[row[source + np.uint64(1)]]
                blue += linear[row[source + np.uint64(2)]]
                source += np.uint64(3)
            out[target] += red
            out[target + np.uint64(1)] += green
            out[target + np.uint64(2)] += blue
        for pixel in range(np.uint64(block_x)):
            source = min(last * np.uint64(block_x) + np.uint64(3) * pixel, width - np.uint64(3))
            for channel in range(np.uint64(3)):
                out[last + channel] += linear[row[source + channel]]
    share = np.float32(1 / (block_x * block_y))
    for place in range(np.uint64(out.size)):
        out[place] *= share


@njit(inline="never", fastmath={"contract"}, nogil=True)
def _add_rows(total, first, second, third, fourth, weights):  # type: ignore[no-untyped-def]
    one, two, three, four = weights[0], weights[1], weights[2], weights[3]
    for place in range(np.uint64(total.size)):
        total[place] += one * first[place] + two * second[place] + three * third[place] + four * fourth[place]


@njit(inline="never", nogil=True)
def _range_of_rows(above, middle, below, lowest, highest):  # type: ignore[no-untyped-def]
    for place in range(np.uint64(lowest.size)):
        one, two, three = above[place], middle[place], below[place]
        low = one if one < two else two
        high = two if one < two else one
        lowest[place] = low if low < three else three
        highest[place] = high if high > three else three


@njit(inline="never", fastmath={"contract"}, nogil=True)
def _finish_row(  # type: ignore[no-untyped-def]
    blurred, lowest, highest, starts, weights, nearest, columns, encoded, out
):
    """Across: Lanczos, held within its neighbourhood, encoded and rounded."""
    last, scale = columns - np.uint64(1), np.float32(_NODES)
    for pixel in range(np.uint64(nearest.size)):
        place = np.uint64(3) * np.uint64(starts[pixel])
        red = green = blue = np.float32(0)
        for tap in range(np.uint64(weights.shape[1])):
            weight = weights[pixel, tap]
            red += weight * blurred[place]
            green += weight * blurred[place + np.uint64(1)]
            blue += weight * blurred[place + np.uint64(2)]
            place += np.uint64(3)
        center = np.uint64(nearest[pixel])
        left = np.uint64(3) * (center - np.uint64(1) if center > np.uint64(0) else center)
        right = np.uint64(3) * (center + np.uint64(1) if center < last else last)
        center = np.uint64(3) * center
        target = np.uint64(3) * pixel
        for channel in range(np.uint64(3)):
            value = red if channel == 0 else (green if channel == 1 else blue)
            low = min(lowest[left + channel], lowest[center + channel], lowest[right + channel])
            high = max(highest[left + channel], highest[center + channel], highest[right + channel])
            value = low if value < low else value
            value = high if value > high else value
            position = value * scale
            node = np.uint64(position)
            part = position - np.float32(node)
            encoded_value = encoded[node] + part * (encoded[node + np.uint64(1)] - encoded[node])
            out[target + channel] = np.uint16(encoded_value)
