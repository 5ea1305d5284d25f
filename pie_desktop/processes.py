"""Child processes with a pipe: how they start, what each does first, and how they end; starting without waste.

The pools build on this: those that decode photos, export photos, and compute training data ahead.
"""

import contextlib
import gc
import multiprocessing
import signal
import sys
from collections.abc import Callable, Iterable, Iterator
from typing import Any

READY = "ready"
"""The first message of a child whose start may take long or fail."""
GRACE = 2.0  # seconds that an idle child has to end by itself


class Child:
    """One child process, owned by one thread at a time; for its parent.

    It ends with the parent whatever ended that, as its end of the pipe then breaks.

    Args:
        body: a function of a module, called with the child's end of the pipe and the arguments; it should call `begin`
            first, and return when it receives None or the pipe breaks.
        arguments: picklable.
        name: of the process.

    Attributes:
        process: to be watched.
        connection: the parent's end of the pipe; reading raises EOFError or OSError once the child has ended.

    Raises:
        OSError: the system starts no process.
    """

    def __init__(self, body: Callable[..., None], arguments: tuple[Any, ...], name: str) -> None:
        context = multiprocessing.get_context("spawn")  # not fork: the parent has threads, Qt and perhaps a GPU
        self.connection, theirs = context.Pipe()
        self.process = context.Process(target=body, args=(theirs, *arguments), name=name, daemon=True)
        self.process.start()
        theirs.close()

    def send(self, message: Any) -> None:
        """Send a message; whether the child is still there to take it shows when it is to answer."""
        with contextlib.suppress(OSError):
            self.connection.send(message)

    def stop(self, grace: float = 0.0) -> None:
        """Wait until the process has ended; after `grace` seconds it is killed."""
        if grace:
            self.process.join(grace)
        if self.process.is_alive():
            self.process.kill()
        self.process.join()

    def release(self) -> None:
        """Free the pipe and the handle of a child that has been stopped."""
        self.connection.close()
        self.process.close()


def stop_all(idle: Iterable[Child], busy: Iterable[Child]) -> None:
    """Stop children: idle ones by asking, so that they can clean up, busy ones at once. `release` is left to do."""
    idle, busy = list(idle), list(busy)
    for child in busy:
        child.process.kill()
    for child in idle:
        child.send(None)
    for child in (*idle, *busy):
        child.stop(GRACE)


def begin() -> None:
    """What every child does first: leave Ctrl+C, which all processes of a terminal get, to the parent; dump no core."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if sys.platform != "win32":
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))


@contextlib.contextmanager
def without_collecting() -> Iterator[None]:
    """Search for no garbage while modules are imported, in any thread, nor later among what is there by then.

    Modules stay; looking through them again and again took a fifth of the time of importing torch.
    """
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.freeze()
            gc.enable()
