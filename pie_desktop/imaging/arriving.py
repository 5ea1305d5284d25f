"""Whether a file that has just appeared is complete: a camera's tether or a copy may still be writing it."""

import os
import signal
import sys
from dataclasses import dataclass
from pathlib import Path

SETTLED_SECONDS = 0.6
OLD_SECONDS = 3.0


@dataclass(frozen=True)
class Sighting:
    """A file as it was seen.

    Attributes:
        size: bytes.
        modified: time in nanoseconds.
        written: a program has it open for writing, where the system tells (Linux, on its own disks).
    """

    size: int
    modified: int
    written: bool


def sight(path: Path) -> Sighting | None:
    """Look at a file without reading it; None for one that is gone."""
    try:
        status = path.stat()
    except OSError:
        return None
    return Sighting(status.st_size, status.st_mtime_ns, _is_open_for_writing(path))


def is_complete(now: Sighting, first: Sighting | None, seconds: float, clock_ns: int) -> bool:
    """Whether a file may be read.

    Args:
        now: as it is now.
        first: the earliest sighting that is equal to it, None where there is none.
        seconds: since then.
        clock_ns: the time of day, to see that a file was moved here whole.
    """
    if now.written or now.size == 0:
        return False
    if clock_ns - now.modified > OLD_SECONDS * 1e9:
        return True
    return first == now and seconds >= SETTLED_SECONDS


def _is_open_for_writing(path: Path) -> bool:
    if sys.platform != "linux":
        return False
    import fcntl

    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    except OSError:
        return True
    try:
        # A lease for reading is refused while somebody writes. Should a writer come before it is given back, the
        # system sends a signal: one that does nothing, in place of the usual one, which ends the program.
        fcntl.fcntl(descriptor, fcntl.F_SETSIG, signal.SIGURG)
        fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_RDLCK)
        fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_UNLCK)
    except BlockingIOError:
        return True
    except OSError:  # a disk that knows no leases, or somebody else's file
        return False
    finally:
        os.close(descriptor)
    return False
