"""The bar above the photo while renderings of it are compared: a field for each says which it is."""

from dataclasses import replace
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QToolButton

from pie_desktop.ui.compare.choices import EDIT, FEWEST, ORIGINAL, Choice
from pie_desktop.ui.compare.comparison import NEUTRAL, StyleComparison
from pie_desktop.ui.styles.compared import AT_MOST
from pie_desktop.ui.styles.controller import StyleController
from pie_desktop.ui.theme import HALF_SPACE, SPACE, icon
from pie_desktop.ui.widgets.combo_box import ComboBox
from pie_desktop.ui.widgets.labels import ElidedLabel

HINT = "Click to take"
NOTHING = "Nothing"


class ComparisonBar(QFrame):
    """There while the comparison is on.

    Attributes:
        fields: one for each rendering; those beyond the second may stand at nothing.
        models: below each that shows a style, the model that makes it; there where there are several models.
        all_models: compares the first style in several models.
    """

    def __init__(self, comparison: StyleComparison, controller: StyleController) -> None:
        super().__init__()
        self.setProperty("role", "panel")
        self.setToolTip("A click on a picture takes it, or its number, 1 to 4; Esc leaves everything as it is")
        self._comparison = comparison
        self._controller = controller
        self.fields = [ComboBox() for _ in range(AT_MOST)]
        self.models = [ComboBox() for _ in range(AT_MOST)]
        self.all_models = QToolButton()
        self.all_models.setText("In all models")
        self.all_models.setToolTip("Shows the first of these styles as up to four models make it")
        self.all_models.clicked.connect(self._compare_models)
        hint = ElidedLabel(HINT)
        hint.setProperty("role", "muted")
        close = QToolButton()
        close.setIcon(icon("mdi6.close"))
        close.setToolTip("Leave the comparison (Esc)")
        close.setAccessibleName("Leave the comparison")
        close.clicked.connect(comparison.leave)
        layout = QGridLayout(self)
        layout.setContentsMargins(SPACE, HALF_SPACE, SPACE, HALF_SPACE)
        layout.setSpacing(SPACE)
        for number, (field, model) in enumerate(zip(self.fields, self.models, strict=True)):
            field.setAccessibleName(f"Rendering {number + 1}")
            field.activated.connect(partial(self._choose, number))
            model.setAccessibleName(f"Model of rendering {number + 1}")
            model.activated.connect(partial(self._choose_model, number))
            layout.addWidget(field, 0, number)
            layout.addWidget(model, 1, number)
            layout.setColumnStretch(number, 1)
        layout.addWidget(hint, 0, AT_MOST)
        layout.addWidget(self.all_models, 1, AT_MOST)
        layout.addWidget(close, 0, AT_MOST + 1)
        layout.setColumnStretch(AT_MOST, 1)
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
            style = replace(chosen, model=None) if chosen is not None else None
            field.setCurrentIndex(next(row for row in range(field.count()) if field.itemData(row) == style))
            self._follow_model(number, chosen)
        self.all_models.setVisible(bool(self._comparison.models.others))

    def _follow_model(self, number: int, chosen: Choice | None) -> None:
        models, field = self._comparison.models, self.models[number]
        field.setVisible(bool(models.others) and chosen is not None and chosen.kind == "style")
        field.clear()
        for path in (None, *(info.path for info in models.others)):
            field.addItem(models.name_of(path), path)
            if chosen is not None and path == chosen.model:
                field.setCurrentIndex(field.count() - 1)

    def _choose(self, number: int, row: int) -> None:
        """Another rendering in one of the places; one that is compared already changes places with it."""
        chosen = self.fields[number].itemData(row)
        before = self._comparison.choices[number] if number < len(self._comparison.choices) else None
        if chosen is not None and chosen.kind == "style" and before is not None:
            chosen = replace(chosen, model=before.model)
        self._place(number, chosen)

    def _choose_model(self, number: int, row: int) -> None:
        self._place(number, replace(self._comparison.choices[number], model=self.models[number].itemData(row)))

    def _compare_models(self) -> None:
        self._comparison.compare_models()
        self._comparison.give_focus()

    def _place(self, number: int, chosen: Choice | None) -> None:
        choices: list[Choice | None] = [*self._comparison.choices]
        choices += [None] * (AT_MOST - len(choices))
        if chosen in choices and chosen is not None:
            choices[choices.index(chosen)] = choices[number]
        choices[number] = chosen
        self._comparison.compare([choice for choice in choices if choice is not None])
        self._comparison.give_focus()
