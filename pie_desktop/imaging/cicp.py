"""Colours told by code points (ITU-T H.273: `nclx` of HEIC and AVIF, `cICP` of PNG, JPEG XL) or EXIF, as profiles."""

from collections.abc import Sequence
from functools import lru_cache

import numpy as np

SDR_WHITE_NITS = 203.0  # diffuse white of HDR pictures: ITU-R BT.2408
_D65 = (0.3127, 0.3290)
_PRIMARIES: dict[int, tuple[str, tuple[float, ...]]] = {
    1: ("sRGB", (0.64, 0.33, 0.30, 0.60, 0.15, 0.06)),
    5: ("BT.601 (625)", (0.64, 0.33, 0.29, 0.60, 0.15, 0.06)),
    6: ("BT.601 (525)", (0.63, 0.34, 0.31, 0.595, 0.155, 0.07)),
    9: ("Rec. 2020", (0.708, 0.292, 0.170, 0.797, 0.131, 0.046)),
    12: ("Display P3", (0.680, 0.320, 0.265, 0.690, 0.150, 0.060)),
}
_ADOBE_RGB = (0.64, 0.33, 0.21, 0.71, 0.15, 0.06)
_ADOBE_GAMMA = 563 / 256  # 2 51/256, as the specification writes it
_PQ, _HLG = 16, 18
# Nearly the same curves: photo software writes sRGB data under the codes of television.
_SRGB_LIKE = {1, 2, 6, 13, 14, 15}
_POINTS = 4096


@lru_cache(maxsize=16)
def cicp_profile(primaries: int, transfer: int) -> tuple[bytes, str] | None:
    """(ICC profile, name) of colour primaries and transfer characteristics, or None for sRGB and what is not known.

    PQ and HLG pictures (HDR) are shown as standard ones: diffuse white (203 cd/m2) stays near white, brighter light
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
    return rgb_profile(_ADOBE_RGB, np.linspace(0, 1, _POINTS) ** _ADOBE_GAMMA)


@lru_cache(maxsize=1)
def development_profile() -> bytes:
    """Of developed RAW photos: the primaries of Rec. 2020 with the curve of sRGB."""
    return rgb_profile(_PRIMARIES[9][1], srgb_to_linear(np.linspace(0, 1, _POINTS)))


@lru_cache(maxsize=8)
def gamma_profile(white: tuple[float, float], primaries: tuple[float, ...], gamma: float) -> bytes:
    """Profile of custom primaries (x, y of red, green, blue) with a pure power, `linear = encoded ** gamma`."""
    return rgb_profile(primaries, np.linspace(0, 1, _POINTS) ** gamma, white)


def rgb_profile(primaries: Sequence[float], curve: np.ndarray, white: tuple[float, float] = _D65) -> bytes:
    """An ICC display profile by LittleCMS: x, y of red, green, blue and evenly spaced points of encoded to linear."""
    import imagecodecs

    points = np.round(np.clip(curve, 0, 1) * 65535).astype(np.uint16)
    made = imagecodecs.cms_profile("rgb", whitepoint=list(white), primaries=list(primaries), transferfunction=points)
    return bytes(made)


def srgb_to_linear(encoded: np.ndarray) -> np.ndarray:
    """IEC 61966-2-1, mirrored for negative values: encoded to linear light."""
    size = np.abs(encoded)
    return np.sign(encoded) * np.where(size <= 0.04045, size / 12.92, ((size + 0.055) / 1.055) ** 2.4)


def linear_to_srgb(linear: np.ndarray) -> np.ndarray:
    """IEC 61966-2-1, mirrored for negative values: linear light to encoded."""
    size = np.abs(linear)
    return np.sign(linear) * np.where(size <= 0.0031308, size * 12.92, 1.055 * size ** (1 / 2.4) - 0.055)


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
