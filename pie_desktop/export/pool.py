"""Pools that make the photos of an export: what the export asks of one, and the pool of local worker processes.

Each process has one photo at a time, so that a crash is known to be that photo's.
"""

import logging
import os
from collections.abc import Callable, Sequence
from multiprocessing import connection as connections
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Protocol

from pie_desktop.export.decoded import LIMITS
from pie_desktop.export.worker import ExportTask, LutWanted, Outcome, serve
from pie_desktop.imaging.atomic import remove_unfinished
from pie_desktop.imaging.isolation.limits import Watch, ended_from_outside, ended_twice
from pie_desktop.imaging.lut.apply import AnyLut
from pie_desktop.processes import GRACE, READY, Child, stop_all


class Pool(Protocol):
    """Where photos are made: processes of this machine, or a cluster."""

    @property
    def idle(self) -> int: ...
    @property
    def busy(self) -> int: ...
    def submit(self, task: ExportTask) -> None: ...
    def answer(self, index: int, lut: AnyLut | str) -> None: ...
    def wait(self, timeout: float) -> Sequence[Outcome | LutWanted]: ...
    def running(self) -> list[ExportTask]: ...
    def close(self, at_once: bool = False) -> None: ...


_log = logging.getLogger(__name__)


class WorkersUnavailable(Exception):
    """No worker process comes up on this machine."""


class _Worker(Child):
    task: ExportTask | None = None
    ready = False
    watch: Watch | None = None


class WorkerPool:
    """A fixed number of worker processes; to be used from one thread."""

    def __init__(self, count: int, body: Callable[[Connection], None] = serve) -> None:
        self._body = body
        self._workers = [self._start() for _ in range(count)]

    @property
    def idle(self) -> int:
        """Number of workers without a photo."""
        return sum(worker.task is None for worker in self._workers)

    @property
    def busy(self) -> int:
        return len(self._workers) - self.idle

    def submit(self, task: ExportTask) -> None:
        """Give a photo to an idle worker; there must be one."""
        worker = next(worker for worker in self._workers if worker.task is None)
        worker.task = task
        # The start of a process is not the photo's work: at the very first one loops are compiled, for seconds.
        worker.watch = Watch(worker.process.pid, task.source, LIMITS) if worker.ready else None
        worker.send(task)  # `wait` notices a worker that died

    def answer(self, index: int, lut: AnyLut | str) -> None:
        """What was wanted for a photo: its LUT, or a sentence that says why there is none."""
        worker = next((worker for worker in self._workers if worker.task and worker.task.index == index), None)
        if worker is not None:
            worker.send(lut)

    def wait(self, timeout: float) -> list[Outcome | LutWanted]:
        """What comes within `timeout` seconds: photos that ended, and those that now want their LUT (`answer`).

        A worker that crashed, or took too much time or memory, is replaced and its photo has failed.

        Raises:
            WorkersUnavailable: a worker ended before it was up.
        """
        by_connection = {worker.connection: worker for worker in self._workers}
        news: list[Outcome | LutWanted] = []
        unavailable = False
        for connection in connections.wait(list(by_connection), timeout):
            worker = by_connection[connection]  # type: ignore[index]
            try:
                message = worker.connection.recv()
            except (EOFError, OSError):
                if worker.ready:
                    news += self._bury(worker)
                else:
                    unavailable = True  # found again at the next call, once what has ended is handed over
                continue
            if message == READY:
                worker.ready = True
                if worker.task is not None:
                    worker.watch = Watch(worker.process.pid, worker.task.source, LIMITS)
            else:
                if isinstance(message, Outcome):
                    worker.task = None
                news.append(message)
        for worker in list(self._workers):
            if worker.task is not None and worker.watch is not None and (verdict := worker.watch.verdict()):
                worker.process.kill()
                news += self._bury(worker, str(verdict))
        if unavailable and not news:
            raise WorkersUnavailable
        return news

    def running(self) -> list[ExportTask]:
        """Photos in work."""
        return [worker.task for worker in self._workers if worker.task is not None]

    def close(self, at_once: bool = False) -> None:
        """End all workers: idle ones by asking, busy ones at once; what these had half written is removed.

        Args:
            at_once: ask nobody: somebody waits for the end.
        """
        idle = [worker for worker in self._workers if worker.task is None and worker.ready and not at_once]
        stop_all(idle, [worker for worker in self._workers if worker not in idle])
        for worker in self._workers:
            self._clean_up(worker)
        self._workers = []

    def _start(self) -> _Worker:
        return _Worker(self._body, (), "pie-export")

    def _bury(self, worker: _Worker, problem: str | None = None) -> list[Outcome]:
        worker.stop(GRACE)
        task, exit_code = worker.task, worker.process.exitcode
        _log.warning(
            "A worker ended with exit code %s at %s: %s",
            *(exit_code, task and task.source, problem or "it crashed"),
        )
        self._clean_up(worker)
        self._workers[self._workers.index(worker)] = self._start()
        if task is None:
            return []
        if problem is None and ended_from_outside(exit_code):
            return [Outcome(task.index, problem=str(ended_twice(task.source)), killed=True)]
        crashed = f"{task.source.name} crashed the photo reader and was left out; the file is probably damaged."
        return [Outcome(task.index, problem=problem or crashed)]

    def _clean_up(self, worker: _Worker) -> None:
        pid = worker.process.pid
        if worker.task is not None and pid is not None:
            remove_unfinished(Path(os.path.realpath(worker.task.target)).parent, pid)
        worker.release()
