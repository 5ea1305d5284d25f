"""Colour difference between images: CIEDE2000."""

import math

import numpy as np

from pie_desktop.imaging.color.spaces import linear_to_srgb, srgb_to_linear

_POW25_7 = 25.0**7
# Linear sRGB to CIE XYZ (D65): the primaries and the white of IEC 61966-2-1.
SRGB_TO_XYZ = np.array(
    [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]
)


def to_lab(image: np.ndarray) -> np.ndarray:
    """CIE L*a*b* (D65, 2 degrees) of an image, or of floats that are sRGB-encoded in [0, 1]; float32, same shape."""
    if np.issubdtype(image.dtype, np.integer):
        levels = np.linspace(0, 1, int(np.iinfo(image.dtype).max) + 1)
        linear = srgb_to_linear(levels).astype(np.float32)[image]
    else:
        linear = srgb_to_linear(np.clip(image, 0, 1)).astype(np.float32)
    ratio = linear @ (SRGB_TO_XYZ / SRGB_TO_XYZ.sum(axis=1, keepdims=True)).T.astype(np.float32)
    f = np.where(ratio > (6 / 29) ** 3, np.cbrt(ratio), ratio * np.float32((29 / 6) ** 2 / 3) + np.float32(4 / 29))
    x, y, z = np.moveaxis(f, -1, 0)
    return np.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], axis=-1)


def from_lab(lab: np.ndarray) -> np.ndarray:
    """The inverse of `to_lab`: sRGB-encoded float32 (..., 3), beyond [0, 1] where sRGB does not have the colour."""
    y = (lab[..., 0].astype(np.float64) + 16) / 116
    f = np.stack([y + lab[..., 1] / 500, y, y - lab[..., 2] / 200], axis=-1)
    ratio = np.where(f > 6 / 29, f**3, (f - 4 / 29) * (3 * (6 / 29) ** 2))
    linear = ratio @ np.linalg.inv(SRGB_TO_XYZ / SRGB_TO_XYZ.sum(axis=1, keepdims=True)).T
    return linear_to_srgb(linear).astype(np.float32)


def delta_e_2000(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """CIEDE2000 difference of two images of the same size, pixel by pixel.

    Args:
        a, b: images (H, W, 3), uint8, uint16, or floats that are sRGB-encoded in [0, 1]; the dtypes may differ.

    Returns:
        float32 (H, W); 1 is about the smallest difference that is seen, 0 means equal.
    """
    if a.shape != b.shape:
        raise ValueError(f"images differ in shape: {a.shape} and {b.shape}")
    return delta_e_2000_lab(to_lab(a), to_lab(b))


def mean_delta_e(a: np.ndarray, b: np.ndarray) -> float:
    """Mean CIEDE2000 difference of two images of the same size."""
    return float(delta_e_2000(a, b).mean(dtype=np.float64))


def delta_e_2000_lab(lab1: np.ndarray, lab2: np.ndarray) -> np.ndarray:
    """CIEDE2000 difference of L*a*b* colours (..., 3) with k_L = k_C = k_H = 1.

    After G. Sharma, W. Wu, E. Dalal: The CIEDE2000 color-difference formula, Color Research & Application 30 (2005);
    the numbers in brackets are its equations.
    """
    l1, a1, b1 = np.moveaxis(lab1, -1, 0)
    l2, a2, b2 = np.moveaxis(lab2, -1, 0)
    mean_c7 = ((np.hypot(a1, b1) + np.hypot(a2, b2)) / 2) ** 7  # (2), (3)
    stretch = 1.5 - 0.5 * np.sqrt(mean_c7 / (mean_c7 + _POW25_7))  # 1 + G, (4)
    a1, a2 = a1 * stretch, a2 * stretch  # (5)
    c1, c2 = np.hypot(a1, b1), np.hypot(a2, b2)  # (6)
    h1, h2 = _hue(a1, b1), _hue(a2, b2)  # (7)

    chromatic = (c1 * c2) > 0
    dh = h2 - h1
    turns = (dh < -np.pi).astype(dh.dtype) - (dh > np.pi).astype(dh.dtype)
    dh = np.where(chromatic, dh + 2 * np.pi * turns, 0)  # (10)
    d_hue = 2 * np.sqrt(c1 * c2) * np.sin(dh / 2)  # (11)

    mean_c = (c1 + c2) / 2
    # Half way along the shorter arc; for an achromatic colour the hue of the other one. (14)
    mean_h = np.where(chromatic, h1 + dh / 2, h1 + h2)
    t = (
        1
        - 0.17 * np.cos(mean_h - math.radians(30))
        + 0.24 * np.cos(2 * mean_h)
        + 0.32 * np.cos(3 * mean_h + math.radians(6))
        - 0.20 * np.cos(4 * mean_h - math.radians(63))
    )  # (15)
    mean_h_degrees = np.mod(np.rad2deg(mean_h), 360)
    turn = math.radians(60) * np.exp(-(((mean_h_degrees - 275) / 25) ** 2))  # 2 * delta theta, (16)
    mean_c7 = mean_c**7
    rotation = -2 * np.sqrt(mean_c7 / (mean_c7 + _POW25_7)) * np.sin(turn)  # (17), (21)

    from_middle = ((l1 + l2) / 2 - 50) ** 2
    d_l = (l2 - l1) / (1 + 0.015 * from_middle / np.sqrt(20 + from_middle))  # (18)
    d_c = (c2 - c1) / (1 + 0.045 * mean_c)  # (19)
    d_h = d_hue / (1 + 0.015 * mean_c * t)  # (20)
    squared = d_l**2 + d_c**2 + d_h**2 + rotation * d_c * d_h
    return np.sqrt(np.maximum(squared, 0))  # (22)


def _hue(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Angle in [0, 2 pi); the formula is not continuous, so that the range matters for opposite hues."""
    angle = np.arctan2(b, a)
    return np.where(angle < 0, angle + 2 * np.pi, angle)
