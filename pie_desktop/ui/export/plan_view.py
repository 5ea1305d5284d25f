"""The plan of an export: buttons to choose photos, the table, and below it how the export goes."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QHBoxLayout,
    QPushButton,
    QStackedWidget,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from pie_desktop.edit.versions import PhotoVersion
from pie_desktop.export.job import ExportItem, ExportProgress, ExportReport, PlannedPhoto
from pie_desktop.export.photo_edits import PhotoEdit
from pie_desktop.ui.dialogs import choose_folder, choose_photos
from pie_desktop.ui.export.plan_filter import PROBLEMS, FilterBar, PlanFilter
from pie_desktop.ui.export.plan_footer import PlanFooter
from pie_desktop.ui.export.plan_model import (
    ACTIONS,
    BURST,
    EDIT,
    EXPECTED,
    SOURCE,
    STATE,
    TARGET,
    THUMBNAIL,
    WARNING,
    PlanTableModel,
)
from pie_desktop.ui.theme import SPACE, icon
from pie_desktop.ui.widgets.columns import ColumnFitter
from pie_desktop.ui.widgets.elision import Differences, NameDelegate
from pie_desktop.ui.widgets.labels import ElidedLabel, EmptyState, counted
from pie_desktop.ui.widgets.plain_text import PlainLabel
from pie_desktop.ui.widgets.table import set_up_table
from pie_desktop.workers.lanes import PriorityLane

NO_EDITS: Mapping[PhotoVersion, PhotoEdit] = MappingProxyType({})
FLEXIBLE = {SOURCE: 100, TARGET: 100, EDIT: 150, WARNING: 100}


class PlanView(QWidget):
    """Shows plan, progress and report; decides nothing.

    Signals:
        added: photos and folders to export, too.
        removed: list of photos that are not to be exported.
        failed: one sentence.
    """

    added = Signal(object)
    removed = Signal(object)
    failed = Signal(str)

    def __init__(self, thumbnails: PriorityLane, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.model = PlanTableModel(thumbnails, self)
        self.rows = PlanFilter(self.model, self)
        self.title = PlainLabel("No photos")
        self.title.setProperty("role", "title")
        self.about = ElidedLabel(mode=Qt.TextElideMode.ElideMiddle)
        self.about.setProperty("role", "muted")
        self.add_files_button = QPushButton(icon("mdi6.image-plus"), "Add photos…")
        self.add_folder_button = QPushButton(icon("mdi6.folder-plus-outline"), "Add folder…")
        self.remove_button = QPushButton("Remove")
        self.remove_button.setToolTip("Removes the selected photos from the export (Del); the files are kept.")
        self.clear_button = QPushButton("Clear")
        self.filter = FilterBar()
        self.own_list = QPushButton("Own list")
        self.own_list.setCheckable(True)
        self.own_list.setToolTip(
            "Pressed: this list stays as it is. Else the page shows the folder of the Edit page, or the photos "
            "selected there, whenever you come here. Adding and removing photos makes a list of your own."
        )
        self.table = QTableView()
        self._names = NameDelegate(self.table), NameDelegate(self.table)
        self.empty = EmptyState("mdi6.tray-arrow-down", "Add photos…")
        self.empty.set_text("Drop photos or a folder here, or select photos on the Edit page and come back.")
        self.stack = QStackedWidget()
        self.footer = PlanFooter()
        self._build()
        self._columns = ColumnFitter(self.table, FLEXIBLE)
        self.add_files_button.clicked.connect(lambda: self._add(choose_photos(self, self._start_folder())))
        self.add_folder_button.clicked.connect(lambda: self._add(choose_folder(self, self._start_folder())))
        self.remove_button.clicked.connect(self.remove_selected)
        self.filter.changed.connect(self.rows.set_filter)
        self.footer.problems.clicked.connect(self.show_problems)
        self.footer.failed.connect(self.failed)
        self.empty.button.clicked.connect(self.add_files_button.click)
        self.table.selectionModel().selectionChanged.connect(self._show_remove)

    def show_plan(
        self,
        sources: Sequence[PhotoVersion],
        plan: Sequence[PlannedPhoto],
        edits: Mapping[PhotoVersion, PhotoEdit] = NO_EDITS,
    ) -> None:
        if list(sources) != self.model.sources:
            self.model.set_sources(sources)
            self.filter.show_only("all")
        self.model.set_plan(plan, edits)
        self.rows.apply()
        count = len(self.model.sources)
        copies = self.model.copies
        said = [counted(count - copies, "photo")] if count > copies else []
        said += [f"{copies:,} virtual {'copy' if copies == 1 else 'copies'}"] if copies else []
        self.title.setText(" and ".join(said) or "No photos")
        self.footer.show_problems(self.model.problems, "problem")
        self.stack.setCurrentWidget(self.table if count else self.empty)
        for column, there in ((BURST, self.model.has_bursts), (EXPECTED, False)):
            self.table.setColumnHidden(column, not there)
        self._fit_columns()
        self.footer.hide_results()
        self._show_remove()

    def show_expected(self, errors: Mapping[PhotoVersion, float | None]) -> None:
        """Say how far off the model expects to be with some photos; the column is there once it has something."""
        self.model.set_expected(errors)
        self.rows.apply_expected()
        if self.model.has_expected and self.table.isColumnHidden(EXPECTED):
            self.table.showColumn(EXPECTED)
            self._fit_columns()

    def in_sight(self) -> list[PhotoVersion]:
        """The photos whose rows are visible."""
        last = self.table.rowAt(self.table.viewport().height() - 1)
        return self.rows.photos(range(max(self.table.rowAt(0), 0), last + 1 if last >= 0 else self.rows.rowCount()))

    def show_problems(self) -> None:
        """Show only the rows that are problems, and go to the first."""
        self.filter.show_only(PROBLEMS)
        self.table.selectRow(0)
        self.table.scrollTo(self.rows.index(0, 0))
        self.table.setFocus(Qt.FocusReason.OtherFocusReason)

    def show_item(self, item: ExportItem) -> None:
        row = self.model.set_outcome(item)
        shown = self.rows.mapFromSource(self.model.index(row, 0))
        if shown.isValid():  # the filter may leave it out
            self.table.scrollTo(shown)

    def show_progress(self, progress: ExportProgress) -> None:
        if progress.begun is not None:
            self.model.set_begun(progress.begun)
        self.footer.show_progress(progress)

    def show_report(self, report: ExportReport, destination: Path | None) -> None:
        self.rows.apply()
        self._fit_columns()
        self.footer.show_report(report, self.model.problems, destination)

    def set_editable(self, editable: bool) -> None:
        self._editable = editable
        for button in (self.add_files_button, self.add_folder_button, self.clear_button, self.empty.button):
            button.setEnabled(editable)
        self._show_remove()

    def _build(self) -> None:
        self._editable = True
        header = self.table.horizontalHeader()
        self.table.setModel(self.rows)
        self.table.setSortingEnabled(True)
        header.setSortIndicatorClearable(True)  # a third click: the order of the plan
        header.setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        self.table.setTextElideMode(Qt.TextElideMode.ElideRight)
        for column, delegate in zip((SOURCE, TARGET), self._names, strict=True):
            self.table.setItemDelegateForColumn(column, delegate)
        set_up_table(self.table, "Export plan")
        self.table.setWordWrap(False)
        self.table.setIconSize(THUMBNAIL)
        self.table.verticalHeader().setDefaultSectionSize(THUMBNAIL.height() + SPACE)
        header.setStretchLastSection(True)
        self.stack.addWidget(self.empty)
        self.stack.addWidget(self.table)
        top = QHBoxLayout()
        top.setSpacing(SPACE)
        top.addWidget(self.title)
        top.addStretch(1)
        top.addWidget(self.own_list)
        for button in (self.add_files_button, self.add_folder_button, self.remove_button, self.clear_button):
            top.addWidget(button)
        below = QHBoxLayout()
        below.setSpacing(SPACE)
        below.addWidget(self.about, 1)
        below.addWidget(self.filter)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(2 * SPACE, 2 * SPACE, 2 * SPACE, 2 * SPACE)
        layout.setSpacing(SPACE)
        layout.addLayout(top)
        layout.addLayout(below)
        layout.addWidget(self.stack, 1)
        layout.addWidget(self.footer)

    def _selected(self) -> list[PhotoVersion]:
        return self.rows.photos(index.row() for index in self.table.selectionModel().selectedRows())

    def _show_remove(self) -> None:
        self.remove_button.setEnabled(self._editable and bool(self._selected()))

    def remove_selected(self) -> None:
        """Take the selected photos out of the export."""
        if self._editable and self._selected():
            self.removed.emit(self._selected())

    def _fit_columns(self) -> None:
        model = self.model
        texts = {
            column: [model.text_at(row, column) for row in range(model.row_total())]
            for column in range(model.columnCount())
        }
        for column, delegate in zip((SOURCE, TARGET), self._names, strict=True):
            delegate.differences = Differences(texts[column])
        texts[EXPECTED].append("⚠ 10.0")  # more come while the table is shown
        texts[STATE] += [*ACTIONS.values(), "In progress…", "Cancelled"]  # so that nothing moves during an export
        self._columns.set_texts(texts, {SOURCE: THUMBNAIL.width() + SPACE})

    def _add(self, chosen: Sequence[Path]) -> None:
        if chosen:
            self.added.emit(chosen)

    def _start_folder(self) -> str:
        return str(self.model.sources[-1].path.parent) if self.model.sources else ""
