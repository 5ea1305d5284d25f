"""HEIC and HEIF: read and written through libheif, which applies the container's rotation and mirroring itself."""

import io
from pathlib import Path
from typing import Any

import numpy as np

from pie_desktop.imaging.formats.format import (
    Coding,
    Density,
    Depth,
    FileExtras,
    FileFormat,
    Preview,
    Writing,
    lossy_density,
)
from pie_desktop.imaging.formats.parts.depth import without_alpha
from pie_desktop.imaging.stored import Header, StoredPixels, check_size, to_10_bits

# x265's own choice takes eight times as long (107 s of a core for 24 MP) for 13 % smaller files of a larger error.
_PRESET = "ultrafast"
_MATRIX_BT601 = 6
_SHARE = 0.55  # of a JPEG that looks the same


def read_header(path: Path) -> Header:
    """Header of the primary image; EXIF's orientation does not count (ISO/IEC 23008-12)."""
    from pie_desktop.imaging.color.cicp import cicp_profile

    image = _open(path)
    width, height = image.size
    check_size(path, width, height)
    icc, name = image.info.get("icc_profile"), None
    nclx = image.info.get("nclx_profile")
    if not icc and nclx:
        profile = cicp_profile(int(nclx["color_primaries"]), int(nclx["transfer_characteristics"]))
        icc, name = profile or (None, None)
    bit_depth = 8 if image.info.get("bit_depth", 8) <= 8 else 16
    return Header(path, FORMAT.name, width, height, 1, bit_depth, icc or None, color_name=name)


def read_pixels(header: Header, min_side: int | None) -> StoredPixels:
    """The primary image: uint8, or uint16 for 10 and 12 bits."""
    image = _open(header.path)
    base, space = without_alpha(np.asarray(image), image.info.get("bit_depth", 8))
    return StoredPixels(base, space, oriented=True)


def read_preview(header: Header, side: int) -> Preview | None:
    """The small copy that phones put into the file, of whatever size, with its profile; or None."""
    image = _open(header.path)
    copies = [image.get_thumbnail(index) for index in range(len(image.info.get("thumbnails", ())))]
    shape = header.width / header.height
    # One of another shape was not rotated with the image, or shows a part of it.
    copies = [copy for copy in copies if abs(copy.size[0] / copy.size[1] / shape - 1) < 0.03]
    if not copies:
        return None
    array = np.asarray(max(copies, key=lambda copy: copy.size[0]))
    if array.dtype != np.uint8:
        return None
    base, space = without_alpha(array, 8)
    return StoredPixels(base, space, oriented=True), header.icc


def _open(path: Path) -> Any:
    """The primary image, which need not be the first one: bursts and edited photos keep others beside it."""
    import pillow_heif

    # Native bits: the 16-bit mode of the library shifts instead of scaling, so that white would not be white.
    file = pillow_heif.open_heif(path, convert_hdr_to_8bit=False, hdr_to_16bit=False)
    # Not by the library's index, which is that of the first image where the primary one cannot be read.
    return next(image for image in file if image.info.get("primary"))


def _encode(samples: np.ndarray, coding: Coding, extras: FileExtras) -> bytes:
    import pillow_heif  # half a second that only HEIC files need

    buffer = io.BytesIO()
    primaries, transfer = extras.cicp
    if samples.dtype == np.uint16:
        samples = to_10_bits(samples) << 6  # of which the encoder takes the upper 10 bits
    pillow_heif.encode(
        "RGB" if samples.dtype == np.uint8 else "RGB;16",
        samples.shape[1::-1],
        samples.tobytes(),
        buffer,
        quality=coding.quality,
        enc_params={"preset": _PRESET, "chroma": coding.chroma.replace(":", "")},
        icc_profile=extras.icc,
        color_primaries=primaries,
        transfer_characteristics=transfer,
        matrix_coefficients=_MATRIX_BT601,
        full_range_flag=1,
        exif=extras.exif,
        xmp=extras.xmp,
    )
    return buffer.getvalue()


def _density(coding: Coding, source_bits: int) -> Density:
    return lossy_density(coding.quality, _SHARE)


FORMAT = FileFormat(
    name="heic",
    title="HEIC",
    suffixes=(".heic", ".heif", ".hif"),
    read_header=read_header,
    read_pixels=read_pixels,
    brands=(b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"mif1", b"msf1"),
    read_preview=read_preview,
    goes_with_raw=True,
    writing=Writing(
        place=4,
        suffix=".heic",
        depths=(Depth("heic"), Depth("heic10", 10)),
        encode=_encode,
        density=_density,
        lossy=True,
        choice="subsampling",
        max_side=16_384,
        takes_metadata=True,
    ),
)
