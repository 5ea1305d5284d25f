"""Vibrance and saturation: more or less colour."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from pie_desktop.edit.hues import Hues
from pie_desktop.edit.part import Part, adjustment, register

_VIVID = 0.9  # a colourfulness that vibrance leaves alone
_PROTECTED = 0.6  # of what is added to skin


@register
@dataclass(frozen=True)
class SaturationPart(Part):
    """Colourfulness multiplied, with the luma (ITU-R BT.709, of sRGB-encoded values) as it is.

    Saturation multiplies by 1 + s. Vibrance multiplies by 1 + v (1 - c / 0.9)^2, where c is the colourfulness (see
    `edit.hues`): pale colours change most and vivid ones not at all. Where they add, hues of skin get up to 60 % less.
    Greys stay grey; at saturation -100 everything is grey.

    Attributes:
        vibrance, saturation: -100 to 100.
    """

    KEY: ClassVar[str] = "saturation"
    LABEL: ClassVar[str] = "Saturation"
    GROUP: ClassVar[str] = "Colour"
    ORDER: ClassVar[int] = 60

    vibrance: float = adjustment("Vibrance", "More or less colour where there is little; skin is spared.")
    saturation: float = adjustment("Saturation", "More or less colour everywhere; skin is spared where it is more.")

    def apply(self, colors: np.ndarray) -> np.ndarray:
        if self == SaturationPart():
            return colors
        hues = Hues.of(colors)
        spared = 1 - _PROTECTED * hues.skin
        vibrance, saturation = self.vibrance / 100, self.saturation / 100
        pale = np.maximum(1 - hues.amount / _VIVID, 0) ** 2
        factor = (1 + vibrance * pale * (spared if vibrance > 0 else 1)) * (
            1 + saturation * (spared if saturation > 0 else 1)
        )
        return hues.luma + (colors - hues.luma) * factor[..., None]
