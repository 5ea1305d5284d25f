"""Opening a folder of 5,000 photos: how soon it is seen, and whether the window ever stalls meanwhile."""

import io
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import skimage.data
from measurement import Measurement
from PIL import Image
from PySide6.QtCore import QEventLoop, Qt, QTimer
from PySide6.QtWidgets import QApplication

from pie_desktop.imaging import isolation
from pie_desktop.ui import theme
from pie_desktop.ui.context import AppContext
from pie_desktop.ui.filmstrip import Filmstrip

PHOTOS = 5000
SIZE = (720, 480)
STALL_BUDGET_MS = 100.0
PAINT_BUDGET_SECONDS = 1.0
WATCHED_SECONDS = 5.0
DECORATION = Qt.ItemDataRole.DecorationRole


class Heartbeat:
    """The longest time between two beats of a timer is the longest time that the event loop did nothing else."""

    def __init__(self) -> None:
        self.longest = 0.0
        self._last = time.perf_counter()
        self._timer = QTimer()
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._beat)
        self._timer.start(1)

    def reset(self) -> None:
        self.longest, self._last = 0.0, time.perf_counter()

    def _beat(self) -> None:
        now = time.perf_counter()
        self.longest = max(self.longest, now - self._last)
        self._last = now


def make_folder(folder: Path) -> None:
    """5,000 files, each of other bytes (the file number is appended)."""
    picture = Image.fromarray(np.ascontiguousarray(skimage.data.coffee())).resize(SIZE)
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", quality=90)
    for number in range(PHOTOS):
        (folder / f"IMG_{number}.jpg").write_bytes(buffer.getvalue() + number.to_bytes(4, "little"))


def wait_until(condition: Callable[[], bool], timeout: float = 60.0) -> float:
    """Run the event loop until the condition holds; seconds that took."""
    started = time.perf_counter()
    loop = QEventLoop()
    timer = QTimer()
    timer.timeout.connect(lambda: loop.quit() if condition() or time.perf_counter() - started > timeout else None)
    timer.start(2)
    loop.exec()
    return time.perf_counter() - started


def measure() -> list[Measurement]:
    app = QApplication.instance() or QApplication([])
    assert isinstance(app, QApplication)
    theme.apply_theme(app)
    with tempfile.TemporaryDirectory(prefix="pie-folder-") as name:
        folder = Path(name)
        make_folder(folder)
        isolation.start(warm=2)  # as the editor does
        context = AppContext()
        try:
            return _measure(context, folder)
        finally:
            context.close()
            isolation.stop()


def _measure(context: AppContext, folder: Path) -> list[Measurement]:
    strip = Filmstrip(context)
    strip.resize(420, 1200)
    strip.show()
    wait_until(strip.isVisible)

    def filled() -> bool:
        rows = strip.view.visible_rows()
        return bool(rows) and all(strip.model.index(row).data(DECORATION) is not None for row in rows)

    heartbeat = Heartbeat()
    wait_until(lambda: heartbeat.longest > 0)
    heartbeat.reset()
    started = time.perf_counter()
    strip.set_folder(folder)
    wait_until(lambda: strip.model.rowCount() == PHOTOS and bool(strip.view.visible_rows()))
    strip.view.viewport().repaint()
    listed = time.perf_counter() - started
    wait_until(filled)
    seen = time.perf_counter() - started
    end = time.perf_counter() + WATCHED_SECONDS
    wait_until(lambda: time.perf_counter() > end)
    opening_stall = heartbeat.longest * 1000

    heartbeat.reset()
    strip.view.scrollToBottom()
    jump = wait_until(lambda: strip.view.visible_rows().stop == PHOTOS and filled())
    strip.resize(700, 1200)
    wait_until(filled)
    moving_stall = heartbeat.longest * 1000
    how = f"{PHOTOS} JPEGs of {SIZE[0]}x{SIZE[1]}, filmstrip of 420x1200"
    return [
        Measurement(
            "folder of 5,000 photos listed and painted", f"<= {PAINT_BUDGET_SECONDS:g} s", listed, "s",
            note=how, met=listed <= PAINT_BUDGET_SECONDS,
        ),
        Measurement("the same until all visible thumbnails are there", "", seen, "s", note=how),
        Measurement(
            "longest stall while that folder opens and fills", f"<= {STALL_BUDGET_MS:g} ms", opening_stall, "ms",
            note=f"{WATCHED_SECONDS:g} s of background filling included", met=opening_stall <= STALL_BUDGET_MS,
        ),
        Measurement(
            "longest stall while jumping to the end and resizing", f"<= {STALL_BUDGET_MS:g} ms", moving_stall, "ms",
            note="during background filling", met=moving_stall <= STALL_BUDGET_MS,
        ),
        Measurement("visible thumbnails after a jump to the end", "", jump, "s", note=how),
    ]
