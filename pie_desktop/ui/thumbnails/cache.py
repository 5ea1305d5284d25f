"""Thumbnails in memory, bounded in bytes; the least recently used go first."""

from collections import OrderedDict
from dataclasses import dataclass
from typing import Generic, TypeVar

from PySide6.QtGui import QPixmap

FAILURE_COST = 256

Key = TypeVar("Key")


@dataclass(frozen=True)
class Thumbnail:
    """What is known of one photo's thumbnail.

    Attributes:
        pixmap: the image, or None when the photo could not be read.
        side: bound of the long side in device pixels that was asked for.
        modified: modification time of the file in nanoseconds, 0 if unknown.
        problem: one sentence saying why there is no image, else empty.
        placeholder: shown only until one is made from the photo itself.
    """

    pixmap: QPixmap | None
    side: int
    modified: int
    problem: str = ""
    placeholder: bool = False

    @property
    def cost(self) -> int:
        """Bytes held."""
        if self.pixmap is None:
            return FAILURE_COST
        return self.pixmap.width() * self.pixmap.height() * 4


class ThumbnailCache(Generic[Key]):
    """Least-recently-used store of thumbnails by photo, at most `capacity` bytes."""

    def __init__(self, capacity: int) -> None:
        self.capacity = capacity
        self.used = 0
        self._entries: OrderedDict[Key, Thumbnail] = OrderedDict()

    def __len__(self) -> int:
        return len(self._entries)

    def get(self, photo: Key) -> Thumbnail | None:
        """The entry, which counts as used now."""
        entry = self._entries.get(photo)
        if entry is not None:
            self._entries.move_to_end(photo)
        return entry

    def peek(self, photo: Key) -> Thumbnail | None:
        """The entry, without counting as used."""
        return self._entries.get(photo)

    def put(self, photo: Key, thumbnail: Thumbnail) -> None:
        self.discard(photo)
        self._entries[photo] = thumbnail
        self.used += thumbnail.cost
        while self.used > self.capacity and len(self._entries) > 1:
            _, dropped = self._entries.popitem(last=False)
            self.used -= dropped.cost

    def discard(self, photo: Key) -> None:
        entry = self._entries.pop(photo, None)
        if entry is not None:
            self.used -= entry.cost

    def modified_times(self) -> dict[Key, int]:
        """Modification time that each entry was read at."""
        return {photo: entry.modified for photo, entry in self._entries.items()}
