"""What libraries in C write to the descriptor of stderr while they read a photo, as lines instead of noise.

libjpeg, LibRaw and libtiff report there what is odd about a file, under no name that a reader could know. Every photo
with a problem gets one sentence of our own; these lines belong in the log.
"""

import contextlib
import os
import sys
import tempfile
import threading
from collections.abc import Iterator

_STDERR = 2
_MOST = 1 << 16  # bytes of one photo's messages
_lock = threading.RLock()


@contextlib.contextmanager
def captured(wait: bool = True) -> Iterator[list[str]]:
    """Collect the lines that are written to the descriptor inside; they are in the list once the block is left.

    The descriptor belongs to the whole process, so that one thread captures at a time. What other threads write
    meanwhile is among the lines.

    Args:
        wait: for another thread that captures; otherwise the block runs without capturing, which is the other's then.
    """
    lines: list[str] = []
    if not _lock.acquire(blocking=wait):
        yield lines
        return
    try:
        with _diverted(lines):
            yield lines
    finally:
        _lock.release()


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
