"""Opening photos: any readable file becomes an sRGB image, upright."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from pie_desktop.imaging import compiled
from pie_desktop.imaging.color.working import is_wide, profile_name, to_srgb, to_wide
from pie_desktop.imaging.development import AS_SHOT, Development
from pie_desktop.imaging.formats.registry import is_developed, read_header, read_pixels, read_preview
from pie_desktop.imaging.isolation import isolated
from pie_desktop.imaging.metadata.thumbnail import read_exif_thumbnail
from pie_desktop.imaging.resize.resize import fitted_size, resize, resize_long_side
from pie_desktop.imaging.stored import MAX_PIXELS, Header, StoredPixels, guarded, to_uint8

__all__ = [
    "MAX_PIXELS",
    "PROXY_SIDE",
    "PhotoInfo",
    "load_photo",
    "load_placeholder",
    "load_preview",
    "load_proxy",
    "load_thumbnail",
    "load_wide",
    "probe",
]

PROXY_SIDE = 256


@dataclass(frozen=True)
class PhotoInfo:
    """What is known of a photo before its pixels are read.

    Attributes:
        path: the file.
        width, height: pixels, upright.
        format: `jpeg`, `png`, `tiff`, `webp`, `raw`, `heic`, `avif`, `jxl` or `psd`, by content.
        bit_depth: 8, 16 (also 10 and 12), or 32 (floating point, opened with 16).
        icc_name: description of the embedded profile, or of what else describes the colours, or None.
        file_size: bytes.
        wide: the profile has colours beyond sRGB; `load_wide` keeps them.
    """

    path: Path
    width: int
    height: int
    format: str
    bit_depth: int
    icc_name: str | None
    file_size: int
    wide: bool = False


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
    name = header.color_name or profile_name(header.icc)
    wide = is_wide(header.icc)
    return PhotoInfo(header.path, width, height, header.format, header.bit_depth, name, file_size, wide)


@isolated
def load_photo(path: Path, max_side: int | None = None, development: Development = AS_SHOT) -> np.ndarray:
    """The first image of a file, upright, in sRGB; transparency on white.

    Args:
        path: a photo of any kind that `formats` knows; its content counts, not its suffix.
        max_side: scale down so that the long side has at most this many pixels; JPEGs and RAW photos are decoded at a
            reduced size, which is much faster. None for full size.
        development: exposure and white balance of a RAW photo; others stay as they are.

    Returns:
        (H, W, 3) uint8, or uint16 for files with more than 8 bits; colours beyond sRGB are clipped.

    Raises:
        DecodeError: one sentence that names the file; also for photos above `MAX_PIXELS`, before memory is allocated.
    """
    header = read_header(path)
    return guarded(header.path, lambda: _load(header, max_side, to_srgb, development))


@isolated
def load_wide(path: Path, max_side: int | None = None, development: Development = AS_SHOT) -> np.ndarray:
    """As `load_photo`, but colours beyond sRGB are kept.

    Returns:
        (H, W, 3) float32, sRGB-encoded, 1 is white; values may lie below 0 or above 1, where the curve of sRGB is
        continued, mirrored at 0. Clipped and rounded it is what `load_photo` gives.

    Raises:
        DecodeError: as `load_photo`.
    """
    header = read_header(path)
    return guarded(header.path, lambda: _load(header, max_side, to_wide, development))


@isolated
def load_proxy(path: Path, development: Development = AS_SHOT) -> np.ndarray:
    """The small image that the model looks at: long side at most 256 pixels, uint8 or uint16.

    Args:
        path: as for `load_photo`.
        development: exposure and white balance of a RAW photo; others stay as they are.

    Raises:
        DecodeError: as `load_photo`.
    """
    return load_photo(path, PROXY_SIDE, development)


@isolated
def load_preview(path: Path, side: int) -> np.ndarray | None:
    """The image that the camera embedded in a RAW photo, or the small copy in a HEIC file.

    It is shown until the photo itself is there. It has the camera's look, so that the model must never see it.

    Returns:
        uint8 (H, W, 3), upright, sRGB, long side at most `side` pixels (perhaps much less), or None.

    Raises:
        DecodeError: as `load_photo`.
    """
    header = read_header(path)
    return guarded(header.path, lambda: _preview(header, side))


@isolated
def load_thumbnail(path: Path, side: int, development: Development = AS_SHOT) -> np.ndarray:
    """A small image for display, long side at most `side` pixels, always uint8; from the preview if that suffices.

    Args:
        path: as for `load_photo`.
        side: in pixels.
        development: of a RAW photo, whose preview only shows how it was shot.

    Raises:
        DecodeError: as `load_photo`.
    """
    header = read_header(path)
    return guarded(header.path, lambda: _thumbnail(header, side, development))


@isolated
def load_placeholder(path: Path, side: int) -> np.ndarray | None:
    """The EXIF thumbnail of a JPEG, to be shown until its real thumbnail is there: one short read of the file.

    It may show the photo as it was before another program edited it.

    Returns:
        uint8 (H, W, 3), upright, sRGB, long side at most `side`; None when there is none of at least a third of that.
        Never raises: what is wrong with a photo is reported when it is read.
    """
    try:
        found = read_exif_thumbnail(Path(path))
        if found is None or 3 * max(found[0].shape) < side:
            return None
        stored, orientation, icc = found
        image = _upright(to_srgb(StoredPixels(stored, "rgb"), icc), orientation)
        return resize_long_side(np.ascontiguousarray(image), side)
    except Exception:
        return None


def _thumbnail(header: Header, side: int, development: Development) -> np.ndarray:
    as_shot = development == AS_SHOT or not is_developed(header.format)
    preview = _preview(header, side) if as_shot else None
    if preview is not None and max(preview.shape) >= min(side, max(header.width, header.height)):
        return preview
    return to_uint8(_load(header, side, to_srgb, development))


def _preview(header: Header, side: int) -> np.ndarray | None:
    found = read_preview(header, side)
    if found is None:
        return None
    pixels, icc = found
    return to_uint8(to_srgb(StoredPixels(resize_long_side(pixels.array, side), pixels.space), icc))


def _load(
    header: Header,
    max_side: int | None,
    convert: Callable[[StoredPixels, bytes | None], np.ndarray],
    development: Development,
) -> np.ndarray:
    pixels = read_pixels(header, max_side, development)
    array = pixels.array
    if max_side is not None:
        # By the size in the header: that of a reduced JPEG is rounded already.
        width, height = header.width, header.height
        if pixels.oriented and header.orientation >= 5:
            width, height = height, width
        array = resize(array, fitted_size(width, height, max_side))
    image = convert(StoredPixels(array, pixels.space), header.icc)
    if not pixels.oriented:
        image = _upright(image, header.orientation)
    return np.ascontiguousarray(image)


def _upright(image: np.ndarray, orientation: int) -> np.ndarray:
    """Apply an EXIF orientation (CIPA DC-008, tag 0x0112)."""
    if orientation >= 5:
        image = image.transpose(1, 0, 2)
    if orientation in (2, 3, 6, 7):
        image = image[:, ::-1]
    if orientation in (3, 4, 7, 8):
        image = image[::-1]
    return image


def proxy_of(image: np.ndarray, from_jpeg: bool) -> np.ndarray:
    """What `decode.load_proxy` gives for the same photo, but for rounding: means of the same pixels in the same steps.

    Args:
        image: (H, W, 3) uint8 or uint16, of full size.
        from_jpeg: the file is a JPEG; the decoder reduces it to blocks of 8, 4 or 2 pixels first.

    Returns:
        An image with a long side of at most `PROXY_SIDE`, the same type.
    """
    height, width = image.shape[:2]
    size = fitted_size(width, height, PROXY_SIDE)
    factor = next((factor for factor in (8, 4, 2) if max(width, height) >= factor * PROXY_SIDE), 1)
    if from_jpeg and factor > 1:
        kernels = compiled.kernels_for(image.dtype)
        if kernels is not None and factor == 8 and min(width, height) >= 8:
            image = kernels.eighth(np.ascontiguousarray(image))  # a tenth of OpenCV's time
        else:
            # Filled up to whole blocks, as JPEG does: the blocks would drift otherwise.
            image = cv2.copyMakeBorder(image, 0, -height % factor, 0, -width % factor, cv2.BORDER_REPLICATE)
            image = resize(image, (image.shape[1] // factor, image.shape[0] // factor))
    return resize(image, size)
