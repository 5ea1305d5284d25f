"""Alt while a slider is dragged shows what is clipped, and nothing else."""

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from pie_desktop.imaging.encode import EncodeOptions, save_photo
from pie_desktop.ui.adjust.masks_editor import MasksEditor
from pie_desktop.ui.canvas.panes import View
from pie_desktop.ui.main_window import MainWindow
from pie_desktop.ui.widgets.slider import LabelledSlider
from tests.gui.opening import open_photo

LEFT, ALT, NONE = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.AltModifier, Qt.KeyboardModifier.NoModifier


@pytest.fixture
def opened(window: MainWindow, tmp_path: Path, qtbot: QtBot) -> MainWindow:
    """A photo of three stripes: red at its highest, mid grey, black."""
    photo = np.full((90, 90, 3), 120, np.uint8)
    photo[:30] = (255, 100, 100)
    photo[60:] = 0
    save_photo(photo, tmp_path / "stripes.png", EncodeOptions(format="png"))
    open_photo(window, tmp_path / "stripes.png", qtbot)
    window.canvas.set_view(View.SINGLE)
    window.edit_page.right.show_page("Adjust")
    return window


def slider(window: MainWindow, name: str) -> LabelledSlider:
    sliders = window.edit_page.adjustments.groups["Light"].sliders
    assert sliders is not None
    return next(one for one in sliders.all() if one.parameter.name == name)


def stripes(window: MainWindow) -> list[tuple[int, int, int]]:
    """The colours that the canvas shows in the middle of each stripe."""
    image, view = window.canvas.grab().toImage().convertToFormat(QImage.Format.Format_RGB888), window.canvas
    places = [view.picture_view().position(0.5, y).toPoint() for y in (1 / 6, 0.5, 5 / 6)]
    return [image.pixelColor(place).getRgb()[:3] for place in places]


def middle(one: LabelledSlider) -> QPoint:
    """A little above 0."""
    return QPoint(one.track.width() // 2 + 3, one.track.height() // 2)


def near(first: list[tuple[int, int, int]], second: list[tuple[int, int, int]]) -> bool:
    """Whether the slider near 0 alone makes the difference."""
    return bool(np.abs(np.subtract(first, second)).max() < 25)


@pytest.mark.parametrize("name", ["exposure", "highlights", "whites"])
def test_alt_shows_the_channels_that_are_clipped(opened: MainWindow, qtbot: QtBot, name: str) -> None:
    one, before = slider(opened, name), stripes(opened)
    qtbot.mousePress(one.track, LEFT, ALT, pos=middle(one))
    assert stripes(opened) == [(255, 0, 0), (0, 0, 0), (0, 0, 0)]
    qtbot.mouseRelease(one.track, LEFT, ALT, pos=middle(one))
    assert near(stripes(opened), before)


@pytest.mark.parametrize("name", ["shadows", "blacks"])
def test_alt_shows_what_is_black(opened: MainWindow, qtbot: QtBot, name: str) -> None:
    one = slider(opened, name)
    qtbot.mousePress(one.track, LEFT, ALT, pos=middle(one) - QPoint(6, 0))
    assert stripes(opened) == [(255, 255, 255), (255, 255, 255), (0, 0, 0)]
    qtbot.mouseRelease(one.track, LEFT, ALT, pos=middle(one) - QPoint(6, 0))


def test_alt_is_pressed_and_released_during_the_drag(opened: MainWindow, qtbot: QtBot) -> None:
    one = slider(opened, "exposure")
    opened.activateWindow()
    one.track.setFocus()
    before = stripes(opened)
    qtbot.mousePress(one.track, LEFT, NONE, pos=middle(one))
    assert near(stripes(opened), before)
    QTest.keyPress(opened.windowHandle(), Qt.Key.Key_Alt, ALT)
    assert stripes(opened)[1] == (0, 0, 0)
    QTest.keyRelease(opened.windowHandle(), Qt.Key.Key_Alt)
    assert near(stripes(opened), before)
    qtbot.mouseRelease(one.track, LEFT, NONE, pos=middle(one))
    assert not opened.menuBar().hasFocus()


def test_it_follows_the_slider_and_other_sliders_have_none_of_it(opened: MainWindow, qtbot: QtBot) -> None:
    one = slider(opened, "exposure")
    qtbot.mousePress(one.track, LEFT, ALT, pos=QPoint(one.track.width() - 8, one.track.height() // 2))
    assert stripes(opened) == [(255, 255, 255), (255, 255, 255), (0, 0, 0)]  # at +5 EV
    qtbot.mouseRelease(one.track, LEFT, ALT, pos=middle(one))
    opened.commands["undo"].trigger()
    contrast, before = slider(opened, "contrast"), stripes(opened)
    qtbot.mousePress(contrast.track, LEFT, ALT, pos=middle(contrast))
    assert near(stripes(opened), before)
    qtbot.mouseRelease(contrast.track, LEFT, ALT, pos=middle(contrast))


def test_sliders_of_masks_have_it_too(opened: MainWindow, qtbot: QtBot) -> None:
    group = opened.edit_page.adjustments.groups["Masks"]
    group.button.click()
    editor = group.editor
    assert isinstance(editor, MasksEditor)
    editor.add("linear")
    one = editor.fields["exposure"]
    qtbot.waitUntil(one.isVisible)
    qtbot.mousePress(one.track, LEFT, ALT, pos=middle(one))
    assert opened.canvas.renderer.end == "bright"
    qtbot.mouseRelease(one.track, LEFT, ALT, pos=middle(one))
    assert opened.canvas.renderer.end == ""


def test_arrows_step_by_five_hundredths_of_a_stop_and_by_ten_steps_with_shift(opened: MainWindow) -> None:
    opened.activateWindow()
    one, contrast = slider(opened, "exposure"), slider(opened, "contrast")
    one.track.setFocus()
    QTest.keyClick(opened.windowHandle(), Qt.Key.Key_Right, ALT)
    QTest.keyClick(opened.windowHandle(), Qt.Key.Key_Up, ALT | Qt.KeyboardModifier.ShiftModifier)
    assert one.value == pytest.approx(0.55)
    contrast.track.setFocus()
    QTest.keyClick(opened.windowHandle(), Qt.Key.Key_Left, ALT | Qt.KeyboardModifier.ShiftModifier)
    assert contrast.value == -10


def test_a_double_click_on_the_name_returns_to_the_default(opened: MainWindow, qtbot: QtBot) -> None:
    one = slider(opened, "exposure")
    one.track.setValue(150)
    name = next(label for label in one.children() if getattr(label, "buddy", lambda: None)() is one.track)
    qtbot.mouseDClick(name, LEFT)
    assert one.value == 0
