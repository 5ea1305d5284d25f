"""The way of a photo through an export: opened as its output needs it, edited, and ready for `encode.save_photo`."""

from collections.abc import Callable
from pathlib import Path

import numpy as np

from pie_desktop.imaging.convert import keeps_wide_gamut
from pie_desktop.imaging.decode import load_photo, load_wide
from pie_desktop.imaging.depth import from_float
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
        if not callable(edit):
            return apply_lut_wide(wide, edit)
        seen = from_float(wide, np.uint8 if header.bit_depth <= 8 else np.uint16)  # what `load_photo` gives
        return apply_lut_wide(wide, edit(proxy_of(seen, from_jpeg)))
    picture = load_photo(source)
    table = edit(proxy_of(picture, from_jpeg)) if callable(edit) else edit
    if options.container == "jpeg" and picture.dtype == np.uint8 and not options.changes_pixels:
        return apply_lut_padded(picture, table)
    # In place where the decoder allows it: fresh memory for 24 MP costs as much as half of the table.
    return apply_lut(picture, table, out=picture if picture.flags.writeable else None)
