"""White balance: the colour of the light that is taken for white, after the model's enhancement."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from pie_desktop.edit.part import Part, adjustment, register
from pie_desktop.imaging.color.difference import SRGB_TO_XYZ
from pie_desktop.imaging.color.illuminants import D65_MIRED, daylight, near_daylight, nearest_daylight, to_xyz
from pie_desktop.imaging.color.spaces import BRADFORD, linear_to_srgb, srgb_to_linear

_MIRED = 70.0  # at the end of the slider: 4470 K to 11 900 K, all of it on the daylight locus
_DUV = 0.02  # as far as light sources that are called white lie from the locus


@register
@dataclass(frozen=True)
class WhiteBalancePart(Part):
    """Chromatic adaptation from an illuminant near daylight to D65.

    In linear light by the linear Bradford transform (ICC.1:2022, annex E). The illuminant lies on the CIE daylight
    locus (CIE 15:2018, 4.1.2) at 153.7 mired less 0.7 per unit of `temperature`, and is moved off it along the normal
    in CIE 1960 u, v by 0.0002 per unit of `tint`. Luminance of white stays.

    Attributes:
        temperature: -100 (bluer) to 100 (warmer).
        tint: -100 (greener) to 100 (more magenta).
    """

    KEY: ClassVar[str] = "white_balance"
    LABEL: ClassVar[str] = "White balance"
    GROUP: ClassVar[str] = "Colour"
    ORDER: ClassVar[int] = 10

    temperature: float = adjustment("Temperature", "Bluer or warmer.")
    tint: float = adjustment("Tint", "Greener or more magenta.")

    def apply(self, colors: np.ndarray) -> np.ndarray:
        if self == WhiteBalancePart():
            return colors
        return linear_to_srgb(srgb_to_linear(colors) @ self.matrix.T.astype(np.float32))

    @property
    def matrix(self) -> np.ndarray:
        """(3, 3), of linear sRGB columns."""
        there, here = BRADFORD @ to_xyz(self._white()), BRADFORD @ to_xyz(daylight(D65_MIRED))
        to_cone = BRADFORD @ SRGB_TO_XYZ
        return np.linalg.inv(to_cone) @ np.diag(here / there) @ to_cone

    @classmethod
    def taking_for_white(cls, color: np.ndarray) -> "WhiteBalancePart":
        """The white balance that makes a colour neutral, in whole numbers; the nearest one where it lies too far off.

        Args:
            color: (3,), sRGB-encoded, not black.
        """
        xyz = SRGB_TO_XYZ @ srgb_to_linear(np.asarray(color, np.float64))
        mired, duv = nearest_daylight(xyz[:2] / xyz.sum(), D65_MIRED - _MIRED, D65_MIRED + _MIRED)
        values = 100 * (D65_MIRED - mired) / _MIRED, 100 * duv / _DUV
        temperature, tint = (float(round(min(max(value, -100.0), 100.0))) for value in values)
        return cls(temperature, tint)

    def _white(self) -> np.ndarray:
        """CIE x and y of the illuminant."""
        return near_daylight(D65_MIRED - _MIRED * self.temperature / 100, _DUV * self.tint / 100)
