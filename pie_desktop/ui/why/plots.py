"""The plots of an explanation: what becomes of greys, and of twelve colours around the wheel."""

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QAccessible, QColor, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from pie_desktop.edit.explanation import Explanation
from pie_desktop.imaging.color.difference import from_lab
from pie_desktop.ui.histogram.panel import CHANNELS
from pie_desktop.ui.theme import COLORS
from pie_desktop.ui.widgets.plain_text import plain

_SIDE = 220
_FARTHEST = 45.0  # a* and b* at the rim of the wheel


class Plot(QWidget):
    """A square that shows an explanation; nothing while there is none."""

    accessible_role = QAccessible.Role.Graphic

    def __init__(self, name: str, tip: str) -> None:
        super().__init__()
        self._explanation: Explanation | None = None
        self.setAccessibleName(name)
        self.setToolTip(plain(tip))
        self.setMinimumSize(QSize(160, 160))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def sizeHint(self) -> QSize:
        return QSize(_SIDE, _SIDE)

    def show_explanation(self, explanation: Explanation | None) -> None:
        self._explanation = explanation
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        side = min(self.width(), self.height()) - 2
        square = QRectF((self.width() - side) / 2, (self.height() - side) / 2, side, side)
        self._draw(painter, square, self._explanation)

    def _draw(self, painter: QPainter, square: QRectF, explanation: Explanation | None) -> None:
        raise NotImplementedError


class TonePlot(Plot):
    """Red, green and blue of what becomes of greys, dark to light; dashed with the general enhancement alone."""

    def __init__(self) -> None:
        super().__init__(
            "Tone curves",
            "What becomes of greys from black (left) to white: a line for red, green and blue each, which lie on each "
            "other where greys stay grey. Dashed: the general enhancement alone.",
        )

    def _draw(self, painter: QPainter, square: QRectF, explanation: Explanation | None) -> None:
        painter.fillRect(square, QColor(COLORS.field))
        painter.setPen(QPen(QColor(COLORS.outline), 1))
        for part in (0.25, 0.5, 0.75):
            x, y = square.left() + part * square.width(), square.top() + part * square.height()
            painter.drawLine(QPointF(x, square.top()), QPointF(x, square.bottom()))
            painter.drawLine(QPointF(square.left(), y), QPointF(square.right(), y))
        painter.drawLine(square.bottomLeft(), square.topRight())
        if explanation is None:
            return
        neutral, own = explanation.tones
        painter.setPen(QPen(QColor(COLORS.text_muted), 1.5, Qt.PenStyle.DashLine))
        painter.drawPolyline(_line(neutral.mean(1), square))
        apart = np.abs(own - own.mean(1, keepdims=True)).max() > 0.01
        lines = zip(own.T, CHANNELS, strict=True) if apart else ((own.mean(1), COLORS.text_strong),)
        for values, color in lines:
            painter.setPen(QPen(QColor(color), 2))
            painter.drawPolyline(_line(values, square))


def _line(values: np.ndarray, square: QRectF) -> QPolygonF:
    inputs = np.linspace(0, 1, len(values))
    return QPolygonF(
        [
            QPointF(square.left() + float(x) * square.width(), square.bottom() - float(y) * square.height())
            for x, y in zip(inputs, values, strict=True)
        ]
    )


class HueWheel(Plot):
    """Where twelve colours go: a dot for each and a line to what becomes of it; faint where the photo has none."""

    def __init__(self) -> None:
        super().__init__(
            "Hues and saturation",
            "What becomes of twelve colours: the line leads from the colour (ring) to what it becomes (dot). Along the "
            "circle the hue turns, outwards it is more saturated. Faint: the photo hardly has this colour.",
        )

    def _draw(self, painter: QPainter, square: QRectF, explanation: Explanation | None) -> None:
        centre, radius = square.center(), square.width() / 2
        painter.setPen(QPen(QColor(COLORS.outline), 1))
        painter.setBrush(QColor(COLORS.field))
        painter.drawEllipse(centre, radius, radius)
        painter.drawLine(QPointF(centre.x() - radius, centre.y()), QPointF(centre.x() + radius, centre.y()))
        painter.drawLine(QPointF(centre.x(), centre.y() - radius), QPointF(centre.x(), centre.y() + radius))
        if explanation is None:
            return
        colors = [_color(60.0, *before) for before, _ in explanation.hues]
        for (before, after), color, present in zip(explanation.hues, colors, explanation.present, strict=True):
            start, end = (_place(point, centre, radius) for point in (before, after))
            painter.setOpacity(0.35 + 0.65 * min(1.0, 4 * float(present)))
            painter.setPen(QPen(color, 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawLine(start, end)
            painter.drawEllipse(start, 4, 4)
            painter.setBrush(_color(60.0, *after))
            painter.drawEllipse(end, 4.5, 4.5)
        painter.setOpacity(1.0)


def _place(point: np.ndarray, centre: QPointF, radius: float) -> QPointF:
    a, b = np.asarray(point, np.float64) / _FARTHEST
    beyond = max(1.0, float(np.hypot(a, b)))
    return QPointF(centre.x() + radius * 0.97 * a / beyond, centre.y() - radius * 0.97 * b / beyond)


def _color(lightness: float, a: float, b: float) -> QColor:
    levels = np.clip(np.rint(255 * from_lab(np.array([lightness, a, b]))), 0, 255).astype(int)
    return QColor(*levels.tolist())
