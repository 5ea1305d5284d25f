"""One job on behalf of one card."""

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, Signal

from pie_desktop.workers.job import Job


class Operation(QObject):
    """Passes on what a job reports, together with the key of the card that shows it.

    The slots are methods of a QObject, so that a job that outlives its panel calls nobody.

    Signals:
        busy: (key, fraction, text); a negative fraction means that the share done is not known.
        ended: (key, problem), exactly once, after `on_result` was called; no problem on success and after cancelling.
    """

    busy = Signal(str, float, str)
    ended = Signal(str, str)

    def __init__(self, key: str, job: Job, on_result: Callable[[Any], None], parent: QObject) -> None:
        super().__init__(parent)
        self.key = key
        self._job = job
        self._on_result = on_result
        self._problem = ""
        self._ended = False
        job.progress.connect(self._report)
        job.result.connect(self._receive)
        job.failed.connect(self._fail)
        job.finished.connect(self._end)

    def cancel(self) -> None:
        """Give the job up; the card is free at once, even while the job's thread is on its way to notice."""
        self._job.cancel()
        self._end()

    def _report(self, fraction: float, text: str) -> None:
        if not self._ended:
            self.busy.emit(self.key, fraction, text)

    def _receive(self, value: object) -> None:
        self._on_result(value)

    def _fail(self, problem: str) -> None:
        self._problem = problem

    def _end(self) -> None:
        if not self._ended:
            self._ended = True
            self.ended.emit(self.key, self._problem)
            self.deleteLater()
