"""A slider with a name and a number that can be typed."""

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent
from PySide6.QtWidgets import QGridLayout, QLabel, QSpinBox, QWidget

from pie_desktop.ui.theme import HALF_SPACE, numeric_font
from pie_desktop.ui.track import Track

# Keys and the wheel have no release; a pause of this length ends the change.
SETTLE_MS = 250


class LabelledSlider(QWidget):
    """Name, number and slider of one setting in percent.

    Signals:
        changed: (value as a fraction, whether the change is still going on).
    """

    changed = Signal(float, bool)

    def __init__(self, name: str, tooltip: str, maximum: int, default: int = 100) -> None:
        super().__init__()
        self._default = default
        self._label = QLabel(name)
        self._label.setToolTip(tooltip)
        self.track = Track(0, maximum, default)
        self.track.setToolTip(f"{tooltip}\nDouble click: back to {default} %")
        self.track.setAccessibleName(name)
        self.number = QSpinBox()
        self.number.setRange(0, maximum)
        self.number.setValue(default)
        self.number.setSuffix(" %")
        # The style sheet hides the buttons: with Qt's own NoButtons a styled spin box leaves no room for the number.
        self.number.setProperty("plain", True)
        self.number.setFixedWidth(64)
        self.number.setFont(numeric_font(self.font()))
        self.number.setKeyboardTracking(False)
        self.number.setAccessibleName(f"{name} in percent")
        self._label.setBuddy(self.track)
        layout = QGridLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setVerticalSpacing(HALF_SPACE)
        layout.addWidget(self._label, 0, 0)
        layout.addWidget(self.number, 0, 1, Qt.AlignmentFlag.AlignRight)
        layout.addWidget(self.track, 1, 0, 1, 2)
        layout.setColumnStretch(0, 1)
        self._settle = QTimer(self, singleShot=True, interval=SETTLE_MS)
        self._settle.timeout.connect(self._finish)
        self.track.valueChanged.connect(self._on_value)
        self.track.sliderReleased.connect(self._finish)
        self.number.valueChanged.connect(self.track.setValue)

    @property
    def value(self) -> float:
        return self.track.value() / 100

    def set_value(self, value: float) -> None:
        """Show a value that came from elsewhere; `changed` is not emitted."""
        self._settle.stop()
        for widget in (self.track, self.number):
            blocked = widget.blockSignals(True)
            widget.setValue(round(value * 100))
            widget.blockSignals(blocked)
        self.track.update()

    def reset(self) -> None:
        self.track.setValue(self._default)

    def hideEvent(self, event: QHideEvent) -> None:
        """A move counts as done when the page is left: what is exported next has to know it."""
        if self._settle.isActive():
            self._finish()
        super().hideEvent(event)

    def _on_value(self, value: int) -> None:
        blocked = self.number.blockSignals(True)
        self.number.setValue(value)
        self.number.blockSignals(blocked)
        self.changed.emit(value / 100, True)
        if not self.track.isSliderDown():
            self._settle.start()

    def _finish(self) -> None:
        self._settle.stop()
        self.changed.emit(self.value, False)
