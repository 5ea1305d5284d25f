"""Properties of the primary image in an ISO base media file (HEIF, AVIF): ISO/IEC 14496-12 and 23008-12."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass

_MAX_BOXES = 10_000


@dataclass(frozen=True)
class PrimaryItem:
    """What the properties of the primary item say.

    Attributes:
        bits: per sample, by `av1C`.
        cicp: (colour primaries, transfer characteristics) of `colr`, or None.
    """

    bits: int
    cicp: tuple[int, int] | None


def read_primary_item(data: bytes) -> PrimaryItem:
    """Read the `meta` box of an AVIF file.

    Raises:
        ValueError, struct.error, KeyError: there is none, or it is damaged.
    """
    meta = dict(_boxes(dict(_boxes(data))[b"meta"][4:]))
    wide = meta[b"pitm"][0] > 0
    (primary,) = struct.unpack_from(">I" if wide else ">H", meta[b"pitm"], 4)
    containers = dict(_boxes(meta[b"iprp"]))
    properties = list(_boxes(containers[b"ipco"]))
    bits, cicp = 8, None
    for index in _associations(containers[b"ipma"], primary):
        kind, content = properties[index - 1]
        if kind == b"av1C":
            flags = content[2]
            bits = (12 if flags & 0x20 else 10) if flags & 0x40 else 8
        elif kind == b"colr" and content[:4] == b"nclx":
            primaries, transfer = struct.unpack_from(">HH", content, 4)
            cicp = (primaries, transfer)
    return PrimaryItem(bits, cicp)


def _associations(ipma: bytes, item: int) -> list[int]:
    """Property numbers (from 1) of an item."""
    version, long_index = ipma[0], ipma[3] & 1
    (count,) = struct.unpack_from(">I", ipma, 4)
    at = 8
    for _ in range(min(count, _MAX_BOXES)):
        (found,) = struct.unpack_from(">I" if version else ">H", ipma, at)
        at += 4 if version else 2
        number = ipma[at]
        at += 1
        if long_index:
            indexes = [value & 0x7FFF for value in struct.unpack_from(f">{number}H", ipma, at)]
        else:
            indexes = [value & 0x7F for value in struct.unpack_from(f">{number}B", ipma, at)]
        at += number * (2 if long_index else 1)
        if found == item:
            return [index for index in indexes if index]
    return []


def _boxes(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """(type, content) of the boxes in a stretch of a file; a box that reaches beyond the end is cut there."""
    at = 0
    for _ in range(_MAX_BOXES):
        if at + 8 > len(data):
            return
        size, kind = struct.unpack_from(">I4s", data, at)
        start = at + 8
        if size == 1:
            (size,) = struct.unpack_from(">Q", data, start)
            start += 8
        elif size == 0:
            size = len(data) - at
        if size < start - at:
            raise ValueError("a box smaller than its header")
        yield kind, data[start : at + size]
        at += size
