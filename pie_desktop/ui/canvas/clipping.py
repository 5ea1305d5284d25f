"""Clipping warnings: the pixels of the photo that are black or have lost their highlights, marked in colour."""

import numpy as np

from pie_desktop.edit.edit import Edit
from pie_desktop.imaging.lut.apply import apply_lut
from pie_desktop.imaging.tones import clipped
from pie_desktop.ui.canvas.layer import Layer, to_uint8
from pie_desktop.ui.canvas.mixer import Area

DARK_COLOR = "#3d7bff"
BRIGHT_COLOR = "#ff4a3d"


def marked(layer: Layer, pixels: np.ndarray, edit: Edit, part: Area, original: bool) -> np.ndarray:
    """A copy of a part of a layer in which what is clipped has the colour of its warning.

    Args:
        layer: what is shown.
        pixels: the layer's image, as it is drawn: `uint8 (H, W, 3)`, valid within the part.
        edit: that of the image.
        part: rows and columns.
        original: whether `pixels` is the original.

    Returns:
        `uint8 (h, w, 3)`, contiguous.
    """
    request = layer.request
    image = np.array(pixels[part], order="C")
    if request.display is None:
        judged = image
    elif not original and layer.exact_for == edit:
        judged = np.ascontiguousarray(layer.exact_srgb[part])
    else:  # the monitor's profile moves white and black
        sampled = np.ascontiguousarray(layer.sampled[part])
        plain = original or request.luts is None
        judged = to_uint8(sampled if plain or request.luts is None else apply_lut(sampled, request.luts.lut(edit)))
    dark, bright = clipped(judged)
    image[dark] = _rgb(DARK_COLOR)
    image[bright] = _rgb(BRIGHT_COLOR)
    return image


def _rgb(color: str) -> tuple[int, int, int]:
    return int(color[1:3], 16), int(color[3:5], 16), int(color[5:7], 16)
