"""JPEG XL: read through libjxl, which applies the orientation itself."""

import logging
import struct
from pathlib import Path

import numpy as np

from pie_desktop.imaging.formats.format import FileFormat
from pie_desktop.imaging.formats.parts.depth import without_alpha
from pie_desktop.imaging.formats.parts.jxl_codestream import JxlHeader, read_jxl_header
from pie_desktop.imaging.stored import Header, StoredPixels, check_size, damaged

_log = logging.getLogger(__name__)


def read_header(path: Path) -> Header:
    """Header of the first image."""
    data = path.read_bytes()
    try:
        found = read_jxl_header(data)
    except (ValueError, struct.error, IndexError, KeyError) as error:
        raise damaged(path) from error
    check_size(path, found.width, found.height)
    icc, name = (_embedded_profile(path, data), None) if found.embedded_icc and not found.xyb else _profile(found)
    bit_depth = 32 if found.floating else 8 if found.bits <= 8 else 16
    return Header(path, FORMAT.name, found.width, found.height, found.orientation, bit_depth, icc, color_name=name)


def read_pixels(header: Header, min_side: int | None) -> StoredPixels:
    """uint8, uint16 or float32 samples."""
    import imagecodecs

    # Frames come stacked along the first axis: one is asked for.
    data = header.path.read_bytes()
    array = np.asarray(imagecodecs.jpegxl_decode(data, index=0))
    base, space = without_alpha(array, read_jxl_header(data).bits)
    return StoredPixels(base, space, oriented=True)


def _embedded_profile(path: Path, data: bytes) -> bytes | None:
    """The ICC profile that is compressed in a file, or None.

    imagecodecs does not hand it out, pillow-jxl-plugin does, together with the pixels: 1.3 s for 24 MP. Few files have
    one: those made from a JPEG with a profile, and lossless ones whose profile is not one of the usual spaces.
    """
    import pillow_jxl

    try:
        profile = pillow_jxl.Decoder(num_threads=1)(data)[3]
    except (
        Exception
    ) as error:  # a damaged file, or a kind that this decoder does not know: imagecodecs has the last word
        _log.debug("Profile of %s: %s", path, error)
        return None
    return bytes(profile) if profile else None


def _profile(found: JxlHeader) -> tuple[bytes | None, str | None]:
    from pie_desktop.imaging.color.cicp import cicp_profile, gamma_profile
    from pie_desktop.imaging.color.spaces import D65, SRGB

    """Profile and name of colours that the header describes; of an XYB image with a profile libjxl makes sRGB."""
    if found.embedded_icc:
        return None, None
    custom = isinstance(found.primaries, tuple) or found.white is not None
    if found.gamma is not None or custom:
        xy = found.primaries if isinstance(found.primaries, tuple) else SRGB
        gamma = found.gamma if found.gamma is not None else 2.2
        return gamma_profile(found.white or D65, xy, gamma), f"RGB gamma {gamma:.2g}"
    assert isinstance(found.primaries, int) and found.transfer is not None
    return cicp_profile(found.primaries, found.transfer) or (None, None)


FORMAT = FileFormat(
    name="jxl",
    title="JPEG XL",
    suffixes=(".jxl",),
    read_header=read_header,
    read_pixels=read_pixels,
    magic=(b"\xff\x0a", b"\x00\x00\x00\x0cJXL "),
)
