"""A slider with its number beside it, in percent."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QSpinBox, QWidget

from pie_desktop.ui.theme import SPACE
from pie_desktop.ui.track import Track

SPIN_WIDTH = 80


class PercentSlider(QWidget):
    """Slider and field that follow each other.

    Signals:
        changed: the new value in percent.
    """

    changed = Signal(int)

    def __init__(
        self, name: str, low: int, high: int, value: int, suffix: str = " %", parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.slider = Track(low, high, value)
        self.slider.setAccessibleName(name)
        self.spin = QSpinBox()
        self.spin.setRange(low, high)
        self.spin.setSuffix(suffix)
        self.spin.setFixedWidth(SPIN_WIDTH)
        self.spin.setAccessibleName(name)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(SPACE)
        layout.addWidget(self.slider, 1)
        layout.addWidget(self.spin)
        self.setFocusProxy(self.slider)
        self.slider.valueChanged.connect(self.spin.setValue)
        self.spin.valueChanged.connect(self.slider.setValue)
        self.set_value(value)
        self.slider.valueChanged.connect(self.changed)

    def value(self) -> int:
        return self.slider.value()

    def set_value(self, value: int) -> None:
        self.slider.setValue(value)
        self.spin.setValue(self.slider.value())
