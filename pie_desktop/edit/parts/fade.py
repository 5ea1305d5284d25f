"""Fade: the blacks of an old print."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from pie_desktop.edit.part import Part, adjustment, register

_BLACK, _WHITE = 0.16, 0.94  # of encoded values, where black and white come to lie at the end of the slider


@register
@dataclass(frozen=True)
class FadePart(Part):
    """Black is lifted and white lowered, by a straight line of each sRGB-encoded channel: `x + f (0.16 - 0.22 x)`.

    Attributes:
        fade: 0 to 100.
    """

    KEY: ClassVar[str] = "fade"
    LABEL: ClassVar[str] = "Fade"
    GROUP: ClassVar[str] = "Light"
    ORDER: ClassVar[int] = 90

    fade: float = adjustment("Fade", "Pale blacks, as in an old print.", low=0.0)

    def apply(self, colors: np.ndarray) -> np.ndarray:
        if self.fade == 0:
            return colors
        share = self.fade / 100
        return colors * np.float32(1 - share * (1 - _WHITE + _BLACK)) + np.float32(share * _BLACK)
