"""Which rows of the plan are shown, and in which order: by what they are, by a text, by the header that was clicked."""

from collections.abc import Iterable

from PySide6.QtCore import QObject, QSortFilterProxyModel, Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QWidget

from pie_desktop.edit.versions import PhotoVersion
from pie_desktop.ui.export.plan_model import EDIT, EXPECTED, SORT_ROLE, SOURCE, TARGET, WARNING, PlanTableModel
from pie_desktop.ui.theme import SPACE
from pie_desktop.ui.widgets.combo_box import ComboBox
from pie_desktop.ui.widgets.table import Index

PROBLEMS = "problems"
UNSURE_KIND = "unsure"
KINDS = (
    ("All", "all"),
    ("Problems", PROBLEMS),
    ("With a warning", "warnings"),
    ("The model is unsure", UNSURE_KIND),
    ("With an edit of their own", "own"),
    ("Without an edit of their own", "without"),
)
FIELD_WIDTH = 150


class PlanFilter(QSortFilterProxyModel):
    """Rows stay where they are while photos are written; `apply` puts them in order again."""

    def __init__(self, model: PlanTableModel, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._plan = model
        self._kind = "all"
        self._words: tuple[str, ...] = ()
        self.setSortRole(SORT_ROLE)
        self.setDynamicSortFilter(False)
        self.setSourceModel(model)

    def set_filter(self, kind: str, text: str) -> None:
        """Show rows of a kind (of `KINDS`) that have all words of the text in a name, the edit or the warning."""
        self._kind, self._words = kind, tuple(text.casefold().split())
        self.apply()

    def apply(self) -> None:
        """Filter and sort by what the rows say now."""
        self.invalidate()

    def photos(self, rows: Iterable[int]) -> list[PhotoVersion]:
        """The photos of rows as they are shown."""
        return [self._plan.source_at(self.mapToSource(self.index(row, 0)).row()) for row in rows]

    def apply_expected(self) -> None:
        """More is known of what the model expects: filter and sort by it, if that is what was asked for."""
        if self._kind == UNSURE_KIND or self.sortColumn() == EXPECTED:
            self.invalidate()

    def filterAcceptsRow(self, source_row: int, source_parent: Index) -> bool:
        plan = self._plan
        if self._words:
            said = " ".join(plan.text_at(source_row, column) for column in (SOURCE, TARGET, EDIT, WARNING)).casefold()
            if not all(word in said for word in self._words):
                return False
        if self._kind == PROBLEMS:
            return plan.is_problem(source_row)
        if self._kind == "warnings":
            return bool(plan.text_at(source_row, WARNING)) and not plan.is_problem(source_row)
        if self._kind == UNSURE_KIND:
            return plan.is_unsure(source_row)
        if self._kind in ("own", "without"):
            found = plan.edits.get(plan.source_at(source_row))
            return found is not None and found.has_own == (self._kind == "own")
        return True


class FilterBar(QWidget):
    """Kind and text of the rows that are shown.

    Signals:
        changed: kind and text are others.
    """

    changed = Signal(str, str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.kind = ComboBox()
        self.kind.setAccessibleName("Rows that are shown")
        for title, kind in KINDS:
            self.kind.addItem(title, kind)
        self.kind.setFixedWidth(FIELD_WIDTH)
        self.text = QLineEdit()
        self.text.setPlaceholderText("Filter")
        self.text.setAccessibleName("Filter by name, edit or warning")
        self.text.setClearButtonEnabled(True)
        self.text.setFixedWidth(FIELD_WIDTH)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(SPACE)
        layout.addWidget(self.kind)
        layout.addWidget(self.text)
        self.kind.currentIndexChanged.connect(self._tell)
        self.text.textChanged.connect(self._tell)

    def show_only(self, kind: str) -> None:
        """Choose a kind, without a text."""
        self.text.clear()
        self.kind.setCurrentIndex(self.kind.findData(kind))

    def _tell(self) -> None:
        self.changed.emit(self.kind.currentData(), self.text.text())
