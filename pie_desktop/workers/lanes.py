"""Lanes: the only threads of the editor. Each lane runs jobs in its own QThreads, in its own order."""

import heapq
import itertools
from collections import deque
from collections.abc import Callable, Hashable, Iterable
from typing import Any

from pie_desktop.workers.job import Job
from pie_desktop.workers.lane import Lane


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
