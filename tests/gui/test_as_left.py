"""A restart, or a kill, brings back what was open; the window fits its screen whatever it shows."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLabel, QPushButton
from pytestqt.qtbot import QtBot

from pie_desktop import paths
from pie_desktop.ui.context import AppContext
from pie_desktop.ui.last_state import REOPEN
from pie_desktop.ui.main_window import MainWindow
from pie_desktop.ui.pages import TABS
from tests.gui.opening import end_context, plain_context, wait_shown

Restart = Callable[[], MainWindow]
NUMBER = 60


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "shoot"
    made.mkdir()
    for number in range(NUMBER):
        Image.fromarray(np.full((60, 90, 3), 40 + number, np.uint8)).save(made / f"{number:02}.jpg")
    return made


@pytest.fixture
def restart(pie_home: Path, qtbot: QtBot) -> Iterator[Restart]:
    """Starts the editor as `app` does, without photos named; the context before is ended."""
    open_now: list[tuple[MainWindow, AppContext]] = []

    def end() -> None:
        for window, context in open_now:
            window.close()
            end_context(context)
        open_now.clear()

    def start() -> MainWindow:
        end()
        context = plain_context()
        window = MainWindow(context)
        qtbot.addWidget(window)
        open_now.append((window, context))
        window.show()
        qtbot.waitExposed(window)
        window.restore_last()
        return window

    yield start
    end()


def test_everything_comes_back_after_a_restart(restart: Restart, folder: Path, qtbot: QtBot) -> None:
    window, photo = restart(), folder / "30.jpg"
    window.open_paths([photo])
    wait_shown(window, photo, qtbot)
    window.canvas.look_at(8.0, (0.25, 0.75))
    strip = window.edit_page.filmstrip
    strip.view.verticalScrollBar().setValue(strip.view.verticalScrollBar().maximum() // 3)
    window.edit_page.panes.setSizes([190, 320, 290])
    window.edit_page.right.show_page("History")
    window.resize(780, 700)
    window.show_tab("Export")
    qtbot.waitUntil(lambda: window.context.settings.text("edit.side_page") == "History")
    sizes = window.edit_page.panes.sizes()
    centre, top = window.canvas.viewport.centre, strip.view.visible_rows().start

    again = restart()
    qtbot.waitUntil(lambda: again.session.path == photo)
    assert again.pages.currentWidget() is again.pages.page("Export") and again.size() == window.size()
    again.show_tab("Edit")
    wait_shown(again, photo, qtbot)
    strip = again.edit_page.filmstrip
    assert strip.folder == folder and strip.current_path() == photo
    assert strip.view.visible_rows().start == top
    assert again.edit_page.panes.sizes() == pytest.approx(sizes, abs=2)
    assert again.edit_page.history.isVisible()
    qtbot.waitUntil(lambda: not again.canvas.viewport.fitted)
    assert again.canvas.viewport.zoom == 8.0 and again.canvas.viewport.centre == pytest.approx(centre, abs=0.01)


def test_the_page_comes_back_where_the_edit_page_was_not_looked_at(
    restart: Restart, folder: Path, qtbot: QtBot
) -> None:
    window, photo = restart(), folder / "30.jpg"
    window.open_paths([photo])
    wait_shown(window, photo, qtbot)
    top = window.edit_page.filmstrip.view.visible_rows().start
    window.show_tab("Export")
    window = restart()
    qtbot.waitUntil(lambda: window.session.photo is not None)
    window.show_tab("Train")
    away = folder.rename(folder.with_name("unplugged"))
    window = restart()
    assert window.pages.currentWidget() is window.pages.page("Train")
    qtbot.waitUntil(lambda: "shoot" in window.edit_page.filmstrip.empty.text)
    window.show_tab("Export")
    away.rename(folder)
    window = restart()
    assert window.pages.currentWidget() is window.pages.page("Export")
    window.show_tab("Edit")
    wait_shown(window, photo, qtbot)
    assert window.edit_page.filmstrip.view.visible_rows().start == top


def test_a_list_of_photos_comes_back(restart: Restart, folder: Path, qtbot: QtBot) -> None:
    window, chosen = restart(), [folder / "07.jpg", folder / "03.jpg", folder / "05.jpg"]
    window.open_paths(chosen)
    window.edit_page.filmstrip.select(chosen[1])
    wait_shown(window, chosen[1], qtbot)
    chosen[0].unlink()
    again = restart()
    wait_shown(again, chosen[1], qtbot)
    assert again.edit_page.filmstrip.model.paths == chosen[1:] and again.edit_page.filmstrip.folder is None


def test_the_selected_style_comes_back(restart: Restart, folder: Path, qtbot: QtBot) -> None:
    window = restart()
    window.open_paths([folder])
    qtbot.waitUntil(lambda: window.session.photo is not None)
    style = window.context.library.list()[1].id
    window.edit_page.styles.select_style(style)
    qtbot.waitUntil(lambda: window.context.current.style_id == style)
    again = restart()
    qtbot.waitUntil(lambda: again.session.photo is not None)
    other = folder / "09.jpg"
    again.edit_page.filmstrip.select(other)
    wait_shown(again, other, qtbot)
    assert again.session.edit.style_id == style and again.context.current.wanted == style


def test_a_folder_that_is_away_is_not_forgotten(restart: Restart, folder: Path, qtbot: QtBot) -> None:
    window = restart()
    window.open_paths([folder / "04.jpg"])
    wait_shown(window, folder / "04.jpg", qtbot)
    away = folder.rename(folder.with_name("unplugged"))
    without = restart()
    strip = without.edit_page.filmstrip
    qtbot.waitUntil(lambda: "shoot" in strip.empty.text)
    away.rename(folder)
    again = restart()
    wait_shown(again, folder / "04.jpg", qtbot)


def test_who_prefers_it_starts_afresh(restart: Restart, folder: Path, qtbot: QtBot) -> None:
    window = restart()
    window.open_paths([folder])
    qtbot.waitUntil(lambda: window.session.photo is not None)
    window.context.settings.set(REOPEN, False)
    again = restart()
    assert again.edit_page.filmstrip.folder is None and again.session.path is None


def test_recent_folders_are_in_the_menu(restart: Restart, folder: Path, tmp_path: Path, qtbot: QtBot) -> None:
    window = restart()
    other = tmp_path / "other & more"
    other.mkdir()
    for one in (folder, other, folder):
        window.open_paths([one])
        qtbot.waitUntil(lambda one=one: window.recent_folders.folders[:1] == [one])
    again = restart()
    assert again.recent_folders.folders == [folder, other]
    again.open_paths([other])
    qtbot.waitUntil(lambda: again.recent_folders.folders[0] == other)
    file = next(action.menu() for action in again.menuBar().actions() if "File" in action.text())
    file.aboutToShow.emit()
    recent = next(action.menu() for action in file.actions() if "recent" in action.text())
    names = [action.text() for action in recent.actions() if action.text()]
    assert names == ["other && more", "shoot", "Forget these folders"]
    recent.actions()[1].trigger()
    qtbot.waitUntil(lambda: again.edit_page.filmstrip.folder == folder)


KILLED = """
import sys
from pathlib import Path
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
from pie_desktop.edit.edit import AMOUNT
from pie_desktop.engine.engine import Engine
from pie_desktop.styles.store import StyleLibrary
from pie_desktop.ui.context import AppContext
from pie_desktop.ui.main_window import MainWindow
from tests.doubles.models import PlainModel

app = QApplication([])
library = StyleLibrary()
context = AppContext(library, Engine(library, open_model=PlainModel))
window = MainWindow(context)
window.resize(1100, 720)
window.show()
window.open_paths([Path(sys.argv[1])])

def edit():
    if window.session.enhancement is None:
        QTimer.singleShot(50, edit)
        return
    context.current.change(window.session.edit.with_value(AMOUNT, 0.4))
    window.edit_page.right.show_page("History")
    tell_once_saved()

def tell_once_saved():
    delayed = (window.last_state._timer, context._saving)
    if any(timer.isActive() for timer in delayed) or context.background.open_jobs:
        QTimer.singleShot(50, tell_once_saved)
    else:
        print("ready", flush=True)

edit()
app.exec()
"""


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
def test_kill_loses_nothing(restart: Restart, folder: Path, qtbot: QtBot) -> None:
    photo = folder / "12.jpg"
    root = str(Path(__file__).resolve().parents[2])
    environment = os.environ | {"PYTHONPATH": root, "QT_QPA_PLATFORM": "offscreen"}
    child = subprocess.Popen(
        [sys.executable, "-c", KILLED, str(photo)], env=environment, stdout=subprocess.PIPE, text=True
    )
    assert child.stdout is not None and child.stdout.readline() == "ready\n"
    child.send_signal(signal.SIGKILL)
    child.wait()
    child.stdout.close()
    window = restart()
    wait_shown(window, photo, qtbot)
    assert window.session.edit.style.amount == 0.4
    assert window.edit_page.history.isVisible() and window.commands["undo"].isEnabled()
    window.commands["undo"].trigger()
    assert window.session.edit.style.amount == 1.0


LONG = "An extremely long sentence that somebody's translation, folder or camera put here " * 8


@pytest.mark.parametrize("tab", TABS)
def test_no_text_makes_the_window_wider_than_its_screen(restart: Restart, tab: str, qtbot: QtBot) -> None:
    window = restart()
    window.resize(900, 640)
    window.show_tab(tab)
    window.session.busy.emit(LONG)
    window.context.notifier.error(LONG)
    window.statusBar().photo.set_full_text(LONG)
    window.statusBar().device.setText(LONG)
    for widget in window.findChildren(QLabel) + window.findChildren(QPushButton):
        widget.setText(LONG)
    job = window.context.background.submit(_wait, title=LONG)
    qtbot.waitUntil(window.statusBar().tasks.isVisible)
    qtbot.wait(50)
    assert window.width() == 900 and window.minimumSizeHint().width() <= 900
    with qtbot.waitSignal(job.finished):
        job.cancel()


def _wait(job: object) -> None:
    while True:
        job.check()


def test_the_window_fits_its_screen_with_its_frame(restart: Restart, qtbot: QtBot) -> None:
    window = restart()
    screen = QGuiApplication.primaryScreen().availableGeometry()
    window.resize(screen.size())
    window.move(QPoint(screen.right() - 100, screen.bottom() - 100))
    window.hide()
    window.show()
    qtbot.waitUntil(lambda: screen.contains(window.frameGeometry()))


def test_settings_from_elsewhere_do_not_stop_the_start(restart: Restart, qtbot: QtBot) -> None:
    window = restart()
    window.context.settings.set("start.last", {"page": "x", "folder": 3, "photos": [1, None], "style": [], "zoom": {}})
    again = restart()
    assert again.isVisible() and paths.settings_path().exists()
    qtbot.keyClick(again, Qt.Key.Key_Escape)
