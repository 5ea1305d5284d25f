"""One piece of work that runs off the GUI thread: progress, cancelling, one-sentence errors."""

import logging
import threading
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, Signal

from pie_desktop.errors import Cancelled, PieError
from pie_desktop.imaging import isolation

log = logging.getLogger(__name__)


class JobContext:
    """What a job function gets as its first argument; everything here may be called from any thread.

    `progress` and `should_cancel` have the shapes that `pie_desktop.engine` expects of its callbacks.
    """

    def __init__(self, report: Callable[[float, str], None]) -> None:
        self._report = report
        self._cancel = threading.Event()

    def progress(self, fraction: float, text: str = "") -> None:
        """Tell how far the job is.

        Args:
            fraction: done share in [0, 1]; a negative value means that the share is not known.
            text: what is being done, for the user.
        """
        self._report(float(fraction), text)

    @property
    def cancelled(self) -> bool:
        return self._cancel.is_set()

    def should_cancel(self) -> bool:
        return self._cancel.is_set()

    def check(self) -> None:
        """Raise `Cancelled` if the job was cancelled; call it wherever stopping is safe."""
        if self._cancel.is_set():
            raise Cancelled

    def cancel(self) -> None:
        self._cancel.set()

    def detach(self) -> None:
        """Forget the job, so that it and its context are no reference cycle."""
        self._report = _ignore


def _ignore(*_: object) -> None:
    pass


class Job(QObject):
    """A function call `fn(context, *args)` that a lane runs in its thread.

    A job lives in the GUI thread and all its signals are emitted there, by the lane, from the event loop. Connecting
    right after `submit` therefore never misses one, and plain functions are as safe as slots to connect.

    Signals:
        progress: (share done, text); intermediate values may be skipped.
        result: what the function returned; never emitted for a job that was cancelled.
        failed: one sentence for the user; never emitted for a job that was cancelled.
        finished: always, exactly once, after the others and after the thread is done with the job.
    """

    progress = Signal(float, str)
    result = Signal(object)
    failed = Signal(str)
    finished = Signal()

    def __init__(self, fn: Callable[..., Any], *args: Any, title: str = "", key: object = None) -> None:
        super().__init__()
        self.title = title
        self.key = key
        self.context = JobContext(self._report)
        self._fn: Callable[..., Any] | None = fn
        self._args = args
        self._value: Any = None
        self._error: str | None = None
        self._done = False
        self._progress_lock = threading.Lock()
        self._latest_progress: tuple[float, str] | None = None
        self.wake_for_progress: Callable[[Job], None] = _ignore

    @property
    def cancelled(self) -> bool:
        return self.context.cancelled

    @property
    def done(self) -> bool:
        """Whether `finished` was emitted."""
        return self._done

    def cancel(self) -> None:
        """Ask the job to stop; its result, if it still comes, is dropped."""
        self.context.cancel()

    def discard(self) -> None:
        """End the job before it began, without any signal. Called by a lane that is closed: the program is ending."""
        self.context.cancel()
        self._done = True
        self._detach()

    def execute(self) -> None:
        """Run the function and keep its outcome. Called by the lane in its thread; never raises."""
        fn, args = self._fn, self._args
        # Neither the function nor the captured images may outlive the call only because a widget keeps the job.
        self._fn, self._args = None, ()
        if fn is None or self.cancelled:
            return
        try:
            # A decoder that runs in a process of its own is not waited for once the job is cancelled.
            with isolation.cancellable(self.context.should_cancel):
                self._value = fn(self.context, *args)
        except Cancelled:
            self.context.cancel()
        except PieError as error:
            self._error = str(error)
        except MemoryError:
            log.exception("Out of memory in job %r", self.title or fn)
            self._error = "There is not enough memory for this; close other programs or use a smaller photo."
        except BaseException as error:
            log.exception("Job %r failed", self.title or fn)
            lines = str(error).strip().splitlines()
            what = f"{type(error).__name__}: {lines[0]}" if lines else type(error).__name__
            self._error = f"Something unexpected went wrong ({what}); the log file has the details."

    def deliver(self) -> None:
        """Emit the outcome. Called by the lane in the GUI thread, once the lane's thread is done with the job."""
        if self._done:
            return
        self._done = True
        value, self._value = self._value, None
        try:
            if not self.cancelled:
                if self._error is not None:
                    self.failed.emit(self._error)
                else:
                    self.result.emit(value)
        finally:
            self.finished.emit()
            self._detach()

    def deliver_progress(self) -> None:
        """Emit the latest progress. Called by the lane in the GUI thread."""
        with self._progress_lock:
            latest, self._latest_progress = self._latest_progress, None
        if latest is not None and not self._done and not self.cancelled:
            self.progress.emit(*latest)

    def _detach(self) -> None:
        self.context.detach()
        self.wake_for_progress = _ignore

    def _report(self, fraction: float, text: str) -> None:
        with self._progress_lock:
            waiting = self._latest_progress is not None
            self._latest_progress = (fraction, text)
        if not waiting:
            self.wake_for_progress(self)
