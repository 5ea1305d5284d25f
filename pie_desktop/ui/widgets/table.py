"""What the tables of several pages have in common: their looks, a model with fixed headers, a column of thumbnails."""

from pathlib import Path
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QPainter, QPixmap
from PySide6.QtWidgets import QAbstractItemView, QTableView

from pie_desktop.ui.thumbnails import ThumbnailLoader
from pie_desktop.workers.lanes import PriorityLane

Index = QModelIndex | QPersistentModelIndex


class HeadedTableModel(QAbstractTableModel):
    """A flat table; subclasses name `HEADERS` and answer `row_total` and `data`."""

    HEADERS: tuple[str, ...] = ()

    def row_total(self) -> int:
        """How many rows there are."""
        return 0

    def rowCount(self, parent: Index = QModelIndex()) -> int:
        return 0 if parent.isValid() else self.row_total()

    def columnCount(self, parent: Index = QModelIndex()) -> int:
        return 0 if parent.isValid() else len(self.HEADERS)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if role == Qt.ItemDataRole.DisplayRole and orientation == Qt.Orientation.Horizontal:
            return self.HEADERS[section]
        return None

    def announce(self, first: int, last: int) -> None:
        """Say that these rows have changed."""
        self.dataChanged.emit(self.index(first, 0), self.index(last, len(self.HEADERS) - 1))


def set_up_table(view: QTableView, name: str, one_row: bool = False) -> None:
    """Make a table look like the others: whole rows are selected, without a grid and row numbers.

    Args:
        name: for screen readers.
        one_row: whether only one row can be selected at a time.
    """
    view.setAccessibleName(name)
    view.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
    if one_row:
        view.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
    view.setShowGrid(False)
    view.verticalHeader().hide()
    view.horizontalHeader().setHighlightSections(False)
    view.horizontalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)


CACHE_BYTES = 32 * 2**20
WANTED = 96  # rows that were painted last and still have no thumbnail; a screen shows fewer
SIDE = 128


class ThumbnailColumn(QObject):
    """Loads what was asked for last first: a view asks for the rows that it paints, and scrolling paints new ones only.

    Signals:
        loaded: the path whose thumbnail can be had now.
    """

    loaded = Signal(object)

    def __init__(self, lane: PriorityLane, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._loader = ThumbnailLoader(lane, self, CACHE_BYTES)
        self._loader.side = SIDE
        self._loader.loaded.connect(self._on_loaded)
        self._asked: dict[Path, None] = {}
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(0)
        self._timer.timeout.connect(self._load)

    def icon(self, path: Path, size: QSize) -> QPixmap:
        """The thumbnail in the middle of a field of that size, so that the names beside it stand in one line.

        The field is empty while the thumbnail is being loaded and when the photo cannot be read.
        """
        field = QPixmap(size)
        field.fill(Qt.GlobalColor.transparent)
        entry = self._loader.cache.get(path)
        if entry is None:
            self._asked.pop(path, None)
            self._asked[path] = None
            self._timer.start()
        elif entry.pixmap is not None:
            small = entry.pixmap.scaled(
                size, Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation
            )
            painter = QPainter(field)
            painter.drawPixmap((size.width() - small.width()) // 2, (size.height() - small.height()) // 2, small)
            painter.end()
        return field

    def _load(self) -> None:
        latest = list(reversed(self._asked))[:WANTED]
        self._asked = dict.fromkeys(reversed(latest))
        self._loader.want(latest, ())

    def _on_loaded(self, path: Path) -> None:
        self._asked.pop(path, None)
        self.loaded.emit(path)
