"""Photos made on the machines of a Dask cluster, which see the same folders under the same paths.

The main process keeps the plan, the journal and the receipt, asks the model for every LUT, and gives files their
names. Workers need neither a model nor the user's styles: they decode, apply the LUT, encode and leave the file
under a temporary name of its own for each attempt, so that a photo which is made twice, since its worker was lost or
slow, arrives once. The main process is the limit with very many workers: it reads each photo small and asks the model,
about 0.1 s per photo against 0.4 to 0.7 s on a worker.
"""

import asyncio
import contextlib
import functools
import logging
import queue
import re
import secrets
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from pie_desktop.errors import PieError
from pie_desktop.export.worker import ExportTask, LutWanted, Outcome, export_photo, no_lut

if TYPE_CHECKING:
    from distributed import Client, Future

_log = logging.getLogger(__name__)
CONNECT_SECONDS = 10
_ADDRESS = re.compile(r"(tcp|tls|ws|wss)://[^/\s]+:\d+")
_COUNT_AGAIN = 5.0  # seconds after which the workers are counted anew


class ClusterPool:
    """Makes photos on a cluster; the interface of `pool.Pool`, to be used from one thread."""

    asks = False

    def __init__(self, scheduler: str, folders: Sequence[Path]) -> None:
        """Connect, and check that every worker can write to the folders, which exist.

        Raises:
            PieError: one sentence: the extra is not installed, the scheduler or a folder cannot be reached.
        """
        self._client = _connect(scheduler)
        self._scheduler = scheduler
        self._done: queue.SimpleQueue[Future] = queue.SimpleQueue()
        self._running: dict[str, tuple[Future, ExportTask]] = {}
        self._refused: list[Outcome] = []
        self._capacity, self._counted = 0, 0.0
        try:
            self._check(folders)
        except BaseException:
            self.close()
            raise

    @property
    def idle(self) -> int:
        """How many photos may be submitted: one for each thread of the cluster, and one more for each that waits."""
        if time.monotonic() - self._counted > _COUNT_AGAIN:
            self._count()
        return max(0, 2 * self._capacity - len(self._running))

    @property
    def busy(self) -> int:
        return len(self._running) + len(self._refused)

    def submit(self, task: ExportTask) -> None:
        key = f"pie-export-{secrets.token_hex(6)}-{task.index}"
        try:
            # Whatever comes up again under this address knows nothing of the photos before: those are lost.
            if self._client.status != "running":
                raise ConnectionError
            future = self._client.submit(export_on_worker, task, key=key, pure=False)
        except Exception:  # what distributed raises when its client has closed depends on the moment
            self._refused.append(Outcome(task.index, problem=self._lost(task)))
            return
        self._running[key] = future, task
        future.add_done_callback(self._done.put)

    def answer(self, index: int, lut: np.ndarray | str) -> None:
        """Never wanted: tasks bring their LUTs along."""

    def wait(self, timeout: float) -> Sequence[Outcome | LutWanted]:
        outcomes, self._refused = self._refused, []
        if outcomes:
            return outcomes
        with contextlib.suppress(queue.Empty):
            outcomes += self._outcome(self._done.get(timeout=timeout) if timeout else self._done.get_nowait())
            while True:
                outcomes += self._outcome(self._done.get_nowait())
        if not outcomes and self._client.status != "running":
            # Futures made while the client tries to reconnect are never told that they are lost.
            outcomes = [Outcome(task.index, problem=self._lost(task)) for task in self.running()]
            self._running.clear()
        return outcomes

    def running(self) -> list[ExportTask]:
        return [task for _, task in self._running.values()]

    def close(self, at_once: bool = False) -> None:
        """Photos in work are given up; a worker that finishes one finds the folder of temporary files gone."""
        with contextlib.suppress(Exception):
            self._client.cancel([future for future, _ in self._running.values()], force=True)
        self._running.clear()
        with contextlib.suppress(Exception):
            self._client.close(timeout=1)

    def _outcome(self, future: "Future") -> list[Outcome]:
        known = self._running.pop(future.key, None)
        if known is None:
            return []
        if self._is_made_again(future, known):
            return []
        task = known[1]
        try:
            if future.status == "finished":
                return [future.result(timeout=CONNECT_SECONDS)]
            error = future.exception(timeout=CONNECT_SECONDS) if future.status == "error" else None
        except (Exception, asyncio.CancelledError):
            # Not the task's own error: what is told of one could not be fetched. Which exception that is depends on the
            # moment at which the scheduler went, or the worker that kept the answer.
            if self._is_made_again(future, known):
                return []
            error = None
        if type(error).__name__ == "KilledWorker":
            problem = f"{task.source.name} crashed several workers and was left out; it is probably damaged."
        elif error is None or type(error).__name__ in ("CancelledError", "FutureCancelledError"):
            problem = self._lost(task)
        else:
            problem = f"{task.source.name} could not be exported on the cluster ({error})."
            _log.error("%s could not be exported on the cluster", task.source, exc_info=error)
        return [Outcome(task.index, problem=problem)]

    def _is_made_again(self, future: "Future", known: "tuple[Future, ExportTask]") -> bool:
        """Whether another worker makes the photo, since the one that kept the answer was lost; if so, wait for it."""
        if future.status not in ("lost", "pending"):
            return False
        self._running[future.key] = known
        future.add_done_callback(self._done.put)
        return True

    def _lost(self, task: ExportTask) -> str:
        return f"{task.source.name} was not exported, because the scheduler {self._scheduler} was lost."

    def _count(self) -> None:
        with contextlib.suppress(Exception):
            self._capacity = sum(self._client.nthreads().values())
        self._counted = time.monotonic()

    def _check(self, folders: Sequence[Path]) -> None:
        self._count()
        if not self._capacity:
            raise PieError(f"The cluster at {self._scheduler} has no workers; start some with `dask worker`.")
        for folder in folders:
            token = secrets.token_hex(8)
            mark = folder / f".pie-{token}"
            try:
                mark.write_text(token)
                answers = self._client.run(_sees, str(mark), token, on_error="return")
            except OSError as error:
                raise PieError(f"Nothing can be written to {folder} ({error.strerror or error}).") from error
            finally:
                mark.unlink(missing_ok=True)
            for worker, answer in answers.items():
                _judge(worker, answer, folder)


def export_on_worker(task: ExportTask) -> Outcome:
    """One photo on a worker; its file has another temporary name at each attempt."""
    _prepare_worker()
    if not task.source.exists():
        import socket

        where = f"the worker on {socket.gethostname()}"
        return Outcome(task.index, problem=f"{task.source} is not visible to {where}; mount its folder there.")
    attempt = task.target.with_name(f"{task.target.stem}-{secrets.token_hex(4)}{task.target.suffix}")
    outcome = export_photo(replace(task, target=attempt), no_lut)
    if outcome.details is not None:  # here too: the worker has a log of its own
        _log.error("%s could not be exported:\n%s", task.source, outcome.details)
    problem = outcome.problem.replace(attempt.name, task.target.name) if outcome.problem is not None else None
    return replace(outcome, problem=problem)


@functools.cache
def _prepare_worker() -> None:
    """Once for each process: threads of the cluster are the parallelism, and all photos are computed alike."""
    import cv2

    from pie_desktop.imaging.warm_up import warm_up

    cv2.setNumThreads(1)
    warm_up()


def _sees(mark: str, token: str) -> bool:
    """On a worker: whether it reads what the main process wrote, and may write there."""
    path = Path(mark)
    try:
        if path.read_text() != token:
            return False
        beside = path.with_name(f"{path.name}-{secrets.token_hex(4)}")
        beside.touch()
        beside.unlink()
        return True
    except OSError:
        return False


def _judge(worker: str, answer: Any, folder: Path) -> None:
    if answer is True:
        return
    if isinstance(answer, ImportError):
        raise PieError(f"The worker {worker} does not have this version of PIE Desktop installed ({answer}).")
    if isinstance(answer, BaseException):
        raise PieError(f"The worker {worker} could not be used ({answer}).")
    raise PieError(f"The folder {folder} is not visible to the worker {worker}; mount it there under the same path.")


def _connect(scheduler: str) -> "Client":
    if _ADDRESS.fullmatch(scheduler) is None:
        raise PieError(f"“{scheduler}” is not a scheduler address; write it like tcp://host:8786.")
    try:
        from distributed import Client
    except ImportError as error:
        raise PieError("Exporting on a cluster needs extra packages: pip install 'pie-desktop[cluster]'.") from error
    try:
        return Client(scheduler, timeout=CONNECT_SECONDS, set_as_default=False)
    except (OSError, ValueError, TimeoutError) as error:
        problem = f"The scheduler {scheduler} cannot be reached; is it running, and is the address right?"
        raise PieError(problem) from error
