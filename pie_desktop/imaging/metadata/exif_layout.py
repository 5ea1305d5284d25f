"""The layout of an EXIF structure, written anew around a maker note that stays where it was.

Most maker notes point to their values by distances from the start of the whole structure (EXIF 2.32 leaves their
inside to
the makers), so that their bytes mean the same only at the same distance.
"""

import struct
from dataclasses import dataclass, field

EXIF_IFD, GPS_IFD, INTEROPERABILITY_IFD, MAKER_NOTE = 0x8769, 0x8825, 0xA005, 0x927C
_POINTERS = (EXIF_IFD, GPS_IFD, INTEROPERABILITY_IFD)
# Bytes of a value by its type: TIFF 6.0, and IFD (13).
TYPE_SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4}
_INLINE = 4
_UNDEFINED, _LONG = 7, 4


@dataclass
class Ifd:
    """Tags of one directory: type, count and bytes by number; the directories below it by the tag that points there."""

    tags: dict[int, tuple[int, int, bytes]] = field(default_factory=dict)
    below: dict[int, "Ifd"] = field(default_factory=dict)


def byte_order(exif: bytes) -> str:
    """`<` or `>`, for `struct`. Raises ValueError where this is no TIFF structure."""
    if exif[:4] == b"II*\0":
        return "<"
    if exif[:4] == b"MM\0*":
        return ">"
    raise ValueError("no TIFF structure")


def read_entries(data: bytes, at: int, order: str) -> list[tuple[int, int, int, int]]:
    """Tag, type, count and the position of the value field of each entry of the directory at `at`.

    Raises:
        struct.error: the directory is cut off.
    """
    (count,) = struct.unpack_from(f"{order}H", data, at)
    starts = range(at + 2, at + 2 + 12 * count, 12)
    return [(*struct.unpack_from(f"{order}HHI", data, start), start + 8) for start in starts]


def with_maker_note(exif: bytes, note: bytes, offset: int) -> bytes:
    """The structure with a maker note at `offset`, in place of any that it has; other directories follow where there
    is room.

    Args:
        exif: a TIFF structure, whose thumbnail directory is left out.
        note: the maker note's bytes.
        offset: where they begin, from the start of the structure.

    Raises:
        ValueError, struct.error, KeyError: not such a structure, or an offset within its header.
    """
    order = byte_order(exif)
    if offset < 8:
        raise ValueError(f"a maker note cannot begin at {offset}")
    (first,) = struct.unpack_from(f"{order}I", exif, 4)
    root = _read(exif, first, order)
    root.below.setdefault(EXIF_IFD, Ifd()).tags[MAKER_NOTE] = (_UNDEFINED, len(note), note)
    writer = _Writer(order, note, offset)
    start = writer.write(root)
    header = exif[:4] + struct.pack(f"{order}I", start)
    return header + bytes(writer.data[8:])


def _read(exif: bytes, at: int, order: str) -> Ifd:
    found = Ifd()
    for tag, kind, count, field_at in read_entries(exif, at, order):
        if tag in _POINTERS:
            (start,) = struct.unpack_from(f"{order}I", exif, field_at)
            if start > at:  # written in order: no circles
                found.below[tag] = _read(exif, start, order)
            continue
        size = TYPE_SIZES[kind] * count
        start = field_at if size <= _INLINE else struct.unpack_from(f"{order}I", exif, field_at)[0]
        value = exif[start : start + size]
        if len(value) != size:
            raise ValueError(f"the value of tag {tag:#x} is cut off")
        found.tags[tag] = (kind, count, value)
    return found


class _Writer:
    """Fills the room before and behind the maker note."""

    def __init__(self, order: str, note: bytes, offset: int) -> None:
        self._order = order
        self._note, self._offset = note, offset
        self.data = bytearray(offset) + bytearray(note)
        self._front = 8

    def write(self, ifd: Ifd) -> int:
        """Where the directory begins, whose values and directories are written too."""
        numbers = sorted({*ifd.tags, *ifd.below})
        start = self._reserve(2 + 12 * len(numbers) + 4)
        entries = [struct.pack(f"{self._order}H", len(numbers))]
        for tag in numbers:
            if tag in ifd.below:
                kind, count, value = _LONG, 1, struct.pack(f"{self._order}I", self.write(ifd.below[tag]))
            else:
                kind, count, value = ifd.tags[tag]
            if tag == MAKER_NOTE and len(value) > _INLINE:
                stored = struct.pack(f"{self._order}I", self._offset)
            elif len(value) > _INLINE:
                stored = struct.pack(f"{self._order}I", self._put(value))
            else:
                stored = value.ljust(_INLINE, b"\0")
            entries.append(struct.pack(f"{self._order}HHI", tag, kind, count) + stored)
        packed = b"".join((*entries, bytes(4)))
        self.data[start : start + len(packed)] = packed
        return start

    def _put(self, value: bytes) -> int:
        start = self._reserve(len(value))
        self.data[start : start + len(value)] = value
        return start

    def _reserve(self, size: int) -> int:
        size += size % 2
        if self._front + size <= self._offset:
            start, self._front = self._front, self._front + size
            return start
        self.data.extend(bytes(len(self.data) % 2))
        start = len(self.data)
        self.data.extend(bytes(size))
        return start
