"""The grey picker on the photo: a click says what should be grey."""

from PySide6.QtCore import QPointF, Qt, Signal
from PySide6.QtGui import QPainter

from pie_desktop.ui.canvas.tools.tool import EscapableTool, PictureView, draw_chip

HINT = "Click on something that should be grey. Esc leaves."


class GreyPicker(EscapableTool):
    """Reports where the picture is clicked.

    Signals:
        picked: x and y of the place in the picture, both in [0, 1].
    """

    picked = Signal(float, float)

    def press(self, position: QPointF, view: PictureView, modifiers: Qt.KeyboardModifier) -> bool:
        if not view.rect.contains(position):
            return False
        self.picked.emit(*view.place(position))
        return True

    def double_click(self, position: QPointF, view: PictureView) -> bool:
        return True  # its first click was one already

    def cursor(self, position: QPointF, view: PictureView) -> Qt.CursorShape | None:
        return Qt.CursorShape.CrossCursor if view.rect.contains(position) else None

    def draw(self, painter: QPainter, view: PictureView) -> None:
        draw_chip(painter, HINT, view.pane)
