"""Folders of runs, each used by one training at a time."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import Timeout

from pie_desktop.errors import PieError
from pie_desktop.imaging.atomic import write_problem
from pie_desktop.model.run_folder import PROCESS, lock_run


@contextmanager
def used_by_one(run: Path) -> Iterator[None]:
    """Keep other processes out of the folder of a run, which is made if missing.

    Raises:
        PieError: another one is in it, or it cannot be written.
    """
    try:
        lock = lock_run(run)
    except Timeout as error:
        raise PieError(
            f"Another training uses the folder {run}; wait until it ends, or choose another --out."
        ) from error
    except OSError as error:
        raise PieError(write_problem(run / PROCESS, error)) from error
    try:
        yield
    finally:
        lock.release()
