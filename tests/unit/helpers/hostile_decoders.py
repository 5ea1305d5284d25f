"""Decoders that go wrong in every way; imported by the processes of the pool."""

import ctypes
import os
import signal
import time
from pathlib import Path

import numpy as np

from pie_desktop.errors import DecodeError
from pie_desktop.imaging.isolation import isolated


@isolated
def process_id(path: Path) -> int:
    return os.getpid()


@isolated
def image(path: Path, side: int) -> dict[str, np.ndarray]:
    """Two arrays in one value, the larger one of several megabytes."""
    ramp = np.arange(side * side * 3, dtype=np.uint32).reshape(side, side, 3)
    return {"wide": ramp, "small": ramp[:4, :4].astype(np.uint8)}


@isolated
def refuse(path: Path) -> None:
    raise DecodeError(f"{path.name} is damaged.")


@isolated
def killed(path: Path) -> int:
    """Ended by the system, as often as a file says; then the number of the process."""
    if times := len(path.read_text()):
        path.write_text("x" * (times - 1))
        os.kill(os.getpid(), signal.SIGKILL)
    return os.getpid()


@isolated
def segfault(path: Path) -> None:
    ctypes.string_at(0)


@isolated
def abort(path: Path) -> None:
    os.abort()


@isolated
def crash_with_shared_memory(path: Path) -> np.ndarray:
    """Ends once its value is in shared memory, before the other side is told."""
    from pie_desktop.imaging.isolation import child

    child.Reply = lambda *_: os.abort()  # type: ignore[assignment,misc]
    return np.zeros((2000, 2000), np.uint8)


@isolated
def hang_with_shared_memory(path: Path, started: Path) -> np.ndarray:
    """Hangs once its value is in shared memory, before the other side is told."""
    from pie_desktop.imaging.isolation import child

    def never(*_: object) -> None:
        started.touch()
        time.sleep(1000)

    child.Reply = never  # type: ignore[assignment,misc]
    return np.zeros((2000, 2000), np.uint8)


@isolated
def hang(path: Path, started: Path | None = None, hold: bool = False) -> None:
    """Never returns; with `hold` the interpreter's lock is held, so that no thread of Python's runs any more."""
    if started is not None:
        started.write_text(str(os.getpid()))
    if hold:
        ctypes.PyDLL(None).sleep(1000)
    while True:
        time.sleep(0.01)


@isolated
def spin(path: Path) -> None:
    while True:
        pass


@isolated
def devour(path: Path, size: int) -> int:
    return int(np.ones(size, np.uint8)[::4096].sum())


READY: list[bool] = []


def get_ready() -> None:
    READY.append(True)


@isolated
def was_ready(path: Path) -> bool:
    return bool(READY)
