"""The folder of a run while it trains: kept for one process alone, and with a log of its events.

The log is for whoever watches the run now or looks at it later.
"""

import contextlib
import errno
import math
import time
from collections.abc import Iterator
from pathlib import Path

from pie_desktop import json_files
from pie_desktop.errors import PieError
from pie_desktop.model.run_folder import EVENTS, renew
from training.running.events import Event
from training.running.folders import used_by_one

STEP_INTERVAL = 0.5  # seconds between steps, or numbers of pairs, that are kept: they come faster than is looked at
KEPT_STEPS = 4000  # about as many are kept of a run of a day, and read again at the next start
ALIVE = 2.0  # seconds after which a run says again that it lives


class EventLog:
    """Appends events, a JSON object per line. A disk that takes none costs the log its lines and the run nothing.

    Args:
        run: folder of the run; it exists.
    """

    def __init__(self, run: Path) -> None:
        self._run = run
        self._begun = time.monotonic()
        self._kept = self._alive = -math.inf

    def __call__(self, event: Event) -> None:
        now = time.monotonic()
        if now - self._alive >= ALIVE:
            self._alive = now
            renew(self._run)
        if event["event"] == "step" or (event["event"] == "indexing" and event["done"] < event["total"]):
            whole = now - self._begun + float(event.get("eta") or 0.0)
            if now - self._kept < max(STEP_INTERVAL, whole / KEPT_STEPS):
                return
            self._kept = now
        with contextlib.suppress(OSError), (self._run / EVENTS).open("a", encoding="utf-8") as file:
            file.write(json_files.to_text(event, indent=None))


def recorded(run: Path, events: Iterator[Event]) -> Iterator[Event]:
    """The events of a run, with its folder kept for this process alone and each event in its log.

    Raises:
        PieError: another process trains there, the disk is full, or one of the run, which is the last event in the log.
    """
    with used_by_one(run):
        log = EventLog(run)
        try:
            for event in events:
                log(event)
                yield event
        except PieError as error:
            log({"event": "error", "message": str(error)})
            raise
        except OSError as error:
            if error.errno not in (errno.ENOSPC, errno.EDQUOT):
                raise
            sentence = (
                "The disk is full, so training has ended; free some space and continue the run from its checkpoint."
            )
            log({"event": "error", "message": sentence})
            raise PieError(sentence) from error
