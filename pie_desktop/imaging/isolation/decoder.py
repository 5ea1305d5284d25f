"""One decoding process, as its parent sees it."""

import contextlib
import multiprocessing
import os
import pickle
import secrets
import sys
import time
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import psutil

from pie_desktop.errors import DecodeError
from pie_desktop.imaging.isolation.child import READY, TAKEN, Reply, Task
from pie_desktop.imaging.isolation.limits import Limits, crashed, file_size, too_large, too_slow
from pie_desktop.imaging.isolation.transfer import discard, unpack

_POLL = 0.05  # seconds between two looks at what a waiting call must notice: cancelling, time, memory
_START_SECONDS = 60.0
_END_SECONDS = 2.0
_WATCH_MEMORY = sys.platform != "linux"  # there the process limits itself


class Unavailable(Exception):
    """No decoding process comes up on this machine."""


class Abandoned(Exception):
    """The caller does not want the value any more; the process is still at work."""


class Decoder:
    """Owned by one thread at a time."""

    def __init__(self, limits: Limits, body: Callable[[Connection, Limits], None]) -> None:
        context = multiprocessing.get_context("spawn")  # not fork: the parent has threads, Qt and perhaps a GPU
        self._limits = limits
        self._connection, theirs = context.Pipe()
        self._process = context.Process(target=body, args=(theirs, limits), name="pie-decoder", daemon=True)
        self._process.start()
        theirs.close()
        self._ready = False
        self._task: Task | None = None
        self._shared_name = ""
        self._started = 0.0
        self._work_before: float | None = None

    @property
    def usable(self) -> bool:
        """Whether an idle process is still there; the system may have ended it."""
        return self._process.is_alive()

    def send(self, task: Task, should_cancel: Callable[[], bool]) -> None:
        """Give the process a task.

        Raises:
            Unavailable: it did not come up.
            Abandoned: cancelled while it was coming up; it has no task.
            DecodeError: it is gone.
        """
        if not self._ready:
            self._await_ready(should_cancel)
        self._task = task
        self._shared_name = f"pie{os.getpid():x}-{secrets.token_hex(4)}"
        self._started, self._work_before = time.monotonic(), None
        try:
            self._connection.send((task, self._shared_name))
        except OSError as error:
            raise self._bury(crashed(task.path)) from error

    def receive(self, should_cancel: Callable[[], bool]) -> Any:
        """The value of the task.

        Raises:
            Exception: what the task raised.
            DecodeError: it crashed the process, or was ended for its time or memory; the decoder is not usable then.
            Abandoned: `should_cancel` said so; `receive` may be called again.
        """
        assert self._task is not None
        path = self._task.path
        try:
            while not self._connection.poll(_POLL):
                if should_cancel():
                    raise Abandoned
                self._check_limits(path)
            reply: Reply = self._connection.recv()
        except (EOFError, OSError, pickle.UnpicklingError) as error:
            raise self._bury(crashed(path)) from error
        self._task = None
        value = unpack(reply.value)
        if reply.value.shared is not None:
            with contextlib.suppress(OSError):
                self._connection.send(TAKEN)
        if reply.raised:
            raise value
        return value

    @property
    def busy(self) -> bool:
        return self._task is not None

    def close(self) -> None:
        """End the process: by asking when it is idle, at once when it is busy."""
        if self._ready and self._task is None:
            with contextlib.suppress(OSError):
                self._connection.send(None)
            self._process.join(_END_SECONDS)
        self._end()

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

    def _check_limits(self, path: Path) -> None:
        # The size of the file is asked for only once it matters: on a slow disk that takes a while.
        limits, work, waited = self._limits, self._work(), time.monotonic() - self._started
        if work > limits.seconds and work > (allowed := limits.seconds_for(file_size(path))):
            raise self._bury(too_slow(path, allowed))
        if waited > limits.patience and waited > (allowed := limits.patience_for(file_size(path))):
            raise self._bury(too_slow(path, allowed))
        if _WATCH_MEMORY and (used := self._resident()) > limits.memory:
            allowed_memory = limits.memory_for(file_size(path))
            if used > allowed_memory:
                raise self._bury(too_large(path, allowed_memory))

    def _work(self) -> float:
        """Seconds of processor time since the first look at the task."""
        try:
            times = psutil.Process(self._process.pid).cpu_times()
        except psutil.Error:
            return 0.0
        used = times.user + times.system
        if self._work_before is None:
            self._work_before = used
        return used - self._work_before

    def _resident(self) -> int:
        try:
            return int(psutil.Process(self._process.pid).memory_info().rss)
        except psutil.Error:
            return 0

    def _bury(self, reason: DecodeError) -> DecodeError:
        self._end()
        discard(self._shared_name)
        self._task = None
        return reason

    def _end(self) -> None:
        if self._process.is_alive():
            self._process.kill()
        self._process.join()
        self._connection.close()
