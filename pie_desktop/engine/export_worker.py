"""One photo of an export, and the process that does such photos. Imports neither torch nor Qt, for speed and memory."""

import contextlib
import os
import signal
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

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
        encode: format, quality, size.
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
        picture = load_photo(task.source, task.encode.long_side)
        picture = apply_lut(picture, task.table)
        remark = save_photo(picture, task.target, task.encode, source=task.source, overwrite=task.overwrite)
        return Outcome(task.index, remark=remark)
    except PieError as error:
        return Outcome(task.index, problem=str(error))
    except MemoryError:
        return Outcome(task.index, problem=f"{task.source.name} is too large for the memory of this computer.")
    except Exception as error:
        return Outcome(task.index, problem=f"{task.source.name} could not be exported ({error}).")


def serve(connection: Connection) -> None:
    """Body of a worker process: tasks in, outcomes out, until the other side sends None or goes away."""
    import cv2

    cv2.setNumThreads(1)  # the processes are the parallelism
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C is the parent's to handle
    if hasattr(os, "nice"):
        with contextlib.suppress(OSError):
            os.nice(5)  # the window stays responsive
    try:
        connection.send(READY)
        while (task := connection.recv()) is not None:
            connection.send(export_photo(task))
    except (EOFError, OSError):
        pass
