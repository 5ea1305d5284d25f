"""One photo of an export, and the processes that do such photos. Imports neither torch nor Qt, for speed and memory.

A photo is decoded once: the worker makes the small image that the model looks at from the full one, sends it to the
main process, and gets the LUT back.
"""

import contextlib
import ctypes
import functools
import os
import sys
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from multiprocessing.connection import Connection
from pathlib import Path
from typing import NoReturn, TypeVar

import cv2
import numpy as np

from pie_desktop import processes
from pie_desktop.edit.compiling import compiled
from pie_desktop.edit.edit import Edit
from pie_desktop.edit.full_size import edited_photo
from pie_desktop.errors import Cancelled, PieError
from pie_desktop.export.decoded import LIMITS, DecodedPhoto
from pie_desktop.export.provenance import photo_properties
from pie_desktop.export.staging import SourceState, unchanged
from pie_desktop.imaging import isolation
from pie_desktop.imaging.encode import EditNote, EncodeOptions, save_photo
from pie_desktop.imaging.formats import registry
from pie_desktop.imaging.isolation import isolated_within
from pie_desktop.imaging.isolation.limits import MemoryLimit, file_size
from pie_desktop.imaging.lut.apply import AnyLut
from pie_desktop.imaging.warm_up import warm_up

T = TypeVar("T")


@dataclass(frozen=True, eq=False)
class ExportTask:
    """All that is needed to write one photo.

    Attributes:
        index: place in the plan.
        source: the photo.
        target: the file to make: a temporary name, which the main process changes, see `staging`.
        overwrite: whether `target` may be replaced.
        encode: format, size, colour space, metadata.
        lut: what is done to the colours, made a fine LUT here; None asks for it once the photo is decoded.
        note: what the file says of its edit.
        edit: all that was decided, for what is done beside the colours.
    """

    index: int
    source: Path
    target: Path
    overwrite: bool
    encode: EncodeOptions
    lut: AnyLut | None = None
    note: EditNote | None = None
    edit: Edit = field(default_factory=Edit)


@dataclass(frozen=True, eq=False)
class LutWanted:
    """A worker waits for the LUT of a photo; `proxy` is what the model looks at."""

    index: int
    proxy: np.ndarray


@dataclass(frozen=True)
class Outcome:
    """How a task ended.

    Attributes:
        index: place in the plan.
        problem: one sentence when it failed.
        warning: perhaps one sentence when it did not.
        staged: the complete file, which the main process gives its name.
        source_state: the photo as it was read.
        killed: whether the process was ended from outside, as by a system short of memory: not the photo's fault.
        details: the traceback of an error that nobody expected, for the log; a worker process has none of its own.
    """

    index: int
    problem: str | None = None
    warning: str | None = None
    staged: Path | None = None
    source_state: SourceState | None = None
    details: str | None = None
    killed: bool = False


def export_photo(
    task: ExportTask, lut_for: Callable[[np.ndarray], AnyLut], decoded: DecodedPhoto | None = None
) -> Outcome:
    """Decode, apply the LUT at full depth, encode; never raises for anything that is wrong with the photo.

    Args:
        task: the photo.
        lut_for: gives the LUT for a proxy image where `task` has none; may raise a PieError.
        decoded: the photo, where it is decoded already.
    """

    def write() -> Outcome:
        with unchanged(task.source) as state:
            warning = _write(task, lut_for, state, decoded)
        return Outcome(task.index, warning=warning, staged=task.target, source_state=state)

    return told(task, write)


def told(task: ExportTask, work: Callable[[], T]) -> T | Outcome:
    """What `work` on a photo returns, or an outcome that tells why it did not."""
    try:
        return work()
    except Cancelled:
        raise
    except PieError as error:
        return Outcome(task.index, problem=str(error))
    except MemoryError:
        return Outcome(task.index, problem=f"{task.source.name} is too large for the memory of this computer.")
    except Exception as error:
        problem = f"{task.source.name} could not be exported ({error})."
        return Outcome(task.index, problem=problem, details=traceback.format_exc())


def get_ready() -> None:
    """Load what writing photos takes, so that the first one does not wait for it."""
    warm_up()


@isolated_within(LIMITS)
def export_isolated(source: Path, task: ExportTask) -> Outcome:
    """`export_photo` in a decoding process, where these run; for photos so few that workers are not worth their start.

    Raises:
        DecodeError: the photo crashed the process, or took too much time or memory.
        Cancelled: inside `isolation.cancellable`.
    """
    warm_up()  # once for each process, so that photos are computed as in a worker
    return export_photo(replace(task, source=source), no_lut)


def no_lut(proxy: np.ndarray) -> NoReturn:
    """For tasks that bring their LUT along."""
    raise PieError("The photo came without its LUT.")


def _write(
    task: ExportTask,
    lut_for: Callable[[np.ndarray], AnyLut],
    state: SourceState | None,
    decoded: DecodedPhoto | None,
) -> str | None:
    decoded = decoded or isolation.take(task.source)
    photo = decoded.current(task.source, task.encode, task.edit.development) if decoded is not None else None
    given = task.lut
    lut = compiled(given) if given is not None else lambda proxy: compiled(lut_for(proxy))
    image = edited_photo(task.source, task.encode, lut, photo, task.edit)
    del decoded, photo
    note = task.note
    if note is not None and state is not None:
        note = note.with_properties(photo_properties(task.source, state, task.encode.metadata))
    return save_photo(image, task.target, task.encode, task.source, overwrite=task.overwrite, note=note)


def serve(connection: Connection, work: Callable[..., Outcome] = export_photo) -> None:
    """Body of a worker process: tasks in, outcomes out, until the other side sends None or goes away.

    In between it may send `LutWanted`, which is answered by a LUT, or by a sentence when there is none.
    """

    def ask(index: int, proxy: np.ndarray) -> AnyLut:
        connection.send(LutWanted(index, proxy))
        answer = connection.recv()
        if isinstance(answer, str):
            raise PieError(answer)
        return answer

    cv2.setNumThreads(1)  # the processes are the parallelism
    _keep_freed_memory()
    processes.begin()
    if hasattr(os, "nice"):
        with contextlib.suppress(OSError):
            os.nice(5)  # the window stays responsive
    # Before the first photo, so that all are computed alike; what is compiled already is here in half a second.
    with processes.without_collecting():
        warm_up()
        registry.preload()
    memory = MemoryLimit()
    try:
        connection.send(processes.READY)
        while (task := connection.recv()) is not None:
            memory.set(LIMITS.memory_for(file_size(task.source)))
            connection.send(work(task, functools.partial(ask, task.index)))
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
