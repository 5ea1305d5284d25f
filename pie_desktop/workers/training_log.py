"""The log of a training run, read while it grows, and the last lines of what its process printed."""

import logging
from collections import deque
from pathlib import Path
from typing import Any

from pie_desktop import json_files
from pie_desktop.model.run_folder import EVENTS, MAX_EVENTS, OUTPUT

MAX_LINE = 1024 * 1024
TAIL_LINES = 40
_TAIL_BYTES = 64 * 1024
_log = logging.getLogger(__name__)

Event = dict[str, Any]


class EventFile:
    """Gives every event once, in order. A line that is no event is logged and skipped.

    Args:
        run: folder of the run.
    """

    def __init__(self, run: Path) -> None:
        self.run = run
        self._offset = 0

    def at_end(self) -> "EventFile":
        """The same, with all that is there passed over."""
        self._offset = self.size
        return self

    @property
    def size(self) -> int:
        """Bytes that are there; 0 where there is no log."""
        try:
            return (self.run / EVENTS).stat().st_size
        except OSError:
            return 0

    def read(self, last: bool = False) -> list[Event]:
        """What was added since it was read last, up to the last whole line.

        Args:
            last: nobody writes any more, so that half a line stays one, and is passed over.
        """
        try:
            with (self.run / EVENTS).open("rb") as file:
                file.seek(self._offset)
                added = file.read(max(0, MAX_EVENTS - self._offset))
        except OSError:
            return []
        whole = added if last else added[: added.rfind(b"\n") + 1]
        self._offset += len(whole)
        return [event for line in whole.splitlines() if line.strip() for event in self._events(line)]

    def append(self, event: Event) -> None:
        """Add an event that is not to be read again here; for when no process writes any more. Raises OSError."""
        line = json_files.to_text(event, indent=None).encode()
        with (self.run / EVENTS).open("ab") as file:
            # after half a line, this one begins anew
            file.write(line if self._offset == file.tell() else b"\n" + line)
            self._offset = file.tell()

    def _events(self, line: bytes) -> list[Event]:
        try:
            event = json_files.parse_object(line, max_bytes=MAX_LINE, finite=False)
        except json_files.DamagedJsonError:
            event = {}
        if isinstance(event.get("event"), str):
            return [event]
        _log.warning("A damaged line in %s was skipped", self.run / EVENTS)
        return []


def last_lines(run: Path) -> tuple[str, ...]:
    """The end of what the process of a run printed."""
    try:
        with (run / OUTPUT).open("rb") as file:
            file.seek(max(0, (run / OUTPUT).stat().st_size - _TAIL_BYTES))
            text = file.read(_TAIL_BYTES)
    except OSError:
        return ()
    # Progress bars return to the start of the line: only what was last written there is worth keeping.
    lines = [line.rstrip().split(b"\r")[-1].decode("utf-8", errors="replace") for line in text.split(b"\n")]
    return tuple(deque((line for line in lines if line.strip()), maxlen=TAIL_LINES))
