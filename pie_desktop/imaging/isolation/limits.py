"""How much time and memory reading one photo may take, and how that is enforced.

The process that reads limits its own memory where the system can (`MemoryLimit`); its parent looks now and then at
the time, and elsewhere at the memory too (`Watch`).
"""

import re
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from pie_desktop.errors import DecodeError

_GIGABYTE = 1e9


@dataclass(frozen=True)
class Limits:
    """Bombs are small files and huge photographs are large ones, so both limits grow with the size of the file.

    Attributes:
        seconds: of work for any file, whatever else the computer does meanwhile.
        patience: seconds by the clock, for a process that waits: for a dead drive, or for itself.
        bytes_per_second: what a slow network drive delivers; reading the file at this rate comes on top of both.
        memory: bytes for any file.
        memory_free_size, memory_per_byte: a file larger than this many bytes may take so many times its excess on top.
    """

    seconds: float = 10.0
    patience: float = 60.0
    bytes_per_second: float = 2e6
    memory: int = 2_000_000_000
    memory_free_size: int = 50_000_000
    memory_per_byte: int = 10

    def seconds_for(self, size: int) -> float:
        """Work on a file of so many bytes."""
        return self.seconds + size / self.bytes_per_second

    def patience_for(self, size: int) -> float:
        """Time by the clock for a file of so many bytes."""
        return self.patience + size / self.bytes_per_second

    def memory_for(self, size: int) -> int:
        """Memory for a file of so many bytes."""
        return self.memory + self.memory_per_byte * max(0, size - self.memory_free_size)


def too_slow(path: Path, seconds: float) -> DecodeError:
    return DecodeError(
        f"{path.name} could not be read within {seconds:.0f} seconds; it is probably damaged, or its disk is too slow: "
        "try a copy on another disk."
    )


def too_large(path: Path, memory: int) -> DecodeError:
    return DecodeError(
        f"{path.name} needs more than {memory / _GIGABYTE:.3g} GB of memory to be opened; it is damaged or too large: "
        "make a smaller copy."
    )


def crashed(path: Path) -> DecodeError:
    """The answer to a photo whose decoder ended with its process."""
    return DecodeError(
        f"{path.name} crashed the photo reader; it is probably damaged: copy it again or restore it from a backup."
    )


def ended_from_outside(exit_code: int | None) -> bool:
    """Whether a process that nobody here ended was ended by a signal that no program sends to itself by a fault."""
    return exit_code in (-9, -15)  # SIGKILL, as by the kernel when memory runs out, and SIGTERM


def ended_twice(path: Path) -> DecodeError:
    """The answer to a photo whose process was ended from outside, and again when it was tried once more."""
    return DecodeError(
        f"{path.name} was not read, because the system ended its process twice, most likely for want of memory; "
        "close other programs and try again."
    )


def file_size(path: Path) -> int:
    """Bytes; 0 when the file is gone."""
    try:
        return path.stat().st_size
    except (OSError, ValueError):
        return 0


SELF_LIMITING = sys.platform == "linux"  # elsewhere the parent watches


class MemoryLimit:
    """Lets allocations fail that go beyond what this process had when this was made, plus a limit."""

    def __init__(self) -> None:
        self._base = _data_bytes() if SELF_LIMITING else 0

    def set(self, limit: int) -> None:
        """From now on at most so many bytes more; nothing where the system cannot do it."""
        if sys.platform == "linux" and self._base:
            import resource

            hard = resource.getrlimit(resource.RLIMIT_DATA)[1]
            wanted = self._base + limit
            soft = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
            resource.setrlimit(resource.RLIMIT_DATA, (soft, hard))


def _data_bytes() -> int:
    """Private memory of this process so far, by Linux' count."""
    match = re.search(r"VmData:\s*(\d+) kB", Path("/proc/self/status").read_text())
    return int(match[1]) * 1024 if match else 0


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
        import psutil

        try:
            times = psutil.Process(self._process_id).cpu_times()
        except psutil.Error:
            return 0.0
        used = float(times.user + times.system)
        if self._work_before is None:
            self._work_before = used
        return used - self._work_before

    def _resident(self) -> int:
        import psutil

        try:
            return int(psutil.Process(self._process_id).memory_info().rss)
        except psutil.Error:
            return 0
