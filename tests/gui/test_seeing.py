"""What the Edit tab says about the open photo: histogram, clipping warnings, the colour under the mouse."""

import threading
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from pie_desktop.edit.edit import AMOUNT
from pie_desktop.imaging.tones import tones_of
from pie_desktop.ui.canvas.clipping import BRIGHT_COLOR
from pie_desktop.ui.canvas.panes import View
from pie_desktop.ui.main_window import MainWindow
from tests.gui.opening import open_photo


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    """Left half dark, right half with a clipped red, stored without loss."""
    image = np.full((240, 320, 3), 40, np.uint8)
    image[:, 160:] = (255, 60, 60)
    path = tmp_path / "halves.png"
    Image.fromarray(image).save(path)
    return path


def test_histogram_of_original_and_result_follows_the_sliders(
    window: MainWindow, photo_folder: Path, qtbot: QtBot
) -> None:
    open_photo(window, photo_folder / "coffee.jpg", qtbot)
    view, renderer = window.edit_page.histogram.view, window.canvas.renderer
    assert view.isVisible()

    def agrees() -> bool:
        tones = view.tones
        return tones is not None and np.array_equal(tones.after.counts, tones_of(renderer.base.exact).counts)

    qtbot.waitUntil(agrees)
    np.testing.assert_array_equal(view.tones.before.counts, tones_of(renderer.base.original).counts)
    before = view.tones.after.counts
    window.context.current.change(window.session.edit.with_value(AMOUNT, 0.0), moving=True)
    qtbot.waitUntil(lambda: np.array_equal(view.tones.after.counts, view.tones.before.counts))
    assert not np.array_equal(before, view.tones.after.counts)


def test_histogram_is_empty_without_a_photo(window: MainWindow, photo: Path, qtbot: QtBot) -> None:
    open_photo(window, photo, qtbot)
    view = window.edit_page.histogram.view
    qtbot.waitUntil(lambda: view.tones is not None)
    window.canvas.set_message("Gone.")
    assert view.tones is None


def canvas_color(window: MainWindow, x: float) -> str:
    image = window.canvas.grab().toImage()
    return QColor(image.pixel(round(image.width() * x), image.height() // 2)).name()


def test_clipped_highlights_are_marked(window: MainWindow, photo: Path, qtbot: QtBot) -> None:
    open_photo(window, photo, qtbot)
    window.canvas.set_view(View.SINGLE)
    plain = canvas_color(window, 0.65), canvas_color(window, 0.35)
    assert BRIGHT_COLOR not in plain
    window.commands["clipping"].trigger()
    assert (canvas_color(window, 0.65), canvas_color(window, 0.35)) == (BRIGHT_COLOR, plain[1])
    QTest.keyClick(window.canvas, Qt.Key.Key_J)
    assert (canvas_color(window, 0.65), canvas_color(window, 0.35)) == plain


def test_a_click_on_the_mark_of_the_histogram_shows_the_warnings(window: MainWindow, photo: Path, qtbot: QtBot) -> None:
    open_photo(window, photo, qtbot)
    view = window.edit_page.histogram.view
    qtbot.mouseClick(view, Qt.MouseButton.LeftButton, pos=QPoint(view.width() - 7, 7))
    assert window.canvas.warnings and window.commands["clipping"].isChecked()


def test_colour_under_the_mouse_of_original_and_result(window: MainWindow, photo_folder: Path, qtbot: QtBot) -> None:
    open_photo(window, photo_folder / "coffee.jpg", qtbot)
    canvas, readout = window.canvas, window.edit_page.photo_view.toolbar.readout
    window.edit_page.styles.select_style(window.context.library.list()[0].id)
    layer = canvas.renderer.base
    qtbot.waitUntil(lambda: window.context.current.style_id is not None)
    qtbot.waitUntil(lambda: canvas.renderer.base is not layer and not window.context.background.open_jobs)
    layer = canvas.renderer.base
    centre = QPoint(canvas.width() // 2, canvas.height() // 2)
    QTest.mouseMove(canvas, centre)
    qtbot.waitUntil(lambda: readout.full_text != "")
    left, top = canvas.viewport.offset()
    row, column = centre.y() - top, centre.x() - left
    before, after = layer.original[row, column], layer.exact[row, column]
    numbers = [int(word) for word in readout.full_text.replace("→", "").split() if word.isdigit()]
    assert numbers == [*before.tolist(), *after.tolist()]
    QApplication.sendEvent(canvas, QEvent(QEvent.Type.Leave))
    assert readout.full_text == ""


def test_no_colour_beside_the_photo(window: MainWindow, photo: Path, qtbot: QtBot) -> None:
    open_photo(window, photo, qtbot)
    readout = window.edit_page.photo_view.toolbar.readout
    QTest.mouseMove(window.canvas, QPointF(2, 2).toPoint())
    QTest.qWait(50)
    assert readout.full_text == ""


def test_the_filmstrip_keeps_the_next_photo_in_sight(window: MainWindow, tmp_path: Path, qtbot: QtBot) -> None:
    photos = [tmp_path / f"{number:02}.png" for number in range(30)]
    for number, path in enumerate(photos):
        Image.fromarray(np.full((40, 60, 3), 50 + number, np.uint8)).save(path)
    window.open_paths([photos[0]])
    strip = window.edit_page.filmstrip
    qtbot.waitUntil(lambda: strip.current_path() == photos[0])

    def in_sight(row: int) -> bool:
        return strip.view.viewport().rect().contains(strip.view.visualRect(strip.model.index(row)))

    for row in range(1, 20):
        window.commands["next"].trigger()
        assert strip.current_path() == photos[row] and in_sight(row) and in_sight(row + 1)
    for row in range(18, 0, -1):
        window.commands["previous"].trigger()
        assert in_sight(row) and in_sight(row - 1)


def test_the_original_is_shown_while_the_model_loads(window: MainWindow, photo_folder: Path, qtbot: QtBot) -> None:
    engine, go_on = window.context.engine, threading.Event()
    transform = engine.transform

    def slow(*given: object) -> object:
        go_on.wait(30)
        return transform(*given)

    engine.transform = slow
    try:
        window.open_paths([photo_folder / "coffee.jpg"])
        qtbot.waitUntil(lambda: window.canvas.renderer.base is not None)
        assert not window.canvas.renderer.enhanced and window.session.enhancement is None
    finally:
        go_on.set()
    qtbot.waitUntil(lambda: window.canvas.renderer.enhanced)
