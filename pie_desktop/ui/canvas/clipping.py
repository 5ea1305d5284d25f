"""Clipping warnings: the pixels of the photo that are black or have lost their highlights, marked in colour."""

import cv2
import numpy as np

from pie_desktop.edit.edit import Edit
from pie_desktop.edit.part import ScaleEnd
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
    image = np.array(pixels[part], order="C")
    judged = _judged(layer, image, edit, part, original)
    dark, bright = clipped(judged)
    image[dark] = _rgb(DARK_COLOR)
    image[bright] = _rgb(BRIGHT_COLOR)
    return image


def clipped_alone(
    layer: Layer, pixels: np.ndarray, edit: Edit, part: Area, original: bool, end: ScaleEnd
) -> np.ndarray:
    """A part of a layer with nothing but what is clipped at one end of the scale.

    Args:
        layer, pixels, edit, part, original: as for `marked`.
        end: `bright`: channels at their highest value are full and all others black, so that the colour says which
            ones are lost; `dark`: channels at 0 are black and all others full.

    Returns:
        `uint8 (h, w, 3)`, contiguous.
    """
    judged = _judged(layer, np.ascontiguousarray(pixels[part]), edit, part, original)
    # Of the two values that are left, 255 is true.
    return cv2.compare(judged, 255, cv2.CMP_EQ) if end == "bright" else cv2.compare(judged, 0, cv2.CMP_GT)


def _judged(layer: Layer, image: np.ndarray, edit: Edit, part: Area, original: bool) -> np.ndarray:
    """The part in sRGB, uint8; `image` is the part as it is drawn."""
    request = layer.request
    if request.display is None:
        return image
    if not original and layer.exact_for == edit:
        return np.ascontiguousarray(layer.exact_srgb[part])
    # The monitor's profile moves white and black.
    sampled = np.ascontiguousarray(layer.sampled[part])
    if original or request.luts is None:
        return to_uint8(sampled)
    return to_uint8(apply_lut(sampled, request.luts.lut(edit)))


def _rgb(color: str) -> tuple[int, int, int]:
    return int(color[1:3], 16), int(color[3:5], 16), int(color[5:7], 16)
