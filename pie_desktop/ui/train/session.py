"""The run in progress: ties the process that trains to the run that is kept on disk."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from PySide6.QtCore import QCoreApplication, QObject, Signal

from pie_desktop.ui.notifications import Notifier
from pie_desktop.ui.train.runs import TrainingRun
from pie_desktop.workers.training_process import TrainingOutcome, TrainingProcess


class TrainingSession(QObject):
    """At most one run at a time.

    Signals:
        state_changed: a run has started, was found, is being stopped, waits, goes on, or has ended.
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
        app = QCoreApplication.instance()
        if app is not None:
            # However the editor ends, the run goes on and is found at the next start.
            app.aboutToQuit.connect(self.leave)

    @property
    def running(self) -> bool:
        return self._process.running

    @property
    def paused(self) -> bool:
        """Whether the run in progress waits."""
        return self.running and self.run is not None and self.run.history.state == "paused"

    def start(self, run: TrainingRun, resume: bool = False, finish: bool = False) -> None:
        """Starts a new run, goes on with one, or makes a model of the best weights so far of one."""
        if self.running:
            return
        for event in run.log.read(last=True):  # what another process reported meanwhile
            run.take(event)
        run.history.begin()
        self.run, self.stopping = run, False
        self._process.start(run.options, resume, run.log, finish)
        self.run_changed.emit(run)
        self.state_changed.emit()

    def find(self, runs: Iterable[TrainingRun]) -> bool:
        """Watch the first of these runs that is in progress, as one that outlived the editor; whether there is one."""
        for run in runs:
            if not self.running and self._process.find(run.log):
                self.run, self.stopping = run, False
                self.run_changed.emit(run)
                self.state_changed.emit()
                return True
        return False

    def pause(self, wait: bool = True) -> None:
        """Asks the run to write a checkpoint and wait, or to go on."""
        self._process.pause(wait)

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

    def leave(self) -> None:
        """Lets the run go on without the editor."""
        self._process.leave()

    def _on_event(self, event: dict[str, Any]) -> None:
        if self.run is None:
            return
        before = self.run.history.state
        self.run.take(event)
        self.grown.emit(self.run)
        if self.run.history.state != before:
            self.state_changed.emit()

    def _on_finished(self, outcome: TrainingOutcome) -> None:
        run, self.stopping = self.run, False
        if run is None:
            return
        ended = {"kind": outcome.kind, "message": outcome.message, "lines": list(outcome.last_lines)}
        try:
            # Not every step is kept, so the last one is noted here.
            run.end({"event": "ended", "step": run.history.step, **ended})
        except OSError as error:
            reason = error.strerror or error
            self._notifier.warning(f"How the run ended cannot be written to {run.folder}: {reason}.")
        self.run_changed.emit(run)
        self.state_changed.emit()
        if outcome.kind == "failed":
            self._notifier.error(f"{run.name}: {outcome.message}", "\n".join(outcome.last_lines))
        elif outcome.kind == "done" and run.history.bundle is None:
            self._notifier.info(f"{run.name}: {outcome.message}")
        elif outcome.kind == "done" and run.history.bundle is not None:
            self._notifier.info(f"The model “{run.name}” is ready.")
            self.model_finished.emit(Path(run.history.bundle))
