"""The pairs that a run would learn from: found in the background, shown as a table."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, QSize, Qt

from pie_desktop.imaging.pairs.find import PairGuess, pairs_in_folder
from pie_desktop.ui.widgets.plain_text import plain
from pie_desktop.ui.widgets.table import HeadedTableModel, Index, ThumbnailColumn
from pie_desktop.workers.job import JobContext
from pie_desktop.workers.lanes import PriorityLane

THUMBNAIL = QSize(60, 40)


def find_training_pairs(context: JobContext, edits: Path, originals: Path | None) -> list[PairGuess]:
    """Every edit in the folder with the original that was found for it, if any; a job for a lane.

    Raises:
        DecodeError: a folder cannot be read.
        Cancelled: another folder was chosen meanwhile.
    """
    pairs = pairs_in_folder(edits, originals)
    context.check()
    return pairs


class PairTableModel(HeadedTableModel):
    """Edits with an original first; the others are listed after them, as they are not used."""

    HEADERS = ("Edit", "Original", "Found by")

    def __init__(self, thumbnails: PriorityLane, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._pairs: list[PairGuess] = []
        self._rows: dict[Path, list[tuple[int, int]]] = {}
        self._thumbnails = ThumbnailColumn(thumbnails, self)
        self._thumbnails.loaded.connect(self._on_loaded)

    def set_pairs(self, pairs: Sequence[PairGuess]) -> None:
        self.beginResetModel()
        self._pairs = sorted(pairs, key=lambda pair: pair.before is None)
        self._rows = {}
        for row, pair in enumerate(self._pairs):
            for column, path in enumerate((pair.after, pair.before)):
                if path is not None:
                    self._rows.setdefault(path, []).append((row, column))
        self.endResetModel()

    @property
    def complete(self) -> int:
        """How many edits have an original."""
        return sum(pair.before is not None for pair in self._pairs)

    @property
    def unpaired(self) -> int:
        return len(self._pairs) - self.complete

    def row_total(self) -> int:
        return len(self._pairs)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        pair = self._pairs[index.row()]
        path = (pair.after, pair.before, None)[index.column()]
        if role == Qt.ItemDataRole.DisplayRole:
            if index.column() == 2:
                return pair.how if pair.before is not None else "no original, not used"
            return path.name if path is not None else "—"
        if role == Qt.ItemDataRole.ToolTipRole and path is not None:
            return plain(str(path))
        if role == Qt.ItemDataRole.DecorationRole and path is not None:
            return self._thumbnails.icon(path, THUMBNAIL)
        return None

    def _on_loaded(self, path: Path) -> None:
        for row, column in self._rows.get(path, ()):
            index = self.index(row, column)
            self.dataChanged.emit(index, index, [Qt.ItemDataRole.DecorationRole])
