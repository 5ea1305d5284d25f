"""Maker notes: whether they can be kept, and how, when the EXIF around them is written anew.

A note whose values are found by distances from the start of the EXIF structure means nothing at another place.
"""

import enum
import mmap
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pie_desktop.imaging.metadata.exif_layout import EXIF_IFD, MAKER_NOTE, TYPE_SIZES, read_entries

_KEY = "Exif.Photo.MakerNote"
_INLINE = 4
_MAX_TAGS = 1000
_SEARCHED_HEADERS = 64
_TIFF_HEADERS = ((b"II*\0", "<"), (b"MM\0*", ">"))
# Notes that carry their own byte order or start: header, where it says the order, where the directory begins, and what
# its offsets count from (the start of the note, or a TIFF header in it).
_SELF_CONTAINED = (
    (b"Nikon\0\x02", 10, 18, 10),
    (b"OLYMPUS\0", 8, 12, 0),
    (b"OM SYSTEM\0", 12, 16, 0),
    (b"Apple iOS\0", 12, 14, 0),
    (b"PENTAX \0", 8, 10, 0),
    (b"FUJIFILM", None, 12, 0),
)
_STARTS = (0, 6, 8, 10, 12, 14, 16, 18, 20, 26)


class Keeping(enum.Enum):
    """What becomes of a maker note in the new file."""

    BYTES = "its bytes, at the same distance from the start of the EXIF structure"
    DECODED = "written by exiv2, which finds all values of it in the note itself"
    LEFT_OUT = "left out, since it would be read as something else"


@dataclass(frozen=True)
class MakerNote:
    """A note as the source has it.

    Attributes:
        data: its bytes.
        offset: where they begin in the EXIF structure; None where that could not be found.
        order: byte order of the structure, `<` or `>`.
    """

    data: bytes
    offset: int | None
    order: str

    @property
    def moves_safely(self) -> bool | None:
        """Whether all values lie in the note and are counted from its own start; None where it has no directory."""
        inside = self._inside()
        return None if inside is None else inside and self._own() is not None

    def keeping(self, decoded: bool, with_preview: bool, place_is_free: bool) -> Keeping:
        """How it can be kept.

        Args:
            decoded: whether exiv2 knows it, so that it can write it for another place.
            with_preview: whether it has small copies of the unedited image, so that not all of it may stay.
            place_is_free: whether the new file can have it where it was.
        """
        if place_is_free and self.offset is not None and not with_preview:
            return Keeping.BYTES
        inside = self._inside()
        if inside is None:  # no directory: nothing in it that could point elsewhere
            return Keeping.DECODED
        if inside and (decoded or (self._own() is not None and not with_preview)):
            return Keeping.DECODED
        return Keeping.LEFT_OUT

    def _own(self) -> tuple[str, int, int] | None:
        for header, order_at, start, base in _SELF_CONTAINED:
            if self.data.startswith(header):
                order = "<" if order_at is None or self.data[order_at : order_at + 1] == b"I" else ">"
                return order, start, base
        return None

    def _inside(self) -> bool | None:
        own = self._own()
        if own is not None:
            order, start, base = own
            return _values_inside(self.data, start, order, -base)
        found = [_values_inside(self.data, start, self.order, self.offset or 0) for start in _STARTS]
        return next((inside for inside in found if inside is not None), None)


def find_maker_note(source: Path, image: Any) -> MakerNote | None:
    """The maker note of a photo; to be called under `exiv2_lock`.

    Args:
        source: the file, which is searched for the note.
        image: exiv2's image of it, read.
    """
    found = (datum.value() for datum in image.exifData() if datum.key() == _KEY)
    # bytes by Exif 3.0, 4.6.5.4; in a damaged file they can be numbers, which nobody made
    data = next((bytes(value.data()) for value in found if hasattr(value, "data")), b"")
    if len(data) <= _INLINE:
        return None
    order = ">" if image.byteOrder().name == "bigEndian" else "<"
    with source.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        return MakerNote(data, _offset(content, data), order)


def _offset(content: mmap.mmap, note: bytes) -> int | None:
    """Distance of the note from the TIFF header whose EXIF directory points to it."""
    at = content.find(note)
    if at < 0:
        return None
    tried = 0
    for header, order in _TIFF_HEADERS:
        base = content.rfind(header, 0, at)
        while base >= 0 and tried < _SEARCHED_HEADERS:
            if _points_to(content, base, order, at):
                return at - base
            base = content.rfind(header, 0, base) if base else -1
            tried += 1
    return None


def _points_to(content: mmap.mmap, base: int, order: str, at: int) -> bool:
    def pointer(directory: int, wanted: int) -> int | None:
        for tag, _, _, field in read_entries(content, base + directory, order):  # type: ignore[arg-type]
            if tag == wanted:
                return int(struct.unpack_from(f"{order}I", content, field)[0])
        return None

    try:
        (first,) = struct.unpack_from(f"{order}I", content, base + 4)
        exif = pointer(first, EXIF_IFD)
        return exif is not None and pointer(exif, MAKER_NOTE) == at - base
    except struct.error:
        return False


def _values_inside(note: bytes, start: int, order: str, offset: int) -> bool | None:
    """Whether the values of the directory at `start` lie in the note; None when there is no directory."""
    try:
        entries = read_entries(note, start, order)
    except struct.error:
        return None
    if not 0 < len(entries) <= _MAX_TAGS or any(kind not in TYPE_SIZES for _, kind, _, _ in entries):
        return None
    for _, kind, count, field in entries:
        size = TYPE_SIZES[kind] * count
        if size > _INLINE:
            (value,) = struct.unpack_from(f"{order}I", note, field)
            if not 0 <= value - offset <= len(note) - size:
                return False
    return True
