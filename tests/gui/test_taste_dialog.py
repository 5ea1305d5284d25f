"""The taste finder in the window: two pictures, keys and clicks, undo, another day, and the style at the end."""

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from pie_desktop.model.choices import Answer
from pie_desktop.ui.main_window import MainWindow
from pie_desktop.ui.taste.dialog import TasteDialog
from tests.gui.opening import open_photo


@pytest.fixture
def window(qtbot: QtBot, window: MainWindow, photo_folder: Path) -> MainWindow:
    """The window with a folder of four photos."""
    open_photo(window, photo_folder / "coffee.jpg", qtbot)
    return window


def opened(qtbot: QtBot, window: MainWindow) -> TasteDialog:
    dialog = window.edit_page.taste.dialog
    assert dialog is not None and dialog.isVisible()
    qtbot.waitUntil(lambda: not dialog.busy and dialog.shown is not None)
    return dialog


def picks(qtbot: QtBot, dialog: TasteDialog, key: Qt.Key, count: int) -> None:
    """Press a key, and wait for the next question, so many times."""
    for _ in range(count):
        qtbot.keyClick(dialog, key)
        assert dialog.busy
        qtbot.waitUntil(lambda: not dialog.busy)


def test_keys_and_clicks_make_a_style_that_is_chosen(qtbot: QtBot, window: MainWindow) -> None:
    window.edit_page.styles.taste_button.click()
    dialog = opened(qtbot, window)
    assert not any(picture.is_empty for picture in dialog.pictures)
    assert "10 to 20 picks" in dialog.text.text()
    assert [picture.toolTip().lower() for picture in dialog.pictures] == list(dialog.shown.asked.sides)
    assert not dialog.save.isEnabled() and not dialog.undo.isEnabled()
    assert dialog.focusWidget() in (None, dialog)  # no button would take the arrow keys
    for key in (Qt.Key.Key_1, Qt.Key.Key_Right, Qt.Key.Key_0):
        picks(qtbot, dialog, key, 1)
    assert [pick.answer for pick in dialog._session.finder.picks] == [Answer.FIRST, Answer.SECOND, Answer.SAME]
    qtbot.mouseClick(dialog.pictures[1], Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not dialog.busy)
    dialog.first.click()
    qtbot.waitUntil(lambda: not dialog.busy)
    assert dialog.shown is not None and dialog.shown.state.picks == 5
    picks(qtbot, dialog, Qt.Key.Key_Backspace, 1)
    assert dialog.text.text().startswith("4 picks")
    while not dialog.save.isEnabled():  # always what is brighter
        assert dialog.shown.state.picks < 20
        brighter = dialog.shown.asked.first.mean() > dialog.shown.asked.second.mean()
        picks(qtbot, dialog, Qt.Key.Key_Left if brighter else Qt.Key.Key_Right, 1)
    current = window.context.current
    with qtbot.waitSignal(current.style_changed):
        dialog.save.click()
    style = window.context.library.get(current.style_id)
    assert style.name == "My taste" and style.pair_count == 4
    assert not dialog.isVisible()
    window.commands["find_taste"].trigger()  # more picks, another day
    assert opened(qtbot, window).shown.state.picks >= 5


def test_it_stops_at_any_moment_and_goes_on_later(qtbot: QtBot, window: MainWindow) -> None:
    window.commands["find_taste"].trigger()
    dialog = opened(qtbot, window)
    picks(qtbot, dialog, Qt.Key.Key_2, 3)
    qtbot.keyClick(dialog, Qt.Key.Key_2)  # its answer is kept, or it never was one
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    assert not dialog.isVisible()
    window.commands["find_taste"].trigger()
    again = opened(qtbot, window)
    assert again is not dialog and again.shown.state.picks in (3, 4)
    again.anew.click()
    qtbot.waitUntil(lambda: not again.busy)
    assert again.shown.state.picks == 0 and not again.anew.isEnabled()


def test_all_the_same_is_told(qtbot: QtBot, window: MainWindow) -> None:
    window.commands["find_taste"].trigger()
    dialog = opened(qtbot, window)
    picks(qtbot, dialog, Qt.Key.Key_Down, 6)
    assert "all “same”" in dialog.text.text() and dialog.text.property("role") == "warning"
    assert not dialog.save.isEnabled()


def test_without_photos_it_says_what_to_do(qtbot: QtBot, context, monkeypatch: pytest.MonkeyPatch) -> None:  # type: ignore[no-untyped-def]
    bare = MainWindow(context)
    qtbot.addWidget(bare)
    bare.show()
    bare.commands["find_taste"].trigger()
    dialog = bare.edit_page.taste.dialog
    assert dialog is not None
    qtbot.waitUntil(lambda: not dialog.busy)
    assert "open a folder" in dialog.text.text()
    assert not dialog.first.isEnabled()


def test_a_style_is_refined_from_its_menu(qtbot: QtBot, window: MainWindow) -> None:
    panel = window.edit_page.styles
    style = panel.controller.styles[0]
    menu = panel.context_menu(style.id)
    next(action for action in menu.actions() if action.text() == "Refine style by picking…").trigger()
    dialog = opened(qtbot, window)
    assert dialog.windowTitle() == "Refine a style"
    assert dialog._session.refined == style
