"""Work spread over processes: results come in the order of the work, whatever the number of processes."""

import os
import signal
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing import get_context
from typing import TypeVar

import cv2
import torch

from pie_desktop.errors import PieError
from pie_desktop.imaging.warm_up import warm_up

Item = TypeVar("Item")
Result = TypeVar("Result")
_THREAD_VARIABLES = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


def default_workers() -> int:
    """As many as there are CPUs to run on, two at most: each holds the model and some hundred MB of libraries."""
    return min(2, os.cpu_count() or 1)


@contextmanager
def _threads(count: int) -> Iterator[None]:
    """torch with `count` threads here, and all numeric libraries of the processes that are started meanwhile."""
    before = torch.get_num_threads()
    environment = {name: os.environ.get(name) for name in _THREAD_VARIABLES}
    torch.set_num_threads(count)
    os.environ.update(dict.fromkeys(_THREAD_VARIABLES, str(count)))
    try:
        yield
    finally:
        torch.set_num_threads(before)
        for name, value in environment.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def _start(threads: int) -> None:
    torch.set_num_threads(threads)
    cv2.setNumThreads(1)
    _same_arithmetic()


def _same_arithmetic() -> None:
    """LUTs are applied alike in all processes: compiled code rounds a few values differently."""
    warm_up()


@contextmanager
def _shield(wanted: bool) -> Iterator[None]:
    """Processes that are started meanwhile never hear of Ctrl+C; it reaches this one afterwards."""
    if not wanted or sys.platform == "win32":
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def in_order(
    work: Callable[[Item], Result], items: Iterable[Item], workers: int, threads: int = 1, shielded: bool = False
) -> Iterator[Result]:
    """`work` of every item, in the order of the items; the same results whatever the number of workers.

    Args:
        work: a function that can be pickled; so can what it takes and gives.
        items: taken as they are needed, so that only some are in memory at a time.
        workers: processes; with one the work is done in this process.
        threads: of torch in each.
        shielded: Ctrl+C, which a terminal sends to all processes, is left to this one to act upon.

    Raises:
        PieError: a process died.
    """
    with _threads(threads):
        if workers == 1:
            _same_arithmetic()
            yield from map(work, items)
            return
        with ProcessPoolExecutor(workers, get_context("spawn"), _start, (threads,)) as pool:
            waiting: deque[Future[Result]] = deque()
            try:
                for item in items:
                    with _shield(shielded):
                        waiting.append(pool.submit(work, item))
                    if len(waiting) > workers:
                        yield waiting.popleft().result()
                while waiting:
                    yield waiting.popleft().result()
            except BrokenProcessPool as error:
                raise PieError(
                    "A worker process died, probably because memory ran out; try again with --workers 1."
                ) from error
            finally:
                for future in waiting:
                    future.cancel()
