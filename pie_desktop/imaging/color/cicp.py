"""ICC profiles of colours that a file describes by code points (ITU-T H.273: HEIC, AVIF, PNG, JPEG XL) or by EXIF."""

from collections.abc import Sequence
from functools import lru_cache

import numpy as np

from pie_desktop.imaging.color import spaces as published
from pie_desktop.imaging.color.spaces import srgb_to_linear

SDR_WHITE_NITS = 203.0  # diffuse white of HDR images: ITU-R BT.2408
_PRIMARIES: dict[int, tuple[str, published.Primaries]] = {
    1: ("sRGB", published.SRGB),
    5: ("BT.601 (625)", published.BT601_625),
    6: ("BT.601 (525)", published.BT601_525),
    9: ("Rec. 2020", published.REC2020),
    12: ("Display P3", published.DISPLAY_P3),
}
_PQ, _HLG = 16, 18
# Nearly the same curves: photo software writes sRGB data under the codes of television.
_SRGB_LIKE = {1, 2, 6, 13, 14, 15}
_POINTS = 4096


@lru_cache(maxsize=16)
def cicp_profile(primaries: int, transfer: int) -> tuple[bytes, str] | None:
    """(ICC profile, name) of colour primaries and transfer characteristics, or None for sRGB and what is not known.

    PQ and HLG images (HDR) are shown as standard ones: diffuse white (203 cd/m2) stays near white, brighter light
    is compressed above half of it, channel by channel.
    """
    if primaries in (0, 2, 3):
        primaries = 1  # unspecified
    if primaries not in _PRIMARIES:
        return None
    name, xy = _PRIMARIES[primaries]
    signal = np.linspace(0, 1, _POINTS)
    if transfer == _PQ:
        return rgb_profile(xy, _standard_range(_pq_nits(signal))), f"{name} HDR (PQ)"
    if transfer == _HLG:
        return rgb_profile(xy, _standard_range(_hlg_nits(signal))), f"{name} HDR (HLG)"
    if transfer == 8:
        return rgb_profile(xy, signal), f"{name} linear"
    if transfer in (4, 5):
        gamma = 2.2 if transfer == 4 else 2.8
        return rgb_profile(xy, signal**gamma), f"{name} gamma {gamma}"
    if transfer not in _SRGB_LIKE or primaries == 1:
        return None
    return rgb_profile(xy, srgb_to_linear(signal)), name


@lru_cache(maxsize=1)
def adobe_rgb_profile() -> bytes:
    """Adobe RGB (1998), for photos of which only EXIF says so (DCF 2.0: interoperability index R03)."""
    return rgb_profile(published.ADOBE_RGB, np.linspace(0, 1, _POINTS) ** published.ADOBE_RGB_GAMMA)


@lru_cache(maxsize=1)
def development_profile() -> bytes:
    """Of developed RAW photos: the primaries of Rec. 2020 with the curve of sRGB."""
    return rgb_profile(published.REC2020, srgb_to_linear(np.linspace(0, 1, _POINTS)))


@lru_cache(maxsize=8)
def gamma_profile(white: tuple[float, float], primaries: tuple[float, ...], gamma: float) -> bytes:
    """Profile of custom primaries (x, y of red, green, blue) with a pure power, `linear = encoded ** gamma`."""
    return rgb_profile(primaries, np.linspace(0, 1, _POINTS) ** gamma, white)


def rgb_profile(primaries: Sequence[float], curve: np.ndarray, white: tuple[float, float] = published.D65) -> bytes:
    """An ICC display profile by LittleCMS: x, y of red, green, blue and evenly spaced points of encoded to linear."""
    import imagecodecs

    points = np.round(np.clip(curve, 0, 1) * 65535).astype(np.uint16)
    made = imagecodecs.cms_profile("rgb", whitepoint=list(white), primaries=list(primaries), transferfunction=points)
    return bytes(made)


def _pq_nits(signal: np.ndarray) -> np.ndarray:
    """SMPTE ST 2084: display light of a signal in cd/m2."""
    m1, m2, c1, c2, c3 = 2610 / 16384, 2523 / 32, 3424 / 4096, 2413 / 128, 2392 / 128
    power = signal ** (1 / m2)
    return 10_000 * (np.maximum(power - c1, 0) / (c2 - c3 * power)) ** (1 / m1)


def _hlg_nits(signal: np.ndarray) -> np.ndarray:
    """ITU-R BT.2100 HLG on a display of 1000 cd/m2, channel by channel."""
    a, b, c = 0.17883277, 0.28466892, 0.55991073
    scene = np.where(signal <= 0.5, signal**2 / 3, (np.exp((signal - c) / a) + b) / 12)
    return 1000 * scene**1.2


def _standard_range(nits: np.ndarray) -> np.ndarray:
    light = nits / SDR_WHITE_NITS
    return np.where(light <= 0.5, light, 0.5 + 0.5 * (1 - np.exp(-(np.maximum(light, 0.5) - 0.5) / 0.5)))
