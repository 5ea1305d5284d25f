"""Illuminants near daylight: their chromaticity by mired, and what is warmer, bluer, greener or more magenta."""

import numpy as np

D65_MIRED = 1e6 / 6504
"""Reciprocal of the correlated colour temperature of D65, in millionths of a kelvin."""


def daylight(mired: float) -> np.ndarray:
    """CIE 1931 x and y of daylight, 40 to 250 mired (25 000 to 4000 K); CIE 15:2018, 4.1.2."""
    t = 1e6 / mired
    warm, cold = [-4.6070e9, 2.9678e6, 0.09911e3, 0.244063], [-2.0064e9, 1.9018e6, 0.24748e3, 0.237040]
    x = np.polyval(warm if t <= 7000 else cold, 1 / t)
    return np.array([x, -3.000 * x**2 + 2.870 * x - 0.275])


def near_daylight(mired: float, duv: float) -> np.ndarray:
    """CIE 1931 x and y of an illuminant beside the daylight locus.

    Args:
        mired: of the daylight that it lies beside.
        duv: distance along the normal of the locus in CIE 1960 u, v; positive on the green side.
    """
    u, v = _to_uv(daylight(mired))
    u, v = np.array([u, v]) + _across(_along(mired)) * duv
    return np.array([3 * u, 2 * v]) / (2 * u - 8 * v + 4)


def nearest_daylight(xy: np.ndarray, low: float, high: float) -> tuple[float, float]:
    """The daylight that an illuminant lies beside, and how far: what `near_daylight` makes the illuminant of.

    Args:
        xy: CIE 1931 x and y.
        low, high: mireds within which it is looked for.

    Returns:
        Mireds and duv; at the ends of the range the foot of the normal lies beyond.
    """
    place = _to_uv(xy)

    def further(mired: float) -> bool:
        """Whether the foot of the normal lies further along the locus."""
        return float((place - _to_uv(daylight(mired))) @ _along(mired)) > 0

    for _ in range(40):  # halved, down to the last digits
        mired = (low + high) / 2
        low, high = (mired, high) if further(mired) else (low, mired)
    mired = (low + high) / 2
    return mired, float((place - _to_uv(daylight(mired))) @ _across(_along(mired)))


def to_xyz(xy: np.ndarray) -> np.ndarray:
    """CIE XYZ with Y = 1."""
    x, y = xy
    return np.array([x / y, 1.0, (1 - x - y) / y])


def _along(mired: float) -> np.ndarray:
    """Unit vector along the daylight locus in CIE 1960 u, v, towards red."""
    along = _to_uv(daylight(mired + 0.5)) - _to_uv(daylight(mired - 0.5))
    return np.asarray(along / np.hypot(*along))


def _across(along: np.ndarray) -> np.ndarray:
    """The normal on the side of green, which has the larger v."""
    return np.array([-along[1], along[0]])


def _to_uv(xy: np.ndarray) -> np.ndarray:
    """CIE 1960 u and v."""
    x, y = xy
    return np.array([4 * x, 6 * y]) / (-2 * x + 12 * y + 3)
