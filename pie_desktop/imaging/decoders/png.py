"""16-bit PNG through OpenCV."""

import struct

import cv2
import numpy as np

from pie_desktop.imaging.stored import Header, StoredPixels, composite_on_white, damaged

_SIGNATURE = 8
_ANIMATION = (b"acTL", b"fcTL", b"fdAT")


def read_png16(header: Header) -> StoredPixels:
    """uint16 samples, `gray` or `rgb`, transparency on white; of an animation the picture that plain viewers show."""
    data = _still(header.path.read_bytes())
    array = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
    if array is None or array.dtype != np.uint16:
        raise damaged(header.path)
    if array.ndim == 2:
        return StoredPixels(array, "gray")
    rgb = np.ascontiguousarray(array[..., 2::-1])
    if array.shape[2] == 4:
        rgb = composite_on_white(rgb, array[..., 3])
    return StoredPixels(rgb, "rgb")


def _still(data: bytes) -> bytes:
    """A PNG without the chunks of an animation: OpenCV composes its frames, and loses 16-bit colours in that."""
    if data.find(b"acTL", 0, 1 << 16) < 0:
        return data
    parts, at = [data[:_SIGNATURE]], _SIGNATURE
    while at + 12 <= len(data):
        length, kind = struct.unpack_from(">I4s", data, at)
        end = at + 12 + length
        if kind not in _ANIMATION:
            parts.append(data[at:end])
        at = end
    return b"".join(parts)
