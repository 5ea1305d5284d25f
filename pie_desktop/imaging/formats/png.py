"""16-bit PNG through OpenCV.

Text in a PNG file.
"""

import struct
import zlib
from collections.abc import Mapping

import cv2
import numpy as np

from pie_desktop.imaging.stored import Header, StoredPixels, composite_on_white, damaged

_SIGNATURE = 8
_ANIMATION = (b"acTL", b"fcTL", b"fdAT")


def read_png16(header: Header) -> StoredPixels:
    """uint16 samples, `gray` or `rgb`, transparency on white; of an animation the image that plain viewers show."""
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


_HEADER_END = 33  # signature (8 bytes) and IHDR (25)


def with_text(png: bytes, texts: Mapping[str, str]) -> bytes:
    """The file with an iTXt chunk (UTF-8, PNG 1.2, 11.3.4.5) behind the header for each text that is not empty."""
    chunks = b"".join(_chunk(keyword, text) for keyword, text in texts.items() if text)
    return png[:_HEADER_END] + chunks + png[_HEADER_END:]


def _chunk(keyword: str, text: str) -> bytes:
    # Keyword, not compressed, no language, no translated keyword.
    payload = keyword.encode("latin-1") + b"\0\0\0\0\0" + text.encode("utf-8")
    body = b"iTXt" + payload
    return struct.pack(">I", len(payload)) + body + struct.pack(">I", zlib.crc32(body))
