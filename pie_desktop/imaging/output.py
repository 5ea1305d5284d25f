"""The way of a photo through an export: opened as its output needs it, edited, and ready for `encode.save_photo`."""

from collections.abc import Callable
from pathlib import Path

import numpy as np

from pie_desktop.imaging.convert import keeps_wide_gamut
from pie_desktop.imaging.decode import load_photo, load_wide
from pie_desktop.imaging.encode_options import EncodeOptions
from pie_desktop.imaging.header import read_header
from pie_desktop.imaging.lut import apply_lut, apply_lut_padded, apply_lut_wide
from pie_desktop.imaging.proxy import proxy_of

Edit = np.ndarray | Callable[[np.ndarray], np.ndarray]


def edited_photo(source: Path, options: EncodeOptions, edit: Edit) -> np.ndarray:
    """A photo with its edit, at full size and depth.

    Args:
        source: the photo.
        options: how it will be written: its colours beyond sRGB are kept when the file can hold them.
        edit: a table, float32 (S, S, S, 3), or what gives it for the small picture that the model looks at.

    Returns:
        (H, W, 3) in sRGB: uint8 or uint16, or float32 with values outside [0, 1] for a wide gamut.

    Raises:
        DecodeError: the photo cannot be opened.
    """
    header = read_header(source)
    from_jpeg = header.format == "jpeg"
    if keeps_wide_gamut(options.color, header.icc):
        wide = load_wide(source)
        table = edit(proxy_of(_clipped(wide, header.bit_depth), from_jpeg)) if callable(edit) else edit
        return apply_lut_wide(wide, table)
    picture = load_photo(source)
    table = edit(proxy_of(picture, from_jpeg)) if callable(edit) else edit
    if options.container == "jpeg" and picture.dtype == np.uint8 and not options.changes_pixels:
        return apply_lut_padded(picture, table)
    # In place where the decoder allows it: fresh memory for 24 MP costs as much as half of the table.
    return apply_lut(picture, table, out=picture if picture.flags.writeable else None)


def _clipped(wide: np.ndarray, bit_depth: int) -> np.ndarray:
    """What `load_photo` gives for the same photo."""
    dtype, top = (np.uint8, 255) if bit_depth <= 8 else (np.uint16, 65535)
    result = np.empty(wide.shape, dtype=dtype)
    for row in range(0, len(wide), 256):  # in strips, for the memory of the intermediate values
        result[row : row + 256] = np.rint(np.clip(wide[row : row + 256], 0, 1) * top)
    return result
