"""Lines on the photo: one along the horizon, or two guides along edges that should be parallel."""

from PySide6.QtCore import QObject, QPointF, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPen

from pie_desktop.edit.upright import Line
from pie_desktop.ui.canvas.tools.tool import EscapableTool, PictureView, draw_chip
from pie_desktop.ui.theme import COLORS

SHORTEST = 16.0  # logical pixels; a shorter drag is none


class LineTool(EscapableTool):
    """Lets a person draw so many lines.

    Attributes:
        hints: what to do, for the first line and those after it.

    Signals:
        drawn: list of lines, as many as there are hints; the ends in parts of the picture.
    """

    drawn = Signal(list)

    def __init__(self, hints: tuple[str, ...], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.hints = hints
        self._lines: list[Line] = []
        self._now: Line | None = None
        self._from = QPointF()
        self.put_away.connect(self.clear)

    def clear(self) -> None:
        """Forget the lines."""
        self._lines, self._now = [], None
        self.changed.emit()

    def press(self, position: QPointF, view: PictureView, modifiers: Qt.KeyboardModifier) -> bool:
        place = view.place(position)
        self._from, self._now = position, (place, place)
        return True

    def drag(self, position: QPointF, view: PictureView, modifiers: Qt.KeyboardModifier) -> None:
        if self._now is not None:
            self._now = (self._now[0], view.place(position))
            self.changed.emit()

    def release(self, position: QPointF, view: PictureView) -> None:
        line, self._now = self._now, None
        if line is not None and (position - self._from).manhattanLength() >= SHORTEST:
            self._lines.append(line)
        lines = self._lines
        if len(lines) == len(self.hints):
            self._lines = []
            self.drawn.emit(lines)
        self.changed.emit()

    def double_click(self, position: QPointF, view: PictureView) -> bool:
        return True

    def cursor(self, position: QPointF, view: PictureView) -> Qt.CursorShape | None:
        return Qt.CursorShape.CrossCursor

    def draw(self, painter: QPainter, view: PictureView) -> None:
        for line in (*self._lines, *([self._now] if self._now is not None else [])):
            first, second = (view.position(*end) for end in line)
            for color, width in ((QColor(0, 0, 0, 160), 4), (QColor(COLORS.accent), 2)):
                painter.setPen(QPen(color, width))
                painter.drawLine(first, second)
        draw_chip(painter, self.hints[min(len(self._lines), len(self.hints) - 1)], view.pane)
