"""The decoding processes of a program."""

import contextlib
import os
import threading
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import Any

from pie_desktop.errors import Cancelled
from pie_desktop.imaging.isolation.child import Task
from pie_desktop.imaging.isolation.decoder import Abandoned, Decoder, Gone, Killed, Unavailable
from pie_desktop.imaging.isolation.limits import Limits, ended_twice

__all__ = ["DecoderPool", "Unavailable", "default_processes"]

_POLL = 0.05
_END_SECONDS = 5.0


def default_processes() -> int:
    """As many as work at the same time: two to four thumbnails, the open photo and its look or its full decode."""
    return max(4, min(6, (os.cpu_count() or 2) // 2 + 2))


class DecoderPool:
    """Hands tasks of any thread to idle processes; starts one more when all are busy, up to the limit."""

    def __init__(self, processes: int | None, limits: Limits, body: Callable[[Connection, Limits], None]) -> None:
        self._most = processes or default_processes()
        self._limits = limits
        self._body = body
        self._changed = threading.Condition()
        self._idle: list[Decoder] = []
        self._count = 0
        self._waiting = 0
        self._closed = False

    def warm(self, count: int, body: Callable[[Connection, Limits], None] | None = None) -> None:
        """Start processes now; they come up in the background. Where that fails, the first call raises.

        Args:
            count: of processes.
            body: what these run, where it is not the same as for later ones.
        """
        for _ in range(min(count, self._most)):
            with self._changed:
                self._count += 1
            try:
                self._release(Decoder(self._limits, body or self._body))
            except OSError:
                self._lose()

    def call(self, task: Task, should_cancel: Callable[[], bool]) -> Any:
        """Run a task in a process and return its value.

        Raises:
            Exception: what the task raised.
            DecodeError: the file crashed the process, or took too much time or memory.
            Cancelled: `should_cancel` said so, or the pool was closed.
            Unavailable: no process comes up.
        """

        def give_up() -> bool:
            return self._closed or should_cancel()

        killed = False
        while True:
            # A process that the system ended while it was idle is followed by another one.
            with contextlib.suppress(Gone):
                try:
                    return self._call(task, give_up)
                except Killed as error:
                    if killed:
                        raise ended_twice(task.path) from error
                    killed = True

    def _call(self, task: Task, give_up: Callable[[], bool]) -> Any:
        decoder = self._acquire(give_up)
        abandoned = False
        try:
            decoder.send(task, give_up)
            return decoder.receive(give_up)
        except Abandoned as error:
            abandoned = decoder.busy and not self._closed
            raise Cancelled from error
        finally:
            if abandoned:
                # Starting another process costs more than letting this one finish, unless it hangs.
                threading.Thread(target=self._drain, args=(decoder,), name="pie-abandoned", daemon=True).start()
            else:
                self._release(decoder)

    def close(self) -> None:
        """End all processes; calls that are under way end with `Cancelled`. Nothing is left behind afterwards."""
        with self._changed:
            self._closed = True
            idle, self._idle = self._idle, []
            self._changed.notify_all()
        for decoder in idle:
            decoder.close()
        with self._changed:
            self._count -= len(idle)
            # Whoever waits for a busy decoder notices at once, and ends it with all that it left behind.
            self._changed.wait_for(lambda: self._count == 0, _END_SECONDS)

    def _acquire(self, give_up: Callable[[], bool]) -> Decoder:
        with self._changed:
            while True:
                if give_up():
                    raise Cancelled
                if self._idle:
                    decoder = self._idle.pop()  # the one used last is warm
                    if decoder.usable:
                        return decoder
                    self._count -= 1
                    decoder.close()
                    continue
                if self._count < self._most:
                    self._count += 1
                    break
                self._waiting += 1
                self._changed.wait(_POLL)
                self._waiting -= 1
        try:
            return Decoder(self._limits, self._body)
        except OSError as error:
            self._lose()
            raise Unavailable from error

    def _release(self, decoder: Decoder) -> None:
        with self._changed:
            keep = decoder.usable and not decoder.busy and not self._closed
            if keep:
                self._idle.append(decoder)
                self._changed.notify()
        if not keep:
            decoder.close()
            self._lose()

    def _lose(self) -> None:
        with self._changed:
            self._count -= 1
            self._changed.notify_all()

    def _drain(self, decoder: Decoder) -> None:
        """Wait for a value that nobody wants, within the limits, and only while nobody wants the process."""
        with contextlib.suppress(Exception):
            decoder.receive(lambda: self._closed or self._waiting > 0)
        self._release(decoder)
