"""Text in a PNG file."""

import struct
import zlib
from collections.abc import Mapping

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
