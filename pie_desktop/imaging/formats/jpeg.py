"""JPEG through OpenCV: the same pixels as Pillow in less than half the time, and truncated files are refused."""

import cv2
import numpy as np

from pie_desktop.imaging.stored import Header, StoredPixels, damaged, reduction

_END = b"\xff\xd9"
# What follows complete data is not looked at, and these two cannot both decode to what was cut off.
_PROBES = (b"\x55" * 64, b"\xaa\x01" * 32)


def read_jpeg(header: Header, min_side: int | None) -> StoredPixels:
    """uint8 samples of an RGB or gray JPEG, perhaps at 1/2, 1/4 or 1/8 of its size; raises DecodeError if cut off.

    A file that lacks only its end marker, as some cameras and transfers leave it, is complete otherwise and opens.
    """
    # The bits of the scale alone: IMREAD_REDUCED_COLOR_n carries that of BGR, which must not be combined with RGB.
    scales = {2: cv2.IMREAD_REDUCED_GRAYSCALE_2, 4: cv2.IMREAD_REDUCED_GRAYSCALE_4, 8: cv2.IMREAD_REDUCED_GRAYSCALE_8}
    color, space = (cv2.IMREAD_GRAYSCALE, "gray") if header.mode == "L" else (cv2.IMREAD_COLOR_RGB, "rgb")
    flags = cv2.IMREAD_IGNORE_ORIENTATION | color | scales.get(reduction(header, min_side), 0)
    data = np.fromfile(header.path, dtype=np.uint8)
    array = cv2.imdecode(data, flags)
    if array is None:
        array = _without_end_marker(data, flags)
    if array is None:
        raise damaged(header.path)
    return StoredPixels(array, space)


def _without_end_marker(data: np.ndarray, flags: int) -> np.ndarray | None:
    """The image of a JPEG that is complete but for its end marker; None for any other damage.

    Where the data of the last block is there, what is put between it and an end marker changes nothing.
    """
    start = data.tobytes().rstrip(b"\xff")
    images = [cv2.imdecode(np.frombuffer(start + probe + _END, np.uint8), flags) for probe in (b"", *_PROBES)]
    first, *others = images
    if first is None or any(other is None or not np.array_equal(first, other) for other in others):
        return None
    return first
