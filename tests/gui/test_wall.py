"""The wall of finished photos: what is clicked becomes a style of edits alone."""

from pathlib import Path

import pytest
from PySide6.QtCore import QItemSelectionModel, Qt
from pytestqt.qtbot import QtBot

from pie_desktop.engine.liked import FEWEST
from pie_desktop.ui.main_window import MainWindow
from pie_desktop.ui.taste.wall import WallDialog
from tests.gui.dragging import drop
from tests.gui.opening import open_photo


@pytest.fixture
def wall(qtbot: QtBot, window: MainWindow, photo_folder: Path) -> WallDialog:
    """The wall with the four photos of the open folder."""
    open_photo(window, photo_folder / "coffee.jpg", qtbot)
    window.commands["like_photos"].trigger()
    dialog = window.edit_page.liking.dialog
    assert dialog is not None and dialog.isVisible()
    qtbot.waitUntil(lambda: dialog.model.rowCount() == 4)
    return dialog


def click(qtbot: QtBot, wall: WallDialog, row: int) -> None:
    place = wall.view.visualRect(wall.model.index(row, 0)).center()
    qtbot.mouseClick(wall.view.viewport(), Qt.MouseButton.LeftButton, pos=place)


def test_what_is_clicked_becomes_a_style(qtbot: QtBot, window: MainWindow, wall: WallDialog) -> None:
    assert not wall.make.isEnabled()
    for row in (0, 2, 3, 2):  # a second click takes it back
        click(qtbot, wall, row)
    liked = wall.liked
    assert [wall.model.paths.index(path) for path in liked] == [0, 3]
    with qtbot.waitSignal(window.context.current.style_changed):
        wall.make.click()
    style = window.context.library.get(window.context.current.style_id)
    assert (style.name, style.pair_count) == ("What I like", 0)
    assert {Path(reference.source) for reference in style.references} == set(liked)
    assert not wall.isVisible()


def test_it_says_when_more_stop_helping(qtbot: QtBot, wall: WallDialog, photo_folder_of_crops: Path) -> None:
    assert drop(wall, [photo_folder_of_crops])
    qtbot.waitUntil(lambda: wall.model.rowCount() == 24)
    click(qtbot, wall, 0)
    assert wall.text.text().startswith("1 liked.") and str(FEWEST) in wall.text.text()
    wall.view.setFocus()
    for row in range(1, FEWEST):  # by key
        wall.view.selectionModel().setCurrentIndex(wall.model.index(row, 0), QItemSelectionModel.SelectionFlag.NoUpdate)
        qtbot.keyClick(wall.view, Qt.Key.Key_Space)
    assert len(wall.liked) == FEWEST
    qtbot.waitUntil(lambda: "stop helping" in wall.text.text())  # the model answers alike for all of them
    assert wall.text.text().startswith(f"{FEWEST} liked, which is enough")
    wall.none.click()
    assert wall.text.text().startswith("Click the photos") and not wall.make.isEnabled()


def test_another_folder_is_dropped(qtbot: QtBot, wall: WallDialog, photo_folder_of_crops: Path, tmp_path: Path) -> None:
    click(qtbot, wall, 0)
    assert drop(wall, [photo_folder_of_crops])
    qtbot.waitUntil(lambda: wall.model.rowCount() == 24)
    assert wall.liked == []
    (tmp_path / "empty").mkdir()
    assert drop(wall, [tmp_path / "empty"])
    qtbot.waitUntil(lambda: "no photos here" in wall.text.text())
