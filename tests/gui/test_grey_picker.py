"""The grey picker on the canvas: W, a click, one step; Esc and another photo put it away."""

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from pie_desktop.edit.edit import Edit
from pie_desktop.edit.parts.geometry import GeometryPart
from pie_desktop.edit.parts.white_balance import WhiteBalancePart
from pie_desktop.imaging.color.difference import to_lab
from pie_desktop.imaging.encode import EncodeOptions, save_photo
from pie_desktop.ui.main_window import MainWindow
from tests.gui.opening import open_photo, wait_shown

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def opened(window: MainWindow, tmp_path: Path, qtbot: QtBot) -> MainWindow:
    """A photo whose left third is a warm grey, the middle white, and the right third black."""
    photo = np.zeros((120, 180, 3), np.uint8)
    photo[:, :60] = (140, 128, 112)
    photo[:, 60:120] = 255
    save_photo(photo, tmp_path / "card.png", EncodeOptions(format="png"))
    save_photo(photo[:, :70], tmp_path / "other.png", EncodeOptions(format="png"))
    open_photo(window, tmp_path / "card.png", qtbot)
    window.activateWindow()
    window.canvas.setFocus()
    window.canvas.set_handle(0.0)
    return window


def place(window: MainWindow, x: float, y: float) -> QPoint:
    return window.canvas.picture_view().position(x, y).toPoint()


def said(window: MainWindow) -> list[str]:
    heard: list[str] = []
    window.context.notifier.posted.connect(lambda one: heard.append(one.text))
    return heard


def test_a_click_makes_the_place_neutral_in_one_step(opened: MainWindow, qtbot: QtBot) -> None:
    canvas, history = opened.canvas, opened.session.keeper
    before = len(history.history.copy.steps)
    QTest.keyClick(opened.windowHandle(), Qt.Key.Key_W)
    assert canvas.tool is not None and opened.commands["pick_grey"].isChecked()
    qtbot.mouseClick(canvas, LEFT, pos=place(opened, 0.15, 0.5))
    assert canvas.tool is None and not opened.commands["pick_grey"].isChecked()
    part = opened.session.edit.part(WhiteBalancePart)
    assert part.temperature < 0
    steps = history.history.copy.steps
    assert len(steps) == before + 1 and steps[-1].name == "White balance from grey"
    layer = canvas.renderer.base
    qtbot.waitUntil(lambda: layer.exact_for == opened.session.edit)
    _, a, b = to_lab(layer.exact[:, : layer.exact.shape[1] // 4]).reshape(-1, 3).mean(axis=0)
    assert np.hypot(a, b) < 1.5
    opened.commands["undo"].trigger()
    assert opened.session.edit == Edit()


@pytest.mark.parametrize(("x", "word"), [(0.5, "clipped"), (0.85, "black")])
def test_a_place_without_colour_changes_nothing_and_is_explained(
    opened: MainWindow, qtbot: QtBot, x: float, word: str
) -> None:
    heard = said(opened)
    QTest.keyClick(opened.windowHandle(), Qt.Key.Key_W)
    qtbot.mouseClick(opened.canvas, LEFT, pos=place(opened, x, 0.5))
    assert opened.session.edit == Edit() and opened.canvas.tool is not None
    qtbot.waitUntil(lambda: bool(heard))
    assert len(heard) == 1 and word in heard[0]


@pytest.mark.parametrize("how", ["Esc", "W", "another photo"])
def test_it_is_put_away(opened: MainWindow, tmp_path: Path, qtbot: QtBot, how: str) -> None:
    QTest.keyClick(opened.windowHandle(), Qt.Key.Key_W)
    if how == "another photo":
        open_photo(opened, tmp_path / "other.png", qtbot)
    else:
        QTest.keyClick(opened.windowHandle(), Qt.Key.Key_Escape if how == "Esc" else Qt.Key.Key_W)
    assert opened.canvas.tool is None and not opened.commands["pick_grey"].isChecked()
    assert opened.session.edit == Edit()


def test_a_preview_of_the_camera_is_not_measured(opened: MainWindow, qtbot: QtBot) -> None:
    heard = said(opened)
    source = opened.canvas.renderer.source
    opened.session.previewed.emit(source)
    QTest.keyClick(opened.windowHandle(), Qt.Key.Key_W)
    qtbot.mouseClick(opened.canvas, LEFT, pos=place(opened, 0.15, 0.5))
    qtbot.waitUntil(lambda: bool(heard))
    assert opened.session.edit == Edit() and "still being read" in heard[0]
    opened.session.reduced.emit(source)
    qtbot.mouseClick(opened.canvas, LEFT, pos=place(opened, 0.15, 0.5))
    assert opened.session.edit.part(WhiteBalancePart).temperature < 0


def test_the_place_is_that_of_the_picture_as_it_is_turned(opened: MainWindow, qtbot: QtBot) -> None:
    opened.context.current.change(Edit().with_part(GeometryPart(flip_horizontal=1.0, crop_left=0.4)))
    wait_shown(opened, opened.session.path, qtbot)
    QTest.keyClick(opened.windowHandle(), Qt.Key.Key_W)
    qtbot.mouseClick(opened.canvas, LEFT, pos=place(opened, 0.85, 0.5))  # the grey third, now on the right
    assert opened.session.edit.part(WhiteBalancePart).temperature < 0
    assert opened.session.edit.part(GeometryPart).flip_horizontal == 1
