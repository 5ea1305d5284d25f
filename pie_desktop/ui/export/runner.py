"""The export that runs: started or continued in the background, one at a time, and cancelled."""

import threading
from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject, Signal

from pie_desktop.export.job import ExportReport, PlannedPhoto
from pie_desktop.export.kept import KeptExport
from pie_desktop.ui.context import AppContext
from pie_desktop.ui.export.form import ExportChoice
from pie_desktop.ui.export.job import ExportWatcher, Services, export_photos, resume_photos
from pie_desktop.ui.widgets.labels import counted
from pie_desktop.workers.job import Job
from pie_desktop.workers.lanes import QueueLane


class ExportRunner(QObject):
    """Runs what the page has planned.

    Attributes:
        lane: where it runs.
        watcher: says what happens to each photo, and how it ended.

    Signals:
        begun: number of files that will be written; before the job's first signal.
        preparing: what is being done before the first photo.
        failed: one sentence.
        finished: nothing runs any more.
    """

    begun = Signal(int)
    preparing = Signal(str)
    failed = Signal(str)
    finished = Signal()

    def __init__(self, context: AppContext, parent: QObject) -> None:
        super().__init__(parent)
        self._context = context
        self.lane = context.add_lane(QueueLane("export"))
        self.watcher = ExportWatcher(self)
        self._job: Job | None = None

    @property
    def running(self) -> bool:
        return self._job is not None

    def services(self) -> Services:
        """What a plan or an export needs of the program, with a sign for when the edits of now are in the catalog."""
        kept = threading.Event()
        # Edits are kept one after the other in the background.
        self._context.background.submit(lambda _context: kept.set())
        return self._services(kept)

    def start(self, plan: Sequence[PlannedPhoto], choice: ExportChoice) -> None:
        """Write what was planned."""
        title = f"Exporting {counted(len(plan), 'photo')}"
        self._run(export_photos, self.services(), plan, choice, self.watcher, title=title, total=len(plan))

    def go_on(self, kept: KeptExport) -> None:
        """Continue an export that was interrupted."""
        title, total = f"Continuing an export of {counted(len(kept.photos), 'photo')}", len(kept.photos)
        # Its edits are in its journal, so that there is no catalog to wait for.
        services = self._services(threading.Event())
        self._run(resume_photos, services, kept, self.watcher, title=title, total=total)

    def cancel(self) -> None:
        """Stop; photos already written stay."""
        if self._job is not None:
            self._job.cancel()

    def _services(self, edits_kept: threading.Event) -> Services:
        return Services(self._context.engine, self._context.library, self._context.catalog, edits_kept)

    def _run(self, work: Callable[..., ExportReport], *arguments: object, title: str, total: int) -> None:
        job = self.lane.submit(work, *arguments, title=title)
        job.finished.connect(self._context.report_catalog_problems)  # edits that could not be used
        self._job = job
        self.begun.emit(total)
        job.progress.connect(self._on_progress)
        job.failed.connect(self.failed)
        job.finished.connect(self._on_finished)

    def _on_progress(self, _fraction: float, text: str) -> None:
        self.preparing.emit(text)

    def _on_finished(self) -> None:
        self._job = None
        self.finished.emit()
