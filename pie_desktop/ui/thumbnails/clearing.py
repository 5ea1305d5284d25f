"""The command that empties the thumbnail cache on disk."""

from PySide6.QtCore import QLocale, QObject
from PySide6.QtGui import QAction

from pie_desktop.catalog.thumbnails import ThumbnailStore
from pie_desktop.ui.actions import registry
from pie_desktop.ui.context import AppContext
from pie_desktop.workers.job import JobContext


class ThumbnailClearing(QObject):
    """Keeps the text of an action up to date, which says how much space the cache takes, and empties the cache."""

    def __init__(self, context: AppContext, parent: QObject) -> None:
        super().__init__(parent)
        self._context = context
        self._action: QAction | None = None
        self._used = 0

    def attach(self, action: QAction) -> None:
        self._action = action
        self.update_size()

    @property
    def has_any(self) -> bool:
        """Whether there was something to clear when it was last measured."""
        return self._used > 0

    def update_size(self) -> None:
        """Measure the cache again; call it before the action is shown."""
        if self._action is not None:
            self._used = self._context.thumbnail_store.used_bytes
            self._action.setText(f"{registry.action('clear_thumbnails').label} ({_size(self._used)})")
            self._action.setEnabled(self.has_any)

    def clear(self) -> None:
        job = self._context.background.submit(_clear, self._context.thumbnail_store)
        job.result.connect(self._on_cleared)
        self._context.report_failure(job)

    def _on_cleared(self, freed: int) -> None:
        self.update_size()
        self._context.notifier.info(f"The thumbnail cache was cleared; that freed {_size(freed)}.")


def _clear(context: JobContext, store: ThumbnailStore) -> int:
    before = store.used_bytes
    store.clear()
    return max(0, before - store.used_bytes)


def _size(count: int) -> str:
    return QLocale().formattedDataSize(count, 1, QLocale.DataSizeFormat.DataSizeSIFormat)
