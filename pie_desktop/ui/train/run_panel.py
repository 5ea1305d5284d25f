"""The list of training runs, newest first, with what can be done with each: resume, open its folder, delete."""

from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor
from PySide6.QtWidgets import (
    QHBoxLayout,
    QHeaderView,
    QMessageBox,
    QPushButton,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from pie_desktop.errors import PieError
from pie_desktop.ui.dialogs import show_in_file_manager
from pie_desktop.ui.status_bar import duration_text
from pie_desktop.ui.theme import COLORS, SPACE
from pie_desktop.ui.train import telling
from pie_desktop.ui.train.runs import OPTIONS_FILE, TrainingRun, delete_run, list_runs
from pie_desktop.ui.train.telling import Now
from pie_desktop.ui.widgets.plain_text import PlainLabel, plain
from pie_desktop.ui.widgets.table import HeadedTableModel, Index, set_up_table


class RunTableModel(HeadedTableModel):
    """The runs; the one in progress is marked by `running`."""

    HEADERS = ("Run", "Started", "State", "Trained", "PSNR", "Gain")

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.runs: list[TrainingRun] = []
        self._running: TrainingRun | None = None

    def set_runs(self, runs: list[TrainingRun], running: TrainingRun | None = None) -> None:
        self.beginResetModel()
        self.runs, self._running = runs, running
        self.endResetModel()

    def refresh(self, run: TrainingRun) -> None:
        """The run has new numbers."""
        row = next((row for row, other in enumerate(self.runs) if other is run), None)
        if row is not None:
            self.announce(row, row)

    def row_total(self) -> int:
        return len(self.runs)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        run = self.runs[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return self._text(run, index.column())
        if role == Qt.ItemDataRole.ToolTipRole:
            return plain("\n".join(filter(None, (run.history.message, str(run.options.pairs)))))
        if role == Qt.ItemDataRole.ForegroundRole and index.column() == 2 and run is not self._running:
            failed = run.history.state == "failed"
            return QColor(COLORS.error if failed else COLORS.text)
        return None

    def _text(self, run: TrainingRun, column: int) -> str:
        history, best = run.history, run.history.best
        psnr = history.final_psnr if history.final_psnr is not None else (None if best is None else best.psnr)
        trained = f"{history.step:,} steps" if history.elapsed is None else duration_text(history.elapsed)
        return (
            run.name,
            f"{run.created:%Y-%m-%d %H:%M}",
            telling.state(history, Now(running=run is self._running)),
            trained if history.step else "—",
            "—" if psnr is None else f"{psnr:.2f} dB",
            "—" if history.gain is None else f"{history.gain:+.2f} dB",
        )[column]


class RunPanel(QWidget):
    """Runs survive the editor: they are read back from their folders.

    Signals:
        selected: the run whose curves are to be shown.
        resume_requested: the run to go on with.
        finish_requested: the run whose best weights so far are to become a model.
        failed: one sentence.
    """

    selected = Signal(object)
    resume_requested = Signal(object)
    finish_requested = Signal(object)
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
        set_up_table(self.view, "Training runs", one_row=True)
        self.view.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        self.view.horizontalHeader().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.empty = PlainLabel("Runs that you start are listed here. A stopped run can be resumed at any time.")
        self.empty.setProperty("role", "muted")
        self.resume_button = QPushButton("Resume")
        self.resume_button.setToolTip("Goes on from where the run was stopped, with its own options.")
        self.finish_button = QPushButton("Make a model")
        self.open_button = QPushButton("Open folder")
        self.delete_button = QPushButton("Delete…")
        buttons = QHBoxLayout()
        for button in (self.resume_button, self.finish_button, self.open_button):
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
        self.finish_button.clicked.connect(self._finish)
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
        usable = run is not None and self._running is None and run.can_finish
        self.finish_button.setEnabled(usable)
        self.finish_button.setToolTip(
            "Trains no further: the best weights so far become a model, with its result on the held-out photos."
            if usable
            else "For a run that was stopped and has come nearer to the held-out photos."
        )
        self.open_button.setEnabled(run is not None)
        self.delete_button.setEnabled(run is not None and run is not self._running)

    def _resume(self) -> None:
        run = self.current()
        if run is not None and run.can_resume:
            self.resume_requested.emit(run)

    def _finish(self) -> None:
        run = self.current()
        if run is not None and run.can_finish:
            self.finish_requested.emit(run)

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
        question = f"Delete the run “{run.name}” and its checkpoints? The model that it produced is kept."
        if QMessageBox.question(self, "Delete run", plain(question)) != QMessageBox.StandardButton.Yes:
            return
        try:
            delete_run(run)
        except OSError as error:
            self.failed.emit(f"{run.folder} could not be deleted: {error.strerror or error}.")
        self.refresh()
