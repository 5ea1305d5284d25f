"""Compiled loops over pixels: a 3D LUT, tetrahedral, and the mean of blocks. Imports numba, which takes a while.

Do not import this module directly: `imaging.warm_up` loads it at a good time, and without numba nothing depends on it.
"""

from typing import Any

import cv2
import numpy as np
from llvmlite import ir
from numba import njit, types
from numba.extending import intrinsic

CHUNK = 256  # pixels whose intermediate results fit the first-level cache

# Indices are uint64 throughout: a signed one is checked for being negative, which prevents vector code.
_FLOAT, _INT = ir.FloatType(), ir.IntType(32)
_FOUR_FLOATS, _FOUR_INTS = ir.VectorType(_FLOAT, 4), ir.VectorType(_INT, 4)


def apply_lut(image: np.ndarray, lut: np.ndarray, out: np.ndarray) -> None:
    """An image through a LUT, tetrahedral, clipped; the GIL is released.

    Args:
        image: (H, W, 3) uint8, uint16 or float32 in [0, 1], contiguous. Not-a-number counts as 0.
        lut: float32 (S, S, S, 3).
        out: (H, W, 3) of the same type, may be `image`; or (H, W, 4), whose fourth channel gets the maximum.
    """
    size, (nodes, top) = lut.shape[0], _nodes(lut, image.dtype)
    scale = np.float32((size - 1) / (np.iinfo(image.dtype).max if image.dtype.kind == "u" else 1))
    samples, step = _read_only(image.reshape(-1)), np.uint64(out.shape[2])
    _apply_lut(samples, out.reshape(-1), step, nodes, np.uint64(size), scale, top)


def apply_shaped(image: np.ndarray, places: np.ndarray, lut: np.ndarray, out: np.ndarray) -> None:
    """As `apply_lut`, of uint8 or uint16, with nodes that stand anywhere.

    Args:
        image, lut, out: as there.
        places: float32 (256,) or (65536,), where each value lies on an axis of the LUT, 0 to S - 1.
    """
    nodes, top = _nodes(lut, image.dtype)
    samples, step = _read_only(image.reshape(-1)), np.uint64(out.shape[2])
    _apply_shaped(samples, out.reshape(-1), step, places, nodes, np.uint64(lut.shape[0]), top)


def _nodes(lut: np.ndarray, dtype: np.dtype) -> tuple[np.ndarray, np.float32]:
    """The nodes for samples of a type, and the largest result, as `_apply_lut` takes them."""
    whole = dtype.kind == "u"
    highest = np.float32(np.iinfo(dtype).max if whole else 1)
    half = np.float32(0.5 if whole else 0)  # what is stored is cut off, not rounded
    nodes = np.empty((lut.shape[0] ** 3, 4), np.float32)
    np.multiply(lut.reshape(-1, 3), highest, out=nodes[:, :3])
    nodes[:, 3] = highest
    nodes += half
    return nodes.reshape(-1), highest + half


def eighth(image: np.ndarray) -> np.ndarray:
    """Means of blocks of 8 x 8 pixels, rounded; those at the right and lower edge may be smaller.

    Args:
        image: (H, W, 3) uint8, contiguous, at least 8 x 8.

    Returns:
        (ceil(H / 8), ceil(W / 8), 3) uint8.
    """
    height, width = image.shape[:2]
    rows, columns = height // 8, width // 8
    out = np.empty((-(-height // 8), -(-width // 8), 3), image.dtype)
    _eighth(_read_only(image.reshape(height, -1)), out[:rows].reshape(rows, -1))
    whole, rest = (slice(0, 8 * rows), slice(0, 8 * columns)), (slice(8 * rows, None), slice(8 * columns, None))
    if width % 8:
        out[:rows, columns:] = _mean(image[whole[0], rest[1]], (1, rows))
    if height % 8:
        out[rows:, :columns] = _mean(image[rest[0], whole[1]], (columns, 1))
    if width % 8 and height % 8:
        out[rows:, columns:] = _mean(image[rest], (1, 1))
    return out


def _mean(part: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    return cv2.resize(np.ascontiguousarray(part), size, interpolation=cv2.INTER_AREA)


def _read_only(array: np.ndarray) -> np.ndarray:
    """numba compiles once more for arrays that cannot be written: so none can."""
    view = array.view()
    view.flags.writeable = False
    return view


@intrinsic
def _blend_nodes(  # type: ignore[no-untyped-def]
    typing_context, out, position, nodes, node_0, node_1, node_2, node_3, weight_0, weight_1, weight_2, weight_3, top
):
    """Store four clipped samples at `out[position:]`: the weighted sum of four nodes of four floats.

    Written in LLVM's vector types, since a pixel's channels are too few for the loop vectoriser to see.
    """
    signature = types.void(
        out, position, nodes, node_0, node_1, node_2, node_3, weight_0, weight_1, weight_2, weight_3, top
    )

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        out_array, out_index, node_array, *rest = arguments
        indices, weights, highest = rest[:4], rest[4:8], rest[8]
        out_pointer = context.make_array(signature.args[0])(context, builder, out_array).data
        node_pointer = context.make_array(signature.args[2])(context, builder, node_array).data
        undefined = ir.Constant(_FOUR_FLOATS, ir.Undefined)

        def spread(value: Any) -> Any:
            single = builder.insert_element(undefined, value, _INT(0))
            return builder.shuffle_vector(single, undefined, ir.Constant(_FOUR_INTS, [0] * 4))

        total = None
        for index, weight in zip(indices, weights, strict=True):
            first = builder.gep(node_pointer, [index])
            node = builder.load(builder.bitcast(first, _FOUR_FLOATS.as_pointer()), align=4)
            part = builder.fmul(spread(weight), node, flags=("contract",))
            total = part if total is None else builder.fadd(total, part, flags=("contract",))
        lowest, highest = ir.Constant(_FOUR_FLOATS, [0.0] * 4), spread(highest)
        total = builder.select(builder.fcmp_ordered(">", total, lowest), total, lowest)
        total = builder.select(builder.fcmp_ordered("<", total, highest), total, highest)
        sample = out_pointer.type.pointee
        if sample != _FLOAT:
            total = builder.trunc(builder.fptosi(total, _FOUR_INTS), ir.VectorType(sample, 4))
        target = builder.bitcast(builder.gep(out_pointer, [out_index]), ir.VectorType(sample, 4).as_pointer())
        builder.store(total, target, align=1)
        return context.get_dummy_value()

    return signature, generate


@njit(inline="never", fastmath={"contract", "nsz"}, nogil=True)
def _find_nodes(samples, first, count, scale, size, places, weights):  # type: ignore[no-untyped-def]
    """The tetrahedron of each pixel: three of its nodes (the fourth is a fixed way from the first) and four weights.

    In floating point throughout: numba widens integers to 64 bits, which halves the speed of vector code.
    """
    one, last_cell = np.float32(1), size - np.float32(2)
    blue_step = np.float32(4)  # a node has four floats
    green_step = blue_step * size
    red_step = green_step * size
    across = red_step + green_step + blue_step
    for pixel in range(count):
        place = first + np.uint64(3) * pixel
        red = np.float32(samples[place]) * scale
        green = np.float32(samples[place + np.uint64(1)]) * scale
        blue = np.float32(samples[place + np.uint64(2)]) * scale
        # Written as choices rather than with min and max: so each is one instruction, and not-a-number ends at 0.
        red = red if red > np.float32(0) else np.float32(0)
        green = green if green > np.float32(0) else np.float32(0)
        blue = blue if blue > np.float32(0) else np.float32(0)
        red_cell, green_cell, blue_cell = np.floor(red), np.floor(green), np.floor(blue)
        red_cell = red_cell if red_cell < last_cell else last_cell
        green_cell = green_cell if green_cell < last_cell else last_cell
        blue_cell = blue_cell if blue_cell < last_cell else last_cell
        red, green, blue = red - red_cell, green - green_cell, blue - blue_cell
        red = red if red < one else one
        green = green if green < one else one
        blue = blue if blue < one else one
        high = red if red > green else green
        low = red if red < green else green
        middle = blue if blue < high else high
        middle = low if low > middle else middle
        high = blue if blue > high else high
        low = blue if blue < low else low
        node = red_cell * red_step + green_cell * green_step + blue_cell * blue_step
        up = red_step if high == red else (green_step if high == green else blue_step)
        down = blue_step if low == blue else (green_step if low == green else red_step)
        places[pixel] = np.int32(node)
        places[np.uint64(CHUNK) + pixel] = np.int32(node + up)
        places[np.uint64(2 * CHUNK) + pixel] = np.int32(node + (across - down))
        weights[pixel] = one - high
        weights[np.uint64(CHUNK) + pixel] = high - middle
        weights[np.uint64(2 * CHUNK) + pixel] = middle - low
        weights[np.uint64(3 * CHUNK) + pixel] = low


@njit(inline="never", nogil=True)
def _blend(out, first, step, count, nodes, across, top, places, weights):  # type: ignore[no-untyped-def]
    for pixel in range(count):
        second, third, fourth = (
            pixel + np.uint64(CHUNK),
            pixel + np.uint64(2 * CHUNK),
            pixel + np.uint64(3 * CHUNK),
        )
        node = np.uint64(places[pixel])
        _blend_nodes(
            out,
            first + pixel * step,
            nodes,
            node, np.uint64(places[second]), np.uint64(places[third]), node + across,
            weights[pixel], weights[second], weights[third], weights[fourth], top,
        )  # fmt: skip


@njit(cache=True, nogil=True)
def _apply_lut(samples, out, step, nodes, size, scale, top):  # type: ignore[no-untyped-def]
    """All pixels through a LUT.

    Args:
        samples: (N * 3,) uint8, uint16 or float32.
        out: (N * step,) of the same type; may be `samples` itself where step is 3.
        step: 3, or 4 for a fourth channel that the nodes give.
        nodes: float32 (S^3 * 4,), in the range of `out`, with half a step added where `out` holds integers.
        size: S.
        scale: a sample times this is a place on an axis, 0 to S - 1.
        top: the largest result.
    """
    pixels = np.uint64(samples.size // 3)
    places = np.empty(3 * CHUNK, np.int32)
    weights = np.empty(4 * CHUNK, np.float32)
    last = np.empty(4, out.dtype)
    across = np.uint64(4) * (size * size + size + np.uint64(1))
    for chunk in range((pixels + np.uint64(CHUNK - 1)) // np.uint64(CHUNK)):
        start = np.uint64(chunk) * np.uint64(CHUNK)
        count = min(np.uint64(CHUNK), pixels - start)
        _find_nodes(samples, start * np.uint64(3), count, scale, np.float32(size), places, weights)
        # Four samples are stored at once: what runs over belongs to the next pixel, written after. The last has none.
        inner = count - np.uint64(1)
        _blend(out, start * step, step, inner, nodes, across, top, places, weights)
        _blend(last, np.uint64(0), step, np.uint64(1), nodes, across, top, places[inner:], weights[inner:])
        for channel in range(step):
            out[(start + inner) * step + np.uint64(channel)] = last[channel]


@njit(cache=True, nogil=True)
def _apply_shaped(samples, out, step, table, nodes, size, top):  # type: ignore[no-untyped-def]
    """As `_apply_lut`, with the places of `table` in place of a scale."""
    pixels = np.uint64(samples.size // 3)
    placed = np.empty(3 * CHUNK, np.float32)
    places = np.empty(3 * CHUNK, np.int32)
    weights = np.empty(4 * CHUNK, np.float32)
    last = np.empty(4, out.dtype)
    across = np.uint64(4) * (size * size + size + np.uint64(1))
    for chunk in range((pixels + np.uint64(CHUNK - 1)) // np.uint64(CHUNK)):
        start = np.uint64(chunk) * np.uint64(CHUNK)
        count = min(np.uint64(CHUNK), pixels - start)
        for place in range(np.uint64(3) * count):
            placed[place] = table[samples[np.uint64(3) * start + place]]
        _find_nodes(placed, np.uint64(0), count, np.float32(1), np.float32(size), places, weights)
        inner = count - np.uint64(1)
        _blend(out, start * step, step, inner, nodes, across, top, places, weights)
        _blend(last, np.uint64(0), step, np.uint64(1), nodes, across, top, places[inner:], weights[inner:])
        for channel in range(step):
            out[(start + inner) * step + np.uint64(channel)] = last[channel]


@njit(cache=True, nogil=True)
def _eighth(rows, out):  # type: ignore[no-untyped-def]
    """Rounded means of whole blocks of 8 x 8 pixels.

    Args:
        rows: (H, W * 3) uint8.
        out: (H // 8, at least W // 8 * 3) uint8.
    """
    sums = np.empty(rows.shape[1], np.uint32)
    whole = 3 * (rows.shape[1] // 24)
    for block in range(out.shape[0]):
        _sum_of_eight(rows[8 * block : 8 * block + 8], sums)
        _means_of_eight(sums, out[block, :whole])


@njit(inline="never", nogil=True)
def _sum_of_eight(rows, sums):  # type: ignore[no-untyped-def]
    for place in range(np.uint64(sums.size)):
        upper = rows[0, place] + rows[1, place] + rows[2, place] + rows[3, place]
        lower = rows[4, place] + rows[5, place] + rows[6, place] + rows[7, place]
        sums[place] = upper + lower


@njit(inline="never", nogil=True)
def _means_of_eight(sums, out):  # type: ignore[no-untyped-def]
    for pixel in range(np.uint64(out.size // 3)):
        place = np.uint64(24) * pixel
        red = green = blue = np.uint64(32)  # half of what is divided by
        for _ in range(8):
            red += np.uint64(sums[place])
            green += np.uint64(sums[place + np.uint64(1)])
            blue += np.uint64(sums[place + np.uint64(2)])
            place += np.uint64(3)
        target = np.uint64(3) * pixel
        out[target] = red // np.uint64(64)
        out[target + np.uint64(1)] = green // np.uint64(64)
        out[target + np.uint64(2)] = blue // np.uint64(64)
