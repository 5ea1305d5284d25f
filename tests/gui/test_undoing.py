"""Ctrl+Z takes back what was done last, be it to the photo or to a style, and Ctrl+Shift+Z does it again."""

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from pie_desktop.edit.edit import AMOUNT
from pie_desktop.styles.store import Style
from pie_desktop.ui.main_window import MainWindow
from tests.gui.opening import open_photo

Key, Control, Shift = Qt.Key, Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


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
    qtbot.waitUntil(lambda: window.context.current.style_id == style.id)
    step = window.context.steps.next
    card.notice.action()
    assert window.context.steps.next is step and style.name in _names(window)


def _state(window: MainWindow, photos: list[Path]) -> dict[str, object]:
    """All that the steps of the test change."""
    context = window.context
    panel = window.edit_page.styles
    return {
        "edit": window.session.edit,
        "edits": [1.0 if edit is None else edit.value(AMOUNT) for edit in map(context.catalog.get, photos[1:])],
        "styles": sorted((style.name, len(style.references)) for style in panel.controller.styles),
        "folder": window.session.folder_style.style.style_id,
        "kept folder": context.catalog.folder_styles.get(photos[0].parent),
        "stars": window.edit_page.filmstrip.index.of(photos[0]).mark.stars,
    }


def _set_amount(window: MainWindow, percent: int, qtbot: QtBot) -> None:
    window.edit_page.adjust.amount.track.setValue(percent)
    keeper = window.session.keeper
    qtbot.waitUntil(lambda: keeper.history is not None and keeper.history.edit.style.amount == percent / 100)


def _settled(window: MainWindow, qtbot: QtBot) -> None:
    lanes = (window.context.background, window.edit_page.styles.controller.lane)
    qtbot.waitUntil(lambda: not any(lane.open_jobs for lane in lanes))


def test_undo_all_and_redo_all(
    window: MainWindow, style: Style, sample_pairs: list[tuple[Path, Path]], photo_folder: Path, qtbot: QtBot
) -> None:
    context, session, panel = window.context, window.session, window.edit_page.styles
    strip, steps = window.edit_page.filmstrip, context.steps
    photos = [photo_folder / name for name in ("coffee.jpg", "astronaut.jpg", "chelsea.jpg")]
    builtin = next(one for one in panel.controller.styles if one.builtin)

    def rename() -> None:
        panel.controller.rename(style.id, "Evening")
        qtbot.waitUntil(lambda: "Evening" in _names(window))

    def add_reference() -> None:
        panel.add_edits([sample_pairs[1][0]], style.id)
        qtbot.waitUntil(lambda: any(len(one.references) == 2 for one in panel.controller.styles if not one.builtin))
        qtbot.waitUntil(lambda: not panel.controller.is_busy(style.id))

    def delete() -> None:
        _delete(window, style, qtbot)

    def folder_style() -> None:
        session.folder_style.choose(builtin.id)

    def rate() -> None:
        window.canvas.setFocus()
        QTest.keyClick(window.windowHandle(), Key.Key_4)
        qtbot.waitUntil(lambda: strip.index.of(photos[0]).mark.stars == 4)

    def paste() -> None:
        window.edit_clipboard.copy()
        strip.selection.select_also(photos)
        with qtbot.waitSignal(session.several.done):
            window.edit_clipboard.paste()
        strip.select(photos[0])

    states = [_state(window, photos)]
    for act in (
        lambda: _set_amount(window, 40, qtbot),
        rename,
        add_reference,
        delete,
        folder_style,
        rate,
        lambda: _set_amount(window, 70, qtbot),
        paste,
    ):
        act()
        _settled(window, qtbot)
        states.append(_state(window, photos))
    window.canvas.setFocus()
    for number in range(len(states) - 2, -1, -1):
        QTest.keyClick(window.windowHandle(), Key.Key_Z, Control)
        _settled(window, qtbot)
        qtbot.waitUntil(lambda: _state(window, photos) == states[number])  # noqa: B023
    for number in range(1, len(states)):
        QTest.keyClick(window.windowHandle(), *((Key.Key_Y, Control) if number % 2 else (Key.Key_Z, Control | Shift)))
        _settled(window, qtbot)
        qtbot.waitUntil(lambda: _state(window, photos) == states[number])  # noqa: B023
    assert steps.next is None and not window.commands["redo"].isEnabled()


def test_the_choice_of_a_style_and_the_folders_that_follows_it_are_one_step(
    window: MainWindow, style: Style, photo_folder: Path, qtbot: QtBot
) -> None:
    session = window.session
    assert session.folder_style.style.style_id == style.id
    window.commands["undo"].trigger()
    assert session.edit.style_id is None and session.folder_style.style.style_id is None
    _settled(window, qtbot)
    kept = window.context.catalog.folder_styles.get(photo_folder)
    assert kept is not None and kept.style_id is None
    window.commands["redo"].trigger()
    assert session.edit.style_id == session.folder_style.style.style_id == style.id


def test_making_a_style_is_undone_and_redone(window: MainWindow, style: Style, qtbot: QtBot) -> None:
    window.commands["undo"].trigger()  # its choice for the photo
    window.commands["undo"].trigger()
    qtbot.waitUntil(lambda: style.name not in _names(window))
    window.commands["redo"].trigger()
    qtbot.waitUntil(lambda: style.name in _names(window))
    window.commands["redo"].trigger()
    qtbot.waitUntil(lambda: window.context.current.style_id == style.id)


def test_what_is_done_after_undoing_ends_what_could_be_redone(window: MainWindow, style: Style, qtbot: QtBot) -> None:
    _set_amount(window, 40, qtbot)
    window.commands["undo"].trigger()
    assert window.commands["redo"].isEnabled()
    panel = window.edit_page.styles
    panel.controller.rename(style.id, "Evening")
    qtbot.waitUntil(lambda: "Evening" in _names(window))
    assert not window.commands["redo"].isEnabled()
    window.commands["undo"].trigger()
    qtbot.waitUntil(lambda: style.name in _names(window))
    _set_amount(window, 60, qtbot)
    assert not window.commands["redo"].isEnabled()


def test_references_and_copies_of_a_style_go_back_and_forth(
    window: MainWindow, style: Style, sample_pairs: list[tuple[Path, Path]], qtbot: QtBot
) -> None:
    controller, original = window.edit_page.styles.controller, sample_pairs[0][1]

    def own() -> list[tuple[int, int]]:
        return sorted((len(one.references), one.pair_count) for one in controller.styles if not one.builtin)

    def wait(*expected: tuple[int, int]) -> None:
        qtbot.waitUntil(lambda: own() == list(expected))

    wait((1, 0))
    controller.set_original(style.id, "001", original)
    wait((1, 1))
    controller.duplicate(style.id)
    wait((1, 1), (1, 1))
    controller.add_edits([sample_pairs[1][0]], style.id)
    wait((1, 1), (2, 1))
    controller.remove_reference(style.id, "001")
    wait((1, 0), (1, 1))
    _settled(window, qtbot)
    backwards = [((1, 1), (2, 1)), ((1, 1), (1, 1)), ((1, 1),), ((1, 0),)]
    for expected in backwards:
        window.commands["undo"].trigger()
        wait(*expected)
    for expected in [*backwards[-2::-1], ((1, 0), (1, 1))]:
        window.commands["redo"].trigger()
        wait(*expected)
