"""Conversion of stored samples to sRGB by their profile."""

import io
import logging
from functools import lru_cache

import numpy as np
import PyOpenColorIO as ocio
from PIL import ImageCms

from pie_desktop.imaging.color.icc import CURVE_POINTS, SRGB_TO_PCS, MatrixProfile, parse_matrix_profile
from pie_desktop.imaging.color.spaces import D65, SRGB, linear_to_srgb, srgb_profile
from pie_desktop.imaging.lut.apply import apply_transform
from pie_desktop.imaging.stored import StoredPixels, from_float

_log = logging.getLogger(__name__)

_DEVICES = {"rgb": b"RGB ", "gray": b"GRAY", "cmyk": b"CMYK", "lab": b"Lab "}
_STRIP = 256  # rows that are converted at a time where intermediate values need more memory than the result
_D50 = np.array([0.9642, 1.0, 0.8249])
# What photo editors use by default for photographs: relative colorimetric with black point compensation.
_INTENT, _BLACK_POINT = 1, 0x2000


def profile_name(icc: bytes | None) -> str | None:
    """Description of an embedded profile such as `Adobe RGB (1998)`, or None."""
    if icc is None:
        return None
    try:
        return ImageCms.getProfileDescription(io.BytesIO(icc)).strip() or "unnamed profile"
    except (ImageCms.PyCMSError, OSError):
        return "damaged profile"


def to_srgb(pixels: StoredPixels, icc: bytes | None) -> np.ndarray:
    """Stored samples as an sRGB image, (H, W, 3); uint8 stays uint8, all else becomes uint16.

    Matrix and gray profiles are computed in floating point, L*a*b* by its definition, CMYK and table profiles by
    LittleCMS in the depth of the samples. Relative colorimetric with black point compensation; colours beyond sRGB are
    clipped. Samples without a profile, or with a damaged one or one of another colour space, are taken as sRGB (CMYK by
    the plain complement).
    """
    return _from_stored(pixels, icc, wide=False)


def to_wide(pixels: StoredPixels, icc: bytes | None) -> np.ndarray:
    """As `to_srgb`, but float32 (H, W, 3) with 1 as white and with the colours beyond sRGB.

    These are values below 0 or above 1: the curve of sRGB is continued above 1 and mirrored at 0.
    """
    return _from_stored(pixels, icc, wide=True)


@lru_cache(maxsize=32)
def is_srgb(icc: bytes) -> bool:
    """Whether an RGB profile is sRGB under whatever name: no colour of a grid moves by more than 1/255."""
    if icc == srgb_profile():
        return True
    if icc[16:20] != b"RGB ":
        return False
    import imagecodecs

    levels = np.linspace(0, 255, 9).round().astype(np.uint8)
    grid = np.stack(np.meshgrid(levels, levels, levels), axis=-1).reshape(27, 27, 3)
    try:
        converted = _lcms(grid, "rgb", icc)
    except imagecodecs.CmsError:  # a damaged one is none, whatever its header says
        return False
    return int(np.abs(converted.astype(int) - grid).max()) <= 1


@lru_cache(maxsize=32)
def is_wide(icc: bytes | None) -> bool:
    """Whether a profile has colours that sRGB has not: more than 1 % of the range beyond it. Never raises."""
    if icc is None or icc[16:20] not in (b"RGB ", b"CMYK", b"Lab "):
        return False
    if icc[16:20] == b"Lab ":
        return True
    levels = np.array([0, 128, 255], dtype=np.uint8)
    count, space = (3, "rgb") if icc[16:20] == b"RGB " else (4, "cmyk")
    corners = np.stack(np.meshgrid(*[levels] * count), axis=-1).reshape(1, -1, count)
    try:
        values = _convert(StoredPixels(corners, space), icc, wide=True)
    except Exception:  # the errors of three libraries; a profile that cannot be used is not used
        return False
    if values is None:
        return False
    values = _as_wide(values)
    return float(max(-values.min(), values.max() - 1)) > 0.01


def _from_stored(pixels: StoredPixels, icc: bytes | None, wide: bool) -> np.ndarray:
    converted = None
    if icc is not None and pixels.space != "lab":
        try:
            converted = _convert(pixels, icc, wide)
        except Exception as error:  # the errors of three libraries on profiles that anybody may have written
            _log.warning("An embedded colour profile cannot be used and is ignored: %s", error)
    if converted is None:
        converted = _without_profile(pixels)
    if wide:
        return _as_wide(converted)
    return from_float(converted, np.uint8 if pixels.array.dtype == np.uint8 else np.uint16)


def _convert(pixels: StoredPixels, icc: bytes, wide: bool) -> np.ndarray | None:
    """By a profile, or None where it is one of another colour space."""
    device = icc[16:20]
    if _DEVICES[pixels.space] != device:
        # Usual for gray images that carry an RGB profile; anything else is a profile of another image.
        if pixels.space != "gray" or device != b"RGB ":
            return None
        pixels = StoredPixels(_gray_to_rgb(pixels.array), "rgb")
    if device == b"RGB " and is_srgb(icc):
        return pixels.array
    if device in (b"RGB ", b"GRAY"):
        matrix_profile = _matrix_profile(icc)
        if matrix_profile is not None:
            rgb = pixels.array if pixels.space == "rgb" else _gray_to_rgb(pixels.array)
            return apply_transform(rgb, _matrix_transform(matrix_profile), wide=wide)
    return _lcms(pixels.array, pixels.space, icc, wide)


def _without_profile(pixels: StoredPixels) -> np.ndarray:
    array = pixels.array
    if pixels.space == "gray":
        return _gray_to_rgb(array)
    if pixels.space == "lab":
        return _lab_to_srgb(array)
    if pixels.space == "cmyk":
        return _cmyk_complement(array)
    return array


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
    encode.setNegativeStyle(ocio.NEGATIVE_MIRROR)
    return ocio.GroupTransform([linearise, ocio.MatrixTransform(matrix.ravel().tolist()), encode])


def _lcms(array: np.ndarray, space: str, icc: bytes, wide: bool = False) -> np.ndarray:
    """Through LittleCMS in the depth of the samples; `wide` gives float32 beyond [0, 1]."""
    import imagecodecs

    result = np.empty((*array.shape[:2], 3), dtype=np.float32 if wide else array.dtype)
    target = _linear_srgb_profile() if wide else srgb_profile()
    for row in range(0, len(array), _STRIP):
        part = imagecodecs.cms_transform(
            np.ascontiguousarray(array[row : row + _STRIP]),
            icc,
            target,
            colorspace=space,
            outcolorspace="rgb",
            outdtype=result.dtype,
            intent=_INTENT,
            flags=_BLACK_POINT,
        )
        result[row : row + _STRIP] = linear_to_srgb(part) if wide else part
    return result


@lru_cache(maxsize=1)
def _linear_srgb_profile() -> bytes:
    import imagecodecs

    return bytes(imagecodecs.cms_profile("rgb", whitepoint=list(D65), primaries=list(SRGB), gamma=1.0))


def _lab_to_srgb(array: np.ndarray) -> np.ndarray:
    """L*a*b* (D50, as ICC profiles encode it) as float32 sRGB, beyond [0, 1] where it is outside."""
    result = np.empty(array.shape, dtype=np.float32)
    top, step = (255, 1) if array.dtype == np.uint8 else (65535, 257)
    to_linear = np.linalg.inv(SRGB_TO_PCS).T
    for row in range(0, len(array), _STRIP):
        values = array[row : row + _STRIP].astype(np.float64)
        y = (values[..., 0] * (100 / top) + 16) / 116
        f = np.stack([y + (values[..., 1] / step - 128) / 500, y, y - (values[..., 2] / step - 128) / 200], axis=-1)
        xyz = np.where(f > 6 / 29, f**3, (f - 4 / 29) * (3 * (6 / 29) ** 2)) * _D50
        result[row : row + _STRIP] = linear_to_srgb(xyz @ to_linear)
    return result


def _cmyk_complement(array: np.ndarray) -> np.ndarray:
    top = np.iinfo(array.dtype).max
    result = np.empty((*array.shape[:2], 3), dtype=array.dtype)
    for row in range(0, len(array), _STRIP):
        light = top - array[row : row + _STRIP].astype(np.uint64)
        result[row : row + _STRIP] = (light[..., :3] * light[..., 3:] + top // 2) // top
    return result


def _as_wide(image: np.ndarray) -> np.ndarray:
    if image.dtype == np.float32:
        return image
    return image.astype(np.float32) / np.float32(np.iinfo(image.dtype).max)


def _gray_to_rgb(gray: np.ndarray) -> np.ndarray:
    return np.repeat(gray[..., None], 3, axis=2)
