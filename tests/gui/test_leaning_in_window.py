"""More like this and less like that on the open photo: by menu, key and right click; what it says; undone."""

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu
from pytestqt.qtbot import QtBot

from pie_desktop.edit.edit import Edit
from pie_desktop.imaging.pairs.find import EditPair
from pie_desktop.styles.style import Style
from pie_desktop.ui.context import AppContext
from pie_desktop.ui.main_window import MainWindow
from tests.gui.opening import open_photo

Key, Modifier = Qt.Key, Qt.KeyboardModifier


@pytest.fixture
def style(context: AppContext, sample_pairs: list[tuple[Path, Path]]) -> Style:
    """Of astronaut and coffee; there before the window is."""
    return context.library.create("Warm", [EditPair(*pair) for pair in sample_pairs[:2]]).style


def shown_in(style: Style, window: MainWindow, photo: Path, qtbot: QtBot) -> None:
    window.context.catalog.put(photo, Edit.styled(style.id))
    open_photo(window, photo, qtbot)
    qtbot.waitUntil(lambda: window.session.edit.style_id == style.id and window.session.enhancement is not None)


def by_hand(window: MainWindow, style_id: str) -> list[str]:
    return [Path(one.source).name for one in window.context.library.get(style_id).references if one.by_hand]


def test_more_like_this_by_key_says_what_it_did_and_is_undone(
    style: Style, window: MainWindow, photo_folder: Path, qtbot: QtBot
) -> None:
    shown_in(style, window, photo_folder / "rocket.jpg", qtbot)
    window.canvas.setFocus()
    QTest.keyClick(window.windowHandle(), Key.Key_Up, Modifier.ControlModifier | Modifier.AltModifier)
    qtbot.waitUntil(lambda: by_hand(window, style.id) == ["rocket.jpg"])
    qtbot.waitUntil(lambda: bool(window.notifications.cards))
    assert window.notifications.cards[-1].notice.text.startswith("“Warm” has leaned that way: this photo is ")
    assert "ΔE" in window.notifications.cards[-1].notice.text
    assert window.context.library.versions(style.id)[0].what == "1 photo corrected by hand"
    qtbot.waitUntil(lambda: window.undoing.can_undo)
    QTest.keyClick(window.windowHandle(), Key.Key_Z, Modifier.ControlModifier)
    qtbot.waitUntil(lambda: window.context.library.get(style.id).fingerprint == style.fingerprint)


def test_a_right_click_on_the_photo_offers_it(
    style: Style, window: MainWindow, photo_folder: Path, qtbot: QtBot
) -> None:
    shown_in(style, window, photo_folder / "rocket.jpg", qtbot)
    place = window.canvas.rect().center()
    click = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, place, window.canvas.mapToGlobal(place))
    QApplication.sendEvent(window.canvas, click)
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    assert [action.text() for action in menu.actions()][:2] == ["More like this", "Less like that"]
    qtbot.keyClick(menu, Key.Key_Down)
    qtbot.keyClick(menu, Key.Key_Down)
    qtbot.keyClick(menu, Key.Key_Return)
    qtbot.waitUntil(lambda: by_hand(window, style.id) == ["rocket.jpg"])


def test_a_built_in_style_is_copied(window: MainWindow, photo_folder: Path, qtbot: QtBot) -> None:
    builtin = next(style for style in window.context.library.list() if style.builtin)
    shown_in(builtin, window, photo_folder / "rocket.jpg", qtbot)
    window.commands["more_like_this"].trigger()
    qtbot.waitUntil(lambda: any(not style.builtin for style in window.context.library.list()))
    qtbot.waitUntil(lambda: bool(window.notifications.cards))
    copy = next(style for style in window.context.library.list() if not style.builtin)
    assert "is a new style" in window.notifications.cards[-1].notice.text
    assert len(copy.references) == len(builtin.references) + 1
    qtbot.waitUntil(lambda: window.session.edit.style_id == copy.id)


def test_a_style_deleted_in_another_window_is_one_sentence(
    style: Style, window: MainWindow, photo_folder: Path, qtbot: QtBot
) -> None:
    shown_in(style, window, photo_folder / "rocket.jpg", qtbot)
    window.context.library.delete(style.id)
    window.commands["more_like_this"].trigger()
    qtbot.waitUntil(lambda: bool(window.notifications.cards))
    assert "no longer exists" in window.notifications.cards[-1].notice.text
