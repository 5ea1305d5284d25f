"""The graph of a curve whose points are set by mouse and keys."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QAccessible,
    QAccessibleValueChangeEvent,
    QColor,
    QHideEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPolygonF,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from pie_desktop.edit.curve_points import shown_points, value_at, with_moved, with_point, without_point
from pie_desktop.edit.parts.curve import Points, through
from pie_desktop.ui.histogram.panel import smoothed
from pie_desktop.ui.theme import COLORS
from pie_desktop.ui.widgets.slider import ARROWS, SETTLE_MS

REACH = 10  # px around a point that grab it
NEAR_CURVE = 8  # px: a click this near to the curve adds a point on it, and nothing jumps
DOT = 4.5
STEP, LARGE_STEP = 1 / 255, 10 / 255  # of arrow keys, and with Shift
KEYS = (*ARROWS, Qt.Key.Key_Delete, Qt.Key.Key_Backspace, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown, Qt.Key.Key_Insert)
LINES = 13  # height, in lines of the window's font


@dataclass(frozen=True)
class OtherCurve:
    """A curve that is shown beside the one that is edited: points after points, and its colour."""

    stages: tuple[Points, ...]
    color: str


class CurveView(QWidget):
    """Shows one curve. A click adds a point, dragging moves it, a double click or Delete removes it.

    Arrows move the chosen point by one of 255 values (with Shift by ten), Page Up and Page Down choose the next one and
    the one before, Insert adds one after it.

    Signals:
        changed: (points, whether the change is still going on).
        chosen_changed: another point is chosen, or it is elsewhere.
    """

    accessible_role = QAccessible.Role.Graphic
    changed = Signal(tuple, bool)
    chosen_changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._points: Points = ()
        self._chosen: int | None = None
        self._color = COLORS.text_strong
        self._counts: np.ndarray | None = None
        self._others: Sequence[OtherCurve] = ()
        self._dragging = self._moved = False
        self._settle = QTimer(self, singleShot=True, interval=SETTLE_MS)
        self._settle.timeout.connect(self._finish)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.CrossCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        side = round(self.fontMetrics().height() * LINES)
        return QSize(side, side)

    @property
    def points(self) -> Points:
        """Those of the curve; empty for the straight line."""
        return self._points

    @property
    def color(self) -> str:
        """That of the curve."""
        return self._color

    @property
    def chosen(self) -> int | None:
        """Place of the point that keys act on."""
        return self._chosen

    def accessible_value(self) -> str:
        """How many points there are, and where the chosen one is."""
        points = shown_points(self._points)
        if self._chosen is None:
            return f"{len(points)} points"
        x, y = points[self._chosen]
        return f"point {self._chosen + 1} of {len(points)}: input {round(255 * x)}, output {round(255 * y)}"

    def set_curve(self, points: Points, color: str) -> None:
        """Show a curve that came from elsewhere; `changed` is not emitted."""
        if points == self._points and color == self._color:
            return
        self._settle.stop()
        self._dragging = self._moved = False
        if color != self._color or self._chosen is None or self._chosen >= len(shown_points(points)):
            self._chosen = None
        self._points, self._color = points, color
        self._show()

    def set_counts(self, counts: np.ndarray | None) -> None:
        """Show a histogram of 256 values behind the curve."""
        self._counts = counts
        self.update()

    def set_others(self, others: Sequence[OtherCurve]) -> None:
        """Show other curves, thinner."""
        self._others = others
        self.update()

    def move_chosen(self, x: float, y: float) -> None:
        """Put the chosen point elsewhere, as keys and fields do: the change is over after a moment."""
        if self._chosen is not None:
            self._take(with_moved(self._points, self._chosen, x, y))
            self._settle.start()

    def _take(self, points: Points) -> None:
        if points != shown_points(self._points):
            self._points, self._moved = points, True
            self._show()
            self.changed.emit(points, True)

    def _finish(self) -> None:
        self._settle.stop()
        if self._moved:
            self._moved = False
            self.changed.emit(self._points, False)

    def _choose(self, index: int | None) -> None:
        self._chosen = index
        self._show()

    def _show(self) -> None:
        self.update()
        if QAccessible.isActive():
            QAccessible.updateAccessibility(QAccessibleValueChangeEvent(self, self.accessible_value()))
        self.chosen_changed.emit()

    def _remove(self, index: int) -> None:
        points = without_point(self._points, index)
        if self._chosen is not None and self._chosen >= len(points):
            self._chosen = len(points) - 1
        self._take(points)
        self._finish()

    # Mouse and keys

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton:
            return
        self._finish()  # of keys
        self._dragging = True
        index = self._at(event.position())
        if index is not None:
            self._choose(index)
            return
        x, y = self._value(event.position())
        on_curve = value_at(self._points, x)
        if abs(self._place(x, on_curve).y() - event.position().y()) <= NEAR_CURVE:
            y = on_curve
        added = with_point(self._points, x, y)
        if added is None:
            self._dragging = False
        else:
            self._chosen = added[1]
            self._take(added[0])

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._dragging and self._chosen is not None:
            self._take(with_moved(self._points, self._chosen, *self._value(event.position())))
        else:
            over = self._at(event.position()) is not None
            self.setCursor(Qt.CursorShape.SizeAllCursor if over else Qt.CursorShape.CrossCursor)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._dragging = False
        self._finish()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        index = self._at(event.position())
        if event.button() == Qt.MouseButton.LeftButton and index is not None:
            self._remove(index)

    def event(self, event: QEvent) -> bool:
        # Arrows step through photos elsewhere, and Delete deletes.
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and _is_own(event):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not _is_own(event):
            super().keyPressEvent(event)
            return
        key, points = event.key(), shown_points(self._points)
        index = 0 if self._chosen is None else self._chosen
        if key in (Qt.Key.Key_PageUp, Qt.Key.Key_PageDown) or self._chosen is None:
            step = 0 if self._chosen is None else 1 if key == Qt.Key.Key_PageUp else -1
            self._choose((index + step) % len(points))
        elif key in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self._remove(index)
        elif key == Qt.Key.Key_Insert:
            first = min(index, len(points) - 2)
            x = (points[first][0] + points[first + 1][0]) / 2
            if (added := with_point(points, x, value_at(points, x))) is not None:
                self._chosen = added[1]
                self._take(added[0])
                self._finish()
        else:
            far = LARGE_STEP if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else STEP
            right = far * ((key == Qt.Key.Key_Right) - (key == Qt.Key.Key_Left))
            up = far * ((key == Qt.Key.Key_Up) - (key == Qt.Key.Key_Down))
            x, y = points[index]
            self.move_chosen(x + right, y + up)

    def hideEvent(self, event: QHideEvent) -> None:
        """A change counts as done when the page is left."""
        self._finish()
        super().hideEvent(event)

    # Drawing

    def _area(self) -> QRectF:
        return QRectF(self.rect()).adjusted(DOT, DOT, -DOT, -DOT)

    def _place(self, x: float, y: float) -> QPointF:
        area = self._area()
        return QPointF(area.left() + x * area.width(), area.bottom() - y * area.height())

    def _value(self, position: QPointF) -> tuple[float, float]:
        area = self._area()
        x, y = (position.x() - area.left()) / area.width(), (area.bottom() - position.y()) / area.height()
        return min(max(x, 0.0), 1.0), min(max(y, 0.0), 1.0)

    def _at(self, position: QPointF) -> int | None:
        """The point that a press there would grab: the nearest one within reach."""
        away = [(self._place(x, y) - position).manhattanLength() for x, y in shown_points(self._points)]
        nearest = min(range(len(away)), key=away.__getitem__)
        return nearest if away[nearest] <= REACH else None

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, area = QPainter(self), self._area()
        painter.fillRect(self.rect(), QColor(COLORS.field))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self._counts is not None:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(COLORS.raised))
            painter.drawPolygon(self._histogram(self._counts))
        painter.setPen(QPen(QColor(COLORS.outline), 1))
        for quarter in (0.25, 0.5, 0.75):
            painter.drawLine(self._place(quarter, 0), self._place(quarter, 1))
            painter.drawLine(self._place(0, quarter), self._place(1, quarter))
        painter.drawLine(self._place(0, 0), self._place(1, 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        inputs = np.linspace(0, 1, max(2, round(area.width())))
        for other in self._others:
            painter.setPen(QPen(QColor(other.color), 1, Qt.PenStyle.DotLine))
            painter.drawPolyline(self._line(inputs, other.stages))
        color = QColor(self._color if self.isEnabled() else COLORS.text_disabled)
        painter.setPen(QPen(color, 1.6))
        painter.drawPolyline(self._line(inputs, (shown_points(self._points),)))
        for index, (x, y) in enumerate(shown_points(self._points)):
            chosen = index == self._chosen
            painter.setPen(QPen(color, 1.4))
            painter.setBrush(QColor(COLORS.accent if chosen else COLORS.field))
            painter.drawEllipse(self._place(x, y), DOT - 1, DOT - 1)
        if self.hasFocus():
            painter.setPen(QPen(QColor(COLORS.accent), 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5))

    def _line(self, inputs: np.ndarray, stages: Sequence[Points]) -> QPolygonF:
        outputs = inputs
        for points in stages:
            outputs = np.clip(through(points, outputs), 0, 1)
        return QPolygonF([self._place(x, y) for x, y in zip(inputs.tolist(), outputs.tolist(), strict=True)])

    def _histogram(self, counts: np.ndarray) -> QPolygonF:
        smooth = smoothed(counts)
        heights = np.sqrt(np.minimum(smooth / max(1.0, float(smooth[2:-2].max())), 1.0))
        top = [self._place(value / 255, height) for value, height in enumerate(heights.tolist())]
        return QPolygonF([self._place(0, 0), *top, self._place(1, 0)])


def _is_own(event: QKeyEvent) -> bool:
    others = event.modifiers() & ~(Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.KeypadModifier)
    return event.key() in KEYS and not others
