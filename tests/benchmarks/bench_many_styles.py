"""Many styles and large ones: how long the window stands still while 300 fill the panel; a style of 200 pairs."""

import os
import resource
import shutil
import tempfile
import time
from pathlib import Path

import numpy as np
from measurement import Measurement
from photographs import small_images
from PIL import Image
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from pie_desktop.engine.engine import Engine
from pie_desktop.imaging.lut.apply import apply_lut, identity_lut
from pie_desktop.imaging.pairs.find import EditPair
from pie_desktop.styles.document import REFERENCES_FOLDER, read_document, write_document
from pie_desktop.styles.store import StyleLibrary
from pie_desktop.ui.context import AppContext
from pie_desktop.ui.styles import StylePanel
from pie_desktop.ui.theme import apply_theme

STYLES = 300
FEW_STYLES = 5
REFERENCES = 200
STALL_MS = 150.0
SELECTION_SECONDS = 5.0
KEPT_MB = 300.0


def measure() -> list[Measurement]:
    with tempfile.TemporaryDirectory(prefix="pie-styles-") as name:
        folder = Path(name)
        os.environ["PIE_DESKTOP_HOME"] = str(folder / "home")
        return [*_large_style(folder), *_many_styles(folder)]


def _pairs(folder: Path, count: int) -> list[EditPair]:
    folder.mkdir()
    look = identity_lut() ** np.array([0.8, 0.9, 1.1], np.float32)
    pairs = []
    for number, image in enumerate(small_images(count, 480)):
        after, before = folder / f"{number}_edit.jpg", folder / f"{number}.jpg"
        Image.fromarray(image).save(before)
        Image.fromarray(apply_lut(image, look)).save(after)
        pairs.append(EditPair(after, before))
    return pairs


def _large_style(folder: Path) -> list[Measurement]:
    library = StyleLibrary(folder / "large", builtin=folder / "none")
    style = library.create("Large", _pairs(folder / "four", 4)).style
    document = read_document(style.folder)
    place = style.folder / REFERENCES_FOLDER
    references = []
    look = identity_lut() ** np.array([0.8, 0.9, 1.1], np.float32)
    for number, image in enumerate(small_images(40, 768) * (REFERENCES // 40)):
        after, before = place / f"many{number}_a.jpg", place / f"many{number}_b.jpg"
        Image.fromarray(image).save(before, quality=95)
        Image.fromarray(apply_lut(image, look)).save(after, quality=95)
        changed = {"id": f"{number + 1:03d}", "after": after.name, "before": before.name, "after_digest": str(number)}
        references.append(document.references[0].model_copy(update=changed))
    write_document(style.folder, document.model_copy(update={"references": references, "next_id": REFERENCES + 1}))
    style = library.get(style.id)
    engine = Engine(library)
    engine.load()
    before_mb, started = _resident_mb(), time.perf_counter()
    used = time.process_time()
    reports: list[float] = []
    engine.agreement(style, lambda fraction, text: reports.append(time.perf_counter()))
    seconds, kept = time.perf_counter() - started, _resident_mb() - before_mb
    silence = max(np.diff([started, *reports, started + seconds]))
    note = "reading, encoding and agreement; "
    return [
        Measurement(
            f"first selection of a style of {REFERENCES} pairs",
            f"<= {SELECTION_SECONDS:g} s",
            seconds,
            "s",
            note=f"{note}{time.process_time() - used:.1f} s of processor time, silent for {silence:.1f} s at most",
            met=seconds <= SELECTION_SECONDS,
        ),
        Measurement(
            f"memory kept for a style of {REFERENCES} pairs",
            f"<= {KEPT_MB:g} MB",
            kept,
            "MB",
            note=f"resident after it was selected, less before; at most {_peak_mb() - before_mb:.0f} MB on the way",
            met=kept <= KEPT_MB,
        ),
    ]


def _resident_mb() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 1e6


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3


def _many_styles(folder: Path) -> list[Measurement]:
    app = QApplication.instance() or QApplication([])
    assert isinstance(app, QApplication)
    apply_theme(app)
    pairs = _pairs(folder / "pairs", 4)
    stalls = {}
    for count in (FEW_STYLES, STYLES):
        os.environ["PIE_DESKTOP_HOME"] = str(folder / f"home{count}")
        _fill(StyleLibrary(), pairs, count)
        stalls[count] = min(_stall(app, count) for _ in range(3))
    return [
        Measurement(
            f"longest stall while {STYLES} styles fill the panel",
            f"<= {STALL_MS:g} ms",
            stalls[STYLES],
            "ms",
            stalls[STYLES] / stalls[FEW_STYLES],
            f"longest gap of the event loop, best of 3; against {FEW_STYLES} styles ({stalls[FEW_STYLES]:.0f} ms)",
            stalls[STYLES] <= STALL_MS,
        )
    ]


def _fill(library: StyleLibrary, pairs: list[EditPair], count: int) -> None:
    first = library.create("Style 0", pairs).style
    document = read_document(first.folder)
    for number in range(1, count):
        copy = first.folder.with_name(f"{first.id}{number:04d}")
        shutil.copytree(first.folder, copy)
        write_document(copy, document.model_copy(update={"name": f"Style {number}"}))


def _stall(app: QApplication, count: int) -> float:
    """Milliseconds of the longest time that the event loop does nothing else, until styles and images are there."""
    context = AppContext()
    gaps: list[float] = []
    last = time.perf_counter()

    def tick() -> None:
        nonlocal last
        now = time.perf_counter()
        gaps.append(now - last)
        last = now

    timer = QTimer()
    timer.setInterval(0)
    timer.timeout.connect(tick)
    panel = StylePanel(context)
    panel.resize(320, 900)
    panel.show()
    app.processEvents()
    last = time.perf_counter()
    timer.start()
    deadline = last + 60
    until = None
    while time.perf_counter() < min(deadline, until or deadline):
        app.processEvents()
        if until is None and len(panel.controller.styles) > count:
            until = time.perf_counter() + 0.5  # for layout and painting
    assert len(panel.gallery.column.keys) > count
    timer.stop()
    panel.close()
    panel.deleteLater()
    context.close()
    app.processEvents()
    return 1000 * max(gaps)
