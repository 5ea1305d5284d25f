"""Conversion from the working space: to the colour space of a file, and to that of a monitor (for display only)."""

import logging
import struct
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import PyOpenColorIO as ocio

from pie_desktop.imaging.color.icc import CURVE_POINTS, parse_matrix_profile
from pie_desktop.imaging.color.spaces import SPACES, ColorSpace, make_profile, srgb_profile
from pie_desktop.imaging.color.working import is_srgb, is_wide
from pie_desktop.imaging.lut.apply import apply_transform, identity_lut

_log = logging.getLogger(__name__)
UNSPECIFIED = (2, 2)


@dataclass(frozen=True)
class OutputSpace:
    """Where an image is converted to.

    Attributes:
        icc: the profile that the file carries.
        cicp: colour primaries and transfer characteristics (ITU-T H.273); `UNSPECIFIED` if only the profile has them.
        transform: from sRGB, also beyond [0, 1]; None where the samples stay as they are.
        warning: a sentence when it is not the space that was asked for.
    """

    icc: bytes
    cicp: tuple[int, int]
    transform: ocio.Transform | None = None
    warning: str | None = None

    def convert(self, image: np.ndarray) -> np.ndarray:
        """An image (H, W, 3) in sRGB, uint8, uint16 or float32 (perhaps beyond [0, 1]), in this space; same dtype.

        Relative colorimetric: what lies outside the gamut is clipped channel by channel. Computed in floating point and
        rounded once.
        """
        if self.transform is not None:
            return apply_transform(image, self.transform)
        return np.clip(image, 0, 1) if image.dtype == np.float32 else image


def output_space(color: ColorSpace, source_icc: bytes | None, name: str = "The photo") -> OutputSpace:
    """The space of a file.

    Args:
        color: what is asked for.
        source_icc: embedded profile of the photo, for `source`. Gray, CMYK and Lab profiles and those made of tables
            cannot be written to and give sRGB with a warning; a photo without a profile gives sRGB.
        name: of the photo, for the warning.
    """
    if color in SPACES:
        space = SPACES[color]
        return OutputSpace(make_profile(color), space.cicp, _to_space(color))
    srgb = OutputSpace(make_profile("srgb"), (1, 13))
    if color != "source" or source_icc is None:
        return srgb
    if is_srgb(source_icc):
        return OutputSpace(_with_its_size(source_icc), (1, 13))
    try:
        transform = _to_profile(source_icc)
    except (ValueError, struct.error, ocio.Exception) as error:
        _log.info("The profile of %s: %s", name, error)
        transform = None
    if transform is None:
        kind = source_icc[16:20].decode("latin-1").strip() if len(source_icc) >= 20 else ""
        kind = kind.title() if kind in ("GRAY", "LAB") else kind or "damaged"
        kind = "damaged or table-based RGB" if kind == "RGB" else kind
        warning = f"{name} has a {kind} profile that RGB photos cannot be written with, so sRGB is used."
        return OutputSpace(srgb.icc, srgb.cicp, warning=warning)
    return OutputSpace(_with_its_size(source_icc), UNSPECIFIED, transform)


def _with_its_size(icc: bytes) -> bytes:
    """The profile with its size in its header (ICC.1:2022, 7.2.2): other programs refuse files where it is wrong."""
    return struct.pack(">I", len(icc)) + icc[4:]


def keeps_wide_gamut(color: ColorSpace, source_icc: bytes | None) -> bool:
    """Whether a photo with this profile may have colours beyond sRGB that a file in `color` can keep."""
    return color != "srgb" and is_wide(source_icc)


@lru_cache(maxsize=4)
def _to_space(color: str) -> ocio.Transform:
    space = SPACES[color]
    if len(space.curve) == 1:
        exponent = ocio.ExponentTransform(value=[*space.curve * 3, 1.0], direction=ocio.TRANSFORM_DIR_INVERSE)
        # Negative values are outside the gamut and become 0.
        exponent.setNegativeStyle(ocio.NEGATIVE_CLAMP)
        return ocio.GroupTransform([_linearise(), _matrix(space.matrix_from_srgb), exponent])
    g, a, b, _, _ = space.curve
    return ocio.GroupTransform(
        [_linearise(), _matrix(space.matrix_from_srgb), _exponent_with_linear(g, b / a, ocio.TRANSFORM_DIR_INVERSE)]
    )


@lru_cache(maxsize=4)
def _to_profile(icc: bytes) -> ocio.Transform | None:
    profile = parse_matrix_profile(icc)
    if profile is None or icc[16:20] != b"RGB ":
        return None
    curves = ocio.Lut1DTransform(CURVE_POINTS, False)
    curves.setData(np.ascontiguousarray(np.maximum.accumulate(profile.curves, axis=0)).ravel())
    curves.setDirection(ocio.TRANSFORM_DIR_INVERSE)
    return ocio.GroupTransform([_linearise(), _matrix(np.linalg.inv(profile.matrix)), curves])


def _linearise() -> ocio.Transform:
    return _exponent_with_linear(2.4, 0.055, ocio.TRANSFORM_DIR_FORWARD)


def _exponent_with_linear(gamma: float, offset: float, direction: ocio.TransformDirection) -> ocio.Transform:
    """`((x + offset) / (1 + offset)) ^ gamma` with a straight piece at the dark end, mirrored below 0."""
    transform = ocio.ExponentWithLinearTransform(
        gamma=[gamma] * 3 + [1.0], offset=[offset] * 3 + [0.0], direction=direction
    )
    transform.setNegativeStyle(ocio.NEGATIVE_MIRROR)
    return transform


def _matrix(matrix: np.ndarray) -> ocio.Transform:
    whole = np.eye(4)
    whole[:3, :3] = matrix
    return ocio.MatrixTransform(whole.ravel().tolist())


_SIZE = 65  # nodes: what a display's curve differs from that of sRGB in the dark needs them
_RELATIVE_COLORIMETRIC, _BLACK_POINT = 1, 0x2000


@lru_cache(maxsize=4)
def display_lut(icc: bytes) -> np.ndarray | None:
    """The LUT from sRGB to a monitor's own RGB by its profile: float32 (65, 65, 65, 3) for `lut.apply_lut`.

    Relative colorimetric with black point compensation, by LittleCMS. None for a monitor that is sRGB, and for a
    profile that cannot be used (damaged, or of something that is no RGB device): colours then go out as they are.
    """
    import imagecodecs

    if icc[16:20] != b"RGB ":
        return None
    try:
        if is_srgb(icc):
            return None
        nodes = identity_lut(_SIZE).reshape(_SIZE, -1, 3)
        lut = imagecodecs.cms_transform(
            nodes,
            srgb_profile(),
            icc,
            colorspace="rgb",
            outcolorspace="rgb",
            outdtype="float32",
            intent=_RELATIVE_COLORIMETRIC,
            flags=_BLACK_POINT,
        )
    except Exception as error:  # whatever LittleCMS' wrapper raises on a profile that anybody may have installed
        _log.warning("The profile of the monitor cannot be used: %s", error)
        return None
    lut = np.clip(lut, 0, 1).reshape(_SIZE, _SIZE, _SIZE, 3)
    return np.ascontiguousarray(lut) if np.isfinite(lut).all() else None
