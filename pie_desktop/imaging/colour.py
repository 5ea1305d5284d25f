"""Conversion of stored samples to sRGB by their embedded profile."""

import io
import logging
import struct
from functools import lru_cache

import numpy as np
import PyOpenColorIO as ocio
from PIL import ImageCms

from pie_desktop.imaging.icc import CURVE_POINTS, MatrixProfile, parse_matrix_profile
from pie_desktop.imaging.lut import apply_lut, apply_transform
from pie_desktop.imaging.pixels import StoredPixels, pillow_image

_log = logging.getLogger(__name__)

_SAMPLES = 52  # nodes of a sampled profile: 255 = 51 * 5, so that every node is a whole 8-bit value
_PILLOW_MODES = {"rgb": "RGB", "gray": "L", "cmyk": "CMYK", "lab": "LAB"}
_PROFILE_ERRORS = (ImageCms.PyCMSError, ValueError, OSError, OverflowError, struct.error, ocio.Exception)
# What photo editors use by default for photographs.
_INTENT = ImageCms.Intent.RELATIVE_COLORIMETRIC
_FLAGS = ImageCms.Flags.BLACKPOINTCOMPENSATION


@lru_cache(maxsize=1)
def srgb_profile() -> bytes:
    """The ICC profile that every written photo carries (LittleCMS' sRGB IEC 61966-2-1)."""
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    # A fixed creation date (ICC.1:2022, 7.2.9), so that the same export gives the same bytes on any day.
    return profile[:24] + struct.pack(">6H", 2024, 1, 1, 0, 0, 0) + profile[36:]


def profile_name(icc: bytes | None) -> str | None:
    """Description of an embedded profile such as `Adobe RGB (1998)`, or None."""
    if icc is None:
        return None
    try:
        return ImageCms.getProfileDescription(io.BytesIO(icc)).strip() or "unnamed profile"
    except (ImageCms.PyCMSError, OSError):
        return "damaged profile"


def to_srgb(pixels: StoredPixels, icc: bytes | None) -> np.ndarray:
    """Stored samples as an sRGB picture of the same dtype, (H, W, 3).

    Matrix and gray profiles are computed in floating point for 8 and 16 bits alike; 16-bit RGB with a table
    profile goes through 52^3 samples of LittleCMS; everything else through LittleCMS with 8 bits. Relative
    colorimetric with black point compensation. Samples without a profile, or with a damaged one or one of another
    colour space, are taken as sRGB (CMYK by the plain complement).
    """
    if icc is not None:
        try:
            converted = _convert(pixels, icc)
        except _PROFILE_ERRORS as error:
            _log.warning("An embedded colour profile cannot be used and is ignored: %s", error)
            converted = None
        if converted is not None:
            return converted
    return _without_profile(pixels)


def _convert(pixels: StoredPixels, icc: bytes) -> np.ndarray | None:
    device = icc[16:20]
    if {"rgb": b"RGB ", "gray": b"GRAY", "cmyk": b"CMYK", "lab": b"Lab "}[pixels.space] != device:
        # Usual for gray pictures that carry an RGB profile; anything else is a profile of another picture.
        if pixels.space != "gray" or device != b"RGB ":
            return None
        pixels = StoredPixels(_gray_to_rgb(pixels.array), "rgb")
    if is_srgb(icc):
        return pixels.array
    if pixels.space == "rgb" or (pixels.space == "gray" and device == b"GRAY"):
        matrix_profile = _matrix_profile(icc)
        if matrix_profile is not None:
            rgb = pixels.array if pixels.space == "rgb" else _gray_to_rgb(pixels.array)
            return apply_transform(rgb, _matrix_transform(matrix_profile))
    if pixels.array.dtype == np.uint16:
        if pixels.space == "gray":
            table = _sampled_gray(icc)
            levels = np.linspace(0, 255, 65536)
            curve = np.stack([np.interp(levels, np.arange(256), table[:, c] * 257.0) for c in range(3)], axis=1)
            return np.round(curve).astype(np.uint16)[pixels.array]
        return apply_lut(pixels.array, _sampled_profile(icc))
    return _lcms(pixels.array, _PILLOW_MODES[pixels.space], icc)


def _without_profile(pixels: StoredPixels) -> np.ndarray:
    if pixels.space == "gray":
        return _gray_to_rgb(pixels.array)
    if pixels.space == "cmyk":
        return np.asarray(pillow_image(pixels.array, "CMYK").convert("RGB"))
    if pixels.space == "lab":
        lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
        return _lcms(pixels.array, "LAB", lab)
    return pixels.array


@lru_cache(maxsize=32)
def is_srgb(icc: bytes) -> bool:
    """Whether an RGB profile is sRGB under whatever name: no colour of a grid moves by more than 1/255."""
    if icc == srgb_profile():
        return True
    if icc[16:20] != b"RGB ":
        return False
    levels = np.linspace(0, 255, 9).round().astype(np.uint8)
    grid = np.stack(np.meshgrid(levels, levels, levels), axis=-1).reshape(27, 27, 3)
    return int(np.abs(_lcms(grid, "RGB", icc).astype(int) - grid).max()) <= 1


@lru_cache(maxsize=8)
def _matrix_profile(icc: bytes) -> MatrixProfile | None:
    return parse_matrix_profile(icc)


def _matrix_transform(profile: MatrixProfile) -> ocio.Transform:
    linearise = ocio.Lut1DTransform(CURVE_POINTS, False)
    linearise.setData(np.ascontiguousarray(profile.curves).ravel())
    matrix = np.eye(4)
    matrix[:3, :3] = profile.matrix
    encode = ocio.ExponentWithLinearTransform(
        gamma=[2.4, 2.4, 2.4, 1.0], offset=[0.055, 0.055, 0.055, 0.0], direction=ocio.TRANSFORM_DIR_INVERSE
    )
    return ocio.GroupTransform([linearise, ocio.MatrixTransform(matrix.ravel().tolist()), encode])


@lru_cache(maxsize=4)
def _sampled_profile(icc: bytes) -> np.ndarray:
    levels = np.linspace(0, 255, _SAMPLES).round().astype(np.uint8)
    grid = np.stack(np.meshgrid(levels, levels, levels, indexing="ij"), axis=-1)
    converted = _lcms(grid.reshape(_SAMPLES, -1, 3), "RGB", icc)
    return converted.reshape(grid.shape).astype(np.float32) / 255


@lru_cache(maxsize=4)
def _sampled_gray(icc: bytes) -> np.ndarray:
    return _lcms(np.arange(256, dtype=np.uint8)[None], "L", icc)[0]


def _lcms(array: np.ndarray, mode: str, icc: bytes) -> np.ndarray:
    source = ImageCms.ImageCmsProfile(io.BytesIO(icc))
    target = ImageCms.ImageCmsProfile(io.BytesIO(srgb_profile()))
    transform = ImageCms.buildTransform(source, target, mode, "RGB", _INTENT, _FLAGS)
    return np.asarray(transform.apply(pillow_image(array, mode)))


def _gray_to_rgb(gray: np.ndarray) -> np.ndarray:
    return np.repeat(gray[..., None], 3, axis=2)
