"""How bright the sensor saw the scene: statistics of a RAW file before it is developed."""

from typing import Any

import numpy as np

from pie_desktop.imaging.decoders.raw_tone import PERCENTILES
from pie_desktop.imaging.difference import SRGB_TO_XYZ

_LUMINANCE = SRGB_TO_XYZ[1]
_PERIOD = 6  # after which the mosaics of Bayer (2) and of X-Trans (6) repeat
_SAMPLES = 500_000  # sites of each colour that are looked at, at most


def sensor_percentiles(raw: Any) -> np.ndarray | None:
    """Luminance in [0, 1] at `raw_tone.PERCENTILES`, in the scale of LibRaw's linear output.

    Args:
        raw: rawpy's open file; its sensor data is unpacked by this.

    Returns:
        float64, or None where there is no mosaic of red, green and blue: the development tells then.
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
    light = np.stack([plane[:height, :width] for plane in planes], axis=-1) @ _luminance_weights(raw)
    return np.percentile(np.clip(light, 0, 1), PERCENTILES)


def _balance(raw: Any) -> np.ndarray:
    """Multipliers of red, green and blue, the smallest 1, as LibRaw applies them."""
    for balance in (raw.camera_whitebalance, raw.daylight_whitebalance):
        multipliers = np.array(balance[:3], dtype=np.float64)
        if (multipliers > 1e-5).all():
            return multipliers / multipliers.min()
    return np.ones(3)


def _luminance_weights(raw: Any) -> np.ndarray:
    """Of the camera's balanced red, green and blue, by its colour matrix (rows summed to 1, as in dcraw)."""
    camera_from_srgb = np.asarray(raw.rgb_xyz_matrix, dtype=np.float64)[:3] @ SRGB_TO_XYZ
    sums = camera_from_srgb.sum(axis=1, keepdims=True)
    if not (np.abs(sums) > 1e-6).all() or abs(np.linalg.det(camera_from_srgb / sums)) < 1e-6:
        return _LUMINANCE
    return _LUMINANCE @ np.linalg.inv(camera_from_srgb / sums)
