"""The slider of all panels, drawn in the theme's colours."""

from PySide6.QtCore import QEvent, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QWheelEvent
from PySide6.QtWidgets import QSlider

from pie_desktop.ui.theme import COLOURS

HANDLE = 14
GROOVE = 4


class Track(QSlider):
    """A horizontal slider that goes where it is clicked, marks its default and returns to it at a double click."""

    def __init__(self, low: int, high: int, default: int) -> None:
        super().__init__(Qt.Orientation.Horizontal)
        self.setRange(low, high)
        self.setSingleStep(1)
        self.setPageStep(10)
        self.setValue(default)
        self.setFixedHeight(20)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._default = default

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        middle, enabled = self.height() / 2, self.isEnabled()
        groove = QRectF(0, middle - GROOVE / 2, self.width(), GROOVE)
        painter.setBrush(QColor(COLOURS.border))
        painter.drawRoundedRect(groove, 2, 2)
        filled = QRectF(groove)
        filled.setRight(self._x(self.value()))
        painter.setBrush(QColor(COLOURS.accent if enabled else COLOURS.outline))
        painter.drawRoundedRect(filled, 2, 2)
        if self.minimum() < self._default < self.maximum():
            painter.setBrush(QColor(COLOURS.text_muted))
            painter.drawRect(QRectF(self._x(self._default) - 0.5, middle - 6, 1, 12))
        hot = self.hasFocus() or self.underMouse() or self.isSliderDown()
        painter.setBrush(QColor(COLOURS.text_disabled if not enabled else COLOURS.text_strong if hot else COLOURS.text))
        centre = QPointF(self._x(self.value()), middle)
        if self.hasFocus() and enabled:
            painter.setBrush(QColor(COLOURS.accent))
            painter.drawEllipse(centre, HANDLE / 2, HANDLE / 2)
            painter.setBrush(QColor(COLOURS.text_strong))
            painter.drawEllipse(centre, HANDLE / 2 - 2, HANDLE / 2 - 2)
        else:
            painter.drawEllipse(centre, HANDLE / 2, HANDLE / 2)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.setSliderDown(True)
            self._follow(event.position().x())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self.isSliderDown():
            self._follow(event.position().x())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self.isSliderDown():
            self.setSliderDown(False)
            self.update()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self.setValue(self._default)

    def enterEvent(self, event: QEvent) -> None:
        self.update()

    def leaveEvent(self, event: QEvent) -> None:
        self.update()

    def wheelEvent(self, event: QWheelEvent) -> None:
        # Scrolling the panel must not change the photo; a focused slider is meant.
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()

    def _x(self, value: int) -> float:
        share = (value - self.minimum()) / max(1, self.maximum() - self.minimum())
        return HANDLE / 2 + (self.width() - HANDLE) * share

    def _follow(self, x: float) -> None:
        share = (x - HANDLE / 2) / max(1, self.width() - HANDLE)
        share = min(max(share, 0.0), 1.0)
        self.setValue(self.minimum() + round(share * (self.maximum() - self.minimum())))
