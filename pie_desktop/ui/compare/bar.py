"""The bar above the photo while renderings of it are compared: a field for each says which it is."""

from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QToolButton

from pie_desktop.ui.compare.choices import EDIT, FEWEST, ORIGINAL, Choice
from pie_desktop.ui.compare.comparison import NEUTRAL, StyleComparison
from pie_desktop.ui.styles.compared import AT_MOST
from pie_desktop.ui.styles.controller import StyleController
from pie_desktop.ui.theme import HALF_SPACE, SPACE, icon
from pie_desktop.ui.widgets.combo_box import ComboBox
from pie_desktop.ui.widgets.labels import ElidedLabel

HINT = "Click one to take it"
NOTHING = "Nothing"


class ComparisonBar(QFrame):
    """There while the comparison is on.

    Attributes:
        fields: one for each rendering; those beyond the second may stand at nothing.
    """

    def __init__(self, comparison: StyleComparison, controller: StyleController) -> None:
        super().__init__()
        self.setProperty("role", "panel")
        self.setToolTip("A click on a picture takes it, or its number, 1 to 4; Esc leaves everything as it is")
        self._comparison = comparison
        self._controller = controller
        self.fields = [ComboBox() for _ in range(AT_MOST)]
        hint = ElidedLabel(HINT)
        hint.setProperty("role", "muted")
        close = QToolButton()
        close.setIcon(icon("mdi6.close"))
        close.setToolTip("Leave the comparison (Esc)")
        close.setAccessibleName("Leave the comparison")
        close.clicked.connect(comparison.leave)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(SPACE, HALF_SPACE, SPACE, HALF_SPACE)
        layout.setSpacing(SPACE)
        for number, field in enumerate(self.fields):
            field.setAccessibleName(f"Rendering {number + 1}")
            field.activated.connect(partial(self._choose, number))
            layout.addWidget(field, 1)
        layout.addWidget(hint, 1)
        layout.addWidget(close)
        self.hide()
        comparison.changed.connect(self._follow)
        controller.listed.connect(self._follow)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self._comparison.leave()
        else:
            super().keyPressEvent(event)

    def _follow(self) -> None:
        self.setVisible(self._comparison.on)
        if not self._comparison.on:
            return
        styles = [(style.name, Choice("style", style.id)) for style in self._controller.styles]
        entries = [("Current edit", EDIT), ("Original", ORIGINAL), (NEUTRAL, Choice("style")), *styles]
        for number, field in enumerate(self.fields):
            field.clear()
            for name, choice in entries:
                field.addItem(name, choice)
            if number >= FEWEST:
                field.insertItem(0, NOTHING, None)
            chosen = self._comparison.choices[number] if number < len(self._comparison.choices) else None
            field.setCurrentIndex(next(row for row in range(field.count()) if field.itemData(row) == chosen))

    def _choose(self, number: int, row: int) -> None:
        """Another rendering in one of the places; one that is compared already changes places with it."""
        choices: list[Choice | None] = [*self._comparison.choices]
        choices += [None] * (AT_MOST - len(choices))
        chosen = self.fields[number].itemData(row)
        if chosen in choices and chosen is not None:
            choices[choices.index(chosen)] = choices[number]
        choices[number] = chosen
        self._comparison.compare([choice for choice in choices if choice is not None])
        self._comparison.give_focus()
