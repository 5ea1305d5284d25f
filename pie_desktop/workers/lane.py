"""Lanes: threads that run jobs and deliver their results to the GUI thread, which alone collects cyclic garbage."""

import gc
import threading
import time
import weakref
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, Qt, QThread, QTimer, Signal

from pie_desktop.workers.job import Job

# macOS gives secondary threads 512 KiB, too little for the decoders and for torch.
STACK_BYTES = 16 * 1024 * 1024

# For the tests: a thread that still runs when its lane is gone crashes the process at exit.
ALL_THREADS: "weakref.WeakSet[LaneThread]" = weakref.WeakSet()


_left_behind: "list[LaneThread]" = []  # a thread that is destroyed while it runs crashes the process


def threads_left_behind() -> "list[LaneThread]":
    """Threads of closed lanes that still run, because their work hangs."""
    return [thread for thread in _left_behind if thread.isRunning()]


class LaneThread(QThread):
    """Takes jobs from a lane until the lane is closed."""

    def __init__(self, lane: "Lane", name: str) -> None:
        super().__init__()
        self._lane = lane
        self.setObjectName(name)
        self.setStackSize(STACK_BYTES)
        ALL_THREADS.add(self)

    def run(self) -> None:
        while (job := self._lane.take()) is not None:
            job.execute()
            key = id(job)
            # The GUI thread must be the one that drops the last reference: a QObject that is destroyed in another
            # thread than its own may lock up with it.
            del job
            self._lane.hand_over(key)


class Lane(QObject):
    """Base of the lanes; a subclass decides which waiting job is next.

    Threads start with the first job. `submit`, `cancel_all` and `close` belong to the GUI thread.

    Signals:
        submitted: every new job, for the task list.
    """

    submitted = Signal(object)
    _outcome = Signal(object)  # id of the job
    _progress = Signal(object)

    def __init__(self, name: str, threads: int = 1) -> None:
        super().__init__()
        self.name = name
        self._condition = threading.Condition()
        self._closing = False
        self._finishing = False
        self._open_jobs: dict[int, Job] = {}
        self._running: list[Job] = []
        self._threads = [LaneThread(self, f"{name}-{index}") for index in range(threads)]
        self._started = False
        self._outcome.connect(self._on_outcome, Qt.ConnectionType.QueuedConnection)
        self._progress.connect(self._on_progress, Qt.ConnectionType.QueuedConnection)

    @property
    def open_jobs(self) -> list[Job]:
        """Jobs that are waiting, running or not delivered yet."""
        return list(self._open_jobs.values())

    @property
    def closed(self) -> bool:
        """Whether `close` was called; nothing may be submitted any more."""
        return self._closing

    def submit(self, fn: Callable[..., Any], *args: Any, title: str = "") -> Job:
        """Run `fn(context, *args)` in the lane; in a closed lane the job is cancelled from the start and emits nothing.

        Args:
            title: what the job does, shown in the task list; without one the job is not shown.
        """
        return self._enter(Job(fn, *args, title=title))

    def cancel_all(self) -> None:
        """Cancel every job; those that are waiting never start."""
        for job in self.open_jobs:
            job.cancel()
        with self._condition:
            waiting = self._drop_waiting()
        for job in waiting:
            self._outcome.emit(id(job))

    def close(self, seconds: float | None = None) -> bool:
        """Cancel everything, wait for the threads to end and emit what is still owed; nothing runs afterwards.

        Args:
            seconds: the longest wait; None waits as long as it takes. A thread that is still busy then is left behind,
                see `threads_left_behind`, and its job counts as finished.

        Returns:
            Whether all threads have ended.
        """
        for job in self.open_jobs:
            job.cancel()
        with self._condition:
            self._closing = True
            self._drop_waiting()
            self._condition.notify_all()
        ended = self._join(seconds)
        if not ended:
            _left_behind.extend(thread for thread in self._threads if thread.isRunning())
        self._threads.clear()
        self._deliver_all()
        return ended

    def finish(self, seconds: float | None = None) -> list[Job]:
        """Like `close`, but lets the jobs that were submitted run to their end first.

        Args:
            seconds: the longest wait for them; None waits as long as it takes.

        Returns:
            The jobs that had not ended by then; they are cancelled.
        """
        with self._condition:
            self._finishing = True
            self._condition.notify_all()
        self._join(seconds)
        with self._condition:
            left = [*self._running, *self._drop_waiting()]
        for key, job in list(self._open_jobs.items()):
            if job not in left:
                self._on_outcome(key)
        self.close(0.0 if left else None)
        return left

    def _join(self, seconds: float | None) -> bool:
        """Wait for the threads; whether all have ended."""
        deadline = time.monotonic() + seconds if seconds is not None else None
        ended = True
        for thread in self._threads:
            if deadline is None:
                thread.wait()
            else:
                ended = thread.wait(max(0, round(1000 * (deadline - time.monotonic())))) and ended
        return ended

    def take(self) -> Job | None:
        """The next job for a lane thread, waiting for one; None once the lane is closed."""
        with self._condition:
            while not self._closing:
                job = self._next()
                if job is not None:
                    self._running.append(job)
                    return job
                if self._finishing:
                    break
                self._condition.wait()
        return None

    def hand_over(self, key: int) -> None:
        """Called by a lane thread that is done with the job of this id and holds no reference to it any more."""
        with self._condition:
            self._running = [job for job in self._running if id(job) != key]
        self._outcome.emit(key)

    def _enter(self, job: Job) -> Job:
        if self._closing or self._finishing:
            job.discard()
            return job
        job.wake_for_progress = self._progress.emit
        self._open_jobs[id(job)] = job
        with self._condition:
            replaced = self._put(job)
            self._condition.notify()
        for old in replaced:
            self._outcome.emit(id(old))
        if not self._started:
            self._started = True
            for thread in self._threads:
                thread.start()
        self.submitted.emit(job)
        return job

    def _on_outcome(self, key: int) -> None:
        job = self._open_jobs.pop(key, None)
        if job is not None:
            job.deliver()

    def _deliver_all(self) -> None:
        for key in list(self._open_jobs):
            self._on_outcome(key)

    def _on_progress(self, job: Job) -> None:
        job.deliver_progress()

    # The following run with the condition held.

    def _put(self, job: Job) -> list[Job]:
        """Add a waiting job; return those it replaces."""
        raise NotImplementedError

    def _next(self) -> Job | None:
        """Take out the job to run next."""
        raise NotImplementedError

    def _drop_waiting(self) -> list[Job]:
        """Take out all waiting jobs."""
        raise NotImplementedError


INTERVAL_MS = 1000


class GuiThreadCollector(QObject):
    """Takes over from Python's automatic collection, which runs in whatever thread happens to allocate.

    A widget or timer that is part of a reference cycle would then be destroyed in a lane's thread, which Qt answers
    with a crash or a deadlock.

    What is there at the first full collection, some 300,000 objects that are nearly all of modules, is not looked at
    again: the window would stand still for a tenth of a second each time.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        gc.disable()
        self._settled = False  # Python's own count of what is set apart takes as long as a look at each
        self._timer = QTimer(self, interval=INTERVAL_MS)
        self._timer.timeout.connect(self.collect)
        self._timer.start()

    def collect(self) -> None:
        """Collect the oldest generation that has passed Python's own threshold."""
        counts, thresholds = gc.get_count(), gc.get_threshold()
        for generation in (2, 1, 0):
            if thresholds[generation] and counts[generation] > thresholds[generation]:
                gc.collect(generation)
                if generation == 2 and not self._settled:
                    self.settle()
                return

    def settle(self) -> None:
        """Look at nothing again that is there now."""
        gc.freeze()
        self._settled = True

    def stop(self) -> None:
        """Give collection back to Python; call it once the lanes are closed."""
        self._timer.stop()
        gc.unfreeze()
        gc.enable()
