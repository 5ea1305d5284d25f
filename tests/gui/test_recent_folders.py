"""Recent folders on the start page: opened and forgotten by mouse and keyboard; what is gone is greyed."""

import shutil
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from pie_desktop.ui.context import AppContext
from pie_desktop.ui.main_window import MainWindow
from pie_desktop.ui.recent_view import RecentView

Key = Qt.Key


@pytest.fixture
def folders(photo_folder: Path, tmp_path: Path) -> list[Path]:
    """Recently opened ones: one with photos, one without, one that is gone, one whose name is markup."""
    made = [photo_folder, tmp_path / "empty", tmp_path / "gone", tmp_path / "<b>you & me \u202eabc \U0001f319"]
    for folder in made[1:]:
        folder.mkdir()
    (made[3] / "one.jpg").write_bytes(next(photo_folder.glob("*.jpg")).read_bytes())
    shutil.rmtree(made[2])
    return made


@pytest.fixture
def view(window: MainWindow, folders: list[Path], qtbot: QtBot) -> RecentView:
    assert not window.edit_page.welcome.recent.isVisible(), "nothing was opened yet"
    for folder in reversed(folders):
        window.recent_folders.add(folder)
    window.activateWindow()
    view = window.edit_page.welcome.recent
    qtbot.waitUntil(lambda: len(view.rows) == 4 and all(row.count.text() for row in view.rows))
    return view


def test_they_say_what_is_in_them(view: RecentView, folders: list[Path]) -> None:
    number = len(list(folders[0].glob("*.jpg")))
    assert [row.count.text() for row in view.rows] == [f"{number} photos", "0 photos", "gone or away", "1 photo"]
    assert [row.button.isEnabled() for row in view.rows] == [True, True, False, True]
    assert view.rows[3].button.text() == "<b>you && me \u202eabc \U0001f319"
    assert "gone" in view.rows[2].button.accessibleName()


def test_a_click_opens_one(window: MainWindow, view: RecentView, folders: list[Path], qtbot: QtBot) -> None:
    qtbot.mouseClick(view.rows[0].button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: window.edit_page.filmstrip.folder == folders[0])


def test_by_keyboard(window: MainWindow, view: RecentView, folders: list[Path], qtbot: QtBot) -> None:
    window.edit_page.welcome.samples_button.setFocus()
    for _ in range(3):  # the first row has two buttons
        qtbot.keyClick(QApplication.focusWidget(), Key.Key_Tab)
    assert QApplication.focusWidget() is view.rows[1].button
    qtbot.keyClick(view.rows[1].button, Key.Key_Delete)
    assert window.recent_folders.folders == [folders[0], folders[2], folders[3]] and folders[1].is_dir()
    assert QApplication.focusWidget() is view.rows[1].forget, "the next one, which cannot be opened"
    qtbot.keyClick(QApplication.focusWidget(), Key.Key_Space)
    assert window.recent_folders.folders == [folders[0], folders[3]]
    qtbot.waitUntil(lambda: QApplication.focusWidget() is view.rows[1].button)
    qtbot.keyClick(view.rows[1].button, Key.Key_Return)
    qtbot.waitUntil(lambda: window.edit_page.filmstrip.folder == folders[3])


def test_one_that_comes_back_can_be_opened_again(
    window: MainWindow, view: RecentView, folders: list[Path], context: AppContext, qtbot: QtBot
) -> None:
    folders[2].mkdir()
    view.hide()
    view.show()
    qtbot.waitUntil(view.rows[2].button.isEnabled)
