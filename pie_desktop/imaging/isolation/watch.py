"""Whether a process that reads a photo still keeps to its limits; for the parent, which looks now and then."""

import time
from pathlib import Path

import psutil

from pie_desktop.errors import DecodeError
from pie_desktop.imaging.isolation.limits import Limits, file_size, too_large, too_slow
from pie_desktop.imaging.isolation.memory import SELF_LIMITING

_WATCH_MEMORY = not SELF_LIMITING


class Watch:
    """Of one task of one process; made when the task begins."""

    def __init__(self, process_id: int | None, path: Path, limits: Limits) -> None:
        self._process_id = process_id
        self._path = path
        self._limits = limits
        self._started = time.monotonic()
        self._work_before: float | None = None

    def verdict(self) -> DecodeError | None:
        """Why the process must be ended, or None."""
        # The size of the file is asked for only once it matters: on a slow disk that takes a while.
        limits, work, waited = self._limits, self._work(), time.monotonic() - self._started
        if work > limits.seconds and work > (allowed := limits.seconds_for(file_size(self._path))):
            return too_slow(self._path, allowed)
        if waited > limits.patience and waited > (allowed := limits.patience_for(file_size(self._path))):
            return too_slow(self._path, allowed)
        if _WATCH_MEMORY and (used := self._resident()) > limits.memory:
            allowed_memory = limits.memory_for(file_size(self._path))
            if used > allowed_memory:
                return too_large(self._path, allowed_memory)
        return None

    def _work(self) -> float:
        """Seconds of processor time since the first look."""
        try:
            times = psutil.Process(self._process_id).cpu_times()
        except psutil.Error:
            return 0.0
        used = float(times.user + times.system)
        if self._work_before is None:
            self._work_before = used
        return used - self._work_before

    def _resident(self) -> int:
        try:
            return int(psutil.Process(self._process_id).memory_info().rss)
        except psutil.Error:
            return 0
