"""The process that decodes: tasks in, values out, until its parent is gone."""

import contextlib
import faulthandler
import os
import pickle
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, replace
from importlib import import_module
from multiprocessing.connection import Connection
from multiprocessing.shared_memory import SharedMemory
from pathlib import Path
from typing import Any

from pie_desktop import processes
from pie_desktop.errors import DecodeError
from pie_desktop.imaging.isolation import kept
from pie_desktop.imaging.isolation.limits import Limits, MemoryLimit, file_size
from pie_desktop.imaging.isolation.transfer import Packed, pack
from pie_desktop.imaging.native_messages import captured

BEGUN = "begun"
TAKEN = "taken"
_GRACE = 2.0  # seconds beyond its limit after which a process ends itself, if its parent has not ended it
# What nearly every task needs, loaded before the first one comes; what each format needs, its own module says.
_MODULES = ("pie_desktop.imaging.decode", "pie_desktop.imaging.metadata.reading")


@dataclass(frozen=True)
class Task:
    """A call of `module.function(path, *args, **kwargs)`.

    Attributes:
        limits: of this call; None for those of the process.
    """

    module: str
    function: str
    path: Path
    args: tuple[Any, ...] = ()
    kwargs: dict[str, Any] | None = None
    limits: Limits | None = None

    def run(self) -> Any:
        return getattr(import_module(self.module), self.function)(self.path, *self.args, **(self.kwargs or {}))


@dataclass(frozen=True)
class Reply:
    """The value of a task, or the exception that it raised.

    Attributes:
        messages: what libraries had to say meanwhile, for the log.
    """

    value: Packed
    raised: bool = False
    messages: tuple[str, ...] = ()


def serve(connection: Connection, limits: Limits, prepare: tuple[str, str] | None = None) -> None:
    """Body of the process. Between two tasks it does nothing; it ends with its parent, whatever ended that.

    Args:
        connection: to the parent.
        limits: of a task that has none of its own.
        prepare: module and name of a function that is called before the first task.
    """
    processes.begin()
    kept.begin()
    _be_silent()
    held: SharedMemory | None = None
    try:
        with processes.without_collecting():
            from pie_desktop.imaging.formats import registry  # not at the top: the parent does without for a while

            for module in _MODULES:
                import_module(module)
            registry.preload()
            if prepare is not None:
                module, name = prepare
                getattr(import_module(module), name)()
        memory = MemoryLimit()
        connection.send(processes.READY)
        while (message := connection.recv()) is not None:
            if held is not None:
                held.close()  # on Windows it must live until the parent has opened it
                held = None
            if message == TAKEN:
                continue
            task, shared_name = message
            connection.send(BEGUN)
            kept.forget_others(task.path)
            size = file_size(task.path)
            allowed = task.limits or limits
            memory.set(allowed.memory_for(size))
            with _watchdog(allowed.patience_for(size) + _GRACE), captured() as messages:
                reply, held = _reply(task, shared_name)
            connection.send(replace(reply, messages=tuple(messages)))
            del reply
    except (EOFError, OSError):
        pass


def _reply(task: Task, shared_name: str) -> tuple[Reply, SharedMemory | None]:
    try:
        packed, held = pack(task.run(), shared_name)
        return Reply(packed), held
    except MemoryError:
        error: Exception = DecodeError(f"{task.path.name} is too large for the memory of this computer.")
    except Exception as raised:
        error = raised
    try:
        return Reply(Packed(pickle.dumps(error)), raised=True), None
    except Exception:  # an exception that cannot travel
        error = DecodeError(f"{task.path.name} could not be read ({error}).")
        return Reply(Packed(pickle.dumps(error)), raised=True), None


@contextlib.contextmanager
def _watchdog(seconds: float) -> Iterator[None]:
    """Ends this process when a decoder hangs and the parent, which would end it sooner, is gone.

    faulthandler's thread needs no lock of the interpreter, which a hanging decoder may hold.
    """
    with Path(os.devnull).open("w") as nowhere:
        faulthandler.dump_traceback_later(seconds, exit=True, file=nowhere)
        try:
            yield
        finally:
            faulthandler.cancel_dump_traceback_later()


def _be_silent() -> None:
    """Discard what libraries print between two tasks; during one it goes to the parent's log, see `captured`.

    Python's own log goes the same way, by its handler of last resort.
    """
    warnings.simplefilter("ignore")
    with contextlib.suppress(OSError), Path(os.devnull).open("wb") as nowhere:  # a program without a console has no 2
        os.dup2(nowhere.fileno(), 2)
