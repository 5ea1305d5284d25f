"""ISO base media boxes (ISO/IEC 14496-12), which HEIF, AVIF and JPEG XL files consist of: one walker and one writer."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass

_MAX_BOXES = 10_000
_MAX_ITEMS = 10_000
_SEQUENCE = b"avis"


def walk(data: bytes, start: int = 0, end: int | None = None) -> Iterator[tuple[bytes, int, int]]:
    """Type of each box, and where its payload begins and ends; one that reaches beyond `end` is cut there.

    Raises:
        ValueError, struct.error: a box is damaged; those before it have been given.
    """
    at, end = start, len(data) if end is None else end
    for _ in range(_MAX_BOXES):
        if at + 8 > end:
            return
        size, kind = struct.unpack_from(">I4s", data, at)
        begin = at + 8
        if size == 1:
            (size,) = struct.unpack_from(">Q", data, begin)
            begin += 8
        elif size == 0:
            size = end - at
        if size < begin - at:
            raise ValueError("a box smaller than its header")
        yield kind, begin, min(at + size, end)
        at += size


def children(payload: bytes, start: int = 0) -> list[tuple[bytes, bytes]]:
    """Type and payload of the boxes in a payload, from `start` on (4 where it begins with version and flags).

    Raises:
        ValueError, struct.error: a box is damaged.
    """
    return [(kind, payload[begin:end]) for kind, begin, end in walk(payload, start)]


def box(kind: bytes, payload: bytes) -> bytes:
    """A box as it stands in a file."""
    return struct.pack(">I4s", len(payload) + 8, kind) + payload


def without_sequence(data: bytes) -> bytes:
    """An AVIF file whose animation is hidden from readers, so that they find its primary image alone.

    Everything keeps its place, as items are stored by their offset in the file.

    Raises:
        ValueError, struct.error: a box is damaged.
    """
    result = bytearray(data)
    for kind, begin, end in walk(data):
        if kind == b"ftyp":
            for at in (begin, *range(begin + 8, end - 3, 4)):
                if data[at : at + 4] == _SEQUENCE:
                    result[at : at + 4] = b"avif"
        elif kind == b"moov":
            at = data.rindex(kind, 0, begin)  # before the payload, or before a size of 64 bits
            result[at : at + 4] = b"free"
    return bytes(result)


@dataclass(frozen=True)
class PrimaryItem:
    """What the properties of the primary image of a HEIF file say (ISO/IEC 23008-12).

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
    meta = dict(children(dict(children(data))[b"meta"], 4))
    wide = meta[b"pitm"][0] > 0
    (primary,) = struct.unpack_from(">I" if wide else ">H", meta[b"pitm"], 4)
    containers = dict(children(meta[b"iprp"]))
    properties = children(containers[b"ipco"])
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
    for _ in range(min(count, _MAX_ITEMS)):
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
