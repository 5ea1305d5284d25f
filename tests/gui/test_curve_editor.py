"""The curve editor: mouse, keys, numbers, channels, and that a drag is one step of the history."""

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAccessible
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from pie_desktop.edit.edit import Edit
from pie_desktop.edit.parts.curve import CurvePart
from pie_desktop.edit.parts.exposure import ExposurePart
from pie_desktop.edit.parts.saturation import SaturationPart
from pie_desktop.ui.adjust.curve_editor import CurveEditor
from pie_desktop.ui.adjust.curve_view import CurveView
from pie_desktop.ui.main_window import MainWindow
from tests.gui.opening import open_photo

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def editor(window: MainWindow, photo_folder: Path, qtbot: QtBot) -> CurveEditor:
    """That of the window, with a photo open."""
    open_photo(window, photo_folder / "coffee.jpg", qtbot)
    window.edit_page.right.show_page("Adjust")
    group = window.edit_page.adjustments.groups["Curve"]
    group.button.click()
    editor = group.editor
    assert isinstance(editor, CurveEditor)
    qtbot.waitUntil(lambda: editor.view.height() == editor.view.sizeHint().height())  # laid out
    return editor


def at(view: CurveView, x: float, y: float) -> QPoint:
    return view._place(x, y).toPoint()


def drag(view: CurveView, start: tuple[float, float], end: tuple[float, float], qtbot: QtBot) -> None:
    qtbot.mousePress(view, LEFT, pos=at(view, *start))
    for share in (0.25, 0.5, 0.75, 1.0):
        place = [a + share * (b - a) for a, b in zip(start, end, strict=True)]
        qtbot.mouseMove(view, at(view, *place))
    qtbot.mouseRelease(view, LEFT, pos=at(view, *end))


def steps(window: MainWindow) -> list[str]:
    history = window.session.keeper.history
    assert history is not None
    return [one.name for one in history.copy.steps]


def test_a_click_adds_a_point_and_a_drag_is_one_step(editor: CurveEditor, window: MainWindow, qtbot: QtBot) -> None:
    before, moves = len(steps(window)), []
    window.context.current.changed.connect(lambda edit, moving: moves.append((edit.part(CurvePart).points, moving)))
    drag(editor.view, (0.5, 0.5), (0.5, 0.75), qtbot)
    points = window.session.edit.part(CurvePart).points
    assert len(points) == 3 and points[1] == pytest.approx((0.5, 0.75), abs=0.02)
    assert [moving for _, moving in moves[:-1]] == [True] * (len(moves) - 1) and len(moves) > 3
    assert moves[-1] == (points, False)
    assert len(steps(window)) == before + 1 and steps(window)[-1] == "Tone curve"
    window.commands["undo"].trigger()
    assert window.session.edit == Edit() and editor.view.points == ()


def test_the_photo_follows_while_a_point_is_dragged(editor: CurveEditor, window: MainWindow, qtbot: QtBot) -> None:
    renderer = window.canvas.renderer
    before = window.canvas.grab().toImage()
    qtbot.mousePress(editor.view, LEFT, pos=at(editor.view, 0.5, 0.5))
    qtbot.mouseMove(editor.view, at(editor.view, 0.5, 0.9))
    assert renderer.edit.part(CurvePart).points[1][1] == pytest.approx(0.9, abs=0.02)
    assert window.canvas.grab().toImage() != before
    qtbot.mouseRelease(editor.view, LEFT, pos=at(editor.view, 0.5, 0.9))


def test_a_click_on_a_point_chooses_it_and_changes_nothing(
    editor: CurveEditor, window: MainWindow, qtbot: QtBot
) -> None:
    window.context.current.change(Edit().with_part(CurvePart(points=((0.0, 0.0), (0.4, 0.6), (1.0, 1.0)))))
    before = steps(window)
    qtbot.mouseClick(editor.view, LEFT, pos=at(editor.view, 0.4, 0.6) + QPoint(3, -2))
    assert editor.view.chosen == 1 and steps(window) == before
    assert (editor.input.value(), editor.output.value()) == (102, 153)


@pytest.mark.parametrize("how", ["double click", "Delete"])
def test_a_point_is_removed(editor: CurveEditor, window: MainWindow, qtbot: QtBot, how: str) -> None:
    window.context.current.change(Edit().with_part(CurvePart(points=((0.0, 0.1), (0.4, 0.6), (1.0, 1.0)))))
    place = at(editor.view, 0.4, 0.6)
    qtbot.mouseClick(editor.view, LEFT, pos=place)
    if how == "Delete":
        editor.view.setFocus()
        QTest.keyClick(window.windowHandle(), Qt.Key.Key_Delete)
    else:
        qtbot.mouseDClick(editor.view, LEFT, pos=place)
    assert window.session.edit.part(CurvePart).points == ((0.0, 0.1), (1.0, 1.0))


def test_arrows_move_the_chosen_point_and_open_no_other_photo(
    editor: CurveEditor, window: MainWindow, qtbot: QtBot
) -> None:
    window.context.current.change(Edit().with_part(CurvePart(points=((0.0, 0.0), (0.4, 0.6), (1.0, 1.0)))))
    window.activateWindow()
    editor.view.setFocus()
    before, path = len(steps(window)), window.session.path
    for key in (Qt.Key.Key_PageUp, Qt.Key.Key_PageUp, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Up):
        QTest.keyClick(window.windowHandle(), key)
    assert window.session.edit.part(CurvePart).points[1] == pytest.approx((0.4 + 1 / 255, 0.6 + 2 / 255))
    QTest.keyClick(window.windowHandle(), Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    assert window.session.edit.part(CurvePart).points[1][1] == pytest.approx(0.6 - 8 / 255)
    assert window.session.path == path
    qtbot.waitUntil(lambda: len(steps(window)) == before + 1)  # all of these keys are one


def test_insert_adds_a_point_on_the_curve(editor: CurveEditor, window: MainWindow) -> None:
    window.activateWindow()
    editor.view.setFocus()
    for key in (Qt.Key.Key_PageUp, Qt.Key.Key_Insert):
        QTest.keyClick(window.windowHandle(), key)
    assert window.session.edit.part(CurvePart).points == ((0.0, 0.0), (0.5, 0.5), (1.0, 1.0))
    assert editor.view.chosen == 1


def test_numbers_are_typed(editor: CurveEditor, window: MainWindow, qtbot: QtBot) -> None:
    assert not editor.input.isEnabled()
    qtbot.mouseClick(editor.view, LEFT, pos=at(editor.view, 0.0, 0.0))
    editor.output.selectAll()
    qtbot.keyClicks(editor.output, "32")
    qtbot.keyClick(editor.output, Qt.Key.Key_Return)
    assert window.session.edit.part(CurvePart).points == ((0.0, 32 / 255), (1.0, 1.0))


def test_each_channel_has_a_curve_and_is_reset_alone(editor: CurveEditor, window: MainWindow, qtbot: QtBot) -> None:
    drag(editor.view, (0.5, 0.5), (0.5, 0.6), qtbot)
    editor.buttons["blue"].click()
    assert editor.view.points == () and "blue" in editor.view.accessibleName()
    drag(editor.view, (0.25, 0.25), (0.25, 0.1), qtbot)
    part = window.session.edit.part(CurvePart)
    assert len(part.points) == len(part.blue) == 3 and part.red == part.green == ()
    editor.reset_button.click()
    part = window.session.edit.part(CurvePart)
    assert part.blue == () and len(part.points) == 3
    editor.buttons["points"].click()
    assert editor.view.points == part.points


def test_the_histogram_is_that_of_what_reaches_the_curve(editor: CurveEditor, window: MainWindow, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: editor.view._counts is not None)
    first = editor.view._counts
    drag(editor.view, (0.5, 0.5), (0.5, 0.9), qtbot)
    window.context.current.change(window.session.edit.with_part(SaturationPart(saturation=50.0)))
    tones = window.edit_page.histogram.view
    qtbot.waitUntil(lambda: tones.tones is not None and not np.array_equal(tones.tones.after.counts[3], first))
    np.testing.assert_array_equal(editor.view._counts, first)
    window.context.current.change(window.session.edit.with_part(ExposurePart(1.0)))
    qtbot.waitUntil(lambda: not np.array_equal(editor.view._counts, first))


def test_screen_readers_are_told_the_chosen_point(editor: CurveEditor, window: MainWindow, qtbot: QtBot) -> None:
    interface = QAccessible.queryAccessibleInterface(editor.view)
    assert interface.text(QAccessible.Text.Value) == "2 points"
    window.context.current.change(Edit().with_part(CurvePart(points=((0.0, 0.0), (0.4, 0.6), (1.0, 1.0)))))
    qtbot.mouseClick(editor.view, LEFT, pos=at(editor.view, 0.4, 0.6))
    assert interface.text(QAccessible.Text.Value) == "point 2 of 3: input 102, output 153"
    assert interface.text(QAccessible.Text.Name) == "Curve of all channels"
