"""The transfer curve of sRGB (IEC 61966-2-1), mirrored for negative values: those of colours beyond the gamut."""

import numpy as np


def srgb_to_linear(encoded: np.ndarray) -> np.ndarray:
    """Encoded values to linear light; 0 and 1 stay."""
    size = np.abs(encoded)
    return np.sign(encoded) * np.where(size <= 0.04045, size / 12.92, ((size + 0.055) / 1.055) ** 2.4)


def linear_to_srgb(linear: np.ndarray) -> np.ndarray:
    """Linear light to encoded values; 0 and 1 stay."""
    size = np.abs(linear)
    return np.sign(linear) * np.where(size <= 0.0031308, size * 12.92, 1.055 * size ** (1 / 2.4) - 0.055)
