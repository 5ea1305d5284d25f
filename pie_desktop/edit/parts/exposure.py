"""Exposure: more or less light, as if the shutter had been open longer or shorter."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from pie_desktop.edit.part import Part, parameter, register
from pie_desktop.imaging.color.spaces import linear_to_srgb, srgb_to_linear


@register
@dataclass(frozen=True)
class ExposurePart(Part):
    """Light times 2 to the power of the exposure value, after the model's enhancement.

    In linear light (IEC 61966-2-1 undone), all channels alike, so that chromaticity stays; what exceeds 1 is clipped
    at the end of all adjustments and not here.

    Attributes:
        exposure: in EV, -5 to 5.
    """

    KEY: ClassVar[str] = "exposure"
    LABEL: ClassVar[str] = "Exposure"
    GROUP: ClassVar[str] = "Light"
    ORDER: ClassVar[int] = 20

    exposure: float = parameter(
        "Exposure", 0.0, -5.0, 5.0, "Lighter or darker, in EV (stops).", unit="EV", end="bright"
    )

    def apply(self, colors: np.ndarray) -> np.ndarray:
        if self.exposure == 0:
            return colors
        return linear_to_srgb(srgb_to_linear(colors) * np.float32(2.0**self.exposure))
