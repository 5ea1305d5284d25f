"""Virtual copies in the window: cells of their own, opened, edited, deleted, brought back and exported."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from pie_desktop.edit.edit import AMOUNT, Edit
from pie_desktop.edit.versions import PhotoVersion
from pie_desktop.imaging.decode import load_photo
from pie_desktop.ui.context import AppContext
from pie_desktop.ui.export.plan_model import SOURCE, TARGET
from pie_desktop.ui.filmstrip.photo_model import BADGE_ROLE
from pie_desktop.ui.main_window import MainWindow
from tests.gui.opening import open_photo, wait_shown


@pytest.fixture
def photo(photo_folder: Path) -> Path:
    return photo_folder / "coffee.jpg"


@pytest.fixture
def copied(window: MainWindow, photo: Path, qtbot: QtBot) -> PhotoVersion:
    """A copy with another edit than that of the photo; it is open."""
    open_photo(window, photo, qtbot)
    amount(window, 0.8)
    press(window, "'", Qt.KeyboardModifier.ControlModifier)
    copy = PhotoVersion(photo, "Copy 1")
    assert window.edit_page.filmstrip.selection.version() == copy, "it is opened at once"
    amount(window, 0.2)
    qtbot.waitUntil(saved(window))
    return copy


def amount(window: MainWindow, value: float) -> None:
    window.context.current.change(window.session.edit.with_value(AMOUNT, value))


def press(window: MainWindow, key: str, modifier: Qt.KeyboardModifier) -> None:
    window.canvas.setFocus()
    QTest.keyClick(window.canvas, key, modifier)


def saved(window: MainWindow) -> Callable[[], bool]:
    return lambda: not window.context.background.open_jobs


def versions(window: MainWindow) -> list[str]:
    return [version.name for version in window.edit_page.filmstrip.model.versions]


def click(window: MainWindow, version: PhotoVersion, qtbot: QtBot) -> None:
    view, model = window.edit_page.filmstrip.view, window.edit_page.filmstrip.model
    row = model.row_of(version)
    assert row is not None
    view.scrollTo(model.index(row))
    qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=view.visualRect(model.index(row)).center())


def test_a_copy_has_a_cell_beside_its_photo(window: MainWindow, copied: PhotoVersion, qtbot: QtBot) -> None:
    strip = window.edit_page.filmstrip
    shown = versions(window)
    assert shown[shown.index("coffee.jpg") + 1] == "coffee.jpg (Copy 1)" and len(shown) == 5
    index = strip.model.index(strip.model.row_of(copied) or 0)
    assert index.data(BADGE_ROLE) == "Copy 1"
    assert index.data(Qt.ItemDataRole.AccessibleTextRole).startswith("coffee.jpg (Copy 1)")
    own = strip.model.index(strip.model.row_of(copied.path) or 0)
    assert own.data(BADGE_ROLE) == ""
    # Each is shown as it is edited.
    qtbot.waitUntil(lambda: strip.edited.image(copied) is not None)
    qtbot.waitUntil(lambda: strip.edited.image(PhotoVersion(copied.path)) is not None)
    first, second = (strip.edited.image(one) for one in (PhotoVersion(copied.path), copied))
    assert first is not None and second is not None and first.toImage() != second.toImage()


def test_each_cell_opens_its_own_edit(window: MainWindow, copied: PhotoVersion, qtbot: QtBot) -> None:
    click(window, PhotoVersion(copied.path), qtbot)
    assert window.session.edit == Edit.styled(amount=0.8)
    click(window, copied, qtbot)
    assert window.session.edit == Edit.styled(amount=0.2)
    other = copied.path.with_name("rocket.jpg")
    click(window, PhotoVersion(other), qtbot)
    wait_shown(window, other, qtbot)
    click(window, copied, qtbot)
    wait_shown(window, copied.path, qtbot)
    assert window.session.edit == Edit.styled(amount=0.2)
    assert window.context.catalog.get(copied.path) == Edit.styled(amount=0.8)


def test_the_style_of_a_copy_is_not_that_of_the_folder(window: MainWindow, copied: PhotoVersion, qtbot: QtBot) -> None:
    style = window.context.library.list()[0].id
    window.edit_page.styles.controller.choose(style)
    qtbot.waitUntil(lambda: window.session.edit.style_id == style)
    assert window.session.folder_style.style.style_id is None
    click(window, PhotoVersion(copied.path), qtbot)
    assert window.session.edit.style_id is None
    window.edit_page.styles.controller.choose(style)  # of the photo itself: the folder's, too
    qtbot.waitUntil(lambda: window.session.folder_style.style.style_id == style)


def test_arrow_keys_go_through_copies(window: MainWindow, copied: PhotoVersion, qtbot: QtBot) -> None:
    window.canvas.setFocus()
    QTest.keyClick(window.canvas, Qt.Key.Key_Left)
    assert window.session.edit == Edit.styled(amount=0.8) and window.session.path == copied.path
    QTest.keyClick(window.canvas, Qt.Key.Key_Right)
    assert window.session.edit == Edit.styled(amount=0.2)
    QTest.keyClick(window.canvas, Qt.Key.Key_Right)
    assert window.session.path == copied.path.with_name("rocket.jpg")


def test_a_copy_has_the_rating_of_its_photo(window: MainWindow, copied: PhotoVersion, qtbot: QtBot) -> None:
    window.culling.set_auto_advance(False)
    window.culling.rate(4)
    index = window.edit_page.filmstrip.index
    assert index.of(copied).mark.stars == index.of(copied.path).mark.stars == 4


def test_a_copy_that_was_deleted_comes_back(window: MainWindow, copied: PhotoVersion, qtbot: QtBot) -> None:
    window.canvas.setFocus()
    QTest.keyClick(window.canvas, Qt.Key.Key_Delete, Qt.KeyboardModifier.ShiftModifier)
    assert "coffee.jpg (Copy 1)" not in versions(window) and window.session.edit == Edit.styled(amount=0.8)
    assert not window.commands["delete_copy"].isEnabled(), "the photo itself is open"
    press(window, "z", Qt.KeyboardModifier.ControlModifier)
    assert "coffee.jpg (Copy 1)" in versions(window) and window.session.edit == Edit.styled(amount=0.2)
    press(window, "z", Qt.KeyboardModifier.ControlModifier)
    assert window.session.edit == Edit.styled(amount=0.8), "the step of the copy is undone, which has its history"
    press(window, "z", Qt.KeyboardModifier.ControlModifier)
    assert "coffee.jpg (Copy 1)" not in versions(window), "and then the copy itself"
    press(window, "z", Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    assert "coffee.jpg (Copy 1)" in versions(window), "which can be made again"
    press(window, "z", Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(saved(window))
    assert window.context.catalog.copies(copied.path) == {}


def test_deleting_is_undone_while_another_photo_is_open(window: MainWindow, copied: PhotoVersion, qtbot: QtBot) -> None:
    window.commands["delete_copy"].trigger()
    other = copied.path.with_name("rocket.jpg")
    click(window, PhotoVersion(other), qtbot)
    wait_shown(window, other, qtbot)
    press(window, "z", Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: "coffee.jpg (Copy 1)" in versions(window))
    assert window.session.path == other
    qtbot.waitUntil(saved(window))
    assert window.context.catalog.copies(copied.path) == {"Copy 1": Edit.styled(amount=0.2)}


def test_copies_are_there_again_after_a_restart(
    window: MainWindow, copied: PhotoVersion, context: AppContext, qtbot: QtBot
) -> None:
    window.close()
    again = AppContext(context.library, context.engine)
    try:
        other = MainWindow(again)
        qtbot.addWidget(other)
        other.show()
        other.open_paths([copied.path.parent])
        qtbot.waitUntil(lambda: "coffee.jpg (Copy 1)" in versions(other))
        click(other, copied, qtbot)
        wait_shown(other, copied.path, qtbot)
        assert other.session.edit == Edit.styled(amount=0.2)
        other.close()
    finally:
        again.close()


def test_copies_are_exported_as_files_of_their_own(
    window: MainWindow, copied: PhotoVersion, tmp_path: Path, qtbot: QtBot
) -> None:
    window.show_tab("Export")
    page = window.pages.export_page()
    page.form.destination.set_path(tmp_path / "out")
    model = page.view.model
    qtbot.waitUntil(lambda: len(model.plan) == 5)
    rows = {model.text_at(row, SOURCE): model.text_at(row, TARGET) for row in range(5)}
    assert rows["coffee.jpg"] == "coffee.jpg" and rows["coffee.jpg (Copy 1)"] == "coffee-Copy 1.jpg"
    assert page.view.title.text() == "4 photos and 1 virtual copy"
    qtbot.waitUntil(page.start_button.isEnabled)
    assert page.start_button.text() == "Export 5 files"
    qtbot.mouseClick(page.start_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not page.running and model.has_outcomes, timeout=60_000)
    own, copy = (load_photo(tmp_path / "out" / name) for name in ("coffee.jpg", "coffee-Copy 1.jpg"))
    assert not np.array_equal(own, copy)
    window.show_tab("Edit")
    index = window.edit_page.filmstrip.index
    qtbot.waitUntil(lambda: index.of(copied).exported and index.of(copied.path).exported)


def test_the_command_list_finds_copies_and_snapshots(window: MainWindow, copied: PhotoVersion) -> None:
    names = [command.declared.name for command in window.commands.available()]
    assert {"New virtual copy", "Delete virtual copy", "Take snapshot of edit"} <= set(names)
    press(window, "n", Qt.KeyboardModifier.ControlModifier)
    history = window.session.keeper.history
    assert history is not None and [one.name for one in history.snapshots] == ["Snapshot 1"]
