"""The Export page: photos, edit and file format on the left, the plan on the right, then the batch."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QKeySequence, QShortcut, QShowEvent
from PySide6.QtWidgets import (
    QFileDialog,
    QHBoxLayout,
    QMessageBox,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from pie_desktop.engine.export import ExportProgress, ExportReport, PlannedPhoto
from pie_desktop.imaging.formats import READABLE_SUFFIXES
from pie_desktop.ui.context import AppContext
from pie_desktop.ui.export.form import ExportForm
from pie_desktop.ui.export.job import ExportWatcher, Services, export_photos, find_plan
from pie_desktop.ui.export.plan_view import PlanView
from pie_desktop.ui.theme import COLOURS, SPACE, icon
from pie_desktop.workers.job import Job
from pie_desktop.workers.lanes import LatestLane

FORM_WIDTH = 344
PLAN_DELAY_MS = 120
DEFAULT_FOLDER = "enhanced"


class ExportPage(QWidget):
    """Nothing is written before Start, and the plan shows beforehand what will be."""

    def __init__(self, context: AppContext, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self._lane = LatestLane("export plan")
        context.add_lane(self._lane)
        self._sources: list[Path] = []
        self._job: Job | None = None
        self._planning = False
        self._destination: Path | None = None
        self.form = ExportForm(context)
        self.view = PlanView(context.thumbnails)
        self.start_button = QPushButton("Export")
        self.start_button.setProperty("primary", True)
        self.start_button.setIcon(icon("mdi6.export", COLOURS.accent_text, COLOURS.accent_text))
        self.start_button.setToolTip("Writes what the plan shows (Ctrl+Return).")
        self.cancel_button = QPushButton("Cancel")
        self.cancel_button.setToolTip("Stops the export; the photos that are written stay.")
        self._plan_timer = QTimer(self)
        self._plan_timer.setSingleShot(True)
        self._plan_timer.setInterval(PLAN_DELAY_MS)
        self._plan_timer.timeout.connect(self._make_plan)
        self._watcher = ExportWatcher(self)
        self._build()
        self._connect()
        self._show_state()
        self.setAcceptDrops(True)

    @property
    def running(self) -> bool:
        return self._job is not None

    def set_sources(self, sources: Sequence[Path]) -> None:
        """The photos to export, folders included; without effect while an export is running."""
        if self.running:
            return
        self._sources = list(sources)
        self._suggest_destination()
        self._make_plan()

    def add_sources(self, sources: Sequence[Path]) -> None:
        self.set_sources([*self._sources, *sources])

    def can_close(self) -> bool:
        """Asks whether a running export may be cancelled; if so, cancels it."""
        if self._job is None:
            return True
        answer = QMessageBox.question(
            self,
            "An export is running",
            "Cancel the export and close? The photos that are written stay.",
            QMessageBox.StandardButton.Yes | QMessageBox.StandardButton.No,
            QMessageBox.StandardButton.No,
        )
        if answer != QMessageBox.StandardButton.Yes:
            return False
        self.cancel()
        return True

    def start(self) -> None:
        """Exports what the plan shows; after an export, makes the plan anew, as files have come and gone."""
        if self.view.model.has_outcomes and not self.running:
            self._make_plan()
            return
        choice, plan = self.form.choice(), self.view.model.plan
        if self.running or choice.settings is None or not plan or self._planning:
            return
        replaced = self.view.model.count("overwrite")
        if replaced and not self._confirm_overwrite(replaced, choice.settings.destination):
            return
        self.form.remember()
        self._destination = choice.settings.destination
        services = Services(self._context.engine, self._context.library, self._context.catalog)
        job = self._context.export.submit(
            export_photos, services, plan, choice, self._watcher, title=f"Exporting {len(plan):,} photos"
        )
        self._job = job
        self.view.begin(len(plan))
        job.failed.connect(self._on_failed)
        job.finished.connect(self._on_finished)
        self._show_state()

    def cancel(self) -> None:
        if self._job is not None:
            self._job.cancel()
            self.view.show_message("Cancelling…")
            self.cancel_button.setEnabled(False)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        # Files may have come and gone meanwhile; a report that is still shown is left alone.
        if self._sources and not self.running and not self.view.model.has_outcomes:
            self._plan_timer.start()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if not self.running and any(url.isLocalFile() for url in event.mimeData().urls()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        paths = [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
        if paths and not self.running:
            event.acceptProposedAction()
            self.add_sources(paths)

    def _build(self) -> None:
        scroll = QScrollArea()
        scroll.setWidget(self.form)
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        buttons = QHBoxLayout()
        buttons.addWidget(self.start_button, 1)
        buttons.addWidget(self.cancel_button)
        side = QWidget()
        side.setFixedWidth(FORM_WIDTH)
        column = QVBoxLayout(side)
        column.setContentsMargins(2 * SPACE, SPACE, 2 * SPACE, 2 * SPACE)
        column.addWidget(scroll, 1)
        column.addLayout(buttons)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(side)
        layout.addWidget(self.view, 1)
        self.setFocusProxy(self.form.style_box)

    def _connect(self) -> None:
        self.form.changed.connect(self._plan_later)
        self.start_button.clicked.connect(self.start)
        start = QShortcut(QKeySequence("Ctrl+Return"), self)
        start.setWhatsThis("Start the export")
        start.activated.connect(self.start_button.click)
        self.cancel_button.clicked.connect(self.cancel)
        self.view.add_files_button.clicked.connect(self._choose_files)
        self.view.add_folder_button.clicked.connect(self._choose_folder)
        self.view.removed.connect(self._remove)
        self.view.clear_button.clicked.connect(lambda: self.set_sources([]))
        self.view.failed.connect(self._context.notifier.error)
        self._watcher.item.connect(self.view.show_item)
        self._watcher.progress.connect(self._on_progress)
        self._watcher.report.connect(self._on_report)

    def _suggest_destination(self) -> None:
        if self._sources and self.form.destination.path() is None:
            first = self._sources[0]
            self.form.destination.set_path((first if first.is_dir() else first.parent) / DEFAULT_FOLDER)

    def _plan_later(self) -> None:
        self._planning = True
        self._plan_timer.start()
        self._show_state()

    def _make_plan(self) -> None:
        if self.running:
            return
        self._plan_timer.stop()
        self._planning = True
        job = self._lane.submit(find_plan, tuple(self._sources), self.form.choice().settings)
        job.result.connect(self._on_plan)
        job.failed.connect(self._on_plan_failed)
        self._show_state()

    def _on_plan(self, result: tuple[list[Path], list[PlannedPhoto]]) -> None:
        if self.running:
            return
        self._planning = False
        self._sources, plan = result
        self.view.show_plan(self._sources, plan)
        self._show_state()

    def _on_plan_failed(self, problem: str) -> None:
        self._planning = False
        self._sources = self.view.model.sources
        self._context.notifier.error(problem)
        self._show_state()

    def _on_progress(self, progress: ExportProgress) -> None:
        self.view.show_progress(progress)

    def _on_report(self, report: ExportReport) -> None:
        self.view.show_report(report, self._destination)

    def _on_failed(self, problem: str) -> None:
        self.view.show_message(problem, error=True)
        self._context.notifier.error(problem)

    def _on_finished(self) -> None:
        self._job = None
        self.view.end()
        self._show_state()

    def _remove(self, photos: list[Path]) -> None:
        gone = set(photos)
        self.set_sources([photo for photo in self._sources if photo not in gone])

    def _choose_files(self) -> None:
        pattern = " ".join(f"*{suffix} *{suffix.upper()}" for suffix in sorted(READABLE_SUFFIXES))
        names, _ = QFileDialog.getOpenFileNames(self, "Add photos", self._start_folder(), f"Photos ({pattern})")
        if names:
            self.add_sources([Path(name) for name in names])

    def _choose_folder(self) -> None:
        folder = QFileDialog.getExistingDirectory(self, "Add a folder of photos", self._start_folder())
        if folder:
            self.add_sources([Path(folder)])

    def _start_folder(self) -> str:
        return str(self._sources[-1].parent) if self._sources else ""

    def _confirm_overwrite(self, count: int, folder: Path) -> bool:
        files = "1 existing file" if count == 1 else f"{count:,} existing files"
        box = QMessageBox(
            QMessageBox.Icon.Warning,
            "Overwrite files",
            f"{files} in {folder} will be replaced. This cannot be undone.",
            QMessageBox.StandardButton.Cancel,
            self,
        )
        overwrite = box.addButton("Overwrite", QMessageBox.ButtonRole.AcceptRole)
        box.exec()
        return box.clickedButton() is overwrite

    def _show_state(self) -> None:
        model = self.view.model
        count = model.count("write", "overwrite")
        self.form.setEnabled(not self.running)
        self.view.set_editable(not self.running)
        idle = not self.running and not self._planning
        ready = idle and count > 0 and not model.has_outcomes
        self.start_button.setEnabled(ready or (idle and model.has_outcomes))
        text = f"Export {count:,} photo{'' if count == 1 else 's'}" if ready else "Export"
        self.start_button.setText("Plan again" if idle and model.has_outcomes else text)
        self.cancel_button.setEnabled(self.running)
        if not self.running and not model.has_outcomes:
            self.view.show_message(self._hint())

    def _hint(self) -> str:
        model = self.view.model
        if not model.sources:
            return ""
        if self.form.destination.path() is None:
            return "Choose a destination folder."
        parts = [
            (model.count("write"), "will be written"),
            (model.count("overwrite"), "will replace a file"),
            (model.count("skip"), "will be skipped"),
            (model.count("fail"), "cannot be exported"),
        ]
        return ", ".join(f"{number:,} {what}" for number, what in parts if number)
