"""The depth of decoded samples: whatever it is, a photo's samples leave their decoder over the whole range of a type.

Decoders hand out samples as they are stored: 10 bits in 16, 4 bits in 8. Every one whose library does so passes them
through `full_range` with the depth that the file declares, before transparency or colours are looked at.
"""

import numpy as np

from pie_desktop.imaging.stored import composite_on_white

_STRIP = 256  # rows at a time, for the memory of the intermediate values


def full_range(array: np.ndarray, bits: int) -> np.ndarray:
    """Samples of any type over the whole range of uint8 or uint16; floating point as float32, 0 to 1 black to white.

    Args:
        array: of any shape with at least one axis; unsigned integers hold 0 to 2**bits - 1, signed ones are black below
            0 and white at the largest value of their type.
        bits: per sample, as the file declares it. Values beyond it are white.

    Returns:
        uint8 for bool and uint8, uint16 for all other integers, float32 without NaN for floating point; the same array
        where nothing has to be changed.
    """
    if array.dtype == bool:
        return array.astype(np.uint8) * 255
    if np.issubdtype(array.dtype, np.floating):
        return np.nan_to_num(array.astype(np.float32, copy=False), posinf=1.0, neginf=0.0)
    if array.dtype in (np.uint8, np.uint16):
        return array if bits >= 8 * array.dtype.itemsize else _stretched(array, bits)
    signed = np.issubdtype(array.dtype, np.signedinteger)
    white = float(np.iinfo(array.dtype).max) if signed else 2.0**bits - 1
    result = np.empty(array.shape, dtype=np.uint16)
    for row in range(0, len(array), _STRIP):
        part = slice(row, row + _STRIP)
        result[part] = np.round(np.clip(array[part].astype(np.float64) / white, 0, 1) * 65535).astype(np.uint16)
    return result


def _stretched(array: np.ndarray, bits: int) -> np.ndarray:
    top = 2**bits - 1
    lut = np.round(np.arange(top + 1) * (np.iinfo(array.dtype).max / top)).astype(array.dtype)
    return lut[np.minimum(array, top)]


def without_alpha(array: np.ndarray, bits: int) -> tuple[np.ndarray, str]:
    """Samples of a decoder with transparency on white, over the whole range (`full_range`).

    Args:
        array: (H, W) or (H, W, 1 to 4); the second or fourth channel is opacity.
        bits: per sample.

    Returns:
        Contiguous (H, W) and `gray`, or (H, W, 3) and `rgb`.
    """
    array = full_range(array, bits)
    if array.ndim == 2 or array.shape[2] == 1:
        return np.ascontiguousarray(array.reshape(array.shape[:2])), "gray"
    colors = 3 if array.shape[2] >= 3 else 1
    base = np.ascontiguousarray(array[..., :colors])
    if array.shape[2] > colors:
        base = composite_on_white(base, array[..., colors])
    return (base, "rgb") if colors == 3 else (base[..., 0], "gray")
