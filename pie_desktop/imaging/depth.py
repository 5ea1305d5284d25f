"""Between 8 and 16 bits per sample."""

import numpy as np


def to_uint8(picture: np.ndarray) -> np.ndarray:
    """A picture with 8 bits, rounded; uint8 or uint16, any number of channels."""
    if picture.dtype == np.uint8:
        return picture
    result = np.empty(picture.shape, dtype=np.uint8)
    for row in range(0, len(picture), 256):  # in strips, for the memory of the intermediate values
        part = slice(row, row + 256)
        result[part] = (picture[part].astype(np.uint32) + 128) // 257
    return result


def to_uint16(picture: np.ndarray) -> np.ndarray:
    """A picture with 16 bits: 255 becomes 65535."""
    return picture if picture.dtype == np.uint16 else picture * np.uint16(257)


def from_float(picture: np.ndarray, dtype: type[np.uint8] | type[np.uint16] = np.uint16) -> np.ndarray:
    """float32 in [0, 1] as integers over their whole range, clipped and rounded; integers come back as they are."""
    if picture.dtype != np.float32:
        return picture
    result = np.empty(picture.shape, dtype=dtype)
    top = np.float32(np.iinfo(dtype).max)
    for row in range(0, len(picture), 256):
        part = slice(row, row + 256)
        result[part] = np.rint(np.clip(picture[part], 0, 1) * top).astype(dtype)
    return result
