"""The grey picker: temperature and tint that make a colour of the photo neutral."""

from dataclasses import dataclass

import numpy as np

from pie_desktop.edit.edit import Edit
from pie_desktop.edit.parts.white_balance import WhiteBalancePart
from pie_desktop.edit.transform import Transform
from pie_desktop.errors import EditError
from pie_desktop.imaging.color.spaces import LUMA, linear_to_srgb, srgb_to_linear
from pie_desktop.imaging.lut.apply import apply_any

SIDE = 5
"""Photo pixels of the area whose mean is taken: more than noise, less than an object."""

_CLIPPED = 254 / 255  # encoded; from here on a channel has lost its ratio to the others
_SHARE = 0.2  # of the pixels that may be clipped
_BLACK = 0.002  # of the light of white: below it, the rounding of 8 bits is most of the colour
_NEUTRAL = 0.02  # largest difference of two channels, in parts of the mean, that counts as grey


@dataclass(frozen=True)
class PickedGrey:
    """What the picker answers.

    Attributes:
        edit: the edit with the white balance that was found.
        exact: whether the area is neutral with it; else its colour is further from grey than the sliders reach.
    """

    edit: Edit
    exact: bool


def balanced_on(area: np.ndarray, transform: Transform, edit: Edit) -> PickedGrey:
    """The edit with the white balance that makes an area neutral.

    The area is taken as the white balance gets it: with the model's part of the edit, and what acts before the white
    balance, but without any other adjustment. Its pixels are averaged in linear light.

    Args:
        area: of the photo, uint8 or uint16 (H, W, 3), sRGB-encoded, without the edit.
        transform: what the model says about the photo, in the style of the edit.
        edit: of the photo.

    Raises:
        EditError: the area is clipped or black, so that it has no colour that could be measured.
    """
    samples = np.ascontiguousarray(area, np.float32) / np.float32(np.iinfo(area.dtype).max)
    earlier = Edit(tuple(part for part in edit.colors.parts if part.ORDER < WhiteBalancePart.ORDER))
    result = apply_any(samples, transform.exact(earlier))
    ends = np.maximum(samples, result).max(axis=-1) >= _CLIPPED
    if ends.mean() > _SHARE:
        raise EditError("This place is clipped, so its colour is lost; click on something grey that is darker.")
    mean = srgb_to_linear(result).reshape(-1, 3).mean(axis=0, dtype=np.float64)
    if mean @ np.array(LUMA) < _BLACK:
        raise EditError("This place is black, so it has no colour; click on something grey that is lighter.")
    part = WhiteBalancePart.taking_for_white(linear_to_srgb(mean))
    neutral = part.matrix @ mean
    return PickedGrey(edit.with_part(part), float(np.ptp(neutral) / neutral.mean()) <= _NEUTRAL)
