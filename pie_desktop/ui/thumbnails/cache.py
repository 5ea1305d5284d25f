"""Thumbnails in memory, bounded in bytes; the least recently used go first."""

from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtGui import QPixmap

FAILURE_COST = 256


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


class ThumbnailCache:
    """Least-recently-used store of thumbnails by path, at most `capacity` bytes."""

    def __init__(self, capacity: int) -> None:
        self.capacity = capacity
        self.used = 0
        self._entries: OrderedDict[Path, Thumbnail] = OrderedDict()

    def __len__(self) -> int:
        return len(self._entries)

    def get(self, path: Path) -> Thumbnail | None:
        """The entry, which counts as used now."""
        entry = self._entries.get(path)
        if entry is not None:
            self._entries.move_to_end(path)
        return entry

    def peek(self, path: Path) -> Thumbnail | None:
        """The entry, without counting as used."""
        return self._entries.get(path)

    def put(self, path: Path, thumbnail: Thumbnail) -> None:
        self.discard(path)
        self._entries[path] = thumbnail
        self.used += thumbnail.cost
        while self.used > self.capacity and len(self._entries) > 1:
            _, dropped = self._entries.popitem(last=False)
            self.used -= dropped.cost

    def discard(self, path: Path) -> None:
        entry = self._entries.pop(path, None)
        if entry is not None:
            self.used -= entry.cost

    def modified_times(self) -> dict[Path, int]:
        """Modification time that each entry was read at."""
        return {path: entry.modified for path, entry in self._entries.items()}
