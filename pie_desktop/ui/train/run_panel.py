"""The list of runs with what can be done with each: resume, open its folder, delete."""

from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QMessageBox,
    QPushButton,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from pie_desktop.errors import PieError
from pie_desktop.ui.file_manager import show_in_file_manager
from pie_desktop.ui.theme import SPACE
from pie_desktop.ui.train.run_list import RunTableModel
from pie_desktop.ui.train.runs import OPTIONS_FILE, TrainingRun, delete_run, list_runs


class RunPanel(QWidget):
    """Runs survive the editor: they are read back from their folders.

    Signals:
        selected: the run whose curves are to be shown.
        resume_requested: the run to go on with.
        failed: one sentence.
    """

    selected = Signal(object)
    resume_requested = Signal(object)
    failed = Signal(str)

    def __init__(self, folder: Path, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._folder = folder
        self._running: TrainingRun | None = None
        self._refreshing = False
        self._read: dict[Path, tuple[int, TrainingRun]] = {}
        self.model = RunTableModel(self)
        self.view = QTableView()
        self.view.setModel(self.model)
        self.view.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.view.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.view.setShowGrid(False)
        self.view.verticalHeader().hide()
        self.view.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        self.view.horizontalHeader().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.view.horizontalHeader().setHighlightSections(False)
        self.view.horizontalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignLeft)
        self.view.setAccessibleName("Training runs")
        self.empty = QLabel("Runs that you start are listed here; a stopped one can be resumed, also another day.")
        self.empty.setProperty("role", "muted")
        self.resume_button = QPushButton("Resume")
        self.resume_button.setToolTip("Goes on from the last checkpoint with the options of the run.")
        self.open_button = QPushButton("Open folder")
        self.delete_button = QPushButton("Delete…")
        buttons = QHBoxLayout()
        for button in (self.resume_button, self.open_button):
            buttons.addWidget(button)
        buttons.addStretch(1)
        buttons.addWidget(self.delete_button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(SPACE, SPACE, SPACE, SPACE)
        layout.addWidget(self.empty)
        layout.addWidget(self.view, 1)
        layout.addLayout(buttons)
        self.view.selectionModel().selectionChanged.connect(self._on_selected)
        self.resume_button.clicked.connect(self._resume)
        self.open_button.clicked.connect(self._open)
        self.delete_button.clicked.connect(self._delete)
        self.refresh()

    def current(self) -> TrainingRun | None:
        rows = self.view.selectionModel().selectedRows()
        return self.model.runs[rows[0].row()] if rows else None

    def refresh(self, keep: TrainingRun | None = None) -> None:
        """Reads the runs again; `keep` is the live object of the one that is being written."""
        selected = self.current()
        runs = list_runs(self._folder, self._read)
        if keep is not None:
            runs = [keep if run.folder == keep.folder else run for run in runs]
        wanted = keep or selected
        self._refreshing = True
        self.model.set_runs(runs, self._running)
        for row, run in enumerate(runs):
            if wanted is not None and run.folder == wanted.folder:
                self.view.selectRow(row)
        self._refreshing = False
        self.empty.setVisible(not runs)
        self._show_buttons()

    def set_running(self, run: TrainingRun | None) -> None:
        if run is not self._running:
            self._running = run
            self.refresh(run)

    def _on_selected(self) -> None:
        run = self.current()
        self._show_buttons()
        if run is not None and not self._refreshing:
            self.selected.emit(run)

    def _show_buttons(self) -> None:
        run = self.current()
        self.resume_button.setEnabled(run is not None and self._running is None and run.can_resume)
        self.open_button.setEnabled(run is not None)
        self.delete_button.setEnabled(run is not None and run is not self._running)

    def _resume(self) -> None:
        run = self.current()
        if run is not None and run.can_resume:
            self.resume_requested.emit(run)

    def _open(self) -> None:
        run = self.current()
        if run is not None:
            try:
                show_in_file_manager(run.folder / OPTIONS_FILE)
            except PieError as error:
                self.failed.emit(str(error))

    def _delete(self) -> None:
        run = self.current()
        if run is None:
            return
        question = f"Delete the run “{run.name}” with its checkpoints? The model that it made stays."
        if QMessageBox.question(self, "Delete run", question) != QMessageBox.StandardButton.Yes:
            return
        try:
            delete_run(run)
        except OSError as error:
            self.failed.emit(f"{run.folder} could not be deleted: {error.strerror or error}.")
        self.refresh()
