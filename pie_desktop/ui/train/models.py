"""The list of models: those that come with the program and the user's own, with their results on held-out photos."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from pie_desktop import paths
from pie_desktop.engine.own_models import held_out, is_imported, trained_pairs
from pie_desktop.model.report import FILE, FOLDER, ModelReport, read_report
from pie_desktop.ui.context import AppContext
from pie_desktop.ui.theme import COLORS, SPACE, icon
from pie_desktop.ui.train.model_actions import ModelActions, ModelDrops
from pie_desktop.ui.train.model_use import Models, find_models
from pie_desktop.ui.train.report_dialog import ReportDialog
from pie_desktop.ui.widgets.combo_box import ComboBox
from pie_desktop.ui.widgets.labels import counted
from pie_desktop.ui.widgets.plain_text import plain
from pie_desktop.ui.widgets.table import set_up_table
from pie_desktop.workers.job import JobContext
from pie_desktop.workers.lanes import LatestLane, QueueLane

if TYPE_CHECKING:
    from pie_desktop.model.bundle import BundleInfo

HAS_REPORT = "What photos that it has not learned from say of the model, in words and pictures."
HEADERS = ("Model", "Source", "Created", "Data", "Held-out photos", "Result")


def _read_report(_context: JobContext, bundle: Path) -> ModelReport | None:
    return read_report(bundle)


class ModelList(QWidget):
    """The models and the buttons for what can be done with one; those that come with the program cannot be changed.

    Attributes:
        operations: what can be done with a model.
        report: the report that was opened last.
        base: combo box of the model that a run starts from, placed by the form.

    Signals:
        changed: other models are listed.
    """

    changed = Signal()

    def __init__(self, context: AppContext, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self._lane = context.add_lane(LatestLane("models"))
        self._reports = context.add_lane(QueueLane("reports"))
        self.report: ReportDialog | None = None
        self._models = Models((), (), None)
        self.base = ComboBox()
        self.base.setToolTip("The model that training starts from; it is not changed.")
        self.table = QTableWidget(0, len(HEADERS))
        self.table.setHorizontalHeaderLabels(HEADERS)
        set_up_table(self.table, "Models", one_row=True)
        self.table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.table.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        self.table.horizontalHeader().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.operations = ModelActions(context, self, lambda name: self.free_name(name) != name)
        self.operations.changed.connect(self.refresh)
        self.use_button = QPushButton("Use this model")
        self.use_button.setToolTip("Editing and exporting use this model from now on.")
        self.report_button = QPushButton("Report…")
        self.report_button.setToolTip(
            "What photos that it has not learned from say of the model, in words and pictures."
        )
        self.back_button = QPushButton("Go back")
        self.rename_button = QPushButton("Rename…")
        self.export_button = QPushButton("Export…")
        self.export_button.setToolTip("Writes the model as one file for another computer. There is no photo in it.")
        self.import_button = QPushButton("Import…")
        self.import_button.setToolTip("Takes a model in from a .piemodel file; you can also drop it here.")
        self.delete_button = QPushButton("Delete")
        self.delete_button.setToolTip("Moves the model to the trash, where it stays for a month.")
        self._build()
        self.table.itemSelectionChanged.connect(self._show_buttons)
        self.table.itemDoubleClicked.connect(lambda _: self._on_current(self.operations.use))
        self.use_button.clicked.connect(lambda: self._on_current(self.operations.use))
        self.back_button.clicked.connect(self.operations.roll_back)
        self.report_button.clicked.connect(lambda: self._on_current(self.show_report))
        self.rename_button.clicked.connect(lambda: self._on_current(self.operations.rename))
        self.export_button.clicked.connect(lambda: self._on_current(self.operations.export))
        self.import_button.clicked.connect(self.operations.ask_for_files)
        self.delete_button.clicked.connect(lambda: self._on_current(self.operations.delete))
        self._show_buttons()

    def refresh(self, select: Path | None = None) -> None:
        """Lists the models again in the background; `select` is highlighted when it is there."""
        job = self._context.report_failure(self._lane.submit(find_models))
        job.result.connect(lambda models: self._show(models, select))

    def show_finished(self, bundle: Path) -> None:
        """List a model that was just made, and open its report where the page is looked at."""
        job = self._context.report_failure(self._lane.submit(find_models))

        def show(models: Models) -> None:
            self._show(models, bundle)
            made = next((info for info in models.own if info.path == bundle), None)
            if made is not None and self.isVisible() and self.report_button.isEnabled():
                self.show_report(made)

        job.result.connect(show)

    def start_from(self) -> Path | None:
        """Bundle that a run starts from."""
        path = self.base.currentData()
        return Path(path) if path else None

    def show_report(self, info: "BundleInfo") -> None:
        """Open the report of a model; a message says so where it has none."""
        job = self._context.report_failure(self._reports.submit(_read_report, info.path, title="Reading a report"))
        job.result.connect(lambda report: self._open_report(info, report))

    def _open_report(self, info: "BundleInfo", report: ModelReport | None) -> None:
        if report is None:
            self._context.notifier.info(f"“{info.name}” has no report.")
            return
        if self.report is not None:
            self.report.close()
            self.report.deleteLater()
        used = info.path == self._models.used
        self.report = ReportDialog(self._context, self._reports, info, report, used, self.window())
        self.report.use_requested.connect(lambda: self.operations.use(info))
        self.report.open()

    def free_name(self, name: str) -> str:
        """`name`, with a number when a model of that name exists."""
        taken = {info.name.casefold() for info in (*self._models.own, *self._models.shipped)}
        taken |= {path.stem.casefold() for path in paths.models_dir().glob("[!.]*.piemodel")}
        free, number = name, 2
        while free.casefold() in taken:
            free, number = f"{name} {number}", number + 1
        return free

    def current(self) -> "BundleInfo | None":
        row = self.table.currentRow()
        infos = (*self._models.own, *self._models.shipped)
        return infos[row] if self.table.selectedItems() and 0 <= row < len(infos) else None

    def _show(self, models: Models, select: Path | None) -> None:
        current = self.current()
        wanted = select or (current.path if current else None)
        base = self.start_from() or models.used
        self._models = models
        if self.report is not None and self.report.info.path == models.used:
            self.report.mark_used()
        infos = (*models.own, *models.shipped)
        self.table.setRowCount(len(infos))
        self.base.clear()
        for row, info in enumerate(infos):
            self._fill_row(row, info)
            if not info.system:  # which can be used, but not trained further
                self.base.addItem(info.name, str(info.path))
            if info.path == base:
                self.base.setCurrentIndex(max(0, self.base.findData(str(info.path))))
            if info.path == wanted:
                self.table.selectRow(row)
        self._show_buttons()
        self.changed.emit()

    def _fill_row(self, row: int, info: "BundleInfo") -> None:
        numbers, pairs = held_out(info), trained_pairs(info)
        said = "on other edits than yours" if is_imported(info) else numbers.verdict if numbers is not None else ""
        used = info.path == self._models.used
        texts = (
            f"{info.name} (in use)" if used else info.name,
            _source(info, info in self._models.own),
            str(info.created)[:10],
            "—" if pairs is None else counted(pairs, "pair"),
            "—" if numbers is None else f"{numbers.psnr:.1f} dB, before {numbers.baseline:.1f} dB",
            "—" if numbers is None else f"{numbers.gain:+.2f} dB, {said}",
        )
        for column, text in enumerate(texts):
            item = QTableWidgetItem(text)
            item.setToolTip(plain(str(info.path)))
            if column == 0:
                item.setIcon(icon("mdi6.check-circle" if used else "mdi6.circle-outline", COLORS.accent))
            self.table.setItem(row, column, item)

    def _show_buttons(self) -> None:
        info = self.current()
        own = info is not None and info in self._models.own
        self.use_button.setEnabled(info is not None and info.path != self._models.used)
        told = info is not None and (info.path / FOLDER / FILE).is_file()
        self.report_button.setEnabled(told)
        self.report_button.setToolTip(
            plain(HAS_REPORT if told or info is None else "There is no report on this model.")
        )
        for button in (self.rename_button, self.export_button, self.delete_button):
            button.setEnabled(own)
        before = self.operations.before()
        name = next((one.name for one in (*self._models.own, *self._models.shipped) if one.path == before), None)
        self.back_button.setEnabled(name is not None)
        self.back_button.setToolTip(
            plain(f"Takes “{name}” into use again." if name else "No other model has been in use before.")
        )

    def _on_current(self, act: "Callable[[BundleInfo], object]") -> None:
        info = self.current()
        if info is not None and (act != self.operations.use or info.path != self._models.used):
            act(info)

    def _build(self) -> None:
        buttons = QHBoxLayout()
        for button in (self.use_button, self.report_button, self.back_button):
            buttons.addWidget(button)
        buttons.addStretch(1)
        for button in (self.import_button, self.export_button, self.rename_button, self.delete_button):
            buttons.addWidget(button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(SPACE, SPACE, SPACE, SPACE)
        layout.addWidget(self.table, 1)
        layout.addLayout(buttons)
        ModelDrops(self).dropped.connect(self.operations.import_files)


def _source(info: "BundleInfo", own: bool) -> str:
    """Where a model is from."""
    if not own:
        return "PIE Desktop"
    return "a file" if is_imported(info) else "the study" if info.system else "your training"
