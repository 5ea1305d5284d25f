"""The picture that the camera put into a RAW file."""

import io
import logging
from typing import Any

import cv2
import numpy as np
from PIL import JpegImagePlugin

from pie_desktop.imaging.cicp import adobe_rgb_profile
from pie_desktop.imaging.decoders.exif import says_adobe_rgb
from pie_desktop.imaging.stored import MAX_PIXELS, StoredPixels

_log = logging.getLogger(__name__)

Preview = tuple[StoredPixels, bytes | None]  # uint8 RGB, upright; its profile, None for sRGB


def extract_preview(raw: Any, side: int) -> Preview | None:
    """The largest preview of an open RAW file, or None where there is none that can be read.

    Args:
        raw: rawpy's file.
        side: a JPEG may be decoded at a reduced size, with a long side of at least that many pixels.
    """
    import rawpy

    try:
        thumbnail = raw.extract_thumb()
        if thumbnail.format == rawpy.ThumbFormat.JPEG:
            array, icc = _decode_jpeg(thumbnail.data, side)
        else:
            array, icc = np.asarray(thumbnail.data), None
    except (rawpy.LibRawError, cv2.error, OSError, SyntaxError, ValueError) as error:
        _log.debug("No preview: %s", error)
        return None
    if array is None or array.ndim != 3 or array.dtype != np.uint8 or min(array.shape[:2]) < 1:
        return None
    sizes = raw.sizes
    # Cameras store the preview as the sensor sees it; some programs turn it.
    turned = (array.shape[0] > array.shape[1]) != (sizes.iheight > sizes.iwidth)
    if sizes.flip in (5, 6) and not turned:
        array = np.rot90(array, 1 if sizes.flip == 5 else -1)
    elif sizes.flip == 3:
        array = np.rot90(array, 2)
    return StoredPixels(np.ascontiguousarray(array), "rgb", oriented=True), icc


def _decode_jpeg(data: bytes, side: int) -> tuple[np.ndarray | None, bytes | None]:
    with JpegImagePlugin.JpegImageFile(io.BytesIO(data)) as image:
        if image.width * image.height > MAX_PIXELS:
            return None, None
        icc = image.info.get("icc_profile") or (adobe_rgb_profile() if says_adobe_rgb(image.getexif()) else None)
        long_side = max(image.size)
    scales = {8: cv2.IMREAD_REDUCED_GRAYSCALE_8, 4: cv2.IMREAD_REDUCED_GRAYSCALE_4, 2: cv2.IMREAD_REDUCED_GRAYSCALE_2}
    scale = next((flag for factor, flag in scales.items() if long_side >= factor * side), 0)
    flags = cv2.IMREAD_IGNORE_ORIENTATION | cv2.IMREAD_COLOR_RGB | scale
    return cv2.imdecode(np.frombuffer(data, dtype=np.uint8), flags), icc
