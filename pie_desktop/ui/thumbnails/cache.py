"""Thumbnails in memory, bounded in bytes; the least recently used go first.

The command that empties the thumbnail cache; it says how much that frees.
"""

from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QLocale, QObject
from PySide6.QtGui import QAction, QPixmap

from pie_desktop.catalog.thumbnails import ThumbnailStore
from pie_desktop.ui.context import AppContext
from pie_desktop.workers.job import JobContext

FAILURE_COST = 256


@dataclass(frozen=True)
class Thumbnail:
    """What is known of one photo's thumbnail.

    Attributes:
        pixmap: the image, or None when the photo could not be read.
        side: bound of the long side in device pixels that was asked for.
        modified: modification time of the file in nanoseconds, 0 if unknown.
        problem: one sentence saying why there is no image, else empty.
        stand_in: shown only until one is made from the photo itself.
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


TEXT = "Clear thumbnail cache"


class ThumbnailClearing(QObject):
    """Keeps the text of an action up to date and does what it says, in the background."""

    def __init__(self, context: AppContext, parent: QObject) -> None:
        super().__init__(parent)
        self._context = context
        self._action: QAction | None = None

    def attach(self, action: QAction) -> None:
        self._action = action
        self.update_size()

    def update_size(self) -> None:
        """To be called before the action is shown."""
        if self._action is not None:
            used = self._context.thumbnail_store.used_bytes
            self._action.setText(f"{TEXT} ({_size(used)})")
            self._action.setEnabled(used > 0)

    def clear(self) -> None:
        job = self._context.background.submit(_clear, self._context.thumbnail_store)
        job.result.connect(self._on_cleared)
        self._context.report_failure(job)

    def _on_cleared(self, freed: int) -> None:
        self.update_size()
        self._context.notifier.info(f"The thumbnail cache is empty; {_size(freed)} were freed.")


def _clear(context: JobContext, store: ThumbnailStore) -> int:
    before = store.used_bytes
    store.clear()
    return max(0, before - store.used_bytes)


def _size(count: int) -> str:
    return QLocale().formattedDataSize(count, 1, QLocale.DataSizeFormat.DataSizeSIFormat)
