"""Editing several selected photos at once, copy and paste, previous edit: in the window, with real events."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from pie_desktop.edit.edit import AMOUNT, STRENGTH, Edit
from pie_desktop.edit.parts.geometry import GeometryPart
from pie_desktop.ui.editor.clipboard import CopyDialog, EditClipboard
from pie_desktop.ui.main_window import MainWindow
from tests.gui.opening import open_photo

NAMES = ("astronaut", "chelsea", "coffee", "rocket")


@pytest.fixture
def photos(window: MainWindow, photo_folder: Path, qtbot: QtBot) -> list[Path]:
    """The folder is open at its first photo."""
    found = [photo_folder / f"{name}.jpg" for name in NAMES]
    open_photo(window, found[0], qtbot)
    return found


def select_first(window: MainWindow, count: int, qtbot: QtBot) -> None:
    """With the keyboard; the last one is open then."""
    view = window.edit_page.filmstrip.view
    view.setFocus()
    for _ in range(count - 1):
        qtbot.keyClick(view, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    qtbot.waitUntil(lambda: window.session.several.count == count)


def idle(window: MainWindow, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: not window.context.background.open_jobs)


def edits(window: MainWindow, photos: list[Path]) -> list[Edit | None]:
    return [window.context.catalog.get(photo) for photo in photos]


def press_amount(window: MainWindow, key: Qt.Key, qtbot: QtBot) -> None:
    track = window.edit_page.adjust.amount.track
    track.setFocus()
    qtbot.keyClick(track, key)


def test_the_panel_says_how_many_photos_a_change_applies_to(
    window: MainWindow, photos: list[Path], qtbot: QtBot
) -> None:
    label = window.edit_page.adjust.applies_to
    assert not label.isVisible()
    select_first(window, 3, qtbot)
    assert label.isVisible() and label.text() == "applies to 3 photos"
    window.edit_page.filmstrip.select(photos[3])
    qtbot.waitUntil(lambda: window.session.photo is not None and not label.isVisible())


def test_a_slider_moves_that_value_of_all_selected_photos_and_nothing_else(
    window: MainWindow, photos: list[Path], qtbot: QtBot
) -> None:
    window.context.catalog.put(photos[1], Edit.styled(None, 0.3, 0.9))
    select_first(window, 3, qtbot)
    with qtbot.waitSignal(window.session.several.done):
        press_amount(window, Qt.Key.Key_Home, qtbot)
    assert edits(window, photos) == [Edit.styled(None, 1, 0), Edit.styled(None, 0.3, 0), Edit.styled(None, 1, 0), None]
    assert window.session.edit.value(AMOUNT) == 0


def test_undo_is_one_step_for_all_and_redo_too(window: MainWindow, photos: list[Path], qtbot: QtBot) -> None:
    window.context.catalog.put(photos[0], Edit.styled(None, 1, 0.8))
    select_first(window, 3, qtbot)
    with qtbot.waitSignal(window.session.several.done):
        press_amount(window, Qt.Key.Key_Home, qtbot)
    window.session.keeper.undo()
    idle(window, qtbot)
    assert [edit.value(AMOUNT) for edit in edits(window, photos[:3])] == [0.8, 1, 1]
    window.session.keeper.redo()
    idle(window, qtbot)
    assert [edit.value(AMOUNT) for edit in edits(window, photos[:3])] == [0, 0, 0]


def test_a_photo_that_was_edited_since_is_left_alone_by_undo(
    window: MainWindow, photos: list[Path], qtbot: QtBot
) -> None:
    select_first(window, 2, qtbot)
    with qtbot.waitSignal(window.session.several.done):
        press_amount(window, Qt.Key.Key_Home, qtbot)
    own = window.edit_page.filmstrip
    own.select(photos[0])
    qtbot.waitUntil(lambda: window.session.keeper.path == photos[0])
    assert window.session.edit.value(AMOUNT) == 0
    changed = window.session.edit.with_value(AMOUNT, 0.5)
    window.session.keeper.apply("Test", changed)
    own.select(photos[1])
    qtbot.waitUntil(lambda: window.session.keeper.path == photos[1])
    window.session.keeper.undo()
    idle(window, qtbot)
    assert edits(window, photos[:2]) == [changed, Edit()]


def test_a_style_goes_to_all_selected_photos_also_when_the_open_one_has_it_already(
    window: MainWindow, photos: list[Path], qtbot: QtBot
) -> None:
    style = window.context.library.list()[0].id
    window.edit_page.styles.select_style(style)
    qtbot.waitUntil(lambda: window.session.edit.style_id == style)
    idle(window, qtbot)
    window.context.catalog.put(photos[1], Edit.styled(None, 1, 0.4))
    view = window.edit_page.filmstrip.view
    view.setFocus()
    model = view.selectionModel()
    model.select(window.edit_page.filmstrip.model.index(1), model.SelectionFlag.Select)
    qtbot.waitUntil(lambda: window.session.several.count == 2)
    with qtbot.waitSignal(window.session.several.done):
        window.edit_page.styles.select_style(style)
    assert edits(window, photos[:2]) == [Edit.styled(style), Edit.styled(style, 1, 0.4)]


def test_reset_puts_all_of_them_back(window: MainWindow, photos: list[Path], qtbot: QtBot) -> None:
    window.context.catalog.put(photos[0], Edit.styled(None, 0.2, 0.3))
    select_first(window, 3, qtbot)
    with qtbot.waitSignal(window.session.several.done):
        window.edit_page.adjust.reset()
    assert window.context.catalog.get(photos[0]) == Edit()


@pytest.fixture
def clipboard(window: MainWindow) -> EditClipboard:
    return window.edit_clipboard


def test_a_copied_edit_is_pasted_into_all_selected_photos(
    window: MainWindow, photos: list[Path], clipboard: EditClipboard, qtbot: QtBot
) -> None:
    press_amount(window, Qt.Key.Key_Home, qtbot)
    clipboard.copy()
    window.edit_page.filmstrip.select(photos[1])
    qtbot.waitUntil(lambda: window.session.keeper.path == photos[1])
    assert window.session.edit.value(AMOUNT) == 1
    select_first(window, 3, qtbot)
    qtbot.waitUntil(lambda: window.session.keeper.path == photos[3])
    with qtbot.waitSignal(window.session.several.done):
        clipboard.paste()
    assert edits(window, photos) == [Edit.styled(None, 1, 0)] * 4
    assert window.session.keeper.history.copy.steps[-1].name == "Pasted edit"


def in_dialog(act: Callable[[CopyDialog], None]) -> None:
    def run() -> None:
        dialog = QApplication.activeModalWidget()
        assert isinstance(dialog, CopyDialog)
        act(dialog)

    QTimer.singleShot(0, run)


def test_parts_can_be_left_out_and_are_left_out_again(
    window: MainWindow, photos: list[Path], clipboard: EditClipboard, qtbot: QtBot
) -> None:
    def leave_out(dialog: CopyDialog) -> None:
        qtbot.keyClick(dialog.boxes["amount"], Qt.Key.Key_Space)
        qtbot.mouseClick(dialog.copy_button, Qt.MouseButton.LeftButton)

    window.session.keeper.apply("Test", Edit.styled(None, 0.5, 0.2))
    in_dialog(leave_out)
    clipboard.copy_parts()
    window.edit_page.filmstrip.select(photos[1])
    qtbot.waitUntil(lambda: window.session.keeper.path == photos[1])
    clipboard.paste()
    assert window.session.edit == Edit.styled(None, 0.5, 1)
    in_dialog(lambda dialog: dialog.boxes["amount"].isChecked() or dialog.reject())
    clipboard.copy_parts()


def test_a_crop_is_copied_where_it_is_chosen(
    window: MainWindow, photos: list[Path], clipboard: EditClipboard, qtbot: QtBot
) -> None:
    crop, chosen = GeometryPart(crop_left=0.25), []

    def with_crop(dialog: CopyDialog) -> None:
        chosen.append(dialog.boxes["geometry"].isChecked())
        qtbot.keyClick(dialog.boxes["geometry"], Qt.Key.Key_Space)
        qtbot.mouseClick(dialog.copy_button, Qt.MouseButton.LeftButton)

    window.session.keeper.apply("Test", Edit.styled(None, 1, 0.2).with_part(crop))
    clipboard.copy()
    window.edit_page.filmstrip.select(photos[1])
    qtbot.waitUntil(lambda: window.session.keeper.path == photos[1])
    clipboard.paste()
    assert window.session.edit == Edit.styled(None, 1, 0.2)
    clipboard.apply_previous()
    assert window.session.edit == Edit.styled(None, 1, 0.2)
    window.edit_page.filmstrip.select(photos[0])
    qtbot.waitUntil(lambda: window.session.keeper.path == photos[0])
    in_dialog(with_crop)
    clipboard.copy_parts()
    window.edit_page.filmstrip.select(photos[2])
    qtbot.waitUntil(lambda: window.session.keeper.path == photos[2])
    clipboard.paste()
    assert chosen == [False] and window.session.edit == Edit.styled(None, 1, 0.2).with_part(crop)


def test_the_previous_edit_is_that_of_the_photo_before(
    window: MainWindow, photos: list[Path], clipboard: EditClipboard, qtbot: QtBot
) -> None:
    assert not clipboard.has_previous
    press_amount(window, Qt.Key.Key_Home, qtbot)
    window.edit_page.filmstrip.select(photos[2])
    qtbot.waitUntil(lambda: clipboard.has_previous)
    clipboard.apply_previous()
    assert window.session.edit == Edit.styled(None, 1, 0)
    assert window.session.edit.value(STRENGTH) == 1


def test_keys_copy_and_paste(window: MainWindow, photos: list[Path], qtbot: QtBot) -> None:
    assert not window.commands["paste_edit"].isEnabled()
    press_amount(window, Qt.Key.Key_Home, qtbot)
    both = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    qtbot.keyClick(window.canvas, Qt.Key.Key_C, both)
    window.edit_page.filmstrip.select(photos[1])
    qtbot.waitUntil(lambda: window.session.keeper.path == photos[1])
    qtbot.waitUntil(window.commands["paste_edit"].isEnabled)
    qtbot.keyClick(window.canvas, Qt.Key.Key_V, both)
    assert window.session.edit == Edit.styled(None, 1, 0)
