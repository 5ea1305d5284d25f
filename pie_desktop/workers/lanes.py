"""Lanes: the only threads of the editor. Each lane runs jobs in its own QThreads, in its own order."""

import heapq
import itertools
import threading
import weakref
from collections import deque
from collections.abc import Callable, Hashable, Iterable
from typing import Any

from PySide6.QtCore import QObject, Qt, QThread, Signal

from pie_desktop.workers.job import Job

# macOS gives secondary threads 512 KiB, too little for the decoders and for torch.
STACK_BYTES = 16 * 1024 * 1024

# For the tests: a thread that still runs when its lane is gone crashes the process at exit.
ALL_THREADS: "weakref.WeakSet[LaneThread]" = weakref.WeakSet()


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

    def close(self) -> None:
        """Cancel everything, wait for the threads to end and emit what is still owed; nothing runs afterwards."""
        for job in self.open_jobs:
            job.cancel()
        with self._condition:
            self._closing = True
            self._drop_waiting()
            self._condition.notify_all()
        for thread in self._threads:
            thread.wait()
        self._threads.clear()
        self._deliver_all()

    def finish(self) -> None:
        """Like `close`, but lets the jobs that were submitted run to their end first."""
        with self._condition:
            self._finishing = True
            self._condition.notify_all()
        for thread in self._threads:
            thread.wait()
        self._deliver_all()
        self.close()

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


class LatestLane(Lane):
    """Only the latest job counts: a new one cancels those before it, whose results are never delivered."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self._waiting: Job | None = None

    def submit(self, fn: Callable[..., Any], *args: Any, title: str = "") -> Job:
        for job in self.open_jobs:
            job.cancel()
        return super().submit(fn, *args, title=title)

    def _put(self, job: Job) -> list[Job]:
        replaced, self._waiting = self._waiting, job
        return [replaced] if replaced else []

    def _next(self) -> Job | None:
        job, self._waiting = self._waiting, None
        return job

    def _drop_waiting(self) -> list[Job]:
        job = self._next()
        return [job] if job else []


class QueueLane(Lane):
    """First come, first served."""

    def __init__(self, name: str, threads: int = 1) -> None:
        super().__init__(name, threads)
        self._waiting: deque[Job] = deque()

    def _put(self, job: Job) -> list[Job]:
        self._waiting.append(job)
        return []

    def _next(self) -> Job | None:
        return self._waiting.popleft() if self._waiting else None

    def _drop_waiting(self) -> list[Job]:
        jobs = list(self._waiting)
        self._waiting.clear()
        return jobs


class PriorityLane(Lane):
    """What is visible first: waiting jobs have keys and can be brought forward or cancelled by them."""

    def __init__(self, name: str, threads: int = 1) -> None:
        super().__init__(name, threads)
        self._waiting: dict[Hashable, tuple[tuple[int, int], Job]] = {}
        # Entries whose order is no longer that of `_waiting` are stale and skipped when they surface.
        self._heap: list[tuple[tuple[int, int], int, Hashable]] = []
        self._serial = itertools.count()
        self._urgency = 0

    def submit(self, fn: Callable[..., Any], *args: Any, title: str = "", key: Hashable = None) -> Job:
        """Run `fn(context, *args)`; a job already waiting under the same key is cancelled and replaced."""
        job = Job(fn, *args, title=title, key=key)
        if key is None:
            job.key = id(job)
        with self._condition:
            old = self._waiting.get(job.key)
        if old is not None:
            old[1].cancel()
        return self._enter(job)

    def prioritise(self, keys: Iterable[Hashable]) -> None:
        """Bring the waiting jobs of these keys to the front, in this order; the rest keeps its order behind them."""
        with self._condition:
            self._urgency += 1
            for place, key in enumerate(keys):
                if key in self._waiting:
                    self._enqueue(key, (-self._urgency, place), self._waiting[key][1])

    def cancel(self, key: Hashable) -> None:
        """Cancel the job of this key, waiting or running; unknown keys are ignored."""
        with self._condition:
            entry = self._waiting.pop(key, None)
            running = [job for job in self._running if job.key == key]
        for job in running:
            job.cancel()
        if entry is not None:
            entry[1].cancel()
            self._outcome.emit(id(entry[1]))

    def _put(self, job: Job) -> list[Job]:
        replaced = self._waiting.get(job.key)
        # A replacement keeps the place of the job that it replaces.
        self._enqueue(job.key, replaced[0] if replaced else (0, next(self._serial)), job)
        return [replaced[1]] if replaced else []

    def _enqueue(self, key: Hashable, order: tuple[int, int], job: Job) -> None:
        self._waiting[key] = (order, job)
        heapq.heappush(self._heap, (order, next(self._serial), key))

    def _next(self) -> Job | None:
        while self._heap:
            order, _, key = heapq.heappop(self._heap)
            entry = self._waiting.get(key)
            if entry is not None and entry[0] == order:
                del self._waiting[key]
                return entry[1]
        return None

    def _drop_waiting(self) -> list[Job]:
        jobs = [job for _, job in self._waiting.values()]
        self._waiting.clear()
        self._heap.clear()
        return jobs
