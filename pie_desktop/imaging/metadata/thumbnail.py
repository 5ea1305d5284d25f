"""The small image that a camera puts into the header of a JPEG: there after one short read, however slow the disk."""

import io
from pathlib import Path

import cv2
import numpy as np
from PIL import ExifTags, JpegImagePlugin

from pie_desktop.imaging.stored import read_start

_HEAD = 128 * 1024  # EXIF comes first and is at most 64 KB; what follows up to the size of the photo fits in most files
_OFFSET, _LENGTH = 0x0201, 0x0202
_PREFIX = len(b"Exif\0\0")
_ASPECT_TOLERANCE = 0.02
_BLACK = 32  # of 255: bars that fill a 4:3 thumbnail of a 3:2 photo


def read_exif_thumbnail(path: Path) -> tuple[np.ndarray, int, bytes | None] | None:
    """The EXIF thumbnail of a JPEG, in the frame of the photo; None when there is none or it shows another frame.

    Programs that edit photos do not always renew it: it must only stand in until the photo is read.

    Returns:
        uint8 (H, W, 3) as stored, the EXIF orientation, and the ICC profile of the photo.

    Raises:
        Exception: of any kind when the header is damaged.
    """
    head = read_start(path, _HEAD)
    if not head.startswith(b"\xff\xd8\xff"):
        return None
    with JpegImagePlugin.JpegImageFile(io.BytesIO(head)) as opened:
        if opened.mode != "RGB":
            return None
        exif = opened.getexif()
        stored = exif.get_ifd(ExifTags.IFD.IFD1)
        if _OFFSET not in stored or _LENGTH not in stored:
            return None
        start = _PREFIX + int(stored[_OFFSET])
        data = opened.info["exif"][start : start + int(stored[_LENGTH])]
        width, height = opened.size
        orientation, icc = exif.get(ExifTags.Base.Orientation, 1), opened.info.get("icc_profile")
    flags = cv2.IMREAD_COLOR_RGB | cv2.IMREAD_IGNORE_ORIENTATION
    image = cv2.imdecode(np.frombuffer(data, np.uint8), flags) if data else None
    framed = _in_frame(image, width / height) if image is not None else None
    return None if framed is None else (framed, orientation if orientation in range(1, 9) else 1, icc)


def _in_frame(image: np.ndarray, aspect: float) -> np.ndarray | None:
    """The thumbnail without the black bars beside a photo of another shape; None when these are not bars."""
    height, width = image.shape[:2]
    kept_width, kept_height = min(width, round(height * aspect)), min(height, round(width / aspect))
    if kept_width >= (1 - _ASPECT_TOLERANCE) * width and kept_height >= (1 - _ASPECT_TOLERANCE) * height:
        return image
    left, top = (width - kept_width) // 2, (height - kept_height) // 2
    right, bottom = left + kept_width, top + kept_height
    bars = [image[:top], image[bottom:], image[:, :left], image[:, right:]]
    if any(bar.size and bar.mean() > _BLACK for bar in bars):
        return None
    edge = 1  # compression mixes the bar into the first row of the photo
    inset_y, inset_x = (edge if top else 0), (edge if left else 0)
    return np.ascontiguousarray(image[top + inset_y : bottom - inset_y, left + inset_x : right - inset_x])
