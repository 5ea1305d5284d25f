"""The list of thumbnails: one column when narrow, a grid when wide."""

from collections.abc import Iterator
from itertools import zip_longest

from PySide6.QtCore import QPoint, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QDrag, QPainter, QPixmap, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QAbstractItemView, QListView, QWidget

from pie_desktop.ui.filmstrip.delegate import MARGIN, PADDING, PhotoDelegate, fitted

CELL_WIDTH = 168
DRAG_SIDE = 96


class ThumbnailView(QListView):
    """Thumbnails in cells that share the width evenly; says which rows can be seen.

    Signals:
        visible_changed: the rows on screen, or their size, may be others now.
    """

    visible_changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._delegate = PhotoDelegate(self)
        self.setItemDelegate(self._delegate)
        self.setFlow(QListView.Flow.LeftToRight)
        self.setWrapping(True)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setUniformItemSizes(True)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        # Always there: a bar that came and went with the number of photos would change the columns each time.
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self.setDragEnabled(True)
        self.setDragDropMode(QAbstractItemView.DragDropMode.DragOnly)
        self.setMouseTracking(True)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self._visible_timer = QTimer(self)
        self._visible_timer.setSingleShot(True)
        self._visible_timer.setInterval(20)
        self._visible_timer.timeout.connect(self.visible_changed)
        self.verticalScrollBar().valueChanged.connect(self.announce_visible)
        self._fit_cells()

    def announce_visible(self) -> None:
        """Emit `visible_changed` soon, once for a burst of scroll steps."""
        if not self._visible_timer.isActive():
            self._visible_timer.start()

    def columns(self) -> int:
        return max(1, self.viewport().width() // CELL_WIDTH)

    def picture_side(self) -> float:
        """Long side of a thumbnail in device pixels."""
        return (self.gridSize().width() - 2 * (MARGIN + PADDING)) * self.devicePixelRatioF()

    def visible_rows(self) -> range:
        """Rows at least partly on screen."""
        count = self.model().rowCount() if self.model() else 0
        if not count:
            return range(0)
        cell = self.gridSize()
        first = self.indexAt(QPoint(cell.width() // 2, 0))
        top = first.row() if first.isValid() else 0
        lines = self.viewport().height() // cell.height() + 2
        return range(top, min(count, top + lines * self.columns()))

    def rows_around(self, rows: range) -> Iterator[int]:
        """All other rows, the nearest first."""
        count = self.model().rowCount() if self.model() else 0
        for after, before in zip_longest(range(rows.stop, count), range(rows.start - 1, -1, -1)):
            if after is not None:
                yield after
            if before is not None:
                yield before

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._fit_cells()
        super().resizeEvent(event)
        self.announce_visible()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.announce_visible()

    def startDrag(self, actions: Qt.DropAction) -> None:
        indexes = self.selectedIndexes()
        if not indexes:
            return
        drag = QDrag(self)
        drag.setMimeData(self.model().mimeData(indexes))
        picture = self._drag_picture(len(indexes))
        drag.setPixmap(picture)
        drag.setHotSpot(QPoint(DRAG_SIDE // 2, DRAG_SIDE // 2))
        drag.exec(actions, Qt.DropAction.CopyAction)

    def _drag_picture(self, count: int) -> QPixmap:
        """The current thumbnail, with the number of photos when there are several."""
        ratio = self.devicePixelRatioF()
        picture = QPixmap(QSize(DRAG_SIDE, DRAG_SIDE) * ratio)
        picture.setDevicePixelRatio(ratio)
        picture.fill(Qt.GlobalColor.transparent)
        painter = QPainter(picture)
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        box = picture.rect()
        box.setSize(QSize(DRAG_SIDE, DRAG_SIDE))
        thumbnail = self.currentIndex().data(Qt.ItemDataRole.DecorationRole)
        if isinstance(thumbnail, QPixmap):
            painter.drawPixmap(fitted(thumbnail, box), thumbnail)
        if count > 1:
            badge = box.adjusted(DRAG_SIDE - 36, DRAG_SIDE - 24, 0, 0)
            painter.setBrush(QColor(0, 0, 0, 200))
            painter.setPen(Qt.PenStyle.NoPen)
            painter.drawRoundedRect(badge, 8, 8)
            painter.setPen(Qt.GlobalColor.white)
            painter.drawText(badge, Qt.AlignmentFlag.AlignCenter, str(count))
        painter.end()
        return picture

    def _fit_cells(self) -> None:
        # One pixel less than an exact division: QListView wraps a line that fills the width completely.
        width = (self.viewport().width() - 1) // self.columns()
        cell = QSize(width, PhotoDelegate.cell_height(width, self.fontMetrics().height()))
        if cell != self.gridSize():
            self._delegate.set_cell(cell)
            self.setGridSize(cell)
