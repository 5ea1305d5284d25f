"""What libraries in C write to the descriptor of stderr while they read a photo, as lines instead of noise.

libjpeg, LibRaw and libtiff report there what is odd about a file, under no name that a reader could know. Every photo
with a problem gets one sentence of our own; these lines belong in the log.
"""

import contextlib
import logging
import os
import sys
import tempfile
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

_log = logging.getLogger(__name__)

_STDERR = 2
_MOST_LINES = 20  # of one photo in the log
_MOST = 1 << 16  # bytes of one photo's messages
_lock = threading.RLock()
_depth = 0  # captures within each other, of the thread that holds the lock


@contextlib.contextmanager
def captured(wait: bool = True) -> Iterator[list[str]]:
    """Collect the lines that are written to the descriptor inside; they are in the list once the block is left.

    The descriptor belongs to the whole process, so that one thread captures at a time. What other threads write
    meanwhile is among the lines.

    Args:
        wait: for another thread that captures, and capture within a capture; otherwise, where one is at work already,
            the block runs without, and its lines are among those of the other.
    """
    lines: list[str] = []
    global _depth
    if not _lock.acquire(blocking=wait):
        yield lines
        return
    try:
        if _depth and not wait:
            yield lines
            return
        _depth += 1
        try:
            with _diverted(lines):
                yield lines
        finally:
            _depth -= 1
    finally:
        _lock.release()


def keep_messages(path: Path, lines: Sequence[str]) -> None:
    """Put what was captured while a photo was read into the log."""
    for line in lines[:_MOST_LINES]:
        _log.info("%s: %s", Path(path).name, line)


@contextlib.contextmanager
def _diverted(lines: list[str]) -> Iterator[None]:
    try:
        real = os.dup(_STDERR)
    except OSError:  # a program without a console has none
        yield
        return
    with contextlib.ExitStack() as stack:
        stack.callback(os.close, real)
        file = stack.enter_context(tempfile.TemporaryFile())
        if sys.stderr is not None:
            sys.stderr.flush()
        os.dup2(file.fileno(), _STDERR)
        try:
            yield
        finally:
            if sys.stderr is not None:
                sys.stderr.flush()
            os.dup2(real, _STDERR)
            file.seek(0)
            lines += file.read(_MOST).decode("utf-8", "replace").splitlines()
