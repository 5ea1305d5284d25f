"""The command that empties the thumbnail cache on disk."""

from PySide6.QtCore import QLocale, QObject
from PySide6.QtGui import QAction

from pie_desktop.catalog.thumbnails import ThumbnailStore
from pie_desktop.ui.context import AppContext
from pie_desktop.workers.job import JobContext

TEXT = "Clear thumbnail cache"


class ThumbnailClearing(QObject):
    """Keeps the text of an action up to date, which says how much space the cache takes, and empties the cache."""

    def __init__(self, context: AppContext, parent: QObject) -> None:
        super().__init__(parent)
        self._context = context
        self._action: QAction | None = None

    def attach(self, action: QAction) -> None:
        self._action = action
        self.update_size()

    def update_size(self) -> None:
        """Measure the cache again; call it before the action is shown."""
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
        self._context.notifier.info(f"The thumbnail cache was cleared; that freed {_size(freed)}.")


def _clear(context: JobContext, store: ThumbnailStore) -> int:
    before = store.used_bytes
    store.clear()
    return max(0, before - store.used_bytes)


def _size(count: int) -> str:
    return QLocale().formattedDataSize(count, 1, QLocale.DataSizeFormat.DataSizeSIFormat)
