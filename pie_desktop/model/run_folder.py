"""The folder of a fine-tuning run: files by which the training core and the editor know of each other.

They share no pipe, so that a run goes on when the editor is closed, or crashes, and is found again at its next start.
"""

import contextlib
import os
from pathlib import Path
from typing import Literal

import psutil
from filelock import FileLock, Timeout

from pie_desktop import json_files
from pie_desktop.imaging.atomic import atomic_write

EVENTS = "events.jsonl"  # one JSON object per line, written by the core
OUTPUT = "output.txt"  # what the process printed
PROCESS = "process.json"  # {"process": id}, by the core; its time of change is renewed while the run lives
REQUEST = "request.json"  # {"process": id, "ask": Request}, by the editor
WATCH = "watch"  # folder of pictures: N-before.jpg, N-ours.jpg and N-yours.jpg, and references.jpg, a sheet
SHEET = 12, 48  # references in a row of the sheet, and the side of each in px
LOCK = ".lock"  # held by the process as long as it lives
MAX_EVENTS = 64 * 1024 * 1024  # bytes of `EVENTS` that are read
Request = Literal["pause", "go on", "stop"]
_GRACE = 1.0  # seconds that a start waits for the lock: it may be looked at in that moment
_CLOCK = 5.0  # seconds by which the clocks of files and processes may differ


def lock_run(run: Path) -> FileLock:
    """Take the folder for this process and say so there; the lock is to be released in the end.

    Raises:
        Timeout: another process has it.
        OSError: the folder cannot be made or written.
    """
    run.mkdir(parents=True, exist_ok=True)
    lock = FileLock(run / LOCK, timeout=_GRACE, thread_local=False)
    lock.acquire()
    try:
        with atomic_write(run / PROCESS) as temporary:
            temporary.write_text(json_files.to_text({"process": os.getpid()}), encoding="utf-8")
    except BaseException:
        lock.release()
        raise
    return lock


def renew(run: Path) -> None:
    """Note that the process of a run is alive. Never raises."""
    with contextlib.suppress(OSError):
        os.utime(run / PROCESS)


def is_running(run: Path) -> bool:
    """Whether a process trains there. The lock says so, which ends with its process however that ends."""
    if not (run / LOCK).exists():
        return False
    try:
        with FileLock(run / LOCK, timeout=0, thread_local=False):
            return False
    except Timeout:
        return True
    except OSError:
        return False


def process_of(run: Path) -> int | None:
    """The process that trains there, None without one; one that got its number since is not taken for it."""
    if not is_running(run):
        return None
    try:
        number = json_files.read_object(run / PROCESS, max_bytes=1000).get("process")
        if not isinstance(number, int):
            return None
        # Who got the number of a dead process began after that one had noted for the last time that it lives.
        began = psutil.Process(number).create_time()
        return number if began <= (run / PROCESS).stat().st_mtime + _CLOCK else None
    except (OSError, OverflowError, json_files.DamagedJsonError, psutil.Error):
        return None


def ask(run: Path, request: Request) -> bool:
    """Ask the process that trains there for something; whether there is one to ask. Raises OSError."""
    number = process_of(run)
    if number is None:
        return False
    with atomic_write(run / REQUEST) as temporary:
        temporary.write_text(json_files.to_text({"process": number, "ask": request}), encoding="utf-8")
    return True


def asked(run: Path) -> str | None:
    """What this process was asked for last, through the folder; None for nothing. Never raises."""
    try:
        request = json_files.read_object(run / REQUEST, max_bytes=1000)
    except (OSError, json_files.DamagedJsonError):
        return None
    # What was asked of a process that is gone is not asked of this one.
    found = request.get("ask") if request.get("process") == os.getpid() else None
    return found if isinstance(found, str) else None


def kill(run: Path) -> None:
    """End the process that trains there at once; what came after its last checkpoint is lost."""
    number = process_of(run)
    if number is not None:
        with contextlib.suppress(psutil.Error):
            psutil.Process(number).kill()
