"""What a run will be like, in a few sentences before it starts: asked of the training core, which tries some steps."""

from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal

from pie_desktop.workers.estimate_process import EstimateOptions, EstimateProcess

PATIENCE_MS = 1500  # after the last change of the form
MOST_LINES = 5
Question = tuple[EstimateOptions, int]


class Forecast(QObject):
    """Asks again when something else is planned; at most one process at a time.

    Signals:
        told: the sentences, empty while nothing is known.
        failed: one sentence.
    """

    told = Signal(object)
    failed = Signal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._process = EstimateProcess(self)
        self._process.reported.connect(self._on_event)
        self._process.finished.connect(self._on_finished)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(PATIENCE_MS)
        self._timer.timeout.connect(self._start)
        self._asked: Question | None = None
        self._waiting: Question | None = None
        self._known: dict[Question, list[str]] = {}

    @property
    def running(self) -> bool:
        return self._process.running

    def ask(self, options: EstimateOptions | None, pairs: int = 0) -> None:
        """Find out about a run; what is known, or is being found out already, is not asked again.

        Args:
            options: of the run; None to give up.
            pairs: how many train, which a person may change without changing the options.
        """
        question = None if options is None else (options, pairs)
        if question == self._asked:
            return
        self._asked = question
        self._waiting = None if question in self._known else question
        self.told.emit(self._known.get(question, []) if question is not None else [])
        self._process.kill()
        self._timer.stop()
        if self._waiting is not None and not self._process.running:
            self._timer.start()

    def stop_and_wait(self) -> None:
        """End what is running, for good."""
        self._asked = self._waiting = None
        self._timer.stop()
        self._process.kill_and_wait()

    def _start(self) -> None:
        if self._waiting is not None and not self._process.running:
            (options, _), self._waiting = self._waiting, None
            self._process.start(options)

    def _on_finished(self) -> None:
        if self._waiting is not None:
            self._timer.start()

    def _on_event(self, event: dict[str, Any]) -> None:
        if self._waiting is not None or self._asked is None:
            return  # of what was asked before
        if event["event"] == "error":
            self.failed.emit(str(event.get("message", "")))
        lines = event.get("lines") if event["event"] == "estimate" else None
        if isinstance(lines, list):
            self._known[self._asked] = [str(line) for line in lines[:MOST_LINES]]
            self.told.emit(self._known[self._asked])
