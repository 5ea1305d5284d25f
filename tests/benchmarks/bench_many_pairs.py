"""Thousands of pairs: looked at, found again, shown in the table of the train page, and refused where none is right.

The photos are small, so that what is measured is what grows with their number; decoding large ones comes on top.

`python tests/benchmarks/bench_many_pairs.py PAIRS` measures another number of them.
"""

import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from unittest import mock

import numpy as np
import psutil
from bench_pairs import start_seconds
from filmstrip import Heartbeat, wait_until
from measurement import Measurement
from photographs import small_images
from PIL import Image
from PySide6.QtWidgets import QApplication

from pie_desktop.errors import PieError
from pie_desktop.imaging import isolation
from pie_desktop.ui import theme
from pie_desktop.ui.context import AppContext
from pie_desktop.ui.train.pair_panel import PairPanel

PAIRS = 5000
LONG_SIDE = 160
SOURCES = 40  # photographs, each shifted by another number of columns
AGAIN = 0.05  # of the first start
MEMORY = 500.0  # MB, beyond what the process takes with no pairs
STALL = 0.1  # s


def measure(pairs: int = PAIRS) -> list[Measurement]:
    app = QApplication.instance() or QApplication([])
    assert isinstance(app, QApplication)
    theme.apply_theme(app)
    with tempfile.TemporaryDirectory() as folder, mock.patch.dict(os.environ, PIE_DESKTOP_HOME=f"{folder}/home"):
        few, right, wrong = (Path(folder) / name for name in ("few", "right", "wrong"))
        _shoot(few, 4, original_of=lambda number: number)
        start_seconds(few)  # loads torch and compiles
        _shoot(right, pairs, original_of=lambda number: number)
        _shoot(wrong, pairs, original_of=lambda number: number + 1)
        return [*_measure_start(right, pairs), *_measure_table(right, pairs), _measure_wrong(wrong, pairs)]


def _measure_start(edits: Path, pairs: int) -> list[Measurement]:
    process = psutil.Process()
    before = process.memory_info().rss
    first = start_seconds(edits)
    memory = (process.memory_info().rss - before) / 1e6
    second = start_seconds(edits)
    return [
        Measurement(
            f"{pairs:,} small pairs looked at for the first time, each",
            "",
            1000 * first / pairs,
            "ms",
            note=f"{first:.0f} s of one process; photos of {LONG_SIDE} px",
        ),
        Measurement(f"memory for {pairs:,} pairs", f"<= {MEMORY:g} MB", memory, "MB", met=memory <= MEMORY),
        Measurement(
            f"second start with {pairs:,} pairs",
            f"<= {AGAIN:g} of the first",
            second,
            "s",
            ratio=second / first,
            note="from the folder to the images that a run learns from; ratio to the first start",
            met=second / first <= AGAIN,
        ),
    ]


def _measure_table(edits: Path, pairs: int) -> list[Measurement]:
    """Of pairs that were looked at before."""
    isolation.start(warm=1)
    context = AppContext()
    try:
        panel = PairPanel(context)
        panel.resize(900, 700)
        panel.show()
        heartbeat = Heartbeat()
        heartbeat.reset()
        started = time.perf_counter()
        panel.set_folders((edits,), None)
        wait_until(lambda: not panel.searching and panel.model.usable == pairs)
        shown = time.perf_counter() - started
        stall = heartbeat.longest
        heartbeat.reset()
        panel.model.decided.emit([panel.model.row_at(0)], False)
        wait_until(lambda: panel.model.usable == pairs - 1)
        decided = heartbeat.longest
        panel.close()
    finally:
        context.close()
        isolation.stop()
    note = "longest time without the event loop; ratio to the time until all is shown"
    return [
        Measurement(
            f"table of {pairs:,} pairs filled, longest stall",
            f"<= {STALL * 1000:g} ms",
            stall * 1000,
            "ms",
            ratio=stall / shown,
            note=note,
            met=stall <= STALL,
        ),
        Measurement(
            f"one of {pairs:,} pairs left out by a click, longest stall",
            f"<= {STALL * 1000:g} ms",
            decided * 1000,
            "ms",
            met=decided <= STALL,
        ),
    ]


def _measure_wrong(edits: Path, pairs: int) -> Measurement:
    started = time.perf_counter()
    try:
        start_seconds(edits)
        said = ""
    except PieError as error:
        said = str(error)
    return Measurement(
        f"{pairs:,} edits of other photos than their originals, refused, each",
        "one sentence",
        1000 * (time.perf_counter() - started) / pairs,
        "ms",
        note=said or "they trained",
        met=said.startswith(f"Of {pairs:,} pairs none can be used") and "\n" not in said,
    )


def _shoot(folder: Path, pairs: int, original_of: Callable[[int], int]) -> None:
    """Warm edits, and in `originals` the photo that each was made of, or another one."""
    (folder / "originals").mkdir(parents=True)
    sources = small_images(SOURCES, LONG_SIDE)

    def photo(number: int) -> np.ndarray:
        return np.roll(sources[number % SOURCES], number // SOURCES, axis=1)

    for number in range(pairs):
        original = Image.fromarray(photo(original_of(number)))
        original.save(folder / "originals" / f"{number}.jpg", quality=90)
        warm = np.clip((photo(number) / 255) ** 0.8 * [262, 250, 215], 0, 255).astype(np.uint8)
        Image.fromarray(warm).save(folder / f"{number}.jpg", quality=90)


if __name__ == "__main__":
    for one in measure(*map(int, sys.argv[1:])):
        print(one)
