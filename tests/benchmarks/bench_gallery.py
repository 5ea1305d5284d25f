"""Thousands of styles: reading them, a key press in the search, and scrolling; against what a few cost."""

import os
import tempfile
import time
from pathlib import Path

import numpy as np
from measurement import Measurement
from photographs import small_images
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from pie_desktop.imaging.pairs.find import EditPair
from pie_desktop.styles.document import REFERENCES_FOLDER, read_document, write_document
from pie_desktop.styles.store import StyleLibrary
from pie_desktop.ui.context import AppContext
from pie_desktop.ui.styles import StylePanel
from pie_desktop.ui.theme import apply_theme

STYLES, FEW = 3000, 30
KEY_MS = 50.0
LIST_MS = 500.0
WORDS = ("evening", "film 12", "#portrait", "zebra")
STEPS = 60  # of scrolling


def measure() -> list[Measurement]:
    app = QApplication.instance() or QApplication([])
    assert isinstance(app, QApplication)
    apply_theme(app)
    with tempfile.TemporaryDirectory(prefix="pie-gallery-") as name:
        found = {count: _gallery(app, Path(name), count) for count in (FEW, STYLES)}
    (few_list, few_key, few_scroll), (list_ms, key, scroll) = found[FEW], found[STYLES]
    against = f"against {FEW} styles"
    return [
        Measurement(
            f"a key press in the search of {STYLES} styles",
            f"<= {KEY_MS:g} ms",
            key,
            "ms",
            key / few_key,
            f"processor time, 95 % of {sum(map(len, WORDS))} presses, with the cards; {against} ({few_key:.1f} ms)",
            key <= KEY_MS,
        ),
        Measurement(
            f"reading {STYLES} styles again",
            f"<= {LIST_MS:g} ms",
            list_ms,
            "ms",
            list_ms / few_list,
            f"best of 5, nothing has changed; {against} ({few_list:.1f} ms)",
            list_ms <= LIST_MS,
        ),
        Measurement(
            f"scrolling half a page of {STYLES} cards",
            "no more than of few",
            scroll,
            "ms",
            scroll / few_scroll,
            f"processor time, median of {STEPS}, with the cards that come into sight; {against} ({few_scroll:.1f} ms)",
        ),
    ]


def _fill(folder: Path, count: int) -> None:
    """A library of so many styles with the same four references."""
    library = StyleLibrary()
    folder.mkdir()
    edits = []
    for number, image in enumerate(small_images(4, 320)):
        Image.fromarray(image).save(folder / f"{number}.png")
        edits.append(EditPair(folder / f"{number}.png"))
    first = library.create("Evening 0", edits).style
    document = read_document(first.folder)
    for number in range(1, count):
        copy = first.folder.with_name(f"{first.id}{number:05d}")
        (copy / REFERENCES_FOLDER).mkdir(parents=True)
        for reference in first.references:
            (copy / REFERENCES_FOLDER / reference.after.name).hardlink_to(reference.after)
        name = f"{('Evening', 'Film', 'Street', 'Forest')[number % 4]} {number}"
        write_document(copy, document.model_copy(update={"name": name}))
    for style in library.list()[:5]:
        library.set_tags(style.id, ["portrait"])


def _gallery(app: QApplication, folder: Path, count: int) -> tuple[float, float, float]:
    """Milliseconds of reading again, of a key press, and of a step of scrolling."""
    os.environ["PIE_DESKTOP_HOME"] = str(folder / f"home{count}")
    _fill(folder / f"photos{count}", count)
    context = AppContext()
    panel = StylePanel(context)
    panel.resize(320, 900)
    panel.show()
    while len(panel.controller.styles) <= count:
        app.processEvents()
    _settle(app)
    listing = []
    for _ in range(5):
        started = time.perf_counter()
        context.library.list()
        listing.append(time.perf_counter() - started)
    keys, scrolls = [], []
    panel.find_style()
    for word in WORDS:
        for letter in word:
            keys.append(_timed(app, lambda letter=letter: QTest.keyClicks(panel.page.search.field, letter)))
        QTest.keyClick(panel.page.search.field, Qt.Key.Key_Escape)
        _settle(app)
    bar = panel.gallery.verticalScrollBar()
    step = panel.gallery.viewport().height() // 2
    for number in range(STEPS):
        place = (number * step) % max(bar.maximum(), 1)
        scrolls.append(_timed(app, lambda place=place: bar.setValue(place)))
    panel.close()
    panel.deleteLater()
    context.close()
    app.processEvents()
    return 1000 * min(listing), 1000 * float(np.percentile(keys, 95)), 1000 * float(np.median(scrolls))


def _timed(app: QApplication, do: object) -> float:
    """Seconds of processor time of the window's thread: of wall time, half is the other load of a computer."""
    started = time.thread_time()
    do()  # type: ignore[operator]
    app.processEvents()
    return time.thread_time() - started


def _settle(app: QApplication) -> None:
    """Let images arrive, so that they count for nothing that is measured after."""
    end = time.perf_counter() + 1
    while time.perf_counter() < end:
        app.processEvents()
