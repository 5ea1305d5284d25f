"""The run in progress: ties the child process to the run that is kept on disk."""

from pathlib import Path
from typing import Any

from PySide6.QtCore import QCoreApplication, QObject, Signal

from pie_desktop.ui.notifications import Notifier
from pie_desktop.ui.train.runs import TrainingRun
from pie_desktop.workers.training_process import TrainingOutcome, TrainingProcess

Event = dict[str, Any]


class TrainingSession(QObject):
    """At most one run at a time.

    Signals:
        state_changed: a run has started, is being stopped, or has ended.
        run_changed: the run that is in progress now, or has just ended.
        grown: that run has new numbers.
        model_finished: folder of the bundle that a run has made.
    """

    state_changed = Signal()
    run_changed = Signal(object)
    grown = Signal(object)
    model_finished = Signal(object)

    def __init__(self, notifier: Notifier, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._notifier = notifier
        self._process = TrainingProcess(self)
        self._process.reported.connect(self._on_event)
        self._process.finished.connect(self._on_finished)
        self.run: TrainingRun | None = None
        self.stopping = False
        self._disk_problem = False
        app = QCoreApplication.instance()
        if app is not None:
            # However the editor ends, the run keeps its checkpoint.
            app.aboutToQuit.connect(self.stop_and_wait)

    @property
    def running(self) -> bool:
        return self._process.running

    def start(self, run: TrainingRun, resume: bool = False) -> None:
        if self.running:
            return
        self.run, self.stopping, self._disk_problem = run, False, False
        self._process.start(run.options, resume=resume)
        self.run_changed.emit(run)
        self.state_changed.emit()

    def stop(self) -> None:
        """Asks for a checkpoint and the end; asked a second time, ends the process at once."""
        if not self.running:
            return
        if self.stopping:
            self._process.kill()
            return
        self.stopping = True
        self._process.stop()
        self.state_changed.emit()

    def stop_and_wait(self) -> None:
        if self.running:
            self.stopping = True
            self._process.stop_and_wait()

    def _on_event(self, event: dict[str, Any]) -> None:
        if self.run is not None:
            self._record(event)
            self.grown.emit(self.run)

    def _on_finished(self, outcome: TrainingOutcome) -> None:
        run, self.stopping = self.run, False
        if run is None:
            return
        ended = {"kind": outcome.kind, "message": outcome.message, "lines": list(outcome.last_lines)}
        # Not every step is kept, so the last one is noted here.
        self._record({"event": "ended", "step": run.history.step, **ended})
        self.run_changed.emit(run)
        self.state_changed.emit()
        if outcome.kind == "failed":
            self._notifier.error(f"{run.name}: {outcome.message}", "\n".join(outcome.last_lines))
        elif outcome.kind == "done" and run.history.bundle is None:
            self._notifier.info(f"{run.name}: {outcome.message}")
        elif outcome.kind == "done" and run.history.bundle is not None:
            self._notifier.info(f"The model “{run.name}” is ready.")
            self.model_finished.emit(Path(run.history.bundle))

    def _record(self, event: dict[str, Any]) -> None:
        """The curves go on when the disk is full; that they are not kept is reported once."""
        assert self.run is not None
        try:
            self.run.record(event)
        except OSError as error:
            if not self._disk_problem:
                self._disk_problem = True
                reason = error.strerror or error
                self._notifier.warning(f"The progress of the run cannot be written to {self.run.folder}: {reason}.")
