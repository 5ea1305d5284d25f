"""Masks by hand: added, drawn, dragged, set, chosen by their pins, deleted, undone; the mouse is given back."""

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from pie_desktop.edit.edit import Edit
from pie_desktop.edit.mask import Mask
from pie_desktop.edit.parts.masks import MOST_MASKS, MasksPart
from pie_desktop.imaging.color.difference import delta_e_2000
from pie_desktop.ui.adjust.masks_editor import MasksEditor
from pie_desktop.ui.canvas.panes import View
from pie_desktop.ui.canvas.tools.tool import CanvasTool
from pie_desktop.ui.main_window import MainWindow
from tests.gui.opening import open_photo, wait_shown

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def editor(window: MainWindow, photo_folder: Path, qtbot: QtBot) -> MasksEditor:
    open_photo(window, photo_folder / "coffee.jpg", qtbot)
    window.canvas.set_view(View.SINGLE)
    window.edit_page.right.show_page("Adjust")
    group = window.edit_page.adjustments.groups["Masks"]
    group.set_open(True)
    assert isinstance(group.editor, MasksEditor)
    return group.editor


def masks(window: MainWindow) -> tuple[Mask, ...]:
    return window.context.current.edit.part(MasksPart).masks


def steps(window: MainWindow) -> list[str]:
    return [step.name for step in window.session.keeper.history.copy.steps[1:]]


def at(window: MainWindow, x: float, y: float) -> QPoint:
    return window.canvas.picture_view().position(x, y).toPoint()


def drag(window: MainWindow, start: tuple[float, float], end: tuple[float, float]) -> None:
    canvas = window.canvas
    QTest.mousePress(canvas, LEFT, pos=at(window, *start))
    for share in (0.3, 0.7, 1.0):
        x, y = (a + (b - a) * share for a, b in zip(start, end, strict=True))
        QTest.mouseMove(canvas, at(window, x, y))
    QTest.mouseRelease(canvas, LEFT, pos=at(window, *end))


def test_a_mask_is_added_drawn_and_set(editor: MasksEditor, window: MainWindow, qtbot: QtBot) -> None:
    assert window.canvas.tool is None and editor.chosen is None
    before = window.canvas.renderer.base
    assert before is not None
    seen = before.exact.copy()
    qtbot.mouseClick(editor.add_buttons["radial"], LEFT)
    (mask,) = masks(window)
    assert (mask.kind, mask.x, mask.y) == ("radial", 0.5, 0.5)
    assert window.canvas.tool is editor.tool
    drag(window, (0.3, 0.4), (0.5, 0.6))
    (mask,) = masks(window)
    np.testing.assert_allclose((mask.x, mask.y), (0.3, 0.4), atol=0.01)
    np.testing.assert_allclose((mask.width, mask.height), (0.2, 0.2 * 400 / 600), atol=0.01)
    assert steps(window) == ["Radial mask added", "Mask 1 moved"], "one step for the whole drag"
    track = editor.fields["exposure"].track
    track.setSliderDown(True)
    track.setValue(150)
    assert masks(window)[0].exposure == 1.5
    track.setSliderDown(False)
    assert steps(window)[-1] == "Mask 1 Exposure +1.50 EV"
    wait_shown(window, window.session.path or Path(), qtbot)
    layer = window.canvas.renderer.base
    assert layer is not None
    changed = delta_e_2000(layer.exact, seen)
    height, width = changed.shape
    assert changed[round(0.4 * height), round(0.3 * width)] > 5
    assert changed[: height // 10].mean() < 0.3 and changed[:, -width // 10 :].mean() < 0.3, "but for rounding"


def test_handles_are_dragged_and_undone(editor: MasksEditor, window: MainWindow, qtbot: QtBot) -> None:
    editor.add("linear")
    drag(window, (0.5, 0.2), (0.5, 0.5))
    (drawn,) = masks(window)
    assert drawn.angle == pytest.approx(90, abs=1)
    drag(window, (0.5, 0.5), (0.5, 0.8))  # where the effect ends
    (longer,) = masks(window)
    assert longer.width > 1.5 * drawn.width
    assert (longer.x, longer.y) == (drawn.x, drawn.y)
    drag(window, (longer.x, longer.y), (0.7, 0.4))
    assert masks(window)[0].x == pytest.approx(0.7, abs=0.01)
    assert len(steps(window)) == 4
    window.commands["undo"].trigger()
    assert masks(window) == (longer,)
    assert editor.chosen == longer, "the handles are still there"
    for _ in range(3):
        window.commands["undo"].trigger()
    assert masks(window) == () and window.canvas.tool is None


def test_what_is_no_handle_is_the_canvas(editor: MasksEditor, window: MainWindow) -> None:
    editor.add("radial")
    drag(window, (0.5, 0.5), (0.6, 0.6))
    QTest.mouseDClick(window.canvas, LEFT, pos=at(window, 0.1, 0.1))
    assert not window.canvas.viewport.fitted
    assert len(steps(window)) == 2


def test_pins_and_rows_choose(editor: MasksEditor, window: MainWindow) -> None:
    window.context.current.change(
        Edit().with_part(MasksPart((Mask("radial", 0.2, 0.2), Mask("radial", 0.8, 0.8, exposure=1.0))))
    )
    assert editor.rows.count() == 2 and window.canvas.tool is None
    editor.rows.setCurrentRow(1)
    assert editor.fields["exposure"].value == 1.0
    QTest.mouseClick(window.canvas, LEFT, pos=at(window, 0.2, 0.2))
    assert editor.rows.currentRow() == 0
    assert editor.fields["exposure"].value == 0.0
    assert not editor.fields["feather"].isHidden()


def test_by_keys(editor: MasksEditor, window: MainWindow) -> None:
    editor.add("radial")
    editor.add("linear")
    window.canvas.setFocus()
    (_, before) = masks(window)
    QTest.keyClick(window.canvas, Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    QTest.keyClick(window.canvas, Qt.Key.Key_BracketRight)
    QTest.keyClick(window.canvas, Qt.Key.Key_Period)
    (_, after) = masks(window)
    assert after.x > before.x and after.width > before.width and after.angle == before.angle + 5
    QTest.keyClick(window.canvas, Qt.Key.Key_Delete)
    assert [mask.kind for mask in masks(window)] == ["radial"]
    assert steps(window)[-1] == "Mask 2 deleted"
    QTest.keyClick(window.canvas, Qt.Key.Key_Escape)
    assert window.canvas.tool is None and editor.chosen is None and len(masks(window)) == 1
    editor.rows.setCurrentRow(0)
    editor.rows.setFocus()
    QTest.keyClick(editor.rows, Qt.Key.Key_Delete)
    assert masks(window) == ()


def test_keys_that_qt_does_not_know_are_left_alone(editor: MasksEditor, window: MainWindow) -> None:
    editor.add("radial")
    before = masks(window)
    event = QKeyEvent(QEvent.Type.KeyPress, 0x0ABCDEF0, Qt.KeyboardModifier.NoModifier)
    QApplication.sendEvent(window.canvas, event)
    assert masks(window) == before


def test_invert_show_and_the_drawing(editor: MasksEditor, window: MainWindow) -> None:
    editor.add("radial")
    middle, corner = at(window, 0.55, 0.5), at(window, 0.02, 0.03)

    def red(place: QPoint) -> int:
        color = window.canvas.grab().toImage().pixelColor(place)
        return color.red() - (color.green() + color.blue()) // 2

    plain = red(middle), red(corner)
    editor.overlay.setChecked(True)
    assert red(middle) > plain[0] + 30 and abs(red(corner) - plain[1]) < 8
    editor.invert.setChecked(True)
    assert masks(window)[0].invert
    assert red(corner) > plain[1] + 30 and abs(red(middle) - plain[0]) < 8
    assert steps(window)[-1] == "Mask 1 inverted"


def test_the_mouse_is_given_back(editor: MasksEditor, window: MainWindow, photo_folder: Path, qtbot: QtBot) -> None:
    editor.add("radial")
    window.edit_page.right.show_page("Styles")
    assert window.canvas.tool is None, "handles of what nobody sees"
    window.edit_page.right.show_page("Adjust")
    assert window.canvas.tool is editor.tool
    other = CanvasTool()
    window.canvas.set_tool(other)
    assert editor.chosen is None and window.canvas.tool is other
    window.canvas.set_tool(None)
    editor.choose(0)
    open_photo(window, photo_folder / "chelsea.jpg", qtbot)
    assert window.canvas.tool is None and editor.rows.isHidden()


def test_the_sliders_of_a_mask_come_into_view(editor: MasksEditor, window: MainWindow, qtbot: QtBot) -> None:
    """The group is the last one, below the lower edge of a small window."""
    editor.add("radial")
    feather = editor.fields["feather"]
    qtbot.waitUntil(lambda: not feather.visibleRegion().isEmpty())
    group = window.edit_page.adjustments.groups["Masks"]
    group.button.click()
    window.edit_page.adjustments.groups["Light"].button.click()
    group.button.click()
    qtbot.waitUntil(lambda: not editor.rows.visibleRegion().isEmpty())


def test_the_mouse_works_side_by_side_and_enlarged(editor: MasksEditor, window: MainWindow) -> None:
    window.canvas.set_view(View.SIDE)
    window.canvas.zoom_to(2.0)
    editor.add("radial")
    drag(window, (0.45, 0.5), (0.55, 0.55))
    (mask,) = masks(window)
    np.testing.assert_allclose((mask.x, mask.y), (0.45, 0.5), atol=0.005)
    np.testing.assert_allclose(mask.width, 0.1, atol=0.005)


def test_there_is_an_end_of_masks(editor: MasksEditor, window: MainWindow) -> None:
    window.context.current.change(Edit().with_part(MasksPart((Mask(),) * MOST_MASKS)))
    assert not editor.add_buttons["radial"].isEnabled()
    editor.add("radial")
    assert len(masks(window)) == MOST_MASKS
    editor.rows.setCurrentRow(3)
    editor.delete()
    assert editor.add_buttons["radial"].isEnabled()


def test_everything_has_a_name(editor: MasksEditor) -> None:
    editor.add("radial")
    for widget in (*editor.add_buttons.values(), editor.rows, editor.overlay, editor.delete_button):
        assert isinstance(widget, QWidget) and widget.accessibleName()
