"""What an export asks of the place where its photos are made.

Processes that export photos: each has one photo at a time, so that a crash is known to be that photo's.
"""

import contextlib
import logging
import multiprocessing
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from multiprocessing import connection as connections
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from pathlib import Path
from typing import Protocol

import numpy as np

from pie_desktop.export.worker import LIMITS, READY, ExportTask, LutWanted, Outcome, serve
from pie_desktop.imaging.atomic import remove_unfinished
from pie_desktop.imaging.isolation.limits import Watch


class Pool(Protocol):
    """Where photos are made: processes of this machine, or a cluster.

    `asks` tells whether its workers want the table once they have decoded a photo; otherwise tasks bring it along.
    """

    asks: bool

    @property
    def idle(self) -> int: ...
    @property
    def busy(self) -> int: ...
    def submit(self, task: ExportTask) -> None: ...
    def answer(self, index: int, lut: np.ndarray | str) -> None: ...
    def wait(self, timeout: float) -> Sequence[Outcome | LutWanted]: ...
    def running(self) -> list[ExportTask]: ...
    def close(self, at_once: bool = False) -> None: ...


_log = logging.getLogger(__name__)
_GRACE = 2.0  # seconds that an idle process has to end by itself


class WorkersUnavailable(Exception):
    """No worker process comes up on this machine."""


@dataclass
class _Worker:
    process: SpawnProcess
    connection: Connection
    task: ExportTask | None = None
    ready: bool = False
    watch: Watch | None = None


class WorkerPool:
    """A fixed number of worker processes; to be used from one thread.

    `spawn` rather than `fork`: the parent has threads, Qt and perhaps a GPU.
    """

    asks = True  # for tables: a photo is decoded once, in its worker

    def __init__(self, count: int, body: Callable[[Connection], None] = serve) -> None:
        self._context = multiprocessing.get_context("spawn")
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
        with contextlib.suppress(OSError):  # a worker that died is found out by `wait`
            worker.connection.send(task)

    def answer(self, index: int, lut: np.ndarray | str) -> None:
        """What was wanted for a photo: its table, or a sentence why there is none."""
        worker = next((worker for worker in self._workers if worker.task and worker.task.index == index), None)
        if worker is not None:
            with contextlib.suppress(OSError):
                worker.connection.send(lut)

    def wait(self, timeout: float) -> list[Outcome | LutWanted]:
        """What comes within `timeout` seconds: photos that ended, and those that now want their table (`answer`).

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
        for worker in self._workers:
            if worker.task is None and worker.ready and not at_once:
                with contextlib.suppress(OSError):
                    worker.connection.send(None)
            else:
                worker.process.kill()
        for worker in self._workers:
            worker.process.join(_GRACE)
            if worker.process.is_alive():
                worker.process.kill()
                worker.process.join()
            self._clean_up(worker)
        self._workers = []

    def _start(self) -> _Worker:
        ours, theirs = self._context.Pipe()
        process = self._context.Process(target=self._body, args=(theirs,), name="pie-export", daemon=True)
        process.start()
        theirs.close()
        return _Worker(process, ours)

    def _bury(self, worker: _Worker, problem: str | None = None) -> list[Outcome]:
        worker.process.join(_GRACE)
        if worker.process.is_alive():
            worker.process.kill()
            worker.process.join()
        task = worker.task
        _log.warning(
            "A worker ended with exit code %s at %s: %s",
            *(worker.process.exitcode, task and task.source, problem or "it crashed"),
        )
        self._clean_up(worker)
        self._workers[self._workers.index(worker)] = self._start()
        if task is None:
            return []
        crashed = f"{task.source.name} crashed the photo reader and was left out; the file is probably damaged."
        return [Outcome(task.index, problem=problem or crashed)]

    def _clean_up(self, worker: _Worker) -> None:
        pid = worker.process.pid
        if worker.task is not None and pid is not None:
            remove_unfinished(Path(os.path.realpath(worker.task.target)).parent, pid)
        worker.connection.close()
        worker.process.close()
