"""The plan and its progress: buttons to choose photos, the table, progress bar and summary."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Qt, QUrl, Signal
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import (
    QHBoxLayout,
    QProgressBar,
    QPushButton,
    QStackedWidget,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from pie_desktop.errors import PieError
from pie_desktop.export.job import ExportItem, ExportProgress, ExportReport, PlannedPhoto
from pie_desktop.ui.dialogs import choose_folder, choose_photos, show_in_file_manager
from pie_desktop.ui.export.plan_model import (
    BURST,
    PIXELS,
    SIZE,
    SOURCE,
    STATE,
    TARGET,
    THUMBNAIL,
    PlanTableModel,
)
from pie_desktop.ui.status_bar import duration_text
from pie_desktop.ui.theme import SPACE, icon, set_flag
from pie_desktop.ui.widgets.labels import EmptyState, counted
from pie_desktop.ui.widgets.plain_text import PlainLabel
from pie_desktop.ui.widgets.table import set_up_table
from pie_desktop.workers.lanes import PriorityLane

COLUMN_WIDTHS = {SOURCE: 230, TARGET: 200, STATE: 84, PIXELS: 112, SIZE: 72, BURST: 96}


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
        self._result: Path | None = None
        self._receipt: Path | None = None
        self.title = PlainLabel("No photos")
        self.title.setProperty("role", "title")
        self.add_files_button = QPushButton(icon("mdi6.image-plus"), "Add photos…")
        self.add_folder_button = QPushButton(icon("mdi6.folder-plus-outline"), "Add folder…")
        self.remove_button = QPushButton("Remove")
        self.remove_button.setToolTip("Removes the selected photos from the export (Del); the files are kept.")
        self.clear_button = QPushButton("Clear")
        self.table = QTableView()
        self.empty = EmptyState("mdi6.tray-arrow-down", "Add photos…")
        self.empty.set_text("Drop photos or a folder here, or select photos on the Edit page and come back.")
        self.stack = QStackedWidget()
        self.progress = QProgressBar()
        self.progress.setTextVisible(False)
        self.message = PlainLabel()
        self.message.setProperty("role", "muted")
        self.message.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.remaining = PlainLabel()
        self.remaining.setProperty("role", "muted")
        self.open_button = QPushButton(icon("mdi6.folder-open-outline"), "Open folder")
        self.receipt_button = QPushButton(icon("mdi6.receipt-text-outline"), "Receipt")
        self.receipt_button.setToolTip("Shows in the browser what was written, from which photo and how.")
        self._build()
        self.end()
        self._hide_results()
        self.add_files_button.clicked.connect(lambda: self._add(choose_photos(self, self._start_folder())))
        self.add_folder_button.clicked.connect(lambda: self._add(choose_folder(self, self._start_folder())))
        self.remove_button.clicked.connect(self.remove_selected)
        self.open_button.clicked.connect(self._open)
        self.receipt_button.clicked.connect(self._open_receipt)
        self.empty.button.clicked.connect(self.add_files_button.click)
        self.table.selectionModel().selectionChanged.connect(self._show_remove)

    def show_plan(self, sources: Sequence[Path], plan: Sequence[PlannedPhoto]) -> None:
        if list(sources) != self.model.sources:
            self.model.set_sources(sources)
        self.model.set_plan(plan)
        count = len(self.model.sources)
        self.title.setText(counted(count, "photo") if count else "No photos")
        self.stack.setCurrentWidget(self.table if count else self.empty)
        self.table.setColumnHidden(BURST, not self.model.has_bursts)
        self._hide_results()
        self._show_remove()

    def begin(self, total: int) -> None:
        self.progress.setRange(0, 0)
        self.progress.setVisible(True)
        self.progress.setMaximum(total)
        self.show_message("Preparing…")
        self._hide_results()

    def show_item(self, item: ExportItem) -> None:
        row = self.model.set_outcome(item)
        self.table.scrollTo(self.model.index(row, 0))

    def show_progress(self, progress: ExportProgress) -> None:
        if progress.begun is not None:
            self.model.set_begun(progress.begun)
        self.progress.setMaximum(progress.total)
        self.progress.setValue(progress.done)
        self.show_message(f"{progress.done:,} of {progress.total:,}  ·  {progress.current}")
        left = "" if progress.remaining is None else f"{duration_text(progress.remaining)} left"
        self.remaining.setText(left)

    def show_report(self, report: ExportReport, destination: Path | None) -> None:
        self.show_message(f"{report.summary} in {duration_text(report.seconds)}.", error=report.count("failed") > 0)
        written = next((item.target for item in report.items if item.status == "written"), None)
        self._result = written or (destination and destination / "x")
        self.open_button.setVisible(written is not None)
        self._receipt = report.receipt
        self.receipt_button.setVisible(report.receipt is not None)

    def show_message(self, text: str, error: bool = False) -> None:
        set_flag(self.message, "role", "error" if error else "muted")
        self.message.setText(text)

    def end(self) -> None:
        """The export is over, or none has begun."""
        self.progress.reset()
        self.progress.setVisible(False)
        self.remaining.clear()

    def set_editable(self, editable: bool) -> None:
        self._editable = editable
        for button in (self.add_files_button, self.add_folder_button, self.clear_button, self.empty.button):
            button.setEnabled(editable)
        self._show_remove()

    def _build(self) -> None:
        self._editable = True
        header = self.table.horizontalHeader()
        self.table.setModel(self.model)
        set_up_table(self.table, "Export plan")
        self.table.setWordWrap(False)
        self.table.setIconSize(THUMBNAIL)
        self.table.verticalHeader().setDefaultSectionSize(THUMBNAIL.height() + SPACE)
        header.setStretchLastSection(True)
        for column, width in COLUMN_WIDTHS.items():
            header.resizeSection(column, width)
        self.stack.addWidget(self.empty)
        self.stack.addWidget(self.table)
        top = QHBoxLayout()
        top.setSpacing(SPACE)
        top.addWidget(self.title)
        top.addStretch(1)
        for button in (self.add_files_button, self.add_folder_button, self.remove_button, self.clear_button):
            top.addWidget(button)
        bottom = QHBoxLayout()
        bottom.addWidget(self.message, 1)
        bottom.addWidget(self.remaining)
        bottom.addWidget(self.receipt_button)
        bottom.addWidget(self.open_button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(2 * SPACE, 2 * SPACE, 2 * SPACE, 2 * SPACE)
        layout.setSpacing(SPACE)
        layout.addLayout(top)
        layout.addWidget(self.stack, 1)
        layout.addWidget(self.progress)
        layout.addLayout(bottom)

    def _selected(self) -> list[Path]:
        return [self.model.source_at(index.row()) for index in self.table.selectionModel().selectedRows()]

    def _show_remove(self) -> None:
        self.remove_button.setEnabled(self._editable and bool(self._selected()))

    def remove_selected(self) -> None:
        """Take the selected photos out of the export."""
        if self._editable and self._selected():
            self.removed.emit(self._selected())

    def _add(self, chosen: Sequence[Path]) -> None:
        if chosen:
            self.added.emit(chosen)

    def _start_folder(self) -> str:
        return str(self.model.sources[-1].parent) if self.model.sources else ""

    def _hide_results(self) -> None:
        self.open_button.hide()
        self.receipt_button.hide()

    def _open_receipt(self) -> None:
        if self._receipt is None or not QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._receipt))):
            self.failed.emit(f"No program could be started to show the receipt; it is in {self._receipt}.")

    def _open(self) -> None:
        if self._result is None:
            return
        try:
            show_in_file_manager(self._result)
        except PieError as error:
            self.failed.emit(str(error))
