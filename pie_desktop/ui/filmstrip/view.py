"""The list of thumbnails, one column when narrow and a grid when wide, and how one cell of it is painted."""

from collections.abc import Iterator
from itertools import zip_longest

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QPoint, QRect, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QDrag, QFont, QPainter, QPen, QPixmap, QResizeEvent, QShowEvent, QWheelEvent
from PySide6.QtWidgets import QAbstractItemView, QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from pie_desktop.catalog.culling import PhotoFacts
from pie_desktop.ui.filmstrip.badges import REJECTED_OPACITY, paint_badges
from pie_desktop.ui.filmstrip.photo_model import BADGE_ROLE, FACTS_ROLE, PROBLEM_ROLE
from pie_desktop.ui.theme import COLORS, icon

MARGIN = 4
PADDING = 6
NAME_GAP = 4
BROKEN_SIDE = 40
ASPECT = 0.72  # height of the image box by its width: room for portraits without wasting it on landscapes


class PhotoDelegate(QStyledItemDelegate):
    """Draws cells of one size, set by the view."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._cell = QSize(160, 140)
        self._broken = icon("mdi6.image-broken-variant", COLORS.error)

    @staticmethod
    def cell_height(width: int, line_height: int) -> int:
        """Height of a cell of this width, name included."""
        inner = width - 2 * (MARGIN + PADDING)
        return round(inner * ASPECT) + 2 * (MARGIN + PADDING) + NAME_GAP + line_height

    def set_cell(self, cell: QSize) -> None:
        self._cell = cell

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        return self._cell

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        rect: QRect = option.rect
        state: QStyle.StateFlag = option.state
        selected = bool(state & QStyle.StateFlag.State_Selected)
        focused = bool(state & QStyle.StateFlag.State_HasFocus)
        frame = rect.adjusted(MARGIN, MARGIN, -MARGIN, -MARGIN)
        painter.save()
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        self._paint_frame(painter, frame, selected, focused, bool(state & QStyle.StateFlag.State_MouseOver))

        inner = frame.adjusted(PADDING, PADDING, -PADDING, -PADDING)
        line = painter.fontMetrics().height()
        box = inner.adjusted(0, 0, 0, -(line + NAME_GAP))
        pixmap, facts = index.data(Qt.ItemDataRole.DecorationRole), index.data(FACTS_ROLE)
        if isinstance(facts, PhotoFacts) and facts.mark.flag == "reject":
            painter.setOpacity(REJECTED_OPACITY)
        if isinstance(pixmap, QPixmap):
            painter.drawPixmap(fitted(pixmap, box), pixmap)
        elif index.data(PROBLEM_ROLE):
            symbol = QRect(0, 0, BROKEN_SIDE, BROKEN_SIDE)
            symbol.moveCenter(box.center())
            self._broken.paint(painter, symbol)
        else:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(255, 255, 255, 10))
            painter.drawRoundedRect(box, 2, 2)

        painter.setOpacity(1.0)
        if badge := index.data(BADGE_ROLE):
            self._paint_badge(painter, box, badge)
        if isinstance(facts, PhotoFacts):
            paint_badges(painter, box, facts)

        painter.setPen(QColor(COLORS.text_strong if selected else COLORS.text_muted))
        name = painter.fontMetrics().elidedText(
            str(index.data(Qt.ItemDataRole.DisplayRole)), Qt.TextElideMode.ElideMiddle, inner.width()
        )
        painter.drawText(
            QRect(inner.left(), inner.bottom() - line + 1, inner.width(), line), Qt.AlignmentFlag.AlignCenter, name
        )
        painter.restore()

    @staticmethod
    def _paint_badge(painter: QPainter, box: QRect, text: str) -> None:
        font = painter.font()
        small = QFont(font)
        small.setPointSizeF(font.pointSizeF() * 0.8)
        painter.setFont(small)
        metrics = painter.fontMetrics()
        chip = QRect(0, 0, metrics.horizontalAdvance(text) + 8, metrics.height() + 2)
        chip.moveBottomRight(box.bottomRight() - QPoint(2, 2))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(20, 20, 20, 200))
        painter.drawRoundedRect(chip, 3, 3)
        painter.setPen(QColor(COLORS.text))
        painter.drawText(chip, Qt.AlignmentFlag.AlignCenter, text)
        painter.setFont(font)

    @staticmethod
    def _paint_frame(painter: QPainter, frame: QRect, selected: bool, focused: bool, hovered: bool) -> None:
        if selected:
            # No tint around the image: the accent is for the frame alone.
            painter.setBrush(QColor(COLORS.hover))
            painter.setPen(QPen(QColor(COLORS.accent), 2))
        elif focused or hovered:
            painter.setBrush(QColor(255, 255, 255, 12))
            painter.setPen(QPen(QColor(COLORS.text_muted), 1) if focused else Qt.PenStyle.NoPen)
        else:
            return
        painter.drawRoundedRect(QRectF(frame).adjusted(1, 1, -1, -1), 4, 4)
        if selected and focused:  # one of several selected ones, or the list as a whole, has the keys
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(COLORS.text_strong), 1))
            painter.drawRoundedRect(QRectF(frame).adjusted(2.5, 2.5, -2.5, -2.5), 3, 3)


def fitted(pixmap: QPixmap, box: QRect) -> QRect:
    """Rectangle of the pixmap's proportions inside `box`, centred."""
    size = pixmap.size().scaled(box.size(), Qt.AspectRatioMode.KeepAspectRatio)
    left = box.left() + (box.width() - size.width()) // 2
    top = box.top() + (box.height() - size.height()) // 2
    return QRect(left, top, max(size.width(), 1), max(size.height(), 1))


CELL_WIDTH = 168
CELL_LIMITS = (96, 520)
DRAG_SIDE = 96


class ThumbnailView(QListView):
    """Thumbnails in cells that share the width evenly; says which rows can be seen.

    Signals:
        visible_changed: the rows on screen, or their size, may be others now.
    """

    visible_changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._cell_width = CELL_WIDTH
        self._delegate = PhotoDelegate(self)
        self.setItemDelegate(self._delegate)
        self.setAccessibleName("Photos")
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
        return max(1, self.viewport().width() // self._cell_width)

    def resize_cells(self, factor: float) -> None:
        """Larger or smaller thumbnails; the current photo stays in sight."""
        self._cell_width = round(min(max(self._cell_width * factor, CELL_LIMITS[0]), CELL_LIMITS[1]))
        self._fit_cells()
        self.scrollTo(self.currentIndex())
        self.announce_visible()

    def wheelEvent(self, event: QWheelEvent) -> None:
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.resize_cells(1.25 if event.angleDelta().y() > 0 else 0.8)
            event.accept()
        else:
            super().wheelEvent(event)

    def image_side(self) -> float:
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

    def currentChanged(
        self, current: QModelIndex | QPersistentModelIndex, previous: QModelIndex | QPersistentModelIndex
    ) -> None:
        """Going through the photos, the next one is in sight before it is gone to; nothing moves under the mouse."""
        super().currentChanged(current, previous)
        if not self.hasAutoScroll():  # Qt is about to select what lies where a button was pressed
            return
        step = self.columns() * (1 if current.row() >= previous.row() else -1)
        if current.isValid() and previous.isValid():
            following = self.model().index(min(max(current.row() + step, 0), self.model().rowCount() - 1), 0)
            self.scrollTo(following)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.announce_visible()

    def startDrag(self, actions: Qt.DropAction) -> None:
        indexes = self.selectedIndexes()
        if not indexes:
            return
        drag = QDrag(self)
        drag.setMimeData(self.model().mimeData(indexes))
        image = self._drag_image(len(indexes))
        drag.setPixmap(image)
        drag.setHotSpot(QPoint(DRAG_SIDE // 2, DRAG_SIDE // 2))
        drag.exec(actions, Qt.DropAction.CopyAction)

    def _drag_image(self, count: int) -> QPixmap:
        """The current thumbnail, with the number of photos when there are several."""
        ratio = self.devicePixelRatioF()
        image = QPixmap(QSize(DRAG_SIDE, DRAG_SIDE) * ratio)
        image.setDevicePixelRatio(ratio)
        image.fill(Qt.GlobalColor.transparent)
        painter = QPainter(image)
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        box = image.rect()
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
        return image

    def _fit_cells(self) -> None:
        # One pixel less than an exact division: QListView wraps a line that fills the width completely.
        width = (self.viewport().width() - 1) // self.columns()
        cell = QSize(width, PhotoDelegate.cell_height(width, self.fontMetrics().height()))
        if cell != self.gridSize():
            self._delegate.set_cell(cell)
            self.setGridSize(cell)
