"""The slider of all panels: a track in the theme's colours, with its name and a number that can be typed."""

from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QHideEvent, QMouseEvent, QPainter, QPaintEvent, QWheelEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QSlider, QSpinBox, QWidget

from pie_desktop.ui.theme import COLORS, HALF_SPACE, SPACE, numeric_font

HANDLE = 14
GROOVE = 4
PLAIN_WIDTH = 64
SPIN_WIDTH = 80


class Track(QSlider):
    """A horizontal slider that jumps to where it is clicked, marks its default and returns to it on a double click."""

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
        painter.setBrush(QColor(COLORS.border))
        painter.drawRoundedRect(groove, 2, 2)
        filled = QRectF(groove)
        filled.setRight(self._x(self.value()))
        painter.setBrush(QColor(COLORS.accent if enabled else COLORS.outline))
        painter.drawRoundedRect(filled, 2, 2)
        if self.minimum() < self._default < self.maximum():
            painter.setBrush(QColor(COLORS.text_muted))
            painter.drawRect(QRectF(self._x(self._default) - 0.5, middle - 6, 1, 12))
        hot = self.hasFocus() or self.underMouse() or self.isSliderDown()
        painter.setBrush(QColor(COLORS.text_disabled if not enabled else COLORS.text_strong if hot else COLORS.text))
        centre = QPointF(self._x(self.value()), middle)
        if self.hasFocus() and enabled:
            painter.setBrush(QColor(COLORS.accent))
            painter.drawEllipse(centre, HANDLE / 2, HANDLE / 2)
            painter.setBrush(QColor(COLORS.text_strong))
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


# Keys and the wheel have no release; a pause of this length ends the change.
SETTLE_MS = 250


class LabelledSlider(QWidget):
    """Track and number of one setting.

    Args:
        name: shown above the track, unless `inline`.
        tooltip: what the setting does; may be empty.
        minimum, maximum, default: in steps of the track, as the number shows them.
        unit: so many steps are a value of 1: 100 for percent, 1 for a plain number.
        suffix: of the number.
        inline: for forms, which have labels of their own: the number stands beside the track, and what is typed counts
            with every digit, as a shortcut may use the form before the number is left.

    Signals:
        changed: (value, whether the change is still going on).
    """

    changed = Signal(float, bool)

    def __init__(
        self,
        name: str,
        tooltip: str,
        maximum: int,
        default: int = 100,
        *,
        minimum: int = 0,
        unit: int = 100,
        suffix: str = " %",
        inline: bool = False,
    ) -> None:
        super().__init__()
        self._default = default
        self._unit = unit
        self.track = Track(minimum, maximum, default)
        self.track.setToolTip("\n".join(filter(None, (tooltip, f"Double-click to return to {default}{suffix}"))))
        self.track.setAccessibleName(name)
        self.number = QSpinBox()
        self.number.setRange(minimum, maximum)
        self.number.setValue(default)
        self.number.setSuffix(suffix)
        self.number.setKeyboardTracking(inline)
        self.number.setAccessibleName(f"{name} in percent" if unit == 100 else name)
        if inline:
            self._lay_out_inline()
        else:
            self._lay_out(name, tooltip)
        self.setFocusProxy(self.track)
        self._settle = QTimer(self, singleShot=True, interval=SETTLE_MS)
        self._settle.timeout.connect(self._finish)
        self.track.valueChanged.connect(self._on_value)
        self.track.sliderReleased.connect(self._finish)
        self.number.valueChanged.connect(self.track.setValue)

    @property
    def value(self) -> float:
        return self.track.value() / self._unit

    def set_value(self, value: float) -> None:
        """Show a value that came from elsewhere; `changed` is not emitted."""
        self._settle.stop()
        for widget in (self.track, self.number):
            blocked = widget.blockSignals(True)
            widget.setValue(round(value * self._unit))
            widget.blockSignals(blocked)
        self.track.update()

    def reset(self) -> None:
        self.track.setValue(self._default)

    def hideEvent(self, event: QHideEvent) -> None:
        """A move counts as done when the page is left: what is exported next has to know it."""
        if self._settle.isActive():
            self._finish()
        super().hideEvent(event)

    def _lay_out(self, name: str, tooltip: str) -> None:
        label = QLabel(name)
        label.setToolTip(tooltip)
        label.setBuddy(self.track)
        # The style sheet hides the buttons: with Qt's own NoButtons a styled spin box leaves no room for the number.
        self.number.setProperty("plain", True)
        self.number.setFixedWidth(PLAIN_WIDTH)
        self.number.setFont(numeric_font(self.font()))
        layout = QGridLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setVerticalSpacing(HALF_SPACE)
        layout.addWidget(label, 0, 0)
        layout.addWidget(self.number, 0, 1, Qt.AlignmentFlag.AlignRight)
        layout.addWidget(self.track, 1, 0, 1, 2)
        layout.setColumnStretch(0, 1)

    def _lay_out_inline(self) -> None:
        self.number.setFixedWidth(SPIN_WIDTH)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(SPACE)
        layout.addWidget(self.track, 1)
        layout.addWidget(self.number)

    def _on_value(self, value: int) -> None:
        blocked = self.number.blockSignals(True)
        self.number.setValue(value)
        self.number.blockSignals(blocked)
        self.changed.emit(self.value, True)
        if not self.track.isSliderDown():
            self._settle.start()

    def _finish(self) -> None:
        self._settle.stop()
        self.changed.emit(self.value, False)
