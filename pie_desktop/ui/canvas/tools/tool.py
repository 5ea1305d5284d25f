"""What a tool on the photo is: the one thing that owns the mouse there, and some keys, until it is put away."""

from dataclasses import dataclass

from PySide6.QtCore import QObject, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QPainter

from pie_desktop.ui.canvas.viewport import Viewport
from pie_desktop.ui.theme import COLORS, HALF_SPACE, SPACE


@dataclass(frozen=True)
class PictureView:
    """Where the picture lies in the widget: between places of the picture and positions of the widget.

    Attributes:
        rect: the whole picture, whether it is seen or not, in logical pixels of the widget.
        pane: what of the widget shows it; side by side, that is the right half.
    """

    rect: QRectF
    pane: QRectF

    @classmethod
    def of(cls, viewport: Viewport, pane_left: int, ratio: float, pane_top: int = 0) -> "PictureView":
        """That of a viewport whose pane begins at so many device pixels; `ratio` is the device pixel ratio."""
        left, top = viewport.offset()
        whole, (width, height) = viewport.zoomed(), viewport.pane
        return cls(
            QRectF((pane_left + left) / ratio, (pane_top + top) / ratio, whole.width / ratio, whole.height / ratio),
            QRectF(pane_left / ratio, pane_top / ratio, width / ratio, height / ratio),
        )

    def place(self, position: QPointF) -> tuple[float, float]:
        """The place under a position: x and y in [0, 1] within the picture, beyond it outside."""
        rect = self.rect
        return (position.x() - rect.left()) / rect.width(), (position.y() - rect.top()) / rect.height()

    def position(self, x: float, y: float) -> QPointF:
        """The position of a place."""
        return QPointF(self.rect.left() + x * self.rect.width(), self.rect.top() + y * self.rect.height())


class CanvasTool(QObject):
    """A tool; `Canvas.set_tool` chooses it, and there is one at most.

    The canvas asks it first: about a press, a double click, a key. What it does not take does what it always does, so
    that the wheel, the middle button and the space bar zoom and pan with every tool.

    Signals:
        changed: something of it is to be drawn anew.
        put_away: the canvas no longer has it.
    """

    changed = Signal()
    put_away = Signal()

    def press(self, position: QPointF, view: PictureView, modifiers: Qt.KeyboardModifier) -> bool:
        """The left button went down; whether the tool takes the drag that begins."""
        return False

    def drag(self, position: QPointF, view: PictureView, modifiers: Qt.KeyboardModifier) -> None:
        """The mouse moved with the button down, after a press that was taken."""

    def release(self, position: QPointF, view: PictureView) -> None:
        """The button of a drag went up, or the drag was taken away: it counts as it is."""

    def double_click(self, position: QPointF, view: PictureView) -> bool:
        """Whether the tool takes a double click."""
        return False

    def cursor(self, position: QPointF, view: PictureView) -> Qt.CursorShape | None:
        """The shape of the pointer there; None for that of the canvas."""
        return None

    def wants(self, event: QKeyEvent) -> bool:
        """Whether a key is the tool's, and not that of an action with the same key. It changes nothing yet."""
        return False

    def key(self, event: QKeyEvent) -> bool:
        """A key was pressed while the canvas has the focus; whether the tool takes it."""
        return False

    def draw(self, painter: QPainter, view: PictureView) -> None:
        """Draw over the picture, in logical pixels, clipped to the pane."""


class EscapableTool(CanvasTool):
    """A tool whose only key is Esc, which leaves it.

    Signals:
        left: Esc was pressed.
    """

    left = Signal()

    def wants(self, event: QKeyEvent) -> bool:
        return event.key() == Qt.Key.Key_Escape and not event.modifiers()

    def key(self, event: QKeyEvent) -> bool:
        if not self.wants(event):
            return False
        self.left.emit()
        return True


def draw_chip(painter: QPainter, text: str, pane: QRectF) -> None:
    """What is to be done, or known, at the top of the pane."""
    metrics = painter.fontMetrics()
    width, height = metrics.horizontalAdvance(text) + 2 * SPACE, metrics.height() + 2 * HALF_SPACE
    chip = QRectF(pane.center().x() - width / 2, pane.top() + SPACE, width, height)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(20, 20, 20, 190))
    painter.drawRoundedRect(chip, 4, 4)
    painter.setPen(QColor(COLORS.text))
    painter.drawText(chip, Qt.AlignmentFlag.AlignCenter, text)
