"""Photos made on the machines of a Dask cluster, which see the same folders under the same paths.

The main process keeps the plan, the journal and the receipt, asks the model for every LUT, and gives files their
names. Workers need neither a model nor the user's styles: they decode a photo once, send the small image that the model
looks at, and when its LUT comes, apply it, encode, and leave the file under a temporary name of its own for each
attempt, so that a photo which is made twice, since its worker was lost or slow, arrives once. Decoded photos stay with
Dask between the two tasks: it runs the second where the pixels are, and decodes again what was lost with a worker.
"""

import asyncio
import contextlib
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
from pie_desktop.export.cluster_steps import decode_on_worker, export_on_worker, proxy_on_worker
from pie_desktop.export.worker import ExportTask, LutWanted, Outcome
from pie_desktop.imaging.lut.apply import AnyLut

if TYPE_CHECKING:
    from distributed import Client, Future

_log = logging.getLogger(__name__)
CONNECT_SECONDS = 10
_ADDRESS = re.compile(r"(tcp|tls|ws|wss)://[^/\s]+:\d+")
_COUNT_AGAIN = 5.0  # seconds after which the workers are counted anew
# A photo that is decoded is finished before the next one is: its pixels take memory.
_DECODE, _LOOK, _WRITE = 0, 1, 2


class ClusterPool:
    """Makes photos on a cluster; the interface of `pool.Pool`, to be used from one thread."""

    def __init__(self, scheduler: str, folders: Sequence[Path]) -> None:
        """Connect, and check that every worker can write to the folders, which exist.

        Raises:
            PieError: one sentence: the extra is not installed, the scheduler or a folder cannot be reached.
        """
        self._client = _connect(scheduler)
        self._scheduler = scheduler
        self._done: queue.SimpleQueue[Future] = queue.SimpleQueue()
        self._running: dict[str, tuple[Future, ExportTask]] = {}
        self._decoded: dict[int, Future] = {}  # until the LUT is there; kept on a worker for as long as it is in here
        self._asking: dict[int, ExportTask] = {}
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
        return max(0, 2 * self._capacity - len(self._running) - len(self._asking))

    @property
    def busy(self) -> int:
        return len(self._running) + len(self._refused) + len(self._asking)

    def submit(self, task: ExportTask) -> None:
        if task.lut is not None:
            self._submit(task, "export", _WRITE, export_on_worker, task)
            return
        decoded = self._submit(task, "decode", _DECODE, decode_on_worker, task, awaited=False)
        if decoded is not None:
            self._decoded[task.index] = decoded
            self._submit(task, "look", _LOOK, proxy_on_worker, decoded)

    def answer(self, index: int, lut: AnyLut | str) -> None:
        """What was wanted for a photo: its LUT, or a sentence that says why there is none."""
        task, decoded = self._asking.pop(index, None), self._decoded.pop(index, None)
        if task is None:
            return
        if isinstance(lut, str):
            self._refused.append(Outcome(index, problem=lut))
        else:
            self._submit(task, "export", _WRITE, export_on_worker, replace(task, lut=lut), decoded)

    def _submit(self, task: ExportTask, step: str, priority: int, *work: Any, awaited: bool = True) -> "Future | None":
        """Have a step of a photo done; None where the cluster is gone, which is the photo's outcome then."""
        key = f"pie-{step}-{secrets.token_hex(6)}-{task.index}"
        try:
            # Whatever comes up again under this address knows nothing of the photos before: those are lost.
            if self._client.status != "running":
                raise ConnectionError
            future = self._client.submit(*work, key=key, pure=False, priority=priority)
        except Exception:  # what distributed raises when its client has closed depends on the moment
            self._decoded.pop(task.index, None)
            self._refused.append(Outcome(task.index, problem=self._lost(task)))
            return None
        if awaited:
            self._running[key] = future, task
            future.add_done_callback(self._done.put)
        return future

    def wait(self, timeout: float) -> Sequence[Outcome | LutWanted]:
        if self._refused:
            refused, self._refused = self._refused, []
            return refused
        news: list[Outcome | LutWanted] = []
        with contextlib.suppress(queue.Empty):
            news += self._news(self._done.get(timeout=timeout))
            while True:
                news += self._news(self._done.get_nowait())
        if not news and self._client.status != "running":
            # Futures made while the client tries to reconnect are never told that they are lost.
            news += [Outcome(task.index, problem=self._lost(task)) for task in self.running()]
            self._forget()
        return news

    def running(self) -> list[ExportTask]:
        return [task for _, task in self._running.values()] + list(self._asking.values())

    def _forget(self) -> None:
        self._running.clear()
        self._decoded.clear()
        self._asking.clear()

    def close(self, at_once: bool = False) -> None:
        """Photos in work are given up; a worker that finishes one finds the folder of temporary files gone."""
        with contextlib.suppress(Exception):
            futures = [future for future, _ in self._running.values()]
            self._client.cancel([*futures, *self._decoded.values()], force=True)
        self._forget()
        with contextlib.suppress(Exception):
            self._client.close(timeout=1)

    def _news(self, future: "Future") -> list[Outcome | LutWanted]:
        """What a step of a photo has ended with; nothing where it is done once more."""
        known = self._running.pop(future.key, None)
        if known is None:
            return []
        if self._is_made_again(future, known):
            return []
        task = known[1]
        try:
            if future.status == "finished":
                result = future.result(timeout=CONNECT_SECONDS)
                if isinstance(result, np.ndarray):
                    self._asking[task.index] = task
                    return [LutWanted(task.index, result)]
                self._decoded.pop(task.index, None)
                return [result]
            error = future.exception(timeout=CONNECT_SECONDS) if future.status == "error" else None
        except (Exception, asyncio.CancelledError):
            # Not the task's own error: what is told of one could not be fetched. Which exception that is depends on the
            # moment at which the scheduler went, or the worker that kept the answer.
            if self._is_made_again(future, known):
                return []
            error = None
        self._decoded.pop(task.index, None)
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
