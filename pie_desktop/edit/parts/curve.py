"""The tone curve: by four regions, and through points, of all channels or of one."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, ClassVar, Self

import numpy as np

from pie_desktop.edit.hues import beyond
from pie_desktop.edit.part import Part, adjustment, register
from pie_desktop.errors import EditError

Points = tuple[tuple[float, float], ...]

MOST_POINTS = 32
CURVES = ("points", "red", "green", "blue")
_REGIONS = (0.2, 0.4, 0.6, 0.8)
_REACH = 0.095  # below half of the distance of the regions, so that the curve rises
_CLOSEST = 1e-6  # of two inputs: far below a step of 16 bits, and slopes between them are still numbers


@register
@dataclass(frozen=True)
class CurvePart(Part):
    """Curves of sRGB-encoded channels, [0, 1] to [0, 1], each channel by itself.

    All are piecewise cubic Hermite interpolations that are monotone between their points (F. N. Fritsch and
    R. E. Carlson, SIAM J. Numer. Anal. 17, 1980; `scipy.interpolate.PchipInterpolator`): they never overshoot. The
    regions move the curve at 0.2, 0.4, 0.6 and 0.8 by up to 0.095. Then come the points of all channels, then those
    of each. Left of the first and right of the last point a curve is level; beyond 0 and 1 it goes on straight.

    Attributes:
        curve_shadows, curve_darks, curve_lights, curve_highlights: -100 to 100.
        points: (input, output) of all channels, inputs rising; empty for the straight line.
        red, green, blue: such points of one channel.

    Raises:
        EditError: points are no function: fewer than two or more than 32, inputs that do not rise by a millionth,
            numbers outside 0 to 1 or not a number.
    """

    KEY: ClassVar[str] = "curve"
    LABEL: ClassVar[str] = "Tone curve"
    GROUP: ClassVar[str] = "Curve"
    ORDER: ClassVar[int] = 50

    curve_shadows: float = adjustment(
        "Curve shadows", "The tone curve about a fifth of the way to white.", short="Shadows"
    )
    curve_darks: float = adjustment(
        "Curve darks", "The tone curve about two fifths of the way to white.", short="Darks"
    )
    curve_lights: float = adjustment(
        "Curve lights", "The tone curve about three fifths of the way to white.", short="Lights"
    )
    curve_highlights: float = adjustment(
        "Curve highlights", "The tone curve about four fifths of the way to white.", short="Highlights"
    )
    points: Points = ()
    red: Points = ()
    green: Points = ()
    blue: Points = ()

    def __post_init__(self) -> None:
        super().__post_init__()
        for name in CURVES:
            object.__setattr__(self, name, _checked(getattr(self, name)))

    @property
    def regions(self) -> Points:
        """The points that the four regions stand for; empty where they leave the curve alone."""
        moves = (self.curve_shadows, self.curve_darks, self.curve_lights, self.curve_highlights)
        if not any(moves):
            return ()
        inner = ((place, place + _REACH * move / 100) for place, move in zip(_REGIONS, moves, strict=True))
        return ((0.0, 0.0), *inner, (1.0, 1.0))

    def apply(self, colors: np.ndarray) -> np.ndarray:
        for points in (self.regions, self.points):
            if points:
                colors = through(points, colors)
        if any((self.red, self.green, self.blue)):
            channels = zip((self.red, self.green, self.blue), np.moveaxis(colors, -1, 0), strict=True)
            colors = np.stack([through(points, one) if points else one for points, one in channels], axis=-1)
        return colors

    @classmethod
    def outside(cls, name: str, value: Any) -> str | None:
        if name not in CURVES:
            return super().outside(name, value)
        points = _as_points(value)
        try:
            _checked(points)
        except EditError:
            return f"{cls.LABEL} ({name}), whose points are no function"
        return None

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Self:
        lists = {name: _as_points(stored[name]) for name in CURVES if name in stored}
        return super().from_json({**stored, **lists})


def _as_points(stored: Any) -> Points:
    try:
        return tuple((float(x), float(y)) for x, y in stored)
    except (TypeError, ValueError, OverflowError) as error:
        raise EditError("The edit is damaged: a curve is not a list of points.") from error


def _checked(points: Points) -> Points:
    """The points; none for a straight line from corner to corner. Raises EditError where they are no function."""
    if not points:
        return ()
    inside = all(0 <= value <= 1 for point in points for value in point)  # which not-a-number is not
    rising = all(right - left >= _CLOSEST for (left, _), (right, _) in pairwise(points))
    if not inside or not rising or not 2 <= len(points) <= MOST_POINTS:
        raise EditError(
            f"A curve needs 2 to {MOST_POINTS} points between 0 and 1, each further to the right than the one before."
        )
    return () if points == ((0.0, 0.0), (1.0, 1.0)) else points


def through(points: Points, values: np.ndarray) -> np.ndarray:
    """The curve through points at values of any shape, float32; see `CurvePart`."""
    from scipy.interpolate import PchipInterpolator

    x, y = np.array(points, np.float64).T
    curve = PchipInterpolator(x, y)
    inside = curve(np.clip(values, x[0], x[-1])).astype(np.float32)
    slopes = curve.derivative()([0.0, 1.0])
    below = float(slopes[0]) if x[0] == 0 else 0.0
    above = float(slopes[1]) if x[-1] == 1 else 0.0
    return beyond(values, inside, below, above)
