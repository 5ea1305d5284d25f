"""The tone curve of a RAW development: how bright the sensor saw the scene, and what makes it look like the preview."""

from functools import lru_cache
from typing import Any

import numpy as np

from pie_desktop.imaging.color.difference import SRGB_TO_XYZ
from pie_desktop.imaging.color.spaces import LUMA, linear_to_srgb, srgb_to_linear

_LUMINANCE = SRGB_TO_XYZ[1]
_PERIOD = 6  # after which the mosaics of Bayer (2) and of X-Trans (6) repeat
_SAMPLES = 500_000  # sites of each colour that are looked at, at most


def sensor_percentiles(raw: Any) -> np.ndarray | None:
    """Luminance in [0, 1] at `PERCENTILES`, in the scale of LibRaw's linear output.

    Args:
        raw: rawpy's open file; its sensor data is unpacked by this.

    Returns:
        float64, or None where there is no mosaic of red, green and blue: the developed photo has to do then.
    """
    import rawpy

    letters = raw.color_desc.decode("ascii", "replace")
    if raw.raw_type != rawpy.RawType.Flat or raw.num_colors != 3 or letters[:3] != "RGB":
        return None
    sizes, visible, balance = raw.sizes, raw.raw_image_visible, _balance(raw)
    if min(visible.shape) < _PERIOD:
        return None
    top, left, period = sizes.top_margin, sizes.left_margin, range(_PERIOD)
    mosaic = np.array([[raw.raw_color(top + row, left + column) for column in period] for row in period])
    step = _PERIOD * max(1, round((visible.size / _PERIOD**2 / _SAMPLES) ** 0.5))
    planes = []
    for color in range(3):
        sites = np.argwhere(mosaic == color)
        if not len(sites):
            return None
        row, column = sites[0]
        black = raw.black_level_per_channel[color]
        plane = visible[row::step, column::step].astype(np.float64)
        planes.append(np.clip((plane - black) / max(1, raw.white_level - black) * balance[color], 0, 1))
    height, width = np.min([plane.shape for plane in planes], axis=0)
    light = np.stack([plane[:height, :width] for plane in planes], axis=-1) @ luminance_weights(raw)
    return np.percentile(np.clip(light, 0, 1), PERCENTILES)


def _balance(raw: Any) -> np.ndarray:
    """Multipliers of red, green and blue, the smallest 1, as LibRaw applies them."""
    for balance in (raw.camera_whitebalance, raw.daylight_whitebalance):
        multipliers = np.array(balance[:3], dtype=np.float64)
        if (multipliers > 1e-5).all():
            return multipliers / multipliers.min()
    return np.ones(3)


def luminance_weights(raw: Any) -> np.ndarray:
    """Of the camera's balanced red, green and blue, by its colour matrix (rows summed to 1, as in dcraw)."""
    camera_from_srgb = np.asarray(raw.rgb_xyz_matrix, dtype=np.float64)[:3] @ SRGB_TO_XYZ
    sums = camera_from_srgb.sum(axis=1, keepdims=True)
    if not (np.abs(sums) > 1e-6).all() or abs(np.linalg.det(camera_from_srgb / sums)) < 1e-6:
        return _LUMINANCE
    return _LUMINANCE @ np.linalg.inv(camera_from_srgb / sums)


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
def tone_table(exposure: float, contrast: float, gain: float = 1.0) -> np.ndarray:
    """`tone` for every 16-bit value of light times `gain`, which is clipped at 1: float32 (65536,)."""
    return tone(np.minimum(np.linspace(0, 1, 65536) * gain, 1), exposure, contrast).astype(np.float32)


def match_tone(sensor: np.ndarray, preview: np.ndarray) -> tuple[float, float] | None:
    """Exposure and contrast under which sensor data has the tones of the camera's own image.

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


def luma_percentiles(image: np.ndarray) -> np.ndarray:
    """sRGB-encoded luminance of an sRGB image (uint8) at `PERCENTILES`."""
    sampled = image[:: max(1, len(image) // 500), :: max(1, image.shape[1] // 500)].astype(np.float64) / 255
    light = srgb_to_linear(sampled) @ np.array(LUMA)
    return linear_to_srgb(np.percentile(light, PERCENTILES))
