"""The grey picker on the photo: a click says what should be grey."""

from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QPainter

from pie_desktop.ui.canvas.tools.tool import CanvasTool, PictureView
from pie_desktop.ui.theme import COLORS, HALF_SPACE, SPACE

HINT = "Click on something that should be grey. Esc leaves."


class GreyPicker(CanvasTool):
    """Reports where the picture is clicked, and Esc.

    Signals:
        picked: x and y of the place in the picture, both in [0, 1].
        left: Esc was pressed.
    """

    picked = Signal(float, float)
    left = Signal()

    def press(self, position: QPointF, view: PictureView, modifiers: Qt.KeyboardModifier) -> bool:
        if not view.rect.contains(position):
            return False
        self.picked.emit(*view.place(position))
        return True

    def double_click(self, position: QPointF, view: PictureView) -> bool:
        return True  # its first click was one already

    def cursor(self, position: QPointF, view: PictureView) -> Qt.CursorShape | None:
        return Qt.CursorShape.CrossCursor if view.rect.contains(position) else None

    def wants(self, event: QKeyEvent) -> bool:
        return event.key() == Qt.Key.Key_Escape and not event.modifiers()

    def key(self, event: QKeyEvent) -> bool:
        if not self.wants(event):
            return False
        self.left.emit()
        return True

    def draw(self, painter: QPainter, view: PictureView) -> None:
        metrics = painter.fontMetrics()
        width, height = metrics.horizontalAdvance(HINT) + 2 * SPACE, metrics.height() + 2 * HALF_SPACE
        chip = QRectF(view.pane.center().x() - width / 2, view.pane.top() + SPACE, width, height)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(20, 20, 20, 190))
        painter.drawRoundedRect(chip, 4, 4)
        painter.setPen(QColor(COLORS.text))
        painter.drawText(chip, Qt.AlignmentFlag.AlignCenter, HINT)
