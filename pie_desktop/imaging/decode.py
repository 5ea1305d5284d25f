"""Opening photos: any readable file becomes an sRGB picture, upright."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from pie_desktop.imaging.colour import profile_name, to_srgb
from pie_desktop.imaging.depth import to_uint8
from pie_desktop.imaging.header import MAX_PIXELS, Header, guarded, read_header
from pie_desktop.imaging.isolation import isolated
from pie_desktop.imaging.pixels import StoredPixels, read_pixels
from pie_desktop.imaging.resize import fitted_size, resize

__all__ = ["MAX_PIXELS", "PROXY_SIDE", "PhotoInfo", "load_photo", "load_proxy", "load_thumbnail", "probe"]

PROXY_SIDE = 256


@dataclass(frozen=True)
class PhotoInfo:
    """What is known of a photo before its pixels are read.

    Attributes:
        path: the file.
        width, height: pixels, upright.
        format: `jpeg`, `png`, `tiff` or `webp`, by content.
        bit_depth: 8, 16, or 32 (floating point, opened with 16).
        icc_name: description of the embedded profile, or None.
        file_size: bytes.
    """

    path: Path
    width: int
    height: int
    format: str
    bit_depth: int
    icc_name: str | None
    file_size: int


@isolated
def probe(path: Path) -> PhotoInfo:
    """Read the header of a photo.

    Raises:
        DecodeError: it cannot be opened; above `MAX_PIXELS` also.
    """
    header = read_header(path)
    width, height = header.width, header.height
    if header.orientation >= 5:
        width, height = height, width
    file_size = guarded(header.path, lambda: header.path.stat().st_size)
    return PhotoInfo(header.path, width, height, header.format, header.bit_depth, profile_name(header.icc), file_size)


@isolated
def load_photo(path: Path, max_side: int | None = None) -> np.ndarray:
    """The first picture of a file, upright, in sRGB; transparency on white.

    Args:
        path: a JPEG, PNG, TIFF or WebP file; its content counts, not its suffix.
        max_side: scale down so that the long side has at most this many pixels; JPEGs are decoded at a reduced
            size, which is much faster. None for full size.

    Returns:
        (H, W, 3) uint8, or uint16 for files with more than 8 bits.

    Raises:
        DecodeError: one sentence that names the file; also for photos above `MAX_PIXELS`, before memory is allocated.
    """
    header = read_header(path)
    return guarded(header.path, lambda: _load(header, max_side))


@isolated
def load_proxy(path: Path) -> np.ndarray:
    """The small picture that the model looks at: long side at most 256 pixels, uint8 or uint16.

    Raises:
        DecodeError: as `load_photo`.
    """
    return load_photo(path, PROXY_SIDE)


@isolated
def load_thumbnail(path: Path, side: int) -> np.ndarray:
    """A small picture for display, long side at most `side` pixels, always uint8.

    Raises:
        DecodeError: as `load_photo`.
    """
    return to_uint8(load_photo(path, side))


def _load(header: Header, max_side: int | None) -> np.ndarray:
    pixels = read_pixels(header, max_side)
    array = pixels.array
    if max_side is not None:
        # By the size in the header: that of a reduced JPEG is rounded already.
        width, height = header.width, header.height
        if pixels.oriented and header.orientation >= 5:
            width, height = height, width
        array = resize(array, fitted_size(width, height, max_side))
    picture = to_srgb(StoredPixels(array, pixels.space), header.icc)
    if not pixels.oriented:
        picture = _upright(picture, header.orientation)
    return np.ascontiguousarray(picture)


def _upright(picture: np.ndarray, orientation: int) -> np.ndarray:
    """Apply an EXIF orientation (CIPA DC-008, tag 0x0112)."""
    if orientation >= 5:
        picture = picture.transpose(1, 0, 2)
    if orientation in (2, 3, 6, 7):
        picture = picture[:, ::-1]
    if orientation in (3, 4, 7, 8):
        picture = picture[::-1]
    return picture
