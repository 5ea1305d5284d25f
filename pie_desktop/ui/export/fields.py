"""Fields of the Export form: the template of the names, with a preview below it, and the size of the files."""

from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QDoubleSpinBox,
    QHBoxLayout,
    QLineEdit,
    QMenu,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from pie_desktop.export.names import DEFAULT_TEMPLATE, FIELDS, NameTemplate, NameValues, TemplateError
from pie_desktop.imaging.encode_options import EncodeOptions
from pie_desktop.ui.theme import SPACE, icon, set_flag
from pie_desktop.ui.widgets.combo_box import ComboBox
from pie_desktop.ui.widgets.plain_text import PlainLabel

# What a field is inserted as: with a format where one is usual.
_INSERTED = {"date": "{date:%Y-%m-%d}", "seq": "{seq:04d}"}
_SAMPLE = NameValues("DSC_0001", folder="photos", type="JPG")


class NameField(QWidget):
    """A name template; what is wrong with it is said below it.

    Signals:
        changed: the text is another one.
    """

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._sample = _SAMPLE
        self._suffix = ".jpg"
        self.edit = QLineEdit(DEFAULT_TEMPLATE)
        self.edit.setAccessibleName("Name template")
        self.edit.setToolTip("Text and fields such as {name}; a / creates folders inside the destination.")
        self.preview = PlainLabel()
        self.preview.setWordWrap(True)
        self.preview.setProperty("role", "muted")
        self._menu = QMenu(self)
        self._build()
        self.edit.textChanged.connect(self._on_text)
        self._show_preview()

    def text(self) -> str:
        return self.edit.text()

    def set_text(self, text: str) -> None:
        self.edit.setText(text)

    def problem(self) -> str | None:
        """What is wrong with the template: one sentence, None when it can be used."""
        try:
            NameTemplate(self.text())
        except TemplateError as error:
            return str(error)
        return None

    def set_sample(self, values: NameValues | None, suffix: str) -> None:
        """The photo whose name is shown: what the fields stand for, and the suffix of its file."""
        self._sample, self._suffix = values or _SAMPLE, suffix
        self._show_preview()

    def _build(self) -> None:
        for field, meaning in FIELDS.items():
            action = QAction(f"{{{field}}}   {meaning}", self._menu)
            action.triggered.connect(lambda _checked=False, field=field: self._insert(field))
            self._menu.addAction(action)
        button = QToolButton(self.edit)
        button.setIcon(icon("mdi6.code-braces"))
        button.setToolTip("Insert a field")
        button.setAccessibleName("Insert a field")
        button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        button.setMenu(self._menu)
        button.setStyleSheet("QToolButton { padding: 0; } QToolButton::menu-indicator { image: none; }")
        button.setFixedSize(24, 24)
        self._button = button
        self.edit.setTextMargins(0, 0, 26, 0)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2)
        layout.addWidget(self.edit)
        layout.addWidget(self.preview)
        self.setFocusProxy(self.edit)

    def resizeEvent(self, event: object) -> None:
        edit = self.edit
        self._button.move(edit.width() - self._button.width() - 3, (edit.height() - self._button.height()) // 2)

    def _insert(self, field: str) -> None:
        self.edit.insert(_INSERTED.get(field, f"{{{field}}}"))
        self.edit.setFocus()

    def _on_text(self) -> None:
        self._show_preview()
        self.changed.emit()

    def _show_preview(self) -> None:
        problem = self.problem()
        text = problem
        if text is None:
            text = "/".join(NameTemplate(self.text()).render(self._sample).parts) + self._suffix
        set_flag(self.preview, "role", "muted" if problem is None else "error")
        self.preview.setText(text)


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
        self.rule = ComboBox()
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
