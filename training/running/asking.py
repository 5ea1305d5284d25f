"""What people and programs ask of a run while it trains: to pause, to go on, to stop.

They ask by signals (Ctrl+C), by lines on stdin, and through a file in the folder of the run, which also reaches a run
that no terminal holds.
"""

import contextlib
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

from pie_desktop.model.run_folder import REQUEST, asked


class Asking:
    """What was asked last. A request to stop is never taken back.

    Args:
        run: folder in which requests are looked for; None for none.

    Attributes:
        interrupted: whether a signal asked to stop.
    """

    def __init__(self, run: Path | None = None) -> None:
        self._run = run
        self._seen: tuple[int, int] | None = None
        self._pause = self.interrupted = False
        self._stop = threading.Event()

    def take(self, request: str) -> None:
        """Take `pause`, `go on` or `stop`; what is none of these is passed over."""
        if request == "stop":
            self._stop.set()
        elif request in ("pause", "go on"):
            self._pause = request == "pause"

    def stop(self) -> bool:
        """Whether the run is to end with a checkpoint."""
        self._look()
        return self._stop.is_set()

    def pause(self) -> bool:
        """Whether the run is to wait."""
        self._look()
        return self._pause and not self._stop.is_set()

    def _look(self) -> None:
        """After every step: the file is read only when it is another one."""
        if self._run is None:
            return
        try:
            about = (self._run / REQUEST).stat()
        except OSError:
            return
        if (about.st_mtime_ns, about.st_ino) != self._seen:
            self._seen = about.st_mtime_ns, about.st_ino
            self.take(asked(self._run) or "")


def listen(asking: Asking) -> None:
    """Take the lines of stdin as requests; its end, which comes when the program at the other end dies, is a stop."""

    def read() -> None:
        for line in sys.stdin:
            asking.take(line.strip())
            if line.strip() == "stop":
                return
        asking.take("stop")

    threading.Thread(target=read, daemon=True).start()


@contextlib.contextmanager
def stop_on_signal(asking: Asking, begun: Callable[[], bool] = lambda: True) -> Iterator[None]:
    """Ctrl+C and SIGTERM ask to stop; a second one ends the process at once, and so does the first before it has begun.

    Args:
        begun: whether there is anything to save yet.
    """

    def ask(number: int, frame: object) -> None:
        signal.signal(number, before[signal.Signals(number)])
        if begun():
            asking.interrupted = True
            asking.take("stop")
        else:
            signal.raise_signal(number)

    before = {number: signal.signal(number, ask) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
