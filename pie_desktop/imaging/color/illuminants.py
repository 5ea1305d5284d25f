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
    along = _to_uv(daylight(mired + 0.5)) - _to_uv(daylight(mired - 0.5))
    along /= np.hypot(*along)
    # The locus runs towards red with the mireds: its normal on the side of green has the larger v.
    u, v = np.array([u, v]) + np.array([-along[1], along[0]]) * duv
    return np.array([3 * u, 2 * v]) / (2 * u - 8 * v + 4)


def to_xyz(xy: np.ndarray) -> np.ndarray:
    """CIE XYZ with Y = 1."""
    x, y = xy
    return np.array([x / y, 1.0, (1 - x - y) / y])


def _to_uv(xy: np.ndarray) -> np.ndarray:
    """CIE 1960 u and v."""
    x, y = xy
    return np.array([4 * x, 6 * y]) / (-2 * x + 12 * y + 3)
