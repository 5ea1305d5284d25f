"""How large the files are: which side is meant, and its number."""

from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QDoubleSpinBox, QHBoxLayout, QWidget

from pie_desktop.imaging.encode_options import EncodeOptions
from pie_desktop.ui.theme import SPACE

# Rule, text, suffix, decimals, lowest, highest and first value.
_RULES: tuple[tuple[str, str, str, int, float, float, float], ...] = (
    ("long_side", "Long side", " px", 0, 16, 60_000, 2560),
    ("short_side", "Short side", " px", 0, 16, 60_000, 1440),
    ("megapixels", "Megapixels", " MP", 1, 0.1, 300, 6),
    ("percent", "Percent", " %", 0, 1, 1000, 50),
)
SPIN_WIDTH = 92


class SizeField(QWidget):
    """A rule and its number; each rule keeps its own.

    Signals:
        changed: another size.
    """

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._values = {rule[0]: rule[6] for rule in _RULES}
        self.rule = QComboBox()
        self.rule.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.rule.setAccessibleName("Size")
        self.rule.addItem("Full size", None)
        for rule in _RULES:
            self.rule.addItem(rule[1], rule[0])
        self.number = QDoubleSpinBox()
        self.number.setAccessibleName("Size")
        self.number.setFixedWidth(SPIN_WIDTH)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(SPACE)
        layout.addWidget(self.rule, 1)
        layout.addWidget(self.number)
        self.setFocusProxy(self.rule)
        self._show_rule()
        self.rule.currentIndexChanged.connect(self._on_rule)
        self.number.valueChanged.connect(self._on_number)

    def sizes(self) -> dict[str, Any]:
        """The one size that is chosen, as an argument of `EncodeOptions`; empty for the full size."""
        rule = self.rule.currentData()
        if rule is None:
            return {}
        value = self.number.value()
        return {rule: value if rule in ("megapixels", "percent") else round(value)}

    def set_sizes(self, options: EncodeOptions) -> None:
        rule = next((rule[0] for rule in _RULES if getattr(options, rule[0]) is not None), None)
        if rule is not None:
            self._values[rule] = float(getattr(options, rule))
        self.rule.setCurrentIndex(self.rule.findData(rule))
        self._show_rule()

    def _on_rule(self) -> None:
        self._show_rule()
        self.changed.emit()

    def _on_number(self, value: float) -> None:
        self._values[self.rule.currentData()] = value
        self.changed.emit()

    def _show_rule(self) -> None:
        chosen = self.rule.currentData()
        shown = next((rule[2:6] for rule in _RULES if rule[0] == chosen), ("", 0, 0, 0))
        suffix, decimals, low, high = shown
        blocked = self.number.blockSignals(True)
        self.number.setEnabled(chosen is not None)
        self.number.setDecimals(decimals)
        self.number.setRange(low, high)
        self.number.setSuffix(suffix)
        self.number.setSpecialValueText("—" if chosen is None else "")
        self.number.setSingleStep(10 if decimals == 0 else 0.5)
        self.number.setValue(self._values.get(chosen, 0))
        self.number.blockSignals(blocked)
