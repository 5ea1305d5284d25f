"""Culling by keyboard in the window, and the grid."""

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from pie_desktop.imaging.metadata.marks import Mark
from pie_desktop.ui.main_window import MainWindow
from tests.gui.opening import open_photo


@pytest.fixture
def photos(window: MainWindow, photo_folder: Path, qtbot: QtBot) -> list[Path]:
    found = sorted(photo_folder.iterdir())
    open_photo(window, found[0], qtbot)
    qtbot.waitUntil(lambda: len(window.edit_page.filmstrip.index.facts) == 4)
    return found


@pytest.mark.parametrize(
    ("keys", "mark"),
    [
        ("4", Mark(4)),
        ("40", Mark()),
        ("p", Mark(0, "pick")),
        ("xu", Mark()),
        ("x", Mark(0, "reject")),
        ("7", Mark(0, "", "Yellow")),
    ],
)
def test_keys_rate_the_open_photo_wherever_the_focus_is(
    window: MainWindow, photos: list[Path], qtbot: QtBot, keys: str, mark: Mark
) -> None:
    window.canvas.setFocus()
    qtbot.keyClicks(window.canvas, keys)
    assert window.edit_page.filmstrip.index.of(photos[0]).mark == mark


def test_a_mark_is_undone_by_the_key_and_said(window: MainWindow, photos: list[Path], qtbot: QtBot) -> None:
    strip = window.edit_page.filmstrip
    window.canvas.setFocus()
    qtbot.keyClicks(window.canvas, "4x")
    assert window.statusBar().currentMessage().startswith(photos[0].name)
    marks = []
    for _ in range(2):
        qtbot.keyClick(window.canvas, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
        marks.append(strip.index.of(photos[0]).mark)
    assert marks == [Mark(4), Mark()]


def test_the_marks_of_several_photos_are_undone_at_once(window: MainWindow, photos: list[Path], qtbot: QtBot) -> None:
    strip = window.edit_page.filmstrip
    qtbot.keyClicks(window.canvas, "2")
    strip.view.selectAll()
    qtbot.keyClicks(window.canvas, "5")
    assert {strip.index.of(photo).mark for photo in photos} == {Mark(5)}
    qtbot.keyClick(window.canvas, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert [strip.index.of(photo).mark for photo in photos] == [Mark(2), Mark(), Mark(), Mark()]


def test_digits_typed_into_the_search_are_text(window: MainWindow, photos: list[Path], qtbot: QtBot) -> None:
    strip = window.edit_page.filmstrip
    strip.filters.search.setFocus()
    qtbot.keyClicks(strip.filters.search, "5p")
    assert strip.filters.search.text() == "5p"
    assert strip.index.of(photos[0]).mark == Mark()


def test_a_folder_is_culled_by_keys_alone(window: MainWindow, photos: list[Path], qtbot: QtBot) -> None:
    strip = window.edit_page.filmstrip
    window.commands["auto_advance"].trigger()
    window.canvas.setFocus()
    for key, after in zip("5x36", [1, 2, 3, 3], strict=True):
        qtbot.keyClicks(window.canvas, key)
        qtbot.waitUntil(lambda after=after: window.session.path == photos[after])
    assert [strip.index.of(photo).mark for photo in photos] == [
        Mark(5),
        Mark(0, "reject"),
        Mark(3),
        Mark(0, "", "Red"),
    ]
    qtbot.waitUntil(lambda: window.context.catalog.marks.get(photos[3]) == Mark(0, "", "Red"))


def test_the_grid_takes_the_page_and_gives_it_back(window: MainWindow, photos: list[Path], qtbot: QtBot) -> None:
    page = window.edit_page
    width = page.filmstrip.width()
    qtbot.keyClicks(window.canvas, "g")
    assert page.panes.grid and not page.centre.isVisible() and not page.right.isVisible()
    qtbot.waitUntil(lambda: page.filmstrip.view.columns() > 4)
    assert window.commands["grid"].isChecked()
    page.remember()  # as it happens now and then
    assert page.panes.grid
    page.filmstrip.select(photos[2])
    qtbot.keyClick(page.filmstrip.view, Qt.Key.Key_Return)
    assert not page.panes.grid and page.centre.isVisible() and page.right.isVisible()
    qtbot.waitUntil(lambda: page.filmstrip.width() == width)
    assert window.session.path == photos[2]


def test_larger_thumbnails_are_fewer_in_a_row(window: MainWindow, photos: list[Path], qtbot: QtBot) -> None:
    view = window.edit_page.filmstrip.view
    qtbot.keyClicks(window.canvas, "g")
    qtbot.waitUntil(lambda: view.columns() > 4)
    columns = view.columns()
    window.commands["larger_thumbnails"].trigger()
    assert view.columns() < columns
