"""Contrast about mid grey."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from pie_desktop.edit.hues import beyond
from pie_desktop.edit.part import Part, adjustment, register

MID_GREY = 0.4613561
"""18 % of the light of white, sRGB-encoded."""

_REACH = 1.8  # below 1 / (1 - MID_GREY), so that the curve rises everywhere


@register
@dataclass(frozen=True)
class ContrastPart(Part):
    """Steeper or flatter tones, with black, mid grey and white where they are.

    Of each channel, sRGB-encoded: `x + c * 1.8 * x * (1 - x) * (x - m)`, where m is mid grey and c the contrast from
    -1 to 1: the cubic that leaves 0, m and 1 alone. Its slope at mid grey is 1 + 0.45 c. Beyond 0 and 1 it goes on
    straight. It rises with x for every c, and greys stay grey.

    Attributes:
        contrast: -100 to 100.
    """

    KEY: ClassVar[str] = "contrast"
    LABEL: ClassVar[str] = "Contrast"
    GROUP: ClassVar[str] = "Light"
    ORDER: ClassVar[int] = 30

    contrast: float = adjustment("Contrast", "How far light and dark are apart; mid grey stays.")

    def apply(self, colors: np.ndarray) -> np.ndarray:
        if self.contrast == 0:
            return colors
        bend = _REACH * self.contrast / 100
        x = np.clip(colors, 0, 1)
        curve = x + bend * (x * (1 - x) * (x - MID_GREY))
        return beyond(colors, curve, 1 - bend * MID_GREY, 1 - bend * (1 - MID_GREY))
