"""The tone curve of a RAW development: what makes sensor data look like the camera's own picture."""

from functools import lru_cache

import numpy as np

from pie_desktop.imaging.srgb_curve import linear_to_srgb, srgb_to_linear

# Sensor data keeps room for highlights: shown as it is it looks too dark by about that much, and flat.
DEFAULT_EXPOSURE = 0.7  # EV
DEFAULT_CONTRAST = 0.25
PERCENTILES = (5, 10, 20, 30, 40, 50, 60, 70, 80, 90, 95)
_EXPOSURES = np.arange(-1.0, 4.01, 0.1)
_CONTRASTS = np.arange(0.0, 0.81, 0.1)
# A preview that no curve comes near (another crop, black and white with filters) says nothing about the curve.
_MAX_ERROR = 0.12


def tone(linear: np.ndarray, exposure: float | np.ndarray, contrast: float | np.ndarray) -> np.ndarray:
    """sRGB-encoded values in [0, 1] of linear light in [0, 1].

    The exposure (EV) is the slope at black, and fades out to keep white white: `g x / (1 + (g - 1) x)`, `g = 2^EV`.
    The contrast (0 to 1) is an S about middle grey of the encoded values. Monotone; black and white stay. Arrays
    that broadcast give several curves at once.
    """
    gain = 2.0**exposure
    value = linear_to_srgb(gain * linear / (1 + (gain - 1) * linear))
    return value - contrast * np.sin(2 * np.pi * value) / (2 * np.pi)


@lru_cache(maxsize=8)
def tone_table(exposure: float, contrast: float) -> np.ndarray:
    """`tone` for every 16-bit value: float32 (65536,)."""
    return tone(np.linspace(0, 1, 65536), exposure, contrast).astype(np.float32)


def match_tone(sensor: np.ndarray, preview: np.ndarray) -> tuple[float, float] | None:
    """Exposure and contrast under which sensor data has the tones of the camera's own picture.

    Args:
        sensor: linear luminance in [0, 1] at `PERCENTILES`.
        preview: sRGB-encoded luminance in [0, 1] of the embedded preview at `PERCENTILES`.

    Returns:
        (exposure in EV, contrast), or None when the preview does not look like the data at any.
    """
    grid = np.array([(exposure, contrast) for exposure in _EXPOSURES for contrast in _CONTRASTS])
    curves = tone(np.asarray(sensor)[None], grid[:, :1], grid[:, 1:])
    errors = np.sqrt(np.mean((curves - np.asarray(preview)) ** 2, axis=1))
    best = int(errors.argmin())
    if errors[best] > _MAX_ERROR:
        return None
    return round(float(grid[best, 0]), 2), round(float(grid[best, 1]), 2)


def luma_percentiles(picture: np.ndarray) -> np.ndarray:
    """sRGB-encoded luminance of an sRGB picture (uint8) at `PERCENTILES`."""
    sampled = picture[:: max(1, len(picture) // 500), :: max(1, picture.shape[1] // 500)].astype(np.float64) / 255
    light = srgb_to_linear(sampled) @ np.array([0.2126, 0.7152, 0.0722])
    return linear_to_srgb(np.percentile(light, PERCENTILES))
