"""3D LUTs as arrays: making, checking and applying them."""

from collections.abc import Callable
from typing import Protocol

import numpy as np
import PyOpenColorIO as ocio

from pie_desktop.imaging import compiled
from pie_desktop.imaging.lut.files import load_lut, read_cube, read_haldclut, write_cube

__all__ = [
    "AnyLut",
    "ColorTable",
    "apply_any",
    "apply_lut",
    "apply_lut_padded",
    "apply_lut_wide",
    "apply_transform",
    "check_lut",
    "identity_lut",
    "load_lut",
    "read_cube",
    "read_haldclut",
    "wide_lut",
    "write_cube",
]

_BIT_DEPTHS = {
    np.dtype(np.uint8): ocio.BIT_DEPTH_UINT8,
    np.dtype(np.uint16): ocio.BIT_DEPTH_UINT16,
    np.dtype(np.float32): ocio.BIT_DEPTH_F32,
}
MAX_SIZE = 129  # OpenColorIO's limit

_CONFIG = ocio.Config.CreateRaw()
# Every image has its own LUT, so the cache would only grow.
_CONFIG.setProcessorCacheFlags(ocio.PROCESSOR_CACHE_OFF)


def identity_lut(size: int = 17) -> np.ndarray:
    """The LUT that changes nothing: float32 (size, size, size, 3), indexed [r, g, b]."""
    axis = np.linspace(0, 1, size, dtype=np.float32)
    return np.stack(np.meshgrid(axis, axis, axis, indexing="ij"), axis=-1)


def check_lut(lut: np.ndarray) -> None:
    """Raise ValueError unless the array is a finite LUT (S, S, S, 3) with 2 <= S <= 129."""
    size = lut.shape[0] if lut.ndim == 4 else 0
    if lut.shape != (size, size, size, 3) or not 2 <= size <= MAX_SIZE:
        raise ValueError(f"a LUT has the shape (S, S, S, 3) with S from 2 to {MAX_SIZE}, got {lut.shape}")
    if not np.isfinite(lut).all():
        raise ValueError("the LUT has values that are not finite")


def apply_lut(image: np.ndarray, lut: np.ndarray, out: np.ndarray | None = None) -> np.ndarray:
    """The image through a LUT, tetrahedral interpolation, clipped to the range of the dtype.

    By the compiled loops once they are ready (`warm_up`), a quarter of OpenColorIO's time; else by
    OpenColorIO. Both give the same but for about one value in ten thousand, which the rounding puts one level beside.

    Args:
        image: (H, W, 3) uint8, uint16, or float32 in [0, 1], sRGB-encoded. uint16 is computed without an 8-bit step.
        lut: float32 (S, S, S, 3) with 2 <= S <= 129; values may lie outside [0, 1].
        out: C-contiguous array for the result, of the same shape and dtype; may be `image` itself.

    Returns:
        `out`, or a new array of the same shape and dtype. Safe to call in several threads; the GIL is released.
    """
    check_lut(lut)
    source, result = prepare(image, out, image.dtype)
    kernels = compiled.kernels_for(source.dtype)
    if kernels is not None:
        kernels.apply_lut(source, np.ascontiguousarray(lut, dtype=np.float32), result)
        return result
    transform = ocio.Lut3DTransform(lut.shape[0])
    transform.setInterpolation(ocio.INTERP_TETRAHEDRAL)
    transform.setData(np.ascontiguousarray(lut, dtype=np.float32).ravel())
    return apply_transform(source, transform, result)


class ColorTable(Protocol):
    """What a photo's colours become, in a form of its own; a plain LUT is the other form."""

    def apply(self, image: np.ndarray, out: np.ndarray | None = None) -> np.ndarray:
        """An image with these colours; arguments and result as of `apply_lut`."""
        ...


AnyLut = np.ndarray | ColorTable


def apply_any(image: np.ndarray, lut: AnyLut, out: np.ndarray | None = None) -> np.ndarray:
    """`apply_lut` for a LUT of either form."""
    return apply_lut(image, lut, out) if isinstance(lut, np.ndarray) else lut.apply(image, out)


def apply_lut_wide(image: np.ndarray, lut: AnyLut) -> np.ndarray:
    """An image with colours beyond sRGB through a LUT, without losing them.

    The LUT acts on the colour clipped to sRGB; what was clipped off is put back on the result, in proportion to the
    colourfulness that the LUT leaves (largest minus smallest channel, after over before, at most 1): an edit to black
    and white leaves no tint of it. Colours within sRGB come out exactly as from `apply_lut`; the identity LUT
    changes nothing at all.

    Args:
        image: (H, W, 3) float32, sRGB-encoded, values below 0 and above 1 allowed (`decode.load_wide`).
        lut: float32 (S, S, S, 3), or one of the other form.

    Returns:
        A new array of the same kind.
    """
    if image.dtype != np.float32:
        raise ValueError(f"a wide image is float32, got {image.dtype}")
    if isinstance(lut, np.ndarray):
        check_lut(lut)
        if np.array_equal(lut, identity_lut(lut.shape[0])):
            return image.copy()
    result = np.empty_like(image)
    for row in range(0, len(image), 256):  # in strips, for the memory of the intermediate values
        part = slice(row, row + 256)
        inside = np.clip(image[part], 0, 1)
        changed = apply_any(inside, lut)
        before, after = np.ptp(inside, axis=-1), np.ptp(changed, axis=-1)
        kept = np.minimum(np.divide(after, before, out=np.ones_like(after), where=before > 1e-6), 1)
        result[part] = changed + kept[..., None] * (image[part] - inside)
    return result


def apply_lut_padded(image: np.ndarray, lut: np.ndarray) -> np.ndarray:
    """As `apply_lut`, written with a fourth byte per pixel where that costs nothing: JPEG encoders work on those.

    Args:
        image: (H, W, 3) uint8, C-contiguous; it may be written to.
        lut: as there.

    Returns:
        (H, W, 3) uint8: `image`, or a view of a contiguous (H, W, 4).
    """
    kernels = compiled.kernels_for(image.dtype)
    if kernels is None or image.dtype != np.uint8:
        return apply_lut(image, lut, out=image if image.flags.writeable else None)
    check_lut(lut)
    padded = np.empty((*image.shape[:2], 4), np.uint8)
    kernels.apply_lut(np.ascontiguousarray(image), np.ascontiguousarray(lut, dtype=np.float32), padded)
    return padded[..., :3]


def apply_transform(
    image: np.ndarray, transform: ocio.Transform, out: np.ndarray | None = None, *, wide: bool = False
) -> np.ndarray:
    """The image through any OpenColorIO transform; same arguments as `apply_lut`.

    Args:
        image, transform, out: as there; float32 may lie outside [0, 1] if the transform takes it.
        wide: give float32 whatever the image is, not clipped.
    """
    source, result = prepare(image, out, np.dtype(np.float32) if wide else image.dtype)
    depth, to_depth = _BIT_DEPTHS[source.dtype], _BIT_DEPTHS[result.dtype]
    processor = _CONFIG.getProcessor(transform).getOptimizedCPUProcessor(depth, to_depth, ocio.OPTIMIZATION_DEFAULT)
    processor.apply(_packed(source, depth), _packed(result, to_depth))
    if result.dtype == np.float32 and not wide:
        np.clip(result, 0, 1, out=result)
    return result


def wide_lut(lut: np.ndarray) -> Callable[[np.ndarray], np.ndarray]:
    """What puts many small images through one LUT, without clipping: the transform is prepared once.

    Args:
        lut: float32 (S, S, S, 3).

    Returns:
        A function of float32 (H, W, 3) that gives such an array.
    """
    transform = ocio.Lut3DTransform(lut.shape[0])
    transform.setInterpolation(ocio.INTERP_TETRAHEDRAL)
    transform.setData(np.ascontiguousarray(lut, dtype=np.float32).ravel())
    depth = ocio.BIT_DEPTH_F32
    processor = _CONFIG.getProcessor(transform).getOptimizedCPUProcessor(depth, depth, ocio.OPTIMIZATION_DEFAULT)

    def apply(image: np.ndarray) -> np.ndarray:
        source, result = prepare(image, None, np.dtype(np.float32))
        processor.apply(_packed(source, depth), _packed(result, depth))
        return result

    return apply


def prepare(image: np.ndarray, out: np.ndarray | None, dtype: np.dtype) -> tuple[np.ndarray, np.ndarray]:
    """Contiguous source and result (of a dtype), checked."""
    if image.dtype not in _BIT_DEPTHS or image.ndim != 3 or image.shape[2] != 3:
        raise ValueError(f"an image is (H, W, 3) uint8, uint16 or float32, got {image.shape} {image.dtype}")
    source = np.ascontiguousarray(image)
    result = np.empty(source.shape, dtype) if out is None else out
    if result.shape != source.shape or result.dtype != dtype or not result.flags.c_contiguous:
        raise ValueError(f"out must be a contiguous {source.shape} {dtype}, got {result.shape} {result.dtype}")
    return source, result


def _packed(array: np.ndarray, depth: ocio.BitDepth) -> ocio.PackedImageDesc:
    height, width, _ = array.shape
    # Not array.strides: numpy leaves those of axes of length 1 arbitrary.
    sample = array.itemsize
    strides = (sample, 3 * sample, 3 * sample * width)
    return ocio.PackedImageDesc(array, width, height, ocio.CHANNEL_ORDERING_RGB, depth, *strides)
