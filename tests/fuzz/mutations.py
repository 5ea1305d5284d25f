"""Mutations of bytes: cut off, flipped, spliced, and aimed at headers, profiles and metadata.

Every function takes the content and a source of random numbers and returns other content; the same numbers give the
same content.
"""

import random
import struct
import zlib
from collections.abc import Callable, Sequence

MARKS = (
    b"Exif\0\0", b"ICC_PROFILE\0", b"http://ns.adobe.com/x", b"Photoshop 3.0", b"8BIM", b"acsp", b"desc", b"curv",
    b"rTRC", b"mluc", b"IHDR", b"PLTE", b"iCCP", b"eXIf", b"iTXt", b"tRNS", b"cICP", b"gAMA", b"cHRM", b"IDAT",
    b"II*\0", b"MM\0*", b"VP8X", b"EXIF", b"XMP ", b"ICCP", b"ANIM", b"meta", b"iloc", b"iinf", b"ispe", b"iprp",
    b"ipma", b"pitm", b"colr", b"hvcC", b"av1C", b"irot", b"grid", b"jxlc", b"jxlp", b"brob", b"<x:xmpmeta", b"rdf:",
    b"\xff\xc0", b"\xff\xc2", b"\xff\xc4", b"\xff\xda", b"\xff\xdb", b"\xff\xe1", b"\xff\xe2", b"\xff\xee",
)  # fmt: skip
_NUMBERS = (0, 1, 2, 3, 7, 8, 16, 0x7F, 0x80, 0xFF, 0x100, 0x7FFF, 0x8000, 0xFFFF, 0x10000, 0x7FFFFFFF, 0x80000000)
_TYPE_SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4}
MAX_BYTES = 4_000_000

Mutation = Callable[[bytearray, random.Random], bytearray]


def truncate(data: bytearray, rng: random.Random) -> bytearray:
    """Cut off; mostly somewhere, sometimes right behind the header or right before the end."""
    size = len(data)
    return data[
        : rng.choice((rng.randrange(size + 1), rng.randrange(min(size, 600) + 1), max(0, size - rng.randrange(16))))
    ]


def flip_bits(data: bytearray, rng: random.Random) -> bytearray:
    for _ in range(rng.choice((1, 2, 8, 64))):
        data[_place(data, rng)] ^= 1 << rng.randrange(8)
    return data


def set_bytes(data: bytearray, rng: random.Random) -> bytearray:
    at = _place(data, rng)
    data[at : at + rng.choice((1, 4, 64))] = bytes([rng.choice((0, 0xFF, 0x80, 0x20, rng.randrange(256)))])
    return data


def set_number(data: bytearray, rng: random.Random) -> bytearray:
    """A number of 2 or 4 bytes, in either order, to one that is often forgotten."""
    at, size = _place(data, rng), rng.choice((2, 4))
    number = (rng.choice(_NUMBERS) * rng.choice((1, 1, -1)) + rng.choice((0, 0, 1, -1))) % (1 << 8 * size)
    data[at : at + size] = number.to_bytes(size, rng.choice(("big", "little")))
    return data


def near_mark(data: bytearray, rng: random.Random) -> bytearray:
    """Change something right behind the name of a chunk, a box, a profile or a block of metadata."""
    found = [at for mark in MARKS if (at := data.find(mark)) >= 0]
    if not found:
        return set_number(data, rng)
    start = rng.choice(found)
    part = data[start : start + rng.choice((16, 64, 512))]
    changed = rng.choice((flip_bits, set_bytes, set_number))(part, rng)
    return data[:start] + changed + data[start + len(part) :]


def move_part(data: bytearray, rng: random.Random) -> bytearray:
    """Take a part out, repeat it, blank it, or put it somewhere else."""
    start, length = _place(data, rng), rng.choice((1, 4, 40, 1000, len(data) // 4))
    part = data[start : start + length]
    how = rng.randrange(4)
    if how == 0:
        del data[start : start + length]
    elif how == 1:
        data[start:start] = part
    elif how == 2:
        data[start : start + length] = bytes(len(part))
    else:
        del data[start : start + length]
        at = rng.randrange(len(data) + 1)
        data[at:at] = part
    return data


def change_tag(data: bytearray, rng: random.Random) -> bytearray:
    """Change one entry of a directory of TIFF: the file's own, a RAW photo's, or that of EXIF."""
    starts = [at for mark in (b"II*\0", b"MM\0*") if (at := data.find(mark)) >= 0]
    entries = [entry for start in starts for entry in _entries(data, start)]
    if not entries:
        return near_mark(data, rng)
    at, order = rng.choice(entries)
    what = rng.randrange(4)
    if what == 0:
        struct.pack_into(order + "H", data, at, rng.choice((0, 254, 256, 258, 259, 273, 274, 278, 330, 0x8769, 0x927C)))
    elif what == 1:
        struct.pack_into(order + "H", data, at + 2, rng.choice((*range(14), 255, 65535)))
    elif what == 2:
        struct.pack_into(order + "I", data, at + 4, rng.choice(_NUMBERS))
    else:
        struct.pack_into(order + "I", data, at + 8, rng.choice((*_NUMBERS, len(data), rng.randrange(len(data)))))
    return data


MUTATIONS: tuple[Mutation, ...] = (
    truncate,
    flip_bits,
    set_bytes,
    set_number,
    near_mark,
    near_mark,
    move_part,
    change_tag,
)


def mutate(original: bytes, rng: random.Random, others: Sequence[bytes] = ()) -> bytes:
    """One to four mutations, one after the other; `others` are files to splice with.

    The check sums of PNG are made right again in most cases: otherwise hardly a change would get beyond them.
    """
    data = bytearray(original)
    if others and rng.random() < 0.1:
        data = _splice(data, rng.choice(others), rng)
    for _ in range(rng.choice((1, 1, 1, 2, 4))):
        if data:
            data = rng.choice(MUTATIONS)(data, rng)
    if data.startswith(b"\x89PNG") and rng.random() < 0.8:
        _mend_png(data)
    return bytes(data[:MAX_BYTES])


def _splice(data: bytearray, other: bytes, rng: random.Random) -> bytearray:
    """The beginning of one file and the end of another."""
    cut = rng.random()
    return data[: int(len(data) * cut)] + bytearray(other[int(len(other) * cut) :])


def _place(data: bytearray, rng: random.Random) -> int:
    """Anywhere, more often at the beginning, where most formats have what they say of themselves."""
    return rng.randrange(min(len(data), rng.choice((32, 512, 4096, len(data), len(data)))))


def _entries(data: bytearray, start: int) -> list[tuple[int, str]]:
    """Places of the entries of all directories of a TIFF that begins at `start`, and its byte order."""
    order = "<" if data[start] == 0x49 else ">"
    found: list[tuple[int, str]] = []
    todo, seen = [start + 4], set()
    while todo and len(found) < 500:
        pointer = todo.pop()
        try:
            (offset,) = struct.unpack_from(order + "I", data, pointer)
            place = start + offset
            if not offset or place in seen:
                continue
            seen.add(place)
            (count,) = struct.unpack_from(order + "H", data, place)
            for number in range(min(count, 200)):
                at = place + 2 + 12 * number
                tag, kind, length, _ = struct.unpack_from(order + "HHII", data, at)
                found.append((at, order))
                if tag in (330, 0x8769, 0x8825, 0xA005) and length * _TYPE_SIZES.get(kind, 1) <= 4:
                    todo.append(at + 8)
            todo.append(place + 2 + 12 * count)
        except struct.error:
            continue
    return found


def _mend_png(data: bytearray) -> None:
    at = 8
    while at + 12 <= len(data):
        (length,) = struct.unpack_from(">I", data, at)
        end = at + 8 + length
        if end + 4 > len(data):
            return
        struct.pack_into(">I", data, end, zlib.crc32(data[at + 4 : end]))
        at = end + 4
