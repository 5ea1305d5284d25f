"""Keys do what hands expect: real key events to the window, with the focus where it is said to be."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from pie_desktop.ui.actions.action import Need
from pie_desktop.ui.canvas.panes import View
from pie_desktop.ui.main_window import MainWindow
from tests.gui.opening import open_photo, wait_shown

Key, Modifier = Qt.Key, Qt.KeyboardModifier


@pytest.fixture
def photos(window: MainWindow, photo_folder: Path, qtbot: QtBot) -> list[Path]:
    """The photos of the folder that is open, of which the first one is shown."""
    photos = sorted(photo_folder.iterdir(), key=lambda path: path.name)
    open_photo(window, photos[0], qtbot)
    window.activateWindow()
    return photos


def press(window: MainWindow, key: Key, modifiers: Modifier = Modifier.NoModifier) -> None:
    """As the keyboard does it: to the window, which decides who gets the key."""
    QTest.keyClick(window.windowHandle(), key, modifiers)


FOCUS: dict[str, Callable[[MainWindow], QWidget]] = {
    "canvas": lambda window: window.canvas,
    "filmstrip": lambda window: window.edit_page.filmstrip.view,
    "slider": lambda window: window.edit_page.adjust.amount.track,
}


@pytest.mark.parametrize("place", FOCUS)
def test_arrows_go_from_photo_to_photo(window: MainWindow, photos: list[Path], place: str) -> None:
    FOCUS[place](window).setFocus()
    before = window.edit_page.adjust.amount.value
    press(window, Key.Key_Right)
    assert window.session.path == photos[1]
    press(window, Key.Key_Right)
    press(window, Key.Key_Left)
    assert window.session.path == photos[1]
    assert window.edit_page.adjust.amount.value == before


def test_a_slider_takes_the_arrows_with_alt_or_under_the_mouse(
    window: MainWindow, photos: list[Path], qtbot: QtBot
) -> None:
    track = window.edit_page.adjust.amount.track
    track.setFocus()
    before = track.value()
    press(window, Key.Key_Left, Modifier.AltModifier)
    assert track.value() == before - 1 and window.session.path == photos[0]
    QTest.mouseMove(window.windowHandle(), track.mapTo(window, QPoint(20, 10)))
    qtbot.waitUntil(track.underMouse)
    press(window, Key.Key_Left)
    assert track.value() == before - 2 and window.session.path == photos[0]


def test_at_the_last_photo_an_arrow_moves_no_slider(window: MainWindow, photos: list[Path], qtbot: QtBot) -> None:
    open_photo(window, photos[-1], qtbot)
    track = window.edit_page.adjust.amount.track
    track.setFocus()
    before = track.value()
    press(window, Key.Key_Right)
    assert track.value() == before


def test_arrows_with_control_never_extend_the_selection(window: MainWindow, photos: list[Path]) -> None:
    strip = window.edit_page.filmstrip
    strip.view.setFocus()
    # As with a held key: the modifier is down while the photo is selected.
    for _ in range(3):
        press(window, Key.Key_Right, Modifier.ControlModifier)
    assert strip.selected_paths() == [photos[3]]
    press(window, Key.Key_Left, Modifier.ControlModifier)
    assert strip.selected_paths() == [photos[2]]


@pytest.mark.parametrize("place", FOCUS)
@pytest.mark.parametrize("key", [Key.Key_Space, Key.Key_Z])
def test_space_and_z_switch_between_fit_and_actual_size(
    window: MainWindow, photos: list[Path], place: str, key: Key
) -> None:
    FOCUS[place](window).setFocus()
    press(window, key)
    assert not window.canvas.viewport.fitted and window.canvas.viewport.zoom == 1.0
    press(window, key)
    assert window.canvas.viewport.fitted


def test_space_still_presses_buttons(window: MainWindow, photos: list[Path], qtbot: QtBot) -> None:
    button = window.edit_page.filmstrip.header.open_button
    button.setFocus()
    button.clicked.disconnect()
    with qtbot.waitSignal(button.clicked):
        press(window, Key.Key_Space)
    assert window.canvas.viewport.fitted


@pytest.mark.parametrize(
    ("key", "modifiers", "view"),
    [
        (Key.Key_Y, Modifier.NoModifier, View.SIDE),
        (Key.Key_D, Modifier.NoModifier, View.SIDE),
        (Key.Key_Y, Modifier.ShiftModifier, View.SPLIT),
        (Key.Key_S, Modifier.NoModifier, View.SPLIT),
        (Key.Key_E, Modifier.NoModifier, View.SINGLE),
    ],
)
def test_keys_of_the_views(window: MainWindow, photos: list[Path], key: Key, modifiers: Modifier, view: View) -> None:
    window.canvas.set_view(View.SPLIT if view is not View.SPLIT else View.SINGLE)
    press(window, key, modifiers)
    assert window.canvas.view is view
    press(window, key, modifiers)
    assert window.canvas.view is view and window.commands[f"view_{view.value}"].isChecked()


def test_tab_hides_the_panels_on_the_canvas_alone(window: MainWindow, photos: list[Path]) -> None:
    page = window.edit_page
    page.filmstrip.view.setFocus()
    press(window, Key.Key_Tab)
    assert page.filmstrip.isVisible() and not page.filmstrip.view.hasFocus(), "elsewhere it leads on"
    window.canvas.setFocus()
    press(window, Key.Key_Tab)
    assert not page.filmstrip.isVisible() and not page.right.isVisible()
    press(window, Key.Key_Tab)
    assert page.filmstrip.isVisible() and page.right.isVisible() and window.canvas.hasFocus()
    press(window, Key.Key_Backtab, Modifier.ShiftModifier)
    assert page.filmstrip.isVisible() and not window.canvas.hasFocus()


def test_shift_with_an_arrow_moves_the_line_of_the_split_view(window: MainWindow, photos: list[Path]) -> None:
    window.canvas.set_view(View.SPLIT)
    window.canvas.setFocus()
    press(window, Key.Key_Right, Modifier.ShiftModifier)
    assert window.canvas.handle > 0.5 and window.session.path == photos[0]
    press(window, Key.Key_Left, Modifier.ShiftModifier)
    assert window.canvas.handle == pytest.approx(0.5)


def test_actions_that_would_do_nothing_are_disabled(window: MainWindow, qtbot: QtBot, photo_folder: Path) -> None:
    commands = window.commands
    for action_id in ("undo", "redo", "reset", "next", "previous", "export", "zoom_in", "delete_style", "copy_path"):
        assert not commands[action_id].isEnabled(), action_id
    photos = sorted(photo_folder.iterdir(), key=lambda path: path.name)
    open_photo(window, photos[0], qtbot)
    assert commands["next"].isEnabled() and not commands["previous"].isEnabled()
    assert commands["export"].isEnabled() and commands["copy_path"].isEnabled()
    assert not commands["reset"].isEnabled()
    window.edit_page.adjust.amount.track.setValue(50)
    qtbot.waitUntil(commands["undo"].isEnabled)
    assert commands["reset"].isEnabled() and not commands["redo"].isEnabled()
    window.show_tab("Export")
    assert not commands["zoom_in"].isEnabled() and commands["start_export"].isEnabled()


def test_f_shows_the_photo_alone(window: MainWindow, photos: list[Path], qtbot: QtBot) -> None:
    page = window.edit_page
    around = [window.menuBar(), window.tabs, page.filmstrip, page.right, page.photo_view.toolbar, window.statusBar()]
    page.filmstrip.view.setFocus()
    press(window, Key.Key_F)
    assert window.isFullScreen() and not any(widget.isVisible() for widget in around)
    assert window.canvas.hasFocus()
    press(window, Key.Key_Right)
    assert window.session.path == photos[1]
    press(window, Key.Key_Escape)
    assert not window.isFullScreen() and all(widget.isVisible() for widget in around)
    press(window, Key.Key_F)
    press(window, Key.Key_F)
    assert all(widget.isVisible() for widget in around)


def test_what_was_hidden_before_stays_hidden(window: MainWindow, photos: list[Path]) -> None:
    window.edit_page.panes.show_panel(window.edit_page.filmstrip, False)
    press(window, Key.Key_F)
    press(window, Key.Key_F)
    assert not window.edit_page.filmstrip.isVisible() and window.edit_page.right.isVisible()


def test_zoom_stays_from_photo_to_photo(window: MainWindow, photos: list[Path], qtbot: QtBot) -> None:
    window.canvas.setFocus()
    press(window, Key.Key_Z)
    assert window.canvas.viewport.zoom == 1.0
    press(window, Key.Key_Right)
    wait_shown(window, photos[1], qtbot)
    assert window.canvas.viewport.zoom == 1.0 and not window.canvas.viewport.fitted
    press(window, Key.Key_Space)
    press(window, Key.Key_Right)
    wait_shown(window, photos[2], qtbot)
    assert window.canvas.viewport.fitted


def test_every_need_has_its_condition(window: MainWindow) -> None:
    assert set(Need) == set(window.commands.conditions)
