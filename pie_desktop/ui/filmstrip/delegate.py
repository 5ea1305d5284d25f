"""Paints one photo of the filmstrip: the thumbnail in a neutral cell, its name below."""

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPen, QPixmap
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from pie_desktop.ui.filmstrip.photo_model import BADGE_ROLE, PROBLEM_ROLE
from pie_desktop.ui.theme import COLOURS, icon

MARGIN = 4
PADDING = 6
NAME_GAP = 4
BROKEN_SIDE = 40
ASPECT = 0.72  # height of the picture box by its width: room for portraits without wasting it on landscapes


class PhotoDelegate(QStyledItemDelegate):
    """Draws cells of one size, set by the view."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._cell = QSize(160, 140)
        self._broken = icon("mdi6.image-broken-variant", COLOURS.error)

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
        pixmap = index.data(Qt.ItemDataRole.DecorationRole)
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

        if badge := index.data(BADGE_ROLE):
            self._paint_badge(painter, box, badge)

        painter.setPen(QColor(COLOURS.text_strong if selected else COLOURS.text_muted))
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
        painter.setPen(QColor(COLOURS.text))
        painter.drawText(chip, Qt.AlignmentFlag.AlignCenter, text)
        painter.setFont(font)

    @staticmethod
    def _paint_frame(painter: QPainter, frame: QRect, selected: bool, focused: bool, hovered: bool) -> None:
        if selected:
            # No tint around the picture: the accent is for the frame alone.
            painter.setBrush(QColor(COLOURS.hover))
            painter.setPen(QPen(QColor(COLOURS.accent), 2))
        elif focused or hovered:
            painter.setBrush(QColor(255, 255, 255, 12))
            painter.setPen(QPen(QColor(COLOURS.text_muted), 1) if focused else Qt.PenStyle.NoPen)
        else:
            return
        painter.drawRoundedRect(QRectF(frame).adjusted(1, 1, -1, -1), 4, 4)


def fitted(pixmap: QPixmap, box: QRect) -> QRect:
    """Rectangle of the pixmap's proportions inside `box`, centred."""
    size = pixmap.size().scaled(box.size(), Qt.AspectRatioMode.KeepAspectRatio)
    left = box.left() + (box.width() - size.width()) // 2
    top = box.top() + (box.height() - size.height()) // 2
    return QRect(left, top, max(size.width(), 1), max(size.height(), 1))
