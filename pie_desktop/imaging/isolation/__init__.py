"""Work on untrusted files in processes of its own, so that a file which crashes a native decoder costs that file alone.

`start` turns it on for the whole program; from then on every function marked `@isolated` runs in a small pool of
child processes. Without `start` (tests of decoders, worker processes) the functions run where they are called. This
guards against crashes, hangs and hunger for memory, not against code that a file might smuggle in.
"""

import contextlib
import functools
import logging
import threading
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from pathlib import Path
from typing import Concatenate, ParamSpec, TypeVar

from pie_desktop.imaging.isolation.child import Task, serve
from pie_desktop.imaging.isolation.kept import keep, take
from pie_desktop.imaging.isolation.limits import Limits
from pie_desktop.imaging.isolation.pool import DecoderPool, Unavailable
from pie_desktop.imaging.native_messages import captured, keep_messages

__all__ = ["EXPORT", "Limits", "active", "cancellable", "isolated", "isolated_within", "keep", "start", "stop", "take"]

P = ParamSpec("P")
T = TypeVar("T")

EXPORT = ("pie_desktop.export.worker", "get_ready")
"""For `start`: the processes write photos, too."""

_log = logging.getLogger(__name__)
_lock = threading.Lock()
_pool: DecoderPool | None = None
_should_cancel: ContextVar[Callable[[], bool]] = ContextVar("should_cancel", default=lambda: False)


def start(
    processes: int | None = None,
    warm: int = 1,
    limits: Limits = Limits(),
    body: Callable = serve,
    prepare: tuple[str, str] | None = None,
) -> None:
    """Run decoders in child processes from now on; returns at once. Nothing happens when it is on already.

    Args:
        processes: at most so many; None for what suits the machine. They start when they are needed.
        warm: so many start now, in the background.
        limits: of time and memory for one call that has none of its own.
        body: what the processes run; `child.serve` or a function around it.
        prepare: module and name of a function that the processes started by this call run before their first task.
    """
    global _pool
    with _lock:
        if _pool is None:
            _pool = DecoderPool(processes, limits, body)
            _pool.warm(warm, body if prepare is None else functools.partial(body, prepare=prepare))


def stop() -> None:
    """End the processes; decoding happens where it is called again."""
    global _pool
    with _lock:
        pool, _pool = _pool, None
    if pool is not None:
        pool.close()


def active() -> bool:
    """Whether decoding runs in child processes."""
    return _pool is not None


@contextlib.contextmanager
def cancellable(should_cancel: Callable[[], bool]) -> Iterator[None]:
    """Inside, a call that waits for a child process is given up with `Cancelled` soon after `should_cancel` says so."""
    token = _should_cancel.set(should_cancel)
    try:
        yield
    finally:
        _should_cancel.reset(token)


def isolated(function: Callable[Concatenate[Path, P], T]) -> Callable[Concatenate[Path, P], T]:
    """Mark a function of a module, whose first argument is a photo, to run in a child process.

    Its arguments and its result must be picklable; large arrays in the result come through shared memory, writable.

    Raises:
        DecodeError: the file crashed the decoder, or took more time or memory than `Limits` allow.
        Cancelled: inside `cancellable`.
    """

    return isolated_within(None)(function)


def isolated_within(
    limits: Limits | None,
) -> Callable[[Callable[Concatenate[Path, P], T]], Callable[Concatenate[Path, P], T]]:
    """`isolated`, with limits of its own: for work that takes longer, or more memory, than reading a photo."""

    def decorate(function: Callable[Concatenate[Path, P], T]) -> Callable[Concatenate[Path, P], T]:
        @functools.wraps(function)
        def call(path: Path, *args: P.args, **kwargs: P.kwargs) -> T:
            pool = _pool
            if pool is None:
                return _here(path, lambda: function(path, *args, **kwargs))
            # The child keeps the working directory that it was started in.
            task = Task(function.__module__, function.__qualname__, Path(path).absolute(), args, kwargs, limits)
            try:
                return pool.call(task, _should_cancel.get())
            except Unavailable:
                _log.warning("No process for decoding can be started here; photos are decoded without protection.")
                stop()
                return _here(path, lambda: function(path, *args, **kwargs))

        return call

    return decorate


def _here(path: Path, read: Callable[[], T]) -> T:
    """In this process; what libraries print meanwhile goes to the log, as it does from the others."""
    messages: list[str] = []
    try:
        with captured(wait=False) as messages:
            return read()
    finally:
        keep_messages(path, messages)
