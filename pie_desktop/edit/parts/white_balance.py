"""White balance: the colour of the light that is taken for white, after the model's enhancement."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from pie_desktop.edit.part import Part, adjustment, register
from pie_desktop.imaging.color.difference import SRGB_TO_XYZ
from pie_desktop.imaging.color.spaces import BRADFORD, linear_to_srgb, srgb_to_linear

_WHITE_MIRED = 1e6 / 6504  # D65
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
        there, here = BRADFORD @ _xyz(self._white()), BRADFORD @ _xyz(_daylight(_WHITE_MIRED))
        to_cone = BRADFORD @ SRGB_TO_XYZ
        return np.linalg.inv(to_cone) @ np.diag(here / there) @ to_cone

    def _white(self) -> np.ndarray:
        """CIE x and y of the illuminant."""
        mired = _WHITE_MIRED - _MIRED * self.temperature / 100
        u, v = _to_uv(_daylight(mired))
        along = _to_uv(_daylight(mired + 0.5)) - _to_uv(_daylight(mired - 0.5))
        along /= np.hypot(*along)
        # The locus runs towards red with the mireds: its normal on the side of green has the larger v.
        u, v = np.array([u, v]) + np.array([-along[1], along[0]]) * (_DUV * self.tint / 100)
        return np.array([3 * u, 2 * v]) / (2 * u - 8 * v + 4)


def _daylight(mired: float) -> np.ndarray:
    """CIE x and y of daylight, 4000 to 25 000 K."""
    t = 1e6 / mired
    warm, cold = [-4.6070e9, 2.9678e6, 0.09911e3, 0.244063], [-2.0064e9, 1.9018e6, 0.24748e3, 0.237040]
    x = np.polyval(warm if t <= 7000 else cold, 1 / t)
    return np.array([x, -3.000 * x**2 + 2.870 * x - 0.275])


def _to_uv(xy: np.ndarray) -> np.ndarray:
    """CIE 1960 u and v."""
    x, y = xy
    return np.array([4 * x, 6 * y]) / (-2 * x + 12 * y + 3)


def _xyz(xy: np.ndarray) -> np.ndarray:
    x, y = xy
    return np.array([x / y, 1.0, (1 - x - y) / y])
