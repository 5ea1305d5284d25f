"""Luma, hue and colourfulness of sRGB-encoded colours, as the adjustments by colour and by tone take them apart.

The colour of a value is its place in the plane across the grey axis: the hexagon of HSV with round angles, red at 0,
yellow at 60, green at 120, cyan at 180, blue at 240 and magenta at 300 degrees (A. Hanbury and J. Serra, Colour Image
Analysis in 3D-polar Coordinates, DAGM 2003). Unlike CIE L*a*b* it has no steep place near black, and a grey has
exactly none of it.
"""

import math
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from pie_desktop.imaging.lut.light import luma

COLORS = ("red", "orange", "yellow", "green", "aqua", "blue", "purple", "magenta")
CENTRES = (0.0, 30.0, 60.0, 120.0, 180.0, 240.0, 270.0, 300.0)
"""Hues of the eight colours in degrees."""

SKIN_HUE = 24.0
SKIN_WIDTH = 36.0
"""Hues of skin of all complexions lie between orange-red and orange; degrees from the middle to where it ends."""

_ROOT3 = math.sqrt(3.0)
_GREYISH = 0.07  # a colourfulness at which half of an effect by hue is left: noise in greys has a hue, too


@dataclass(frozen=True, eq=False)
class Hues:
    """Colours taken apart.

    Attributes:
        luma: (..., 1).
        first, second: the place in the plane (...): towards red, and towards yellow-green.
        amount: distance from grey (...), 1 for pure primaries.
        angle: hue in degrees, 0 to below 360 (...); 0 for greys.
    """

    luma: np.ndarray
    first: np.ndarray
    second: np.ndarray
    amount: np.ndarray
    angle: np.ndarray

    @classmethod
    def of(cls, colors: np.ndarray) -> "Hues":
        """Take colours (..., 3), sRGB-encoded, apart."""
        red, green, blue = np.moveaxis(colors, -1, 0)
        first, second = red - (green + blue) * 0.5, (green - blue) * (_ROOT3 / 2)
        angle = np.degrees(np.arctan2(second, first))
        angle = np.where(angle < 0, angle + 360, angle)
        angle[angle >= 360] = 0  # a hue just below that of red is rounded up to it
        return cls(luma(colors), first, second, np.hypot(first, second), angle)

    @property
    def chromatic(self) -> np.ndarray:
        """How far a colour counts as having a hue, 0 for greys to 1 (...); smooth, so that greys stay calm."""
        square = self.amount * self.amount
        return square / (square + _GREYISH**2)

    def mixed(self, values: tuple[float, ...]) -> np.ndarray:
        """Values of the eight `COLORS` between which the hues lie, faded into each other by raised cosines (...).

        The weights of any hue sum to 1; at the centre of a colour its own is 1.
        """
        result = np.zeros_like(self.angle)
        ends = (*CENTRES, 360.0)
        for (low, high), (below, above) in zip(pairwise(ends), pairwise((*values, values[0])), strict=True):
            if below or above:
                inside = (self.angle >= low) & (self.angle < high)
                share = (1 - np.cos((self.angle - low) * (math.pi / (high - low)))) * 0.5
                result += inside * (below + (above - below) * share)
        return result

    @property
    def skin(self) -> np.ndarray:
        """How far a hue is that of skin, 0 to 1 (...)."""
        away = np.abs(np.mod(self.angle - SKIN_HUE + 180, 360) - 180)
        return np.where(away < SKIN_WIDTH, (1 + np.cos(away * (math.pi / SKIN_WIDTH))) * 0.5, 0) * self.chromatic

    def turned(self, degrees: np.ndarray, factor: np.ndarray) -> np.ndarray:
        """Colours (..., 3) of the same luma with their hues turned and their colourfulness multiplied."""
        cosine, sine = np.cos(np.radians(degrees)) * factor, np.sin(np.radians(degrees)) * factor
        first, second = self.first * cosine - self.second * sine, self.first * sine + self.second * cosine
        return self.luma + across(first, second)


def across(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """What a place in the plane adds to a grey, (..., 3), without changing its luma."""
    offset = np.stack([first * (2 / 3), second / _ROOT3 - first / 3, -second / _ROOT3 - first / 3], axis=-1)
    return offset - luma(offset)


def smoothstep(low: float, high: float, values: np.ndarray) -> np.ndarray:
    """0 up to `low`, 1 from `high`, and between them the cubic with level ends."""
    share = np.clip((values - low) / (high - low), 0, 1)
    return share * share * (3 - 2 * share)


def beyond(values: np.ndarray, inside: np.ndarray, slope_below: float, slope_above: float) -> np.ndarray:
    """A curve on [0, 1], continued by straight lines.

    Args:
        values: where; any value.
        inside: the curve at `values` clipped to [0, 1].
        slope_below, slope_above: those of the lines.
    """
    return inside + np.minimum(values, 0) * slope_below + np.maximum(values - 1, 0) * slope_above
