"""A folder of 5,000 photos of 24 megapixels on a slow disk: when it is seen, and what the thumbnail cache is worth.

The disk is simulated where the program asks it: 20 ms for opening a file or asking its size, 30 MB/s for reading one.
"""

import builtins
import io
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import numpy as np
from filmstrip import WatchedFilmstrip, let_run, wait_until
from measurement import Measurement, best_seconds
from photographs import camera_jpegs_with_thumbnails
from PySide6.QtWidgets import QApplication

from pie_desktop.imaging import isolation
from pie_desktop.imaging.decode import load_photo, load_thumbnail
from pie_desktop.imaging.isolation import Limits, child
from pie_desktop.ui import theme
from pie_desktop.ui.context import AppContext

PHOTOS = 5000
DIFFERENT = 4
OPEN_SECONDS = 0.02
BYTES_PER_SECOND = 30e6
PAINT_BUDGET_SECONDS = 1.0
VISIBLE_BUDGET_SECONDS = 2.0
STALL_BUDGET_MS = 100.0
WATCHED_SECONDS = 8.0
PREFIX = "pie-slow-"
HOW = f"24 MP with a camera's thumbnail, {OPEN_SECONDS * 1000:g} ms per access, {BYTES_PER_SECOND / 1e6:g} MB/s"


def slow_serve(connection: Connection, limits: Limits) -> None:
    """Body of a decoding process whose disk is slow."""
    _slow_down_reading()
    child.serve(connection, limits)


def _slow_down_reading() -> None:
    plain_open, plain_fromfile = builtins.open, np.fromfile

    def is_slow(path: object) -> bool:
        return isinstance(path, str | Path) and PREFIX in str(path)

    def slow_open(path: Any, *args: Any, **kwargs: Any) -> Any:
        if is_slow(path):
            time.sleep(OPEN_SECONDS)
        return plain_open(path, *args, **kwargs)

    def slow_fromfile(path: Any, *args: Any, **kwargs: Any) -> np.ndarray:
        if is_slow(path):
            time.sleep(OPEN_SECONDS + Path(path).stat().st_size / BYTES_PER_SECOND)
        return plain_fromfile(path, *args, **kwargs)

    builtins.open = io.open = slow_open
    np.fromfile = slow_fromfile  # type: ignore[assignment]


@contextmanager
def slow_asking() -> Iterator[None]:
    """The program's own questions to the disk."""
    plain = Path.stat

    def slow_stat(path: Path, **kwargs: Any) -> os.stat_result:
        if PREFIX in str(path):
            time.sleep(OPEN_SECONDS)
        return plain(path, **kwargs)

    Path.stat = slow_stat  # type: ignore[method-assign]
    try:
        yield
    finally:
        Path.stat = plain  # type: ignore[method-assign]


def measure() -> list[Measurement]:
    app = QApplication.instance() or QApplication([])
    assert isinstance(app, QApplication)
    theme.apply_theme(app)
    with tempfile.TemporaryDirectory(prefix=PREFIX) as name:
        folder = Path(name) / "photos"
        originals = camera_jpegs_with_thumbnails(Path(name) / "originals", DIFFERENT)
        folder.mkdir()
        for number in range(PHOTOS):
            os.link(originals[number % DIFFERENT], folder / f"IMG_{number}.jpg")
        results = _isolation(originals)
        with slow_asking():
            isolation.start(warm=2, body=slow_serve)
            try:
                context = AppContext()
                context.thumbnail_store.clear()
                results += _visit(context, folder, "without cache")
                results += _visit(context, folder, "with cache")
                context.close()
            finally:
                isolation.stop()
    return results


def _isolation(photos: list[Path]) -> list[Measurement]:
    """What decoding in a process of its own costs, on a fast disk."""
    tasks: dict[str, Callable[[], object]] = {
        "thumbnail of a 24 MP JPEG": lambda: load_thumbnail(photos[0], 192),
        "24 MP JPEG in full": lambda: load_photo(photos[0]),
    }
    here = {name: best_seconds(task, 7) for name, task in tasks.items()}
    isolation.start(processes=1)
    there = {name: best_seconds(task, 7) for name, task in tasks.items()}
    isolation.stop()
    return [
        Measurement(
            f"{name}, decoded in a process of its own",
            "",
            there[name] * 1000,
            "ms",
            ratio=there[name] / here[name],
            note="against decoding it in the same process",
        )
        for name in tasks
    ]


def _visit(context: AppContext, folder: Path, how: str) -> list[Measurement]:
    watched = WatchedFilmstrip(context)
    loader = watched.strip._loader
    loaded: list[Path] = []
    loader.loaded.connect(loaded.append)
    started = time.perf_counter()
    painted, seen = watched.open(folder, PHOTOS)
    wait_until(lambda: watched.filled(proper=True), timeout=120)
    proper = time.perf_counter() - started
    loaded.clear()
    let_run(WATCHED_SECONDS)
    rate = len(loaded) / WATCHED_SECONDS
    jump = watched.jump_to_end()
    wait_until(lambda: watched.filled(proper=True), timeout=120)
    stall = watched.heartbeat.longest * 1000
    loader.want((), ())
    wait_until(lambda: not loader._in_flight)
    watched.strip.close()
    return [
        Measurement(
            f"slow disk, {how}: 5,000 photos listed and painted",
            f"<= {PAINT_BUDGET_SECONDS:g} s",
            painted,
            "s",
            note=HOW,
            met=painted <= PAINT_BUDGET_SECONDS,
        ),
        Measurement(
            f"slow disk, {how}: an image for every visible photo",
            f"<= {VISIBLE_BUDGET_SECONDS:g} s",
            seen,
            "s",
            note="the camera's thumbnails first",
            met=seen <= VISIBLE_BUDGET_SECONDS,
        ),
        Measurement(f"slow disk, {how}: all of them proper thumbnails", "", proper, "s", note=HOW),
        Measurement(f"slow disk, {how}: thumbnails per second in the background", "", rate, "per second", note=HOW),
        Measurement(f"slow disk, {how}: visible images after a jump to the end", "", jump, "s", note=HOW),
        Measurement(
            f"slow disk, {how}: longest stall of the window",
            f"<= {STALL_BUDGET_MS:g} ms",
            stall,
            "ms",
            note="opening, filling, jumping",
            met=stall <= STALL_BUDGET_MS,
        ),
    ]


if __name__ == "__main__":
    for measurement in measure():
        print(measurement)
