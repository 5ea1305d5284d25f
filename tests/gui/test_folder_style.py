"""The current style of a folder: photos without an edit of their own open in it, whatever else is open."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from pie_desktop.catalog.folder_styles import FolderStyle
from pie_desktop.edit.edit import STRENGTH, Edit
from pie_desktop.ui.context import AppContext
from pie_desktop.ui.main_window import MainWindow
from tests.gui.opening import open_photo, wait_shown


@pytest.fixture
def choose(window: MainWindow, qtbot: QtBot) -> Callable[[int], str]:
    """Clicks the card of a style and waits until the photo has it; returns its id."""

    def click(number: int) -> str:
        style = window.context.library.list()[number]
        gallery = window.edit_page.styles.gallery
        qtbot.waitUntil(lambda: style.id in gallery.cards)
        qtbot.mouseClick(gallery.cards[style.id], Qt.MouseButton.LeftButton)
        qtbot.waitUntil(lambda: window.context.current.style_id == style.id)
        return style.id

    return click


def stored(context: AppContext, folder: Path) -> FolderStyle | None:
    return context.catalog.folder_styles.get(folder)


def test_it_follows_the_choice_and_is_there_after_a_restart(
    window: MainWindow, context: AppContext, photo_folder: Path, qtbot: QtBot, choose: Callable[[int], str]
) -> None:
    first, second = sorted(photo_folder.iterdir())[:2]
    open_photo(window, first, qtbot)
    style = choose(0)
    window.edit_page.adjust.strength.track.setValue(60)
    qtbot.waitUntil(lambda: stored(context, photo_folder) == FolderStyle(style))
    assert window.edit_page.folder_row.box.currentData() == style
    restarted = MainWindow(context)
    qtbot.addWidget(restarted)
    restarted.show()
    open_photo(restarted, second, qtbot)
    assert restarted.session.edit == Edit.styled(style), "the style, and not the slider of the other photo"
    assert restarted.edit_page.folder_row.box.currentData() == style
    restarted.close()
    assert context.catalog.get(second) is None, "a photo that was only looked at has no edit of its own"


def test_a_photo_with_another_style_decides_nothing_for_the_others(
    window: MainWindow, context: AppContext, photo_folder: Path, qtbot: QtBot
) -> None:
    first, second = sorted(photo_folder.iterdir())[:2]
    warm, cool = (style.id for style in context.library.list()[:2])
    context.catalog.put(first, Edit.styled(warm, 0.93))
    context.catalog.folder_styles.put(photo_folder, FolderStyle(cool))
    open_photo(window, first, qtbot)
    assert window.session.edit == Edit.styled(warm, 0.93)
    assert window.edit_page.folder_row.box.currentData() == cool
    window.edit_page.adjust.strength.track.setValue(40)
    window.edit_page.step(1)
    wait_shown(window, second, qtbot)
    assert window.session.edit == Edit.styled(cool)


def test_a_pinned_style_stays_when_another_is_chosen_for_a_photo(
    window: MainWindow, context: AppContext, photo_folder: Path, qtbot: QtBot, choose: Callable[[int], str]
) -> None:
    first, second = sorted(photo_folder.iterdir())[:2]
    open_photo(window, first, qtbot)
    folder = choose(0)
    qtbot.mouseClick(window.edit_page.folder_row.pin, Qt.MouseButton.LeftButton)
    choose(1)
    window.edit_page.step(1)
    wait_shown(window, second, qtbot)
    assert window.session.edit == Edit.styled(folder)
    qtbot.waitUntil(lambda: stored(context, photo_folder) == FolderStyle(folder, pinned=True))


def test_the_box_changes_the_open_photo_only_if_it_has_no_edit(
    window: MainWindow, context: AppContext, photo_folder: Path, qtbot: QtBot
) -> None:
    first, second = sorted(photo_folder.iterdir())[:2]
    style = context.library.list()[1].id
    own = Edit.styled(None).with_value(STRENGTH, 0.5)
    context.catalog.put(second, own)
    open_photo(window, first, qtbot)
    box = window.edit_page.folder_row.box
    qtbot.waitUntil(lambda: box.findData(style) > 0)
    box.setFocus()
    while box.currentData() != style:
        qtbot.keyClick(box, Qt.Key.Key_Down)
    wait_shown(window, first, qtbot)
    assert window.session.edit == Edit.styled(style) and not window.session.keeper.can_undo
    window.edit_page.step(1)
    wait_shown(window, second, qtbot)
    assert window.session.edit == own
    assert context.catalog.get(first) is None


def test_another_folder_has_its_own(
    window: MainWindow, photo_folder: Path, tmp_path: Path, qtbot: QtBot, choose: Callable[[int], str]
) -> None:
    photo = sorted(photo_folder.iterdir())[0]
    elsewhere = tmp_path / "elsewhere" / photo.name
    elsewhere.parent.mkdir()
    elsewhere.write_bytes(photo.read_bytes()[:-2] + b"\xff\xd9\0")  # another photo, not a copy of the first
    open_photo(window, photo, qtbot)
    choose(0)
    open_photo(window, elsewhere, qtbot)
    assert window.session.edit == Edit() and window.edit_page.folder_row.box.currentData() is None


def test_what_was_chosen_before_a_folder_is_open_is_for_that_folder(
    window: MainWindow, context: AppContext, photo_folder: Path, qtbot: QtBot, choose: Callable[[int], str]
) -> None:
    style = choose(0)
    first, second = sorted(photo_folder.iterdir())[:2]
    open_photo(window, first, qtbot)
    window.edit_page.step(1)
    wait_shown(window, second, qtbot)
    assert window.session.edit == Edit.styled(style)
    qtbot.waitUntil(lambda: stored(context, photo_folder) == FolderStyle(style))


def test_a_photo_whose_style_was_deleted_keeps_what_is_chosen_instead(
    window: MainWindow, context: AppContext, photo_folder: Path, qtbot: QtBot
) -> None:
    photo = sorted(photo_folder.iterdir())[0]
    context.catalog.put(photo, Edit.styled("no-such-style", 0.7))
    open_photo(window, photo, qtbot)
    assert context.catalog.get(photo) == Edit.styled("no-such-style", 0.7), "it may come back"
    window.edit_page.styles.select_style(None)
    qtbot.waitUntil(lambda: context.catalog.get(photo) == Edit.styled(None, 0.7))


def test_choosing_the_style_again_leaves_the_sliders(
    window: MainWindow, context: AppContext, photo_folder: Path, qtbot: QtBot, choose: Callable[[int], str]
) -> None:
    photo = sorted(photo_folder.iterdir())[0]
    open_photo(window, photo, qtbot)
    style = choose(0)
    window.edit_page.adjust.amount.track.setValue(60)
    qtbot.waitUntil(lambda: context.catalog.get(photo) == Edit.styled(style, 1, 0.6))
    qtbot.waitUntil(lambda: not context.background.open_jobs)
    choose(0)
    assert window.session.edit == Edit.styled(style, 1, 0.6)


def test_a_folder_that_was_renamed_elsewhere_keeps_its_style_and_its_photos_their_edits(
    window: MainWindow, context: AppContext, photo_folder: Path, qtbot: QtBot, choose: Callable[[int], str]
) -> None:
    first, second = sorted(photo_folder.iterdir())[:2]
    open_photo(window, first, qtbot)
    style = choose(0)
    qtbot.waitUntil(lambda: stored(context, photo_folder) == FolderStyle(style))
    qtbot.waitUntil(lambda: not context.background.open_jobs)
    window.close()
    moved = photo_folder.rename(photo_folder.with_name("renamed"))
    held = sorted(moved.iterdir())
    restarted = MainWindow(context)
    qtbot.addWidget(restarted)
    restarted.show()
    open_photo(restarted, moved / second.name, qtbot)
    assert restarted.session.edit == Edit.styled(style)
    assert restarted.edit_page.folder_row.box.currentData() == style
    assert context.catalog.get(moved / first.name) == Edit.styled(style)
    assert sorted(moved.iterdir()) == held, "nothing is written beside photos"
    restarted.close()
