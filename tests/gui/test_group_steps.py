"""A change of several photos is one step for good: undone and done again in all of them, also after a kill."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from pie_desktop.edit.edit import AMOUNT
from pie_desktop.ui.context import AppContext
from pie_desktop.ui.main_window import MainWindow
from tests.gui.opening import end_context, open_photo, plain_context

Key, Control, Shift = Qt.Key, Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
NAMES = ("astronaut", "chelsea", "coffee", "rocket")

EDITED = """
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
window.show()
photos = [Path(name) for name in sys.argv[1:]]
window.open_paths(photos)

def edit():
    strip = window.edit_page.filmstrip
    if window.session.enhancement is None or len(strip.listed) < len(photos):
        QTimer.singleShot(50, edit)
        return
    strip.selection.select_also(photos)
    window.session.several.done.connect(lambda name, count: print("ready", count, flush=True))
    context.current.change(window.session.edit.with_value(AMOUNT, 0.4))

edit()
app.exec()
"""


@pytest.fixture
def start(pie_home: Path, qtbot: QtBot) -> Iterator[Callable[[], MainWindow]]:
    """Starts the editor; the one before is ended."""
    running: list[tuple[MainWindow, AppContext]] = []

    def end() -> None:
        for window, context in running:
            window.close()
            end_context(context)
        running.clear()

    def begin() -> MainWindow:
        end()
        context = plain_context()
        window = MainWindow(context)
        qtbot.addWidget(window)
        running.append((window, context))
        window.show()
        window.activateWindow()
        return window

    yield begin
    end()


def amounts(window: MainWindow, photos: list[Path]) -> list[float | None]:
    edits = [window.context.catalog.get(photo) for photo in photos]
    return [None if edit is None else edit.value(AMOUNT) for edit in edits]


def press(window: MainWindow, key: Qt.Key, modifiers: Qt.KeyboardModifier, qtbot: QtBot) -> None:
    window.canvas.setFocus()
    QTest.keyClick(window.windowHandle(), key, modifiers)
    qtbot.waitUntil(lambda: not window.context.background.open_jobs)


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
def test_after_a_kill_all_are_undone_and_done_again(
    start: Callable[[], MainWindow], photo_folder: Path, qtbot: QtBot
) -> None:
    photos = [photo_folder / f"{name}.jpg" for name in NAMES]
    root = str(Path(__file__).resolve().parents[2])
    environment = os.environ | {"PYTHONPATH": root, "QT_QPA_PLATFORM": "offscreen"}
    command = [sys.executable, "-c", EDITED, *(str(photo) for photo in photos[:3])]
    child = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None and child.stdout.readline() == "ready 3\n"
    child.send_signal(signal.SIGKILL)
    child.wait()
    child.stdout.close()

    window = start()
    assert amounts(window, photos) == [0.4, 0.4, 0.4, None]
    open_photo(window, photos[2], qtbot)  # any of them; which one was open then does not matter
    press(window, Key.Key_Z, Control, qtbot)
    assert amounts(window, photos) == [1, 1, 1, None] and window.session.edit.value(AMOUNT) == 1

    window = start()
    open_photo(window, photos[0], qtbot)
    press(window, Key.Key_Z, Control | Shift, qtbot)
    assert amounts(window, photos) == [0.4, 0.4, 0.4, None] and window.session.edit.value(AMOUNT) == 0.4


def test_a_moved_folder_keeps_them_together(start: Callable[[], MainWindow], photo_folder: Path, qtbot: QtBot) -> None:
    window = start()
    photos = [photo_folder / f"{name}.jpg" for name in NAMES[:2]]
    open_photo(window, photos[0], qtbot)
    window.edit_page.filmstrip.selection.select_also(photos)
    with qtbot.waitSignal(window.session.several.done):
        window.context.current.change(window.session.edit.with_value(AMOUNT, 0.4))
    window = start()
    moved = photo_folder.rename(photo_folder.with_name("elsewhere"))
    photos = [moved / photo.name for photo in photos]
    open_photo(window, photos[1], qtbot)
    press(window, Key.Key_Z, Control, qtbot)
    assert amounts(window, photos) == [1, 1]


def test_undo_right_after_the_change_misses_none(
    start: Callable[[], MainWindow], photo_folder: Path, qtbot: QtBot
) -> None:
    window = start()
    photos = [photo_folder / f"{name}.jpg" for name in NAMES[:3]]
    open_photo(window, photos[0], qtbot)
    window.edit_page.filmstrip.selection.select_also(photos)
    window.context.current.change(window.session.edit.with_value(AMOUNT, 0.4))
    window.commands["undo"].trigger()
    window.commands["redo"].trigger()
    window.commands["undo"].trigger()
    qtbot.waitUntil(lambda: not window.context.background.open_jobs)
    assert amounts(window, photos) == [1, 1, 1]


def test_a_step_that_the_open_photo_has_no_part_in_is_undone_too(
    start: Callable[[], MainWindow], photo_folder: Path, qtbot: QtBot
) -> None:
    window = start()
    photos = [photo_folder / f"{name}.jpg" for name in NAMES]
    open_photo(window, photos[0], qtbot)
    with qtbot.waitSignal(window.session.several.done):
        window.session.several.change_all("Half", lambda _, edit: edit.with_value(AMOUNT, 0.5), photos[1:3])
    assert amounts(window, photos) == [None, 0.5, 0.5, None]
    press(window, Key.Key_Z, Control, qtbot)
    assert amounts(window, photos) == [None, 1, 1, None]
    press(window, Key.Key_Y, Control, qtbot)
    assert amounts(window, photos) == [None, 0.5, 0.5, None]
