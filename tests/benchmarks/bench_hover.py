"""How soon the open photo is shown in a style that is looked at in the gallery: the model's answer, then the pixels.

Processor time of all threads, so that other programs do not count; the notes tell the time by the clock.
"""

import os
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from measurement import Measurement
from photographs import camera_image
from PIL import Image
from PySide6.QtCore import QEventLoop, QTimer
from PySide6.QtWidgets import QApplication

from pie_desktop.edit.edit import Edit
from pie_desktop.edit.parts.contrast import ContrastPart
from pie_desktop.imaging.warm_up import warm_up
from pie_desktop.ui.canvas.panes import View
from pie_desktop.ui.context import AppContext
from pie_desktop.ui.main_window import MainWindow
from pie_desktop.ui.styles.hovering import DWELL_MS
from pie_desktop.ui.theme import apply_theme

WINDOW = (2560, 1440)
ROUNDS = 5
BUDGET_MS = 50.0


def measure() -> list[Measurement]:
    with tempfile.TemporaryDirectory(prefix="pie-hover-") as name:
        folder = Path(name)
        os.environ["PIE_DESKTOP_HOME"] = str(folder / "home")
        photo = folder / "photo.jpg"
        Image.fromarray(camera_image(1)).save(photo, quality=92)
        app = QApplication.instance() or QApplication([])
        assert isinstance(app, QApplication)
        apply_theme(app)
        warm_up()
        context = AppContext()
        window = MainWindow(context)
        window.resize(*WINDOW)
        window.show()
        try:
            return _measured(app, window, photo)
        finally:
            window.close()
            context.close()


def _measured(app: QApplication, window: MainWindow, photo: Path) -> list[Measurement]:
    def wait(condition: Callable[[], bool]) -> None:
        deadline = time.perf_counter() + 120
        while not condition():
            app.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)
            assert time.perf_counter() < deadline

    awake = QTimer(window, interval=50)  # so that no wait for events is for ever
    awake.start()
    session, renderer, preview = window.session, window.canvas.renderer, window.edit_page.preview
    window.canvas.set_view(View.SINGLE)
    styles = window.edit_page.styles
    wait(lambda: bool(styles.controller.styles))
    window.open_paths([photo])
    wait(lambda: renderer.source is not None and renderer.source.scale >= 1)
    wait(
        lambda: session.enhancement is not None and not session._waiting and not window.edit_page.filmstrip.edited._job
    )
    ids = [style.id for style in styles.controller.styles]
    engine, library = window.context.engine, window.context.library
    for style_id in ids:
        engine.preference(library.get(style_id))
    asked, drawn = _Times(), {"as it is": _Times(), "with contrast": _Times()}
    for how, edit in (("as it is", Edit()), ("with contrast", Edit().with_part(ContrastPart(30.0)))):
        window.context.current.change(edit)
        wait(lambda: renderer.base is not None and renderer.base.exact_for == renderer.edit)
        for style_id in ids * ROUNDS:
            session.in_styles.forget()
            asked.begin()
            preview.prepare(style_id)
            wait(lambda wanted=style_id: session.in_styles.known(wanted) is not None)  # type: ignore[misc]
            asked.end()
            wanted = session.in_styles.known(style_id)
            assert wanted is not None
            drawn[how].begin()
            preview.look_at(style_id)
            wait(lambda luts=wanted.transform: renderer.base.request.luts is luts)  # type: ignore[misc]
            window.canvas.repaint()
            drawn[how].end()
            preview.leave()
            wait(lambda: renderer.base.request.luts is session.enhancement.transform)
            wait(lambda: renderer.base.exact_for == renderer.edit)
    assert renderer.source is not None and renderer.base is not None
    whole = renderer.base.request.whole
    size = (whole.width, whole.height)
    copies = _Times()
    target = np.empty_like(renderer.base.original)
    for _ in range(20):
        copies.begin()
        np.copyto(target, renderer.base.original)
        copies.end()
    copy = copies.used
    rows = [
        Measurement(
            "what the model says of a style under the mouse",
            f"<= {DWELL_MS} ms",
            asked.used,
            "ms",
            asked.used / copy,
            f"asked while the mouse comes to rest; {asked.clock:.0f} ms by the clock; against copying the picture once",
            asked.used <= DWELL_MS,
        )
    ]
    for how, times in drawn.items():
        rows.append(
            Measurement(
                f"style shown once the mouse rests, edit {how}",
                f"<= {BUDGET_MS:.0f} ms",
                times.used,
                "ms",
                times.used / copy,
                f"{size[0]}x{size[1]} pixels, rendered and painted; {times.clock:.0f} ms by the clock; likewise",
                times.used <= BUDGET_MS,
            )
        )
    return rows


class _Times:
    """Milliseconds of what is done again and again: medians of processor time and of the clock."""

    def __init__(self) -> None:
        self._began = (0.0, 0.0)
        self._used: list[float] = []
        self._passed: list[float] = []

    def begin(self) -> None:
        self._began = (time.process_time(), time.perf_counter())

    def end(self) -> None:
        self._used.append(1000 * (time.process_time() - self._began[0]))
        self._passed.append(1000 * (time.perf_counter() - self._began[1]))

    @property
    def used(self) -> float:
        return statistics.median(self._used)

    @property
    def clock(self) -> float:
        return statistics.median(self._passed)
