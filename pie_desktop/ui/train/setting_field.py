"""A field for one of the numbers of a training run: what it does, its range, and why a value is refused, in sight."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget

from pie_desktop.model.fine_tuning import Setting
from pie_desktop.ui.theme import set_flag
from pie_desktop.ui.widgets.plain_text import PlainLabel

FACTOR = 10**0.25  # of one step of a rate or a weight: four make ten times as much
SMALLEST = 1e-6  # that a step up leads to from zero


class _Line(QLineEdit):
    """Up and Down step through the values."""

    stepped = Signal(int)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self.stepped.emit(1 if event.key() == Qt.Key.Key_Up else -1)
        else:
            super().keyPressEvent(event)


class SettingField(QWidget):
    """A typed number with its explanation below, in whose place stands what is wrong with a value.

    Signals:
        changed: another text was typed, whether or not it is a value.
    """

    changed = Signal()

    def __init__(self, setting: Setting, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._setting = setting
        self.line = _Line()
        self.line.setAccessibleName(setting.label)
        self.note = PlainLabel()
        self.note.setProperty("role", "muted")
        self.note.setWordWrap(True)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2)
        layout.addWidget(self.line)
        layout.addWidget(self.note)
        self.setFocusProxy(self.line)
        self.line.textChanged.connect(self._on_text)
        self.line.stepped.connect(self._step)
        self.setValue(setting.default)

    def value(self) -> float:
        """The number; the default where there is none, or one that cannot be."""
        value = self._typed()
        if value is None or self._setting.problem(value) is not None:
            value = self._setting.default
        return int(value) if self._setting.whole else value

    def setValue(self, value: float) -> None:
        self.line.setText(f"{value:.0f}" if self._setting.whole else f"{value:g}")

    def text(self) -> str:
        return self.line.text()

    def problem(self) -> str | None:
        """Why what was typed cannot be, as a sentence with the range; None where it can."""
        value = self._typed()
        return self._setting.problem(float("nan") if value is None else value)

    def _typed(self) -> float | None:
        try:
            return float(self.line.text().strip().replace(",", "."))
        except ValueError:
            return None

    def _on_text(self) -> None:
        problem = self.problem()
        low, high = self._setting.low, self._setting.high
        self.note.setText(problem or f"{self._setting.help} {low:g} to {high:,.10g}.")
        set_flag(self.note, "role", "error" if problem else "muted")
        set_flag(self.line, "invalid", problem is not None)
        self.changed.emit()

    def _step(self, direction: int) -> None:
        value = self.value()
        if self._setting.whole:
            value += direction
        else:
            value = value * FACTOR**direction if value else SMALLEST * (direction > 0)
        self.setValue(min(max(value, self._setting.low), self._setting.high))
