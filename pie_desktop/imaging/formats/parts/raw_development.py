"""Exposure and white balance of a RAW development, with the highlights that the sensor still holds.

A camera's white balance multiplies red and blue by up to three, so that in the usual development they reach white
while the sensor could have held more: there lies the latitude. Here nothing is clipped before the exposure is known.
Where a colour of the sensor is saturated, its value is estimated from those that are not, as if the light were
neutral, which highlights mostly are (the idea of darktable's "inpaint opposed", there with cube roots and an offset).
"""

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
import rawpy

from pie_desktop.imaging.color.difference import SRGB_TO_XYZ
from pie_desktop.imaging.color.illuminants import D65_MIRED, near_daylight, to_xyz
from pie_desktop.imaging.development import Development
from pie_desktop.imaging.formats.parts.raw_tone import luminance_weights

_FULL = 0.985  # of the range of the sensor: from there on a value is taken for saturated
_FADE = 0.03  # below that, in parts of the range: there a value counts less and less for the estimate of others
_BAND = 256  # rows at a time, for the memory of the intermediate values
_WINDOW = 3  # sites across: in it stand all colours of Bayer's mosaic, and nearly always those of X-Trans
_LITTLE = 1e-3  # weight of the largest value, against those of the other colours
_DERIVATIVE = (5.0, 0.001)  # mired, u v


_OPTIONS: dict[str, Any] = {
    "use_camera_wb": True,
    "no_auto_bright": True,
    "adjust_maximum_thr": 0.0,  # the scale must not depend on the brightest pixel
    "highlight_mode": rawpy.HighlightMode.Clip,
    "output_color": rawpy.ColorSpace.Rec2020,
    "output_bps": 16,
    "gamma": (1, 1),
}


def as_shot(raw: Any, half: bool) -> np.ndarray:
    """Linear light in Rec. 2020 of an open RAW file, as it was exposed, with the white balance of the camera.

    Args:
        raw: rawpy's file, unpacked.
        half: at half size: a 2x2 block of the sensor becomes a pixel.

    Returns:
        uint16 (H, W, 3), or (H, W) for a sensor without colours.
    """
    return np.asarray(raw.postprocess(half_size=half, **_OPTIONS))


def developed(raw: Any, development: Development, half: bool) -> tuple[np.ndarray, float]:
    """As `as_shot`, with another exposure or white balance.

    Args:
        raw: rawpy's file, unpacked; its mosaic is changed.
        development: exposure and white balance; a sensor without colours has only the former.
        half: as for `as_shot`.

    Returns:
        Such an array, and the factor by which it is to be multiplied; what is above 65535 then is white.
    """
    gain = 2.0**development.exposure
    if raw.num_colors < 3:
        return as_shot(raw, half), gain
    balance = balance_of(raw, _camera_multipliers(raw), development)
    restored = raw.raw_type == rawpy.RawType.Flat and restore_highlights(raw, balance)
    mode = rawpy.HighlightMode.Ignore if restored else rawpy.HighlightMode.Blend
    options = _OPTIONS | {"use_camera_wb": False, "user_wb": balance.for_libraw, "highlight_mode": mode}
    return np.asarray(raw.postprocess(half_size=half, **options)), gain * balance.largest


@dataclass(frozen=True, eq=False)
class Balance:
    """Multipliers of the colours of a sensor.

    Attributes:
        multipliers: of red, green, blue (and a fourth colour), such that a grey keeps the luminance that it has with
            the camera's, of which the smallest is 1.
    """

    multipliers: np.ndarray

    @property
    def for_libraw(self) -> list[float]:
        """As `user_wb` takes them; LibRaw takes its green for a second green."""
        return [*map(float, self.multipliers), *([0.0] * (4 - len(self.multipliers)))]

    @property
    def largest(self) -> float:
        """By which LibRaw divides all of them where it clips no highlights."""
        return float(self.multipliers.max())


def balance_of(raw: Any, as_shot: np.ndarray, development: Development) -> Balance:
    """The multipliers of a development.

    The narrower the bands of a sensor, the more exactly the logarithm of its answer to a glowing body is linear in the
    reciprocal temperature (Wien's approximation; G. D. Finlayson and S. D. Hordley, J. Opt. Soc. Am. A 18, 2001), so
    that what one mired does at D65 is multiplied, and so is what a step off the daylight locus does.

    Args:
        raw: rawpy's open file.
        as_shot: the camera's multipliers, (3,) or (4,).
        development: temperature and tint count.
    """
    camera = _camera_of_xyz(raw, len(as_shot))
    mired, duv = _DERIVATIVE

    def slope(there: tuple[float, float], here: tuple[float, float]) -> np.ndarray:
        answers = [camera @ to_xyz(near_daylight(*one)) for one in (there, here)]
        return np.asarray(np.log(np.maximum(answers[0], 1e-6) / np.maximum(answers[1], 1e-6)))

    # What the sensor would have seen more of in that light gets less.
    warmer = slope((D65_MIRED - mired, 0.0), (D65_MIRED + mired, 0.0)) / (2 * mired)
    magenta = slope((D65_MIRED, duv), (D65_MIRED, -duv)) / (2 * duv)
    gains = np.exp(-development.temperature * warmer - development.tint * magenta)
    weights = luminance_weights(raw) if len(as_shot) == 3 else np.full(len(as_shot), 1 / len(as_shot))
    return Balance(as_shot / as_shot.min() * gains / float(weights @ gains))


def _camera_of_xyz(raw: Any, colors: int) -> np.ndarray:
    """The answers of a sensor to X, Y and Z, (colours, 3); those of sRGB's primaries where nothing is known."""
    camera = np.asarray(raw.rgb_xyz_matrix, np.float64)[:colors]
    whites = [camera @ to_xyz(near_daylight(mired, 0.0)) for mired in (D65_MIRED - 20, D65_MIRED + 20)]
    if min(map(np.min, whites)) > 1e-3:
        return camera
    srgb = np.linalg.inv(SRGB_TO_XYZ)
    return srgb if colors == 3 else np.vstack([srgb, srgb[1]])


def restore_highlights(raw: Any, balance: Balance) -> bool:
    """Replace the saturated values of a mosaic by estimates, in rawpy's memory of the file.

    Args:
        raw: rawpy's open file with a mosaic, unpacked.
        balance: with which it is developed.

    Returns:
        Whether it could be done; not where the mosaic has no room for values beyond those of the sensor.
    """
    mosaic, colors = raw.raw_image_visible, raw.raw_colors_visible
    multipliers = balance.multipliers
    count = len(multipliers)
    kinds = np.array([*range(count), 1][:4]) if count == 3 else np.arange(4)  # the second green is a green
    black = np.array([raw.black_level_per_channel[index] for index in range(4)], np.float32)
    white = float(raw.white_level)
    given = raw.camera_white_level_per_channel
    saturation = np.array([min(white, one) if one > 0 else white for one in given or [white] * 4], np.float32)
    top = balance.largest
    highest = black.min() + (white - black.min()) * top / multipliers.min()
    if highest > np.iinfo(mosaic.dtype).max:
        return False
    threshold = black + (saturation - black) * _FULL
    for start in range(0, len(mosaic), _BAND):
        rows = slice(start, min(start + _BAND, len(mosaic)))
        if not (mosaic[rows] >= threshold.min()).any():
            continue
        margin = _WINDOW // 2
        around = slice(max(0, start - margin), min(rows.stop + margin, len(mosaic)))
        inner = slice(start - around.start, rows.stop - around.start)
        sites = colors[around]
        # From the values before this band was changed: the rows above it are estimates already, and no less true.
        values = (mosaic[around] - black[sites]) / np.maximum(white - black[sites], 1)
        kind = kinds[sites]
        full = mosaic[around] >= threshold[sites]
        estimate = _estimate(values, kind, full, multipliers, top)
        changed = np.where(full, np.maximum(values, estimate / multipliers[kind].astype(np.float32)), values)
        levels = black[sites] + changed * (white - black[sites])
        band = mosaic[rows]
        band[full[inner]] = np.rint(levels[inner][full[inner]]).astype(mosaic.dtype)
    return True


def _estimate(
    values: np.ndarray, kind: np.ndarray, full: np.ndarray, multipliers: np.ndarray, top: float
) -> np.ndarray:
    """The balanced value that saturated sites would have in neutral light, (H, W) float32.

    The mean of what the other colours around have that are not saturated; the largest value that any can have, where
    all are.
    """
    room = np.clip((_FULL - values) / _FADE, 0, 1).astype(np.float32) ** 2
    total, weights = np.zeros(values.shape, np.float32), np.full(values.shape, _LITTLE, np.float32)
    for index, multiplier in enumerate(multipliers):
        here = kind == index
        trusted = _sum(room * here)
        mean = _sum(values * room * here) / np.maximum(trusted, 1e-9) * np.float32(multiplier)
        other = np.where(here, 0, trusted / np.maximum(_sum(here.astype(np.float32)), 1))
        total += other * mean
        weights += other
    return (total + np.float32(_LITTLE * top)) / weights


def _sum(plane: np.ndarray) -> np.ndarray:
    return cv2.boxFilter(plane, cv2.CV_32F, (_WINDOW, _WINDOW), normalize=False, borderType=cv2.BORDER_REPLICATE)


def _camera_multipliers(raw: Any) -> np.ndarray:
    """The multipliers that LibRaw takes by itself, (3,) or (4,)."""
    given = raw.camera_whitebalance
    if not min(given[0], given[2]) > 1e-5:
        as_shot(raw, half=True)  # the camera says nothing: LibRaw takes them from the photo
        given = raw.auto_whitebalance
    multipliers = np.array(given[: raw.num_colors], np.float64)
    multipliers[multipliers <= 0] = max(given[1], 1e-5)
    return multipliers
