"""Sliders fitted to given colours: what they have to be so that the colours of a photo come near to others.

The photo's colours are few: those of the proxy, gathered into the cells of a grid and weighted by how many pixels have
them. On these, the difference in L*a*b* is a sum of squares, with each axis as CIEDE2000 weighs it there, which is made
small within the bounds of the sliders (`scipy.optimize.least_squares`, the trust region reflective algorithm of
M. A. Branch, T. F. Coleman and Y. Li, SIAM J. Sci. Comput. 21, 1999). Sliders cost something, so that they move no
further than they have to, and on request few of them move at all (an adaptive ridge: F. Frommlet and G. Nuel, PLOS ONE
11, 2016). The same colours always give the same sliders.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from pie_desktop.edit.compiling import adjusted
from pie_desktop.edit.part import Parameter, Part, part_type, part_types
from pie_desktop.imaging.color.difference import delta_e_2000_lab, to_lab

CELLS = 14
"""Per channel, of the grid in which colours are gathered: photos have 150 to 800 of them."""

_RIDGE = 0.5  # dE that a slider at its end costs, as the root of a mean square over the photo
_STEP = 0.005  # of the derivatives, in parts of a slider's scale
_START = 0.02  # of sliders that begin at 0, which must not start at their end
_ROUNDS, _MORE_ROUNDS = 20, 8
_SPARING = (5.0, 20.0)  # how many times as much small values cost, in turn
_NOTHING = 0.025  # a value that is left out when few sliders are wanted
_EV = 2.5  # stops that count like the end of another slider


@dataclass(frozen=True, eq=False)
class PhotoColors:
    """The colours of a photo.

    Attributes:
        colors: (N, 3) float32, sRGB-encoded in [0, 1].
        weights: (N,) float64, shares of the pixels, which sum to 1.
    """

    colors: np.ndarray
    weights: np.ndarray

    @classmethod
    def of(cls, image: np.ndarray) -> "PhotoColors":
        """Those of an image, uint8 or uint16 (H, W, 3), sRGB-encoded."""
        colors = image.reshape(-1, 3).astype(np.float32) / np.float32(np.iinfo(image.dtype).max)
        cells = np.minimum((colors * CELLS).astype(np.int64), CELLS - 1) @ np.array([CELLS * CELLS, CELLS, 1])
        counts = np.bincount(cells, minlength=CELLS**3)
        used = np.flatnonzero(counts)
        sums = np.stack([np.bincount(cells, one, CELLS**3)[used] for one in colors.T], axis=1)
        return cls((sums / counts[used, None]).astype(np.float32), counts[used] / len(colors))


@dataclass(frozen=True)
class Fit:
    """Sliders that come near to given colours.

    Attributes:
        parts: those in which something is set, in their order; sliders stand at whole steps.
        remaining: mean CIEDE2000 that is left over the photo.
    """

    parts: tuple[Part, ...]
    remaining: float


def fit_sliders(
    photo: PhotoColors,
    wanted: np.ndarray,
    parameters: Sequence[Parameter],
    fixed: Mapping[str, Mapping[str, float]] | None = None,
    few: bool = False,
) -> Fit:
    """The sliders that bring a photo's colours nearest to others.

    Args:
        photo: its colours.
        wanted: (N, 3), sRGB-encoded in [0, 1]; of each of them.
        parameters: the sliders that may move; hue and tint of one name belong together.
        fixed: other numbers of the parts, by key of the part and name.
        few: whether a slider is only to move where it makes a difference; takes three times as long.
    """
    sliders = _Sliders(parameters, fixed or {})
    problem = _Problem(photo, wanted, sliders)
    values = problem.solved(sliders.start(), np.full(sliders.count, _RIDGE), _ROUNDS)
    if few:
        for most in _SPARING:
            costs = _RIDGE * np.clip(0.2 / (np.abs(values) + 0.01), 0.7, most)
            values = problem.solved(values, costs, _MORE_ROUNDS)
        values = np.where(np.abs(values) * sliders.prominence < _NOTHING, 0.0, values)
    parts = tuple(part for part in sliders.parts(values, rounded=True) if part != type(part)())
    apart = delta_e_2000_lab(to_lab(adjusted(photo.colors, parts)), to_lab(wanted))
    return Fit(parts, float(apart @ photo.weights))


class _Sliders:
    """The numbers of a fit, in parts of the scales of their sliders, and the parts that they make.

    A hue has no derivative where there is no tint: the two are fitted as a place in the plane.
    """

    def __init__(self, parameters: Sequence[Parameter], fixed: Mapping[str, Mapping[str, float]]) -> None:
        self._fixed = fixed
        self._names: list[str] = []
        self._planes: dict[str, str] = {}  # tint to hue
        scales, low, high, prominence = [], [], [], []
        self.of_part: dict[str, list[int]] = {}
        hues = {one.name.removesuffix("_hue"): one.name for one in parameters if one.unit == "°"}
        ordered = [one for kind in part_types() for one in kind.parameters() if one in parameters and one.unit != "°"]
        for one in ordered:
            scale = _EV if one.unit == "EV" else one.high
            plane = hues.get(one.name.removesuffix("_tint"))
            if plane is not None and one.name.endswith("_tint"):
                self._planes[one.name] = plane
            for axis in ("_x", "_y") if one.name in self._planes else ("",):
                self.of_part.setdefault(one.part, []).append(len(self._names))
                self._names.append(one.name + axis)
                scales.append(scale)
                low.append(-1.0 if axis else one.low / scale)
                high.append(one.high / scale)
                prominence.append(5.0 if one.unit == "EV" else 1.0)
        self.count = len(self._names)
        self._scales, self.low, self.high = np.array(scales), np.array(low), np.array(high)
        self.prominence = np.array(prominence)

    def start(self) -> np.ndarray:
        return np.where(self.low == 0, _START, 0.0)

    def parts(self, values: np.ndarray, rounded: bool = False) -> list[Part]:
        """All parts, in their order."""
        return [self.part(key, values, rounded) for key in self.of_part]

    def part(self, key: str, values: np.ndarray, rounded: bool = False) -> Part:
        """One part; `values` are those of all sliders."""
        numbers = {self._names[index]: float(values[index] * self._scales[index]) for index in self.of_part[key]}
        for tint, hue in self._planes.items():
            if tint + "_x" in numbers:
                x, y = numbers.pop(tint + "_x"), numbers.pop(tint + "_y")
                numbers[tint] = min(math.hypot(x, y), 100.0)
                numbers[hue] = math.degrees(math.atan2(y, x)) % 360 if round(numbers[tint]) or not rounded else 0.0
        if rounded:
            steps = {one.name: one.step or 0.01 for one in part_type(key).parameters()}
            numbers = {name: round(value / steps[name]) * steps[name] for name, value in numbers.items()}
            numbers = {name: round(value, 2) + 0.0 for name, value in numbers.items()}  # 0.07, and no -0
        return part_type(key)(**{**numbers, **self._fixed.get(key, {})})


class _Problem:
    """The sum of squares: what is left, and its derivatives by every slider."""

    def __init__(self, photo: PhotoColors, wanted: np.ndarray, sliders: _Sliders) -> None:
        self._colors = photo.colors
        self._sliders = sliders
        self._wanted = to_lab(wanted).astype(np.float64)
        lightness, chroma = self._wanted[:, 0], np.hypot(self._wanted[:, 1], self._wanted[:, 2])
        from_middle = (lightness - 50) ** 2
        by_lightness = 1 / (1 + 0.015 * from_middle / np.sqrt(20 + from_middle))
        by_chroma = 1 / (1 + 0.045 * chroma)
        self._metric = np.stack([by_lightness, by_chroma, by_chroma], axis=1) * np.sqrt(photo.weights)[:, None]
        self._at = np.empty(0)
        self._stages: list[np.ndarray] = []

    def solved(self, start: np.ndarray, costs: np.ndarray, rounds: int) -> np.ndarray:
        """The values with the least sum; `costs` is what the end of each slider costs, in dE."""
        from scipy.optimize import least_squares

        low, high = self._sliders.low, self._sliders.high

        def rest(values: np.ndarray) -> np.ndarray:
            return np.concatenate([self._rest(values), costs * values])

        def derivatives(values: np.ndarray) -> np.ndarray:
            return np.concatenate([self._derivatives(values), np.diag(costs)])

        found = least_squares(
            rest,
            np.clip(start, low + 1e-6, high - 1e-6),
            derivatives,
            bounds=(low, high),
            max_nfev=rounds,
            xtol=1e-4,
            ftol=1e-4,
        )
        return np.asarray(found.x)

    def _rest(self, values: np.ndarray) -> np.ndarray:
        self._at, self._stages = values.copy(), [self._colors]
        for part in self._sliders.parts(values):
            self._stages.append(part.apply(self._stages[-1]))
        return np.ravel((to_lab(self._stages[-1]) - self._wanted) * self._metric)

    def _derivatives(self, values: np.ndarray) -> np.ndarray:
        """(3 N, sliders): of each part anew, and of those after it, from what the ones before it made."""
        if not np.array_equal(values, self._at):
            self._rest(values)
        sliders, here = self._sliders, to_lab(self._stages[-1]).astype(np.float64)
        parts, result = sliders.parts(values), np.empty((here.size, sliders.count))
        for place, (key, indices) in enumerate(sliders.of_part.items()):
            for index in indices:
                step = _STEP if values[index] + _STEP <= sliders.high[index] else -_STEP
                moved = values.copy()
                moved[index] += step
                colors = adjusted(sliders.part(key, moved).apply(self._stages[place]), parts[place + 1 :])
                result[:, index] = np.ravel((to_lab(colors) - here) * self._metric) / step
        return result
