"""HEIC and HEIF through libheif, which applies the turning and mirroring of the container itself."""

from pathlib import Path
from typing import Any

import numpy as np

from pie_desktop.imaging.color.cicp import cicp_profile
from pie_desktop.imaging.stored import Header, StoredPixels, check_size, scaled_to_16, without_alpha


def read_heif_header(path: Path) -> Header:
    """Header of the primary image; EXIF's orientation does not count (ISO/IEC 23008-12)."""
    image = _open(path)
    width, height = image.size
    check_size(path, width, height)
    icc, name = image.info.get("icc_profile"), None
    nclx = image.info.get("nclx_profile")
    if not icc and nclx:
        profile = cicp_profile(int(nclx["color_primaries"]), int(nclx["transfer_characteristics"]))
        icc, name = profile or (None, None)
    bit_depth = 8 if image.info.get("bit_depth", 8) <= 8 else 16
    return Header(path, "heic", width, height, 1, bit_depth, icc or None, color_name=name)


def read_heif(header: Header) -> StoredPixels:
    """The primary image: uint8, or uint16 for 10 and 12 bits."""
    image = _open(header.path)
    bits = image.info.get("bit_depth", 8)
    array = np.asarray(image)
    if array.dtype == np.uint16:
        array = scaled_to_16(array, bits)
    base, space = without_alpha(array)
    return StoredPixels(base, space, oriented=True)


def read_heif_preview(header: Header) -> tuple[StoredPixels, bytes | None] | None:
    """The small copy that phones put into the file, with its profile; or None."""
    image = _open(header.path)
    copies = [image.get_thumbnail(index) for index in range(len(image.info.get("thumbnails", ())))]
    shape = header.width / header.height
    # One of another shape was not turned with the image, or shows a part of it.
    copies = [copy for copy in copies if abs(copy.size[0] / copy.size[1] / shape - 1) < 0.03]
    if not copies:
        return None
    array = np.asarray(max(copies, key=lambda copy: copy.size[0]))
    if array.dtype != np.uint8:
        return None
    base, space = without_alpha(array)
    return StoredPixels(base, space, oriented=True), header.icc


def _open(path: Path) -> Any:
    import pillow_heif

    # Native bits: the 16-bit mode of the library shifts instead of scaling, so that white would not be white.
    return pillow_heif.open_heif(path, convert_hdr_to_8bit=False, hdr_to_16bit=False)[0]
