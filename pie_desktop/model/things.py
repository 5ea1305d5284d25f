"""Things that a person can see about a rendering, one at a time: brighter, warmer, faded; what questions are made of.

Each is a change of colours in sRGB that is small for small amounts. As LUT weights it is what comes nearest to that
change on the photos that are asked about, so that a question never leaves what people do to photos.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from pie_desktop import json_files, paths

_LUMA = np.array([0.2126, 0.7152, 0.0722])
_WARM, _GREEN = np.array([0.09, 0.0, -0.11]), np.array([-0.045, 0.06, -0.045])

Change = Callable[[np.ndarray], np.ndarray]
"""From colours `(M, 3)` in [0, 1], sRGB, to how they change."""


@dataclass(frozen=True)
class Thing:
    """One thing that can be more or less.

    Attributes:
        id: kept with answers.
        less, more: the two sides in words.
        change: of colours, to the side of `more`.
    """

    id: str
    less: str
    more: str
    change: Change


def _luma(colors: np.ndarray) -> np.ndarray:
    return (colors @ _LUMA)[:, None]


def _bump(at: float, width: float) -> Change:
    return lambda colors: np.exp(-(((_luma(colors) - at) / width) ** 2) / 2)


def _toned(weight: Change, tone: np.ndarray) -> Change:
    return lambda colors: weight(colors) * tone


def _hue(at: float, what: str) -> Change:
    """Colours of one hue, in turns of the circle red, green, blue, more saturated or lighter."""

    def change(colors: np.ndarray) -> np.ndarray:
        chroma = colors - _luma(colors)
        alpha = colors[:, 0] - (colors[:, 1] + colors[:, 2]) / 2
        beta = (colors[:, 1] - colors[:, 2]) * np.sqrt(3) / 2
        distance = np.angle(np.exp(1j * (np.arctan2(beta, alpha) - 2 * np.pi * at)))
        near = 0.4 * np.exp(-((distance / 0.6) ** 2) / 2)[:, None]
        return near * (chroma if what == "saturation" else np.abs(chroma).max(1, keepdims=True))

    return change


THINGS: tuple[Thing, ...] = (
    Thing("brightness", "darker", "brighter", lambda c: 0.6 * c * (1 - c)),
    Thing("contrast", "softer contrast", "stronger contrast", lambda c: 1.6 * c * (1 - c) * (2 * c - 1)),
    Thing("shadows", "darker shadows", "lighter shadows", lambda c: 0.15 * _bump(0.2, 0.12)(c) * (1 - c)),
    Thing("highlights", "darker highlights", "lighter highlights", lambda c: 0.12 * _bump(0.8, 0.14)(c)),
    Thing("fade", "deep blacks", "faded blacks", lambda c: 0.12 * (1 - c) ** 3),
    Thing("whites", "softer whites", "clearer whites", lambda c: 0.12 * c**3),
    Thing("saturation", "quieter colours", "stronger colours", lambda c: 0.4 * (c - _luma(c))),
    Thing("warmth", "cooler", "warmer", lambda c: _WARM * (0.3 + c * (1 - c) * 2.8)),
    Thing("tint", "more magenta", "greener", lambda c: _GREEN * (0.3 + c * (1 - c) * 2.8)),
    Thing("shadow warmth", "cooler shadows", "warmer shadows", _toned(_bump(0.15, 0.18), _WARM)),
    Thing("shadow tint", "magenta shadows", "greener shadows", _toned(_bump(0.15, 0.18), _GREEN)),
    Thing("light warmth", "cooler highlights", "warmer highlights", _toned(_bump(0.85, 0.2), _WARM)),
    Thing("light tint", "magenta highlights", "greener highlights", _toned(_bump(0.85, 0.2), _GREEN)),
    Thing("red strength", "quieter reds", "stronger reds", _hue(0.04, "saturation")),
    Thing("green strength", "quieter greens", "stronger greens", _hue(0.3, "saturation")),
    Thing("blue strength", "quieter blues", "stronger blues", _hue(0.62, "saturation")),
    Thing("skin light", "darker skin and oranges", "lighter skin and oranges", _hue(0.07, "light")),
)


def directions(designs: Sequence[np.ndarray], rendered: Sequence[np.ndarray]) -> np.ndarray:
    """All `THINGS` as LUT weights, `(T, K)`; arguments as for `nearest`."""
    return nearest([one.change for one in THINGS], designs, rendered)


def monochrome(designs: Sequence[np.ndarray], rendered: Sequence[np.ndarray]) -> np.ndarray:
    """Black and white as LUT weights, `(K,)`; arguments as for `nearest`."""
    gray: np.ndarray = nearest([lambda colors: _luma(colors) - colors], designs, rendered)[0]
    return gray


def nearest(
    changes: Sequence[Change], designs: Sequence[np.ndarray], rendered: Sequence[np.ndarray], noise: float = 1e-4
) -> np.ndarray:
    """LUT weights `(C, K)` that come nearest to changes on some photos.

    Args:
        changes: C of them.
        designs: `(M, 3, K)` for each photo, the basis at its colours.
        rendered: `(M, 3)` for each photo, the colours that are changed, in [0, 1].
        noise: variance of the colours about what the weights can say.
    """
    flat = [design.reshape(-1, design.shape[2]) for design in designs]
    gram = np.mean([a.T @ a / len(colors) for a, colors in zip(flat, rendered, strict=True)], axis=0)
    moments = []
    for change in changes:
        wanted = [np.clip(colors + change(colors), 0, 1) - colors for colors in rendered]
        moments.append(np.mean([w.reshape(-1) @ a / len(w) for w, a in zip(wanted, flat, strict=True)], axis=0))
    return np.linalg.solve(gram / noise + np.eye(len(gram)), np.stack(moments, 1) / noise).T


def habits() -> np.ndarray:
    """How far tastes go in each thing, and which go together: covariance `(T, T)` of the amounts of `THINGS`.

    Fitted to simulated tastes, see `scripts/fit_taste_prior.py`.
    """
    stored = json_files.read_object(paths.resource("taste/habits.json"))
    order = [stored["things"].index(thing.id) for thing in THINGS]
    return np.array(stored["covariance"], np.float64)[np.ix_(order, order)]


COLORFULNESS = ("saturation", "red strength", "green strength", "blue strength")
"""The things that black-and-white photos have nothing of."""


def without_colorfulness(covariance: np.ndarray, rest: float = 0.1) -> np.ndarray:
    """Covariance `(T, T)` of amounts in which `COLORFULNESS` varies no more than a share of what it does else."""
    kept = np.array([rest if thing.id in COLORFULNESS else 1.0 for thing in THINGS])
    return covariance * np.outer(kept, kept)
