"""One decoding process, as its parent sees it."""

import os
import pickle
import secrets
import time
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import Any

from pie_desktop.imaging.isolation.child import BEGUN, TAKEN, Reply, Task
from pie_desktop.imaging.isolation.limits import Limits, Watch, crashed, ended_from_outside
from pie_desktop.imaging.isolation.transfer import discard, unpack
from pie_desktop.imaging.native_messages import keep_messages
from pie_desktop.processes import READY, Child, stop_all

_POLL = 0.05  # seconds between two looks at what a waiting call must notice: cancelling, time, memory
_START_SECONDS = 60.0
_LAST_MOMENT = 0.2  # between the end of a connection and that of its process


class Unavailable(Exception):
    """No decoding process comes up on this machine."""


class Gone(Exception):
    """The process had ended before it began with the task: that is not the photo's fault."""


class Killed(Exception):
    """The process was ended from outside while it was at work, which is not the photo's fault either."""


class Abandoned(Exception):
    """The caller does not want the value any more; the process is still at work."""


class Decoder:
    """Owned by one thread at a time."""

    def __init__(self, limits: Limits, body: Callable[[Connection, Limits], None]) -> None:
        self._limits = limits
        self._child = Child(body, (limits,), "pie-decoder")
        self._connection = self._child.connection
        self._ready = self._ended = False
        self._task: Task | None = None
        self._begun = False
        self._shared_name = ""
        self._watch: Watch | None = None

    @property
    def usable(self) -> bool:
        """Whether an idle process is still there; the system may have ended it."""
        return not self._ended and self._child.process.is_alive()

    def send(self, task: Task, should_cancel: Callable[[], bool]) -> None:
        """Give the process a task.

        Raises:
            Unavailable: it did not come up.
            Abandoned: cancelled while it was coming up; it has no task.
            Gone: it ended while it was idle.
        """
        if not self._ready:
            self._await_ready(should_cancel)
        self._task, self._begun = task, False
        self._shared_name = f"pie{os.getpid():x}-{secrets.token_hex(4)}"
        self._watch = Watch(self._child.process.pid, task.path, task.limits or self._limits)
        try:
            self._connection.send((task, self._shared_name))
        except OSError as error:
            self._bury()
            raise Gone from error

    def receive(self, should_cancel: Callable[[], bool]) -> Any:
        """The value of the task.

        Raises:
            Exception: what the task raised.
            DecodeError: it crashed the process, or was ended for its time or memory; the decoder is not usable then.
            Gone: it ended while it was idle.
            Killed: it was ended from outside.
            Abandoned: `should_cancel` said so; `receive` may be called again.
        """
        assert self._task is not None
        path = self._task.path
        try:
            if not self._begun:
                self._begun = self._next(should_cancel) == BEGUN
            reply: Reply = self._next(should_cancel)
        except (EOFError, OSError, pickle.UnpicklingError) as error:
            self._child.process.join(_LAST_MOMENT)
            exit_code = self._child.process.exitcode
            self._bury()
            if not self._begun:
                raise Gone from error
            if ended_from_outside(exit_code):
                raise Killed from error
            raise crashed(path) from error
        self._task = None
        keep_messages(path, reply.messages)
        value = unpack(reply.value)
        if reply.value.shared is not None:
            self._child.send(TAKEN)
        if reply.raised:
            raise value
        return value

    def _next(self, should_cancel: Callable[[], bool]) -> Any:
        """What the process says next."""
        while not self._connection.poll(_POLL):
            if should_cancel():
                raise Abandoned
            if self._watch is not None and (verdict := self._watch.verdict()) is not None:
                self._bury()
                raise verdict
        return self._connection.recv()

    @property
    def busy(self) -> bool:
        return self._task is not None

    def close(self) -> None:
        """End the process: by asking when it is idle, at once when it is busy, with what it could not deliver."""
        if self._ready and not self._ended and self._task is None:
            stop_all([self._child], [])
        self._bury()

    def _await_ready(self, should_cancel: Callable[[], bool]) -> None:
        deadline = time.monotonic() + _START_SECONDS
        try:
            while not self._connection.poll(_POLL):
                if should_cancel():
                    raise Abandoned
                if time.monotonic() > deadline:
                    raise Unavailable
            if self._connection.recv() != READY:
                raise Unavailable
        except (EOFError, OSError) as error:
            raise Unavailable from error
        self._ready = True

    def _bury(self) -> None:
        """End the process at once and free the shared memory of a value that was not received."""
        if not self._ended:
            self._child.stop()
            self._child.release()
            self._ended = True
        if self._task is not None:
            discard(self._shared_name)
        self._task = None
