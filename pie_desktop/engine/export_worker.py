"""One photo of an export, and the process that does such photos. Imports neither torch nor Qt, for speed and memory."""

import contextlib
import ctypes
import os
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

import cv2
import numpy as np

from pie_desktop.errors import PieError
from pie_desktop.imaging.decode import load_photo
from pie_desktop.imaging.encode import EncodeOptions, save_photo
from pie_desktop.imaging.lut import apply_lut

READY = "ready"


@dataclass(frozen=True, eq=False)
class ExportTask:
    """All that is needed to write one photo.

    Attributes:
        index: place in the plan.
        source, target: photo and file to write.
        overwrite: whether `target` may be replaced.
        table: the edit, float32 (S, S, S, 3).
        encode: format, size, colour space, metadata.
    """

    index: int
    source: Path
    target: Path
    overwrite: bool
    table: np.ndarray
    encode: EncodeOptions


@dataclass(frozen=True)
class Outcome:
    """How a task ended: `problem` when it failed, else perhaps a `remark`; both are sentences."""

    index: int
    problem: str | None = None
    remark: str | None = None


def export_photo(task: ExportTask) -> Outcome:
    """Decode, apply the table at full depth, encode; never raises for anything that is wrong with the photo."""
    try:
        picture = load_photo(task.source)
        # In place where the decoder allows it: fresh memory for 24 MP costs as much as a quarter of the table.
        picture = apply_lut(picture, task.table, out=picture if picture.flags.writeable else None)
        remark = save_photo(picture, task.target, task.encode, source=task.source, overwrite=task.overwrite)
        return Outcome(task.index, remark=remark)
    except PieError as error:
        return Outcome(task.index, problem=str(error))
    except MemoryError:
        return Outcome(task.index, problem=f"{task.source.name} is too large for the memory of this computer.")
    except Exception as error:
        return Outcome(task.index, problem=f"{task.source.name} could not be exported ({error}).")


def serve(connection: Connection, work: Callable[[ExportTask], Outcome] = export_photo) -> None:
    """Body of a worker process: tasks in, outcomes out, until the other side sends None or goes away."""
    cv2.setNumThreads(1)  # the processes are the parallelism
    _keep_freed_memory()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C is the parent's to handle
    if hasattr(os, "nice"):
        with contextlib.suppress(OSError):
            os.nice(5)  # the window stays responsive
    try:
        connection.send(READY)
        while (task := connection.recv()) is not None:
            connection.send(work(task))
    except (EOFError, OSError):
        pass


def _keep_freed_memory() -> None:
    """Let glibc reuse the memory of one photo for the next instead of returning it to the system.

    Otherwise a quarter of the time goes into fresh pages (0.20 of 0.74 s per 24 MP; 0.08 with this), for 60 MB less.
    """
    if sys.platform == "linux":
        with contextlib.suppress(OSError, AttributeError):  # musl has no mallopt
            mallopt = ctypes.CDLL(None).mallopt
            mallopt(-4, 0)  # M_MMAP_MAX: large blocks come from the heap too
            mallopt(-1, 2**31 - 1)  # M_TRIM_THRESHOLD: which is never given back
