"""Work that may be abandoned: a decoder or a model cannot be interrupted, but nobody needs to wait for it."""

import contextvars
import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, TypeVar

from pie_desktop.errors import Cancelled

_POLL = 0.05
_PATIENCE = 0.3  # seconds that the last piece of work has to end by itself

T = TypeVar("T")
_Given = tuple[contextvars.Context, Callable[[], Any], Future]


class Sidekick:
    """One thread that does what it is given while the caller looks whether it is still wanted."""

    def __init__(self) -> None:
        self._work: queue.SimpleQueue[_Given | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._serve, name="pie-sidekick", daemon=True)
        self._thread.start()

    def run(self, work: Callable[[], T], should_cancel: Callable[[], bool]) -> T:
        """What `work` returns or raises.

        Raises:
            Cancelled: `should_cancel` answered True; the work goes on to its end, which nobody sees.
        """
        answer: Future[T] = Future()
        self._work.put((contextvars.copy_context(), work, answer))
        while True:
            try:
                return answer.result(_POLL)
            except TimeoutError:
                if answer.done():
                    raise  # of the work itself
                if should_cancel():
                    raise Cancelled from None

    def close(self) -> None:
        self._work.put(None)
        self._thread.join(_PATIENCE)

    def _serve(self) -> None:
        while (given := self._work.get()) is not None:
            context, work, answer = given
            try:
                answer.set_result(context.run(work))
            except BaseException as error:
                answer.set_exception(error)
            del given, context, work, answer
