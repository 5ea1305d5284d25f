"""Compiled loops that resample an image through a projective map. Imports numba, which takes a while.

As with `lut.kernels`, `imaging.warm_up` loads this module at a good time; without it `warp` does the same by other
means, in some ten times the time.
"""

import numpy as np
from numba import njit


@njit(cache=True, nogil=True)
def fill(samples, linear, left, top, block):  # type: ignore[no-untyped-def]
    """Light of a zone of an image; what lies beyond its borders has the colour of the nearest pixel.

    Args:
        samples: (H, W, 3) uint8 or uint16.
        linear: float32, light of each sample.
        left, top: of the zone; may be negative.
        block: (h, w, 4) float32, which is filled; the fourth channel only makes the pixels as long as a register.
    """
    height, width = samples.shape[0], samples.shape[1]
    for row in range(block.shape[0]):
        line = min(max(top + row, 0), height - 1)
        for column in range(block.shape[1]):
            place = min(max(left + column, 0), width - 1)
            block[row, column, 0] = linear[samples[line, place, 0]]
            block[row, column, 1] = linear[samples[line, place, 1]]
            block[row, column, 2] = linear[samples[line, place, 2]]
            block[row, column, 3] = 0


@njit(cache=True, fastmath={"contract", "nnan", "nsz"}, error_model="numpy", nogil=True)
def warp(block, left, top, limits, matrix, first_x, first_y, weights, out):  # type: ignore[no-untyped-def]
    """Lanczos with three lobes, each value held within the 3 x 3 pixels around its place.

    Args:
        block: (h, w, 4) float32, light; holds all that is looked at.
        left, top: its place in the image.
        limits: width and height of the image, and the smallest third coordinate that is divided by.
        matrix: (3, 3) float64, from pixels of the result to pixels of the image, whole numbers in the middle of pixels.
        first_x, first_y: the place of `out` in the result.
        weights: (P + 1, 6) float32, the six taps by the place between two pixels.
        out: (rows, columns, 3) float32, light.
    """
    phases = weights.shape[0] - 1
    width, height, nearest = limits
    stride = np.uint64(4 * block.shape[1])
    flat = block.reshape(block.size)
    mixed, lowest, highest = np.empty(24, np.float32), np.empty(12, np.float32), np.empty(12, np.float32)
    for row in range(out.shape[0]):
        y = first_y + row
        for column in range(out.shape[1]):
            x = first_x + column
            depth = 1.0 / max(matrix[2, 0] * x + matrix[2, 1] * y + matrix[2, 2], nearest)
            source_x = (matrix[0, 0] * x + matrix[0, 1] * y + matrix[0, 2]) * depth
            source_y = (matrix[1, 0] * x + matrix[1, 1] * y + matrix[1, 2]) * depth
            source_x = min(max(source_x, -1.0), width) - left
            source_y = min(max(source_y, -1.0), height) - top
            floor_x, floor_y = np.floor(source_x), np.floor(source_y)
            across = weights[int((source_x - floor_x) * phases + 0.5)]
            down = weights[int((source_y - floor_y) * phases + 0.5)]
            place = np.uint64(int(floor_y) - 2) * stride + np.uint64(4 * (int(floor_x) - 2))
            _mix(flat, place, stride, down, mixed)
            near = np.uint64(int(source_y - floor_y + 0.5)) + np.uint64(1)
            side = np.uint64(int(source_x - floor_x + 0.5)) + np.uint64(1)
            _range(flat, place + near * stride + np.uint64(4) * side, stride, lowest, highest)
            for channel in range(np.uint64(3)):
                value = np.float32(0)
                for tap in range(np.uint64(6)):
                    value += across[tap] * mixed[np.uint64(4) * tap + channel]
                low = min(lowest[channel], lowest[np.uint64(4) + channel], lowest[np.uint64(8) + channel])
                high = max(highest[channel], highest[np.uint64(4) + channel], highest[np.uint64(8) + channel])
                out[row, column, channel] = min(max(value, low), high)


@njit(inline="never", fastmath={"contract", "nnan", "nsz"}, nogil=True)
def _mix(flat, place, stride, down, mixed):  # type: ignore[no-untyped-def]
    """Six pixels across, each mixed of the six below one another."""
    first, second, third = place, place + stride, place + np.uint64(2) * stride
    fourth, fifth, sixth = third + stride, third + np.uint64(2) * stride, third + np.uint64(3) * stride
    one, two, three, four, five, six = down[0], down[1], down[2], down[3], down[4], down[5]
    for value in range(np.uint64(24)):
        mixed[value] = (
            one * flat[first + value]
            + two * flat[second + value]
            + three * flat[third + value]
            + four * flat[fourth + value]
            + five * flat[fifth + value]
            + six * flat[sixth + value]
        )


@njit(inline="never", fastmath={"nnan", "nsz"}, nogil=True)
def _range(flat, place, stride, lowest, highest):  # type: ignore[no-untyped-def]
    """Of three pixels across, the range of the three below one another."""
    second, third = place + stride, place + np.uint64(2) * stride
    for value in range(np.uint64(12)):
        one, two, three = flat[place + value], flat[second + value], flat[third + value]
        low = one if one < two else two
        high = two if one < two else one
        lowest[value] = low if low < three else three
        highest[value] = high if high > three else three


@njit(cache=True, nogil=True)
def store(light, encoded, out):  # type: ignore[no-untyped-def]
    """Light as samples.

    Args:
        light: (rows, columns, 3) float32 in [0, 1].
        encoded: float32 (N + 2,), samples by light, with half a step added, since they are cut off.
        out: uint8 or uint16 of that shape.
    """
    scale = np.float32(encoded.size - 2)
    for row in range(light.shape[0]):
        for column in range(light.shape[1]):
            for channel in range(3):
                place = light[row, column, channel] * scale
                node = np.uint64(place)
                part = place - np.float32(node)
                out[row, column, channel] = int(encoded[node] + part * (encoded[node + np.uint64(1)] - encoded[node]))
