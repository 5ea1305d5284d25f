"""Opening a folder of 5,000 photos: how soon it is seen, and whether the window ever stalls meanwhile."""

import io
import tempfile
from pathlib import Path

import numpy as np
import skimage.data
from filmstrip import SIZE as FILMSTRIP
from filmstrip import WatchedFilmstrip, let_run, wait_until
from measurement import Measurement
from PIL import Image
from PySide6.QtWidgets import QApplication

from pie_desktop.imaging import isolation
from pie_desktop.ui import theme
from pie_desktop.ui.context import AppContext

PHOTOS = 5000
SIZE = (720, 480)
STALL_BUDGET_MS = 100.0
PAINT_BUDGET_SECONDS = 1.0
WATCHED_SECONDS = 5.0


def make_folder(folder: Path) -> None:
    """5,000 files, each of other bytes (the file number is appended)."""
    image = Image.fromarray(np.ascontiguousarray(skimage.data.coffee())).resize(SIZE)
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=90)
    for number in range(PHOTOS):
        (folder / f"IMG_{number}.jpg").write_bytes(buffer.getvalue() + number.to_bytes(4, "little"))


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
    watched = WatchedFilmstrip(context)
    listed, seen = watched.open(folder, PHOTOS)
    let_run(WATCHED_SECONDS)
    opening_stall = watched.heartbeat.longest * 1000
    watched.heartbeat.reset()
    jump = watched.jump_to_end()
    watched.strip.resize(700, 1200)
    wait_until(watched.filled)
    moving_stall = watched.heartbeat.longest * 1000
    how = f"{PHOTOS} JPEGs of {SIZE[0]}x{SIZE[1]}, filmstrip of {FILMSTRIP[0]}x{FILMSTRIP[1]}"
    return [
        Measurement(
            "folder of 5,000 photos listed and painted",
            f"<= {PAINT_BUDGET_SECONDS:g} s",
            listed,
            "s",
            note=how,
            met=listed <= PAINT_BUDGET_SECONDS,
        ),
        Measurement("the same until all visible thumbnails are there", "", seen, "s", note=how),
        Measurement(
            "longest stall while that folder opens and fills",
            f"<= {STALL_BUDGET_MS:g} ms",
            opening_stall,
            "ms",
            note=f"{WATCHED_SECONDS:g} s of background filling included",
            met=opening_stall <= STALL_BUDGET_MS,
        ),
        Measurement(
            "longest stall while jumping to the end and resizing",
            f"<= {STALL_BUDGET_MS:g} ms",
            moving_stall,
            "ms",
            note="during background filling",
            met=moving_stall <= STALL_BUDGET_MS,
        ),
        Measurement("visible thumbnails after a jump to the end", "", jump, "s", note=how),
    ]
