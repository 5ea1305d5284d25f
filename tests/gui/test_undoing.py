"""Ctrl+Z takes back what was done last, be it to the photo or to a style."""

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from pie_desktop.styles.store import Style
from pie_desktop.ui.main_window import MainWindow
from tests.gui.opening import open_photo

Key, Control = Qt.Key, Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def style(window: MainWindow, sample_pairs: list[tuple[Path, Path]], photo_folder: Path, qtbot: QtBot) -> Style:
    """A style of the user's own, while a photo is open."""
    open_photo(window, photo_folder / "coffee.jpg", qtbot)
    window.activateWindow()
    panel = window.edit_page.styles
    panel.add_edits([sample_pairs[0][0]])
    qtbot.waitUntil(lambda: any(not one.builtin for one in panel.controller.styles))
    made = next(one for one in panel.controller.styles if not one.builtin)
    qtbot.waitUntil(lambda: window.context.current.style_id == made.id)
    return made


def _names(window: MainWindow) -> set[str]:
    return {style.name for style in window.edit_page.styles.controller.styles}


def _delete(window: MainWindow, style: Style, qtbot: QtBot) -> None:
    panel = window.edit_page.styles
    panel.gallery.show_card(style.id)
    panel.gallery.cards[style.id].setFocus()
    QTest.keyClick(window.windowHandle(), Key.Key_Delete)
    qtbot.waitUntil(lambda: panel.controller.style(style.id) is None)


def test_deleting_a_style_is_undone_by_the_key_wherever_the_focus_is(
    window: MainWindow, style: Style, qtbot: QtBot
) -> None:
    _delete(window, style, qtbot)
    window.canvas.setFocus()
    QTest.keyClick(window.windowHandle(), Key.Key_Z, Control)
    qtbot.waitUntil(lambda: style.name in _names(window))
    qtbot.waitUntil(lambda: window.context.current.style_id == style.id)


def test_what_was_done_later_is_undone_first(window: MainWindow, style: Style, qtbot: QtBot) -> None:
    _delete(window, style, qtbot)
    window.edit_page.adjust.amount.track.setValue(40)
    keeper = window.session.keeper
    qtbot.waitUntil(lambda: keeper.history is not None and keeper.history.edit.style.amount == 0.4)
    window.canvas.setFocus()
    QTest.keyClick(window.windowHandle(), Key.Key_Z, Control)
    assert window.session.edit.style.amount == 1.0 and style.name not in _names(window)
    QTest.keyClick(window.windowHandle(), Key.Key_Z, Control)
    qtbot.waitUntil(lambda: style.name in _names(window))


def test_a_new_name_of_a_style_is_undone(window: MainWindow, style: Style, qtbot: QtBot) -> None:
    window.edit_page.styles.controller.rename(style.id, "Evening")
    qtbot.waitUntil(lambda: "Evening" in _names(window))
    window.commands["undo"].trigger()
    qtbot.waitUntil(lambda: style.name in _names(window) and "Evening" not in _names(window))


def test_a_step_is_undone_once(window: MainWindow, style: Style, qtbot: QtBot) -> None:
    _delete(window, style, qtbot)
    qtbot.waitUntil(lambda: any(card.notice.action for card in window.notifications.cards))
    card = next(card for card in window.notifications.cards if card.notice.action)
    assert card.notice.action is not None
    card.notice.action()
    qtbot.waitUntil(lambda: style.name in _names(window))
    assert window.edit_page.styles.controller.steps.last is None
