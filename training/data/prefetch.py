"""Groups computed ahead by worker processes while the network learns; they are the same as without workers."""

import contextlib
import io
import mmap
import pickle
import tempfile
import traceback
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from multiprocessing.connection import Connection
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np
import torch

from pie_desktop import processes
from pie_desktop.errors import PieError
from training.data.batch import Group
from training.data.source import Source

TIMEOUT = 120.0  # seconds for one group, the start of the process included
_LARGE = 1 << 16  # bytes from which an array is mapped from a file instead of copied to every worker
_ADVICE = "continue the run with --resume, or without workers ('workers = 0' under [data])"


class _Pickler(pickle.Pickler):
    """Writes large arrays to files of a folder, once each, and pickles their names only."""

    def __init__(self, target: io.BytesIO, folder: Path) -> None:
        super().__init__(target)
        self._folder = folder
        self._written: dict[int, tuple[str, np.ndarray]] = {}  # with the array: its id must not be given to another one

    def persistent_id(self, obj: Any) -> str | None:
        if not isinstance(obj, np.ndarray) or obj.nbytes < _LARGE:
            return None
        if isinstance(obj, np.memmap) and isinstance(obj.base, mmap.mmap) and str(obj.filename).endswith(".npy"):
            return str(obj.filename)  # a whole file: there already
        if id(obj) not in self._written:
            path = self._folder / f"{len(self._written)}.npy"
            np.save(path, obj)
            self._written[id(obj)] = str(path), obj
        return self._written[id(obj)][0]


class _Unpickler(pickle.Unpickler):
    """Maps the arrays that `_Pickler` wrote: all workers share the same memory."""

    def persistent_load(self, pid: str) -> np.ndarray:
        return np.load(pid, mmap_mode="r")


def _serve(connection: Connection, pickled: bytes) -> None:
    """Body of a worker: group numbers in, images as arrays out, until it gets None or the parent dies."""
    import cv2

    processes.begin()
    # threads of its own in every worker would only take the cores from training
    cv2.setNumThreads(0)
    torch.set_num_threads(1)
    source: Source = _Unpickler(io.BytesIO(pickled)).load()
    with contextlib.suppress(EOFError, OSError):
        while (number := connection.recv()) is not None:
            try:
                group = source.group(number)
                images = (group.input, group.target, group.finished)
                connection.send([None if p is None else p.cpu().numpy() for p in images])
            except Exception:
                connection.send(traceback.format_exc())


class _Worker(processes.Child):
    number: int | None = None
    answer: "Future[list[np.ndarray | None] | str] | None" = None


class Prefetched(Source):
    """A source whose expected groups are computed by worker processes; others are computed here, as without workers.

    One group per worker is kept, at most. To be closed in the end, or used in a `with` statement.

    Args:
        source: computes its groups on the CPU, each a pure function of its number.
        workers: processes.
        timeout: seconds to wait for one group.
    """

    def __init__(self, source: Source, workers: int, timeout: float = TIMEOUT) -> None:
        self._source, self._timeout, self.share = source, timeout, source.share
        # receiving is left to threads: a transfer that stops halfway must not stop training without a word
        self._readers = ThreadPoolExecutor(workers, "pie-data")
        self._folder = tempfile.TemporaryDirectory(prefix="pie-data-", ignore_cleanup_errors=True)
        pickled = io.BytesIO()
        _Pickler(pickled, Path(self._folder.name)).dump(source)
        self._workers = [_Worker(_serve, (pickled.getvalue(),), "pie-data") for _ in range(workers)]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self.close()

    def expect(self, numbers: Sequence[int]) -> None:
        """Compute these groups ahead, as far as there are workers; what was expected before is forgotten.

        Raises:
            PieError: a worker has ended.
        """
        for worker in self._workers:
            if worker.number not in numbers and worker.answer is not None and worker.answer.done():
                self._received(worker)
        taken = {worker.number for worker in self._workers}
        wanted = iter([number for number in numbers if number not in taken])
        for worker in self._workers:
            number = next(wanted, None) if worker.answer is None else None
            if number is not None:
                worker.send(number)  # a worker that has ended is noticed when its answer is read
                worker.number, worker.answer = number, self._readers.submit(worker.connection.recv)

    def group(self, number: int) -> Group:
        """One group.

        Raises:
            PieError: its worker has ended or does not answer within the timeout.
        """
        for worker in self._workers:
            if worker.number == number:
                return self._received(worker)
        return self._source.group(number)

    def describe(self, number: int) -> str:
        return self._source.describe(number)

    def _received(self, worker: _Worker) -> Group:
        assert worker.answer is not None
        try:
            answer = worker.answer.result(self._timeout)
        except TimeoutError as error:
            self.close()
            raise PieError(
                f"A data worker did not answer for {self._timeout:g} seconds and was stopped; {_ADVICE}."
            ) from error
        except (EOFError, OSError) as error:
            self.close()
            raise PieError(
                f"A data worker has ended unexpectedly, perhaps because memory ran out; {_ADVICE}."
            ) from error
        worker.number = worker.answer = None
        if isinstance(answer, str):
            raise RuntimeError(f"A data worker failed:\n{answer}")
        return Group(*(None if array is None else torch.from_numpy(array) for array in answer))  # type: ignore[arg-type]

    def close(self) -> None:
        """End the workers: idle ones end by themselves, busy ones at once."""
        busy = [worker for worker in self._workers if worker.answer is not None]
        processes.stop_all([worker for worker in self._workers if worker.answer is None], busy)
        self._readers.shutdown()
        for worker in self._workers:
            worker.release()
        self._workers = []
        self._folder.cleanup()


@contextlib.contextmanager
def prefetched(source: Source, workers: int) -> Iterator[Source]:
    """The source with that many workers, which end with the `with` statement; the source itself for none."""
    if workers == 0:
        yield source
        return
    with Prefetched(source, workers) as ahead:
        yield ahead
