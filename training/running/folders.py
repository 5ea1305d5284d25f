"""Folders of runs, each used by one training at a time."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from pie_desktop.errors import PieError

LOCK = ".lock"


@contextmanager
def used_by_one(run: Path) -> Iterator[None]:
    """Keep other processes out of the folder of a run, which is made if missing.

    Raises:
        PieError: another one is in it.
    """
    run.mkdir(parents=True, exist_ok=True)
    lock = FileLock(run / LOCK, timeout=0, thread_local=False)
    try:
        lock.acquire()
    except Timeout as error:
        raise PieError(
            f"Another training uses the folder {run}; wait until it ends, or choose another --out."
        ) from error
    try:
        yield
    finally:
        lock.release()
