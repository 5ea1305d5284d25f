"""Where files keep their EXIF and XMP: reading and replacing the blocks of JPEG, PNG and WebP without touching the
image."""

import hashlib
import struct
import zlib
from collections.abc import Iterator

_EXIF_HEADER = b"Exif\0\0"
_XMP_HEADER = b"http://ns.adobe.com/xap/1.0/\0"
_EXTENSION_HEADER = b"http://ns.adobe.com/xmp/extension/\0"
_APP1 = b"\xff\xe1"
_MAX_SEGMENT = 65_535 - 2
MAX_JPEG_EXIF = _MAX_SEGMENT - len(_EXIF_HEADER)
MAX_JPEG_XMP = _MAX_SEGMENT - len(_XMP_HEADER)
_GUID = 32
_EXTENSION_PART = 60_000
_PNG = b"\x89PNG\r\n\x1a\n"


def read_exif(data: bytes) -> bytes | None:
    """The EXIF of a JPEG, PNG or WebP as a TIFF structure; None where there is none.

    Raises:
        struct.error: the file is cut off.
    """
    place = _exif_place(data)
    return None if place is None else data[place[0] : place[1]].removeprefix(_EXIF_HEADER)


def with_exif(data: bytes, exif: bytes) -> bytes:
    """The file with another EXIF structure in place of the one that it has.

    Raises:
        ValueError: it has none, or the structure is too large for a JPEG.
    """
    place = _exif_place(data)
    if place is None:
        raise ValueError("a file without EXIF")
    start, end = place
    if data.startswith(b"\xff\xd8"):
        if len(exif) > MAX_JPEG_EXIF:
            raise ValueError("EXIF larger than a JPEG's segment")
        return data[: start - 4] + _segment(_EXIF_HEADER + exif) + data[end:]
    if data.startswith(_PNG):
        chunk = struct.pack(">I", len(exif)) + b"eXIf" + exif + struct.pack(">I", zlib.crc32(b"eXIf" + exif))
        return data[: start - 8] + chunk + data[end + 4 :]
    chunk = b"EXIF" + struct.pack("<I", len(exif)) + exif + bytes(len(exif) % 2)
    whole = data[: start - 8] + chunk + data[end + (end - start) % 2 :]
    return whole[:4] + struct.pack("<I", len(whole) - 8) + whole[8:]


def read_extended_xmp(data: bytes, guid: str) -> bytes | None:
    """The extended XMP of a JPEG (Adobe XMP specification, part 3, 1.1.3.1); None where a part of it is missing.

    Args:
        data: the file.
        guid: its name in the main packet, 32 hexadecimal digits.
    """
    parts: dict[int, bytes] = {}
    total = 0
    for start, end in jpeg_segments(data):
        payload = data[start:end]
        if not payload.startswith(_EXTENSION_HEADER):
            continue
        at = len(_EXTENSION_HEADER)
        if payload[at : at + _GUID].decode("ascii", "replace") != guid or len(payload) < at + _GUID + 8:
            continue
        total, offset = struct.unpack_from(">II", payload, at + _GUID)
        parts[offset] = payload[at + _GUID + 8 :]
    whole = bytearray()
    for offset, part in sorted(parts.items()):
        if offset != len(whole):
            return None
        whole += part
    return bytes(whole) if whole and len(whole) == total else None


def with_jpeg_xmp(data: bytes, main: bytes, extended: bytes | None = None) -> bytes:
    """A JPEG without XMP with a main packet, and with an extended one of any length, which the main one names.

    Raises:
        ValueError: the main packet does not fit into a segment.
    """
    if len(main) > MAX_JPEG_XMP:
        raise ValueError("an XMP packet larger than a JPEG's segment")
    segments = [_segment(_XMP_HEADER + main)]
    if extended is not None:
        for offset in range(0, len(extended), _EXTENSION_PART):
            head = _EXTENSION_HEADER + extended_name(extended).encode() + struct.pack(">II", len(extended), offset)
            segments.append(_segment(head + extended[offset : offset + _EXTENSION_PART]))
    place = 2
    for start, end in jpeg_segments(data):
        if data[start - 3] not in (0xE0, 0xE1):
            break
        place = end
    return b"".join((data[:place], *segments, data[place:]))


def extended_name(extended: bytes) -> str:
    """What the main packet calls an extended one: the MD5 of its content."""
    return hashlib.md5(extended, usedforsecurity=False).hexdigest().upper()


def _segment(payload: bytes) -> bytes:
    return _APP1 + struct.pack(">H", len(payload) + 2) + payload


def _exif_place(data: bytes) -> tuple[int, int] | None:
    """Start and end of the structure, or of the segment's payload with its header."""
    if data.startswith(b"\xff\xd8"):
        return next((place for place in jpeg_segments(data) if data.startswith(_EXIF_HEADER, place[0])), None)
    if data.startswith(_PNG):
        return next((place for kind, *place in _png_chunks(data) if kind == b"eXIf"), None)  # type: ignore[return-value]
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return next((place for kind, *place in _webp_chunks(data) if kind == b"EXIF"), None)  # type: ignore[return-value]
    return None


def jpeg_segments(data: bytes) -> Iterator[tuple[int, int]]:
    """Start and end of the payloads of all segments before the image; their marker lies 3 bytes before the start."""
    at = 2
    while at + 4 <= len(data) and data[at] == 0xFF and data[at + 1] not in (0xDA, 0xD9):
        if data[at + 1] == 0xFF:  # filling
            at += 1
            continue
        (size,) = struct.unpack_from(">H", data, at + 2)
        if size < 2:
            return
        yield at + 4, min(at + 2 + size, len(data))
        at += 2 + size


def _png_chunks(data: bytes) -> Iterator[tuple[bytes, int, int]]:
    at = len(_PNG)
    while at + 12 <= len(data):
        (size,) = struct.unpack_from(">I", data, at)
        yield data[at + 4 : at + 8], at + 8, at + 8 + size
        at += 12 + size


def _webp_chunks(data: bytes) -> Iterator[tuple[bytes, int, int]]:
    at = 12
    while at + 8 <= len(data):
        (size,) = struct.unpack_from("<I", data, at + 4)
        yield data[at : at + 4], at + 8, at + 8 + size
        at += 8 + size + size % 2
