"""The Export page shows the photos of the Edit page whenever it is entered, or a list of its own."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtCore import QItemSelectionModel, Qt
from pytestqt.qtbot import QtBot

from pie_desktop.edit.edit import Edit
from pie_desktop.ui.main_window import MainWindow
from tests.gui.export.helpers import run_export, wait_for_plan

Enter = Callable[[], list[str]]


@pytest.fixture
def other_folder(tmp_path: Path) -> Path:
    folder = tmp_path / "other"
    folder.mkdir()
    for name in ("x.png", "y.png"):
        Image.new("RGB", (64, 48), (90, 120, 40)).save(folder / name)
    return folder


@pytest.fixture
def enter(window: MainWindow, qtbot: QtBot) -> Enter:
    """Goes to the Export page; the names of its photos once they are planned."""

    def go() -> list[str]:
        window.show_tab("Export")
        page = window.pages.export_page()
        wait_for_plan(qtbot, page)
        return [photo.name for photo in page.view.model.sources]

    return go


def open_folder(window: MainWindow, folder: Path, qtbot: QtBot) -> None:
    window.open_paths([folder])
    strip = window.edit_page.filmstrip
    qtbot.waitUntil(lambda: len(strip.model.paths) > 0 and strip.model.paths[0].parent == folder)


def select(window: MainWindow, *rows: int) -> None:
    view = window.edit_page.filmstrip.view
    view.setCurrentIndex(view.model().index(rows[0], 0))
    for row in rows[1:]:
        view.selectionModel().select(view.model().index(row, 0), QItemSelectionModel.SelectionFlag.Select)


def test_folder_and_selection(
    window: MainWindow, photos: list[Path], other_folder: Path, qtbot: QtBot, enter: Enter
) -> None:
    assert enter() == [], "and it does not stay so"
    open_folder(window, photos[0].parent, qtbot)
    assert enter() == [photo.name for photo in photos]
    assert "photos" in window.pages.export_page().view.about.full_text
    window.show_tab("Edit")
    select(window, 0, 2)
    assert enter() == ["photo_0.jpg", "photo_2.jpg"]
    open_folder(window, other_folder, qtbot)
    assert enter() == ["x.png", "y.png"]


def test_an_own_list_is_one_click_and_stays(
    window: MainWindow, photos: list[Path], other_folder: Path, qtbot: QtBot, enter: Enter
) -> None:
    open_folder(window, photos[0].parent, qtbot)
    names = enter()
    page = window.pages.export_page()
    qtbot.mouseClick(page.view.own_list, Qt.MouseButton.LeftButton)
    open_folder(window, other_folder, qtbot)
    assert enter() == names and page.view.about.full_text == "A list of your own"
    qtbot.mouseClick(page.view.own_list, Qt.MouseButton.LeftButton)
    assert enter() == ["x.png", "y.png"], "released, it follows at once"


def test_adding_and_removing_makes_an_own_list(
    window: MainWindow, photos: list[Path], other_folder: Path, qtbot: QtBot, enter: Enter
) -> None:
    open_folder(window, photos[0].parent, qtbot)
    enter()
    page = window.pages.export_page()
    page.view.added.emit([other_folder])
    assert page.view.own_list.isChecked()
    window.show_tab("Edit")
    assert enter() == [*(photo.name for photo in photos), "x.png", "y.png"]
    page.view.table.selectRow(0)
    qtbot.mouseClick(page.view.remove_button, Qt.MouseButton.LeftButton)
    window.show_tab("Edit")
    assert enter() == ["photo_1.jpg", "photo_2.jpg", "x.png", "y.png"]


def test_photos_sent_there_are_for_this_time(
    window: MainWindow, photos: list[Path], qtbot: QtBot, enter: Enter
) -> None:
    open_folder(window, photos[0].parent, qtbot)
    window.export([photos[1]])
    page = window.pages.export_page()
    wait_for_plan(qtbot, page)
    assert [source.path for source in page.view.model.sources] == [photos[1]]
    window.show_tab("Edit")
    assert enter() == [photo.name for photo in photos]


def test_a_report_stays_until_other_photos_come(
    window: MainWindow, photos: list[Path], other_folder: Path, tmp_path: Path, qtbot: QtBot, enter: Enter
) -> None:
    open_folder(window, photos[0].parent, qtbot)
    enter()
    page = window.pages.export_page()
    page.form.destination.set_path(tmp_path / "out")
    wait_for_plan(qtbot, page)
    run_export(qtbot, page)
    window.show_tab("Edit")
    enter()
    assert page.view.model.has_outcomes
    open_folder(window, other_folder, qtbot)
    assert enter() == ["x.png", "y.png"] and not page.view.model.has_outcomes


def test_the_open_photo_does_not_reach_the_form(
    window: MainWindow, photos: list[Path], qtbot: QtBot, enter: Enter
) -> None:
    window.context.catalog.put(photos[0], Edit.styled(window.context.library.list()[0].id, 0.93))
    open_folder(window, photos[0].parent, qtbot)
    qtbot.waitUntil(lambda: window.session.photo is not None and window.session.edit.style.strength == 0.93)
    enter()
    choice = window.pages.export_page().form.choice()
    assert choice.one_edit is None
    window.pages.export_page().form.edit_choice.one_for_all.setChecked(True)
    assert window.pages.export_page().form.choice().one_edit == Edit()
