"""Variations of the style of the open photo, in the window: by mouse and by key, undone, and kept as it is."""

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMessageBox, QWidget
from pytestqt.qtbot import QtBot

from pie_desktop.edit.edit import Edit
from pie_desktop.imaging.pairs.find import EditPair
from pie_desktop.styles.style import Style
from pie_desktop.ui.main_window import MainWindow
from pie_desktop.ui.variations.dialog import VariationsDialog
from pie_desktop.ui.variations.varying import GONE
from tests.gui.opening import open_photo, wait_shown


@pytest.fixture
def style(window: MainWindow, sample_pairs: list[tuple[Path, Path]], photo_folder: Path, qtbot: QtBot) -> Style:
    """That of the open photo, rocket.jpg."""
    made = window.context.library.create("Evening", [EditPair(*pair) for pair in sample_pairs[:2]]).style
    window.context.styles_changed.emit()
    choose(window, made.id, photo_folder / "rocket.jpg", qtbot)
    return made


def choose(window: MainWindow, style_id: str, photo: Path, qtbot: QtBot) -> None:
    open_photo(window, photo, qtbot)
    qtbot.waitUntil(lambda: style_id in window.edit_page.styles.gallery.cards)
    window.edit_page.styles.select_style(style_id)
    qtbot.waitUntil(lambda: window.session.edit.style_id == style_id)
    wait_shown(window, photo, qtbot)


def opened(window: MainWindow, qtbot: QtBot) -> VariationsDialog:
    window.commands["vary_style"].trigger()
    dialog = window.edit_page.varying.dialog
    assert dialog is not None and dialog.isVisible()
    qtbot.waitUntil(dialog.keep.isEnabled)
    return dialog


def test_a_click_refines_the_style_and_undo_takes_that_back(window: MainWindow, style: Style, qtbot: QtBot) -> None:
    told: list[str] = []
    window.context.notifier.posted.connect(lambda notice: told.append(notice.text))
    dialog = opened(window, qtbot)
    shown = dialog.shown
    assert shown is not None and 4 <= len(shown.variations) <= 6
    names = [button.text().lower() for button in dialog.buttons if button.isVisible()]
    assert names == [f"{number}  {one.word}" for number, one in enumerate(shown.variations, 1)]
    assert not any(picture.is_empty for picture in dialog.pictures[: len(names)])
    qtbot.mouseClick(dialog.pictures[1], Qt.MouseButton.LeftButton)
    assert not dialog.buttons[0].isEnabled(), "one choice at a time"
    qtbot.waitUntil(lambda: not dialog.isVisible())
    library = window.context.library
    refined = library.get(style.id)
    assert refined.pair_count == style.pair_count + 1 and refined.references[-1].by_hand
    qtbot.waitUntil(lambda: f"“Evening” was refined: {shown.variations[1].word}." in told)
    window.commands["undo"].trigger()
    qtbot.waitUntil(lambda: library.get(style.id).fingerprint == style.fingerprint)
    window.commands["redo"].trigger()
    qtbot.waitUntil(lambda: library.get(style.id).fingerprint == refined.fingerprint)


def test_keys_do_the_same_and_0_keeps_the_style(window: MainWindow, style: Style, qtbot: QtBot) -> None:
    dialog = opened(window, qtbot)
    qtbot.keyClick(dialog, Qt.Key.Key_0)
    qtbot.waitUntil(lambda: not dialog.isVisible())
    assert window.context.library.get(style.id) == style
    again = opened(window, qtbot)
    assert again.shown is not None
    qtbot.keyClick(again, Qt.Key.Key_2)
    qtbot.waitUntil(lambda: window.context.library.get(style.id).fingerprint != style.fingerprint)
    qtbot.waitUntil(lambda: not again.isVisible())


def test_escape_decides_nothing(window: MainWindow, style: Style, qtbot: QtBot) -> None:
    dialog = opened(window, qtbot)
    first = dialog.shown
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: not dialog.isVisible())
    assert window.context.library.get(style.id) == style
    again = opened(window, qtbot)
    assert first is not None and again.shown is not None
    assert [one.word for one in again.shown.variations] == [one.word for one in first.variations]
    np.testing.assert_array_equal(again.shown.as_it_is, first.as_it_is)
    again.close()


def test_a_built_in_style_is_refined_as_a_copy(window: MainWindow, photo_folder: Path, qtbot: QtBot) -> None:
    builtin = next(one for one in window.context.library.list() if one.builtin)
    choose(window, builtin.id, photo_folder / "rocket.jpg", qtbot)
    dialog = opened(window, qtbot)
    qtbot.keyClick(dialog, Qt.Key.Key_1)
    qtbot.waitUntil(lambda: window.session.edit.style_id not in (None, builtin.id))
    made = window.context.library.get(window.session.edit.style_id)
    assert not made.builtin and len(made.references) == len(builtin.references) + 1
    assert window.context.library.get(builtin.id) == builtin


def test_there_are_none_without_a_style(window: MainWindow, style: Style, photo_folder: Path, qtbot: QtBot) -> None:
    command = window.commands["vary_style"]
    qtbot.waitUntil(command.isEnabled)
    window.edit_page.styles.select_style(None)
    wait_shown(window, photo_folder / "rocket.jpg", qtbot)
    assert not command.isEnabled()


@pytest.fixture
def blend(window: MainWindow, style: Style, photo_folder: Path, qtbot: QtBot) -> Edit:
    """That of the open photo: the style, and one that comes with the program."""
    other = next(one for one in window.context.library.list() if one.builtin)
    window.context.current.change(window.session.edit.with_blend(other.id))
    wait_shown(window, photo_folder / "rocket.jpg", qtbot)
    return window.session.edit


def test_those_of_a_blend_are_of_the_style_that_it_becomes(
    window: MainWindow, blend: Edit, style: Style, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    asked: list[str] = []

    def answer(_parent: QWidget, _title: str, question: str, *_buttons: object) -> QMessageBox.StandardButton:
        asked.append(question)
        return QMessageBox.StandardButton.Yes

    monkeypatch.setattr(QMessageBox, "question", answer)
    window.commands["vary_style"].trigger()
    assert len(asked) == 1 and "blend" in asked[0]
    qtbot.waitUntil(lambda: window.edit_page.varying.dialog is not None)
    dialog = window.edit_page.varying.dialog
    made = window.context.library.get(window.session.edit.style_id)
    assert dialog.isVisible() and made.name.startswith("Evening + ")
    assert window.session.edit == Edit.styled(made.id)
    qtbot.waitUntil(dialog.keep.isEnabled)
    qtbot.keyClick(dialog, Qt.Key.Key_1)
    qtbot.waitUntil(lambda: not dialog.isVisible())
    library = window.context.library
    assert library.get(made.id).references[-1].by_hand
    assert blend.style_id == style.id and library.get(style.id).fingerprint == style.fingerprint


def test_a_blend_stays_one_if_that_is_wanted(
    window: MainWindow, blend: Edit, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    monkeypatch.setattr(QMessageBox, "question", lambda *_arguments: QMessageBox.StandardButton.No)
    styles = window.context.library.list()
    window.commands["vary_style"].trigger()
    assert window.edit_page.varying.dialog is None
    assert window.session.edit == blend and window.context.library.list() == styles


def test_no_dialog_comes_over_another_photo_while_the_blend_becomes_a_style(
    window: MainWindow, blend: Edit, photo_folder: Path, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    monkeypatch.setattr(QMessageBox, "question", lambda *_arguments: QMessageBox.StandardButton.Yes)
    controller = window.edit_page.styles.controller
    before = {one.id for one in controller.styles}
    window.commands["vary_style"].trigger()
    open_photo(window, photo_folder / "coffee.jpg", qtbot)
    edit = window.session.edit
    qtbot.waitUntil(lambda: {one.id for one in controller.styles} > before)
    assert window.session.edit == edit and window.context.current.wanted == edit.style_id, "nor gets it that style"
    assert window.edit_page.varying.dialog is None


def test_of_a_blend_with_a_deleted_style_there_are_none_and_that_is_said(
    window: MainWindow, blend: Edit, style: Style, qtbot: QtBot
) -> None:
    told: list[str] = []
    window.context.notifier.posted.connect(lambda notice: told.append(notice.text))
    window.edit_page.styles.controller.delete(style.id)
    qtbot.waitUntil(lambda: window.edit_page.styles.controller.style(style.id) is None)
    window.commands["vary_style"].trigger()
    assert window.edit_page.varying.dialog is None
    qtbot.waitUntil(lambda: GONE in told)


def test_what_goes_wrong_is_said_and_nothing_is_lost(window: MainWindow, style: Style, qtbot: QtBot) -> None:
    dialog = opened(window, qtbot)
    told: list[str] = []
    window.context.notifier.posted.connect(lambda notice: told.append(notice.text))
    window.context.library.delete(style.id)
    qtbot.keyClick(dialog, Qt.Key.Key_1)
    qtbot.waitUntil(lambda: not dialog.isVisible() and bool(told))
    window.context.library.undelete(style.id)
    assert window.context.library.get(style.id).fingerprint == style.fingerprint
