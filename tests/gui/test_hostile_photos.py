"""The editor with photos that crash or hang their decoder: a sentence, and everything else goes on."""

import shutil
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from pie_desktop.imaging import isolation
from pie_desktop.ui.context import AppContext
from pie_desktop.ui.filmstrip.photo_model import PROBLEM_ROLE
from pie_desktop.ui.main_window import MainWindow

HELPERS = Path(__file__).parents[1] / "unit" / "helpers"
WAIT = 30_000  # ms: processes start and crash on a machine that does other things too
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="crashes the POSIX way")


@pytest.fixture
def hostile_folder(photo_folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.syspath_prepend(str(HELPERS))
    import crashing_serve

    for name in ("crash.jpg", "hang.jpg"):
        shutil.copy(photo_folder / "coffee.jpg", photo_folder / name)
    isolation.start(warm=1, body=crashing_serve.serve)
    yield photo_folder
    isolation.stop()


def test_crashes_and_hangs_leave_the_editor_alone(qtbot: QtBot, context: AppContext, hostile_folder: Path) -> None:
    window = MainWindow(context)
    qtbot.addWidget(window)
    window.show()
    strip, session = window.edit_page.filmstrip, window.session
    with qtbot.waitSignal(strip.folder_changed, timeout=WAIT):
        strip.set_folder(hostile_folder)

    # The thumbnails of the others come, also those after the one that hangs.
    def shown(name: str) -> bool:
        return strip.model.index(strip.model.row_of(hostile_folder / name) or 0).data(Qt.ItemDataRole.DecorationRole)

    qtbot.waitUntil(lambda: all(shown(name) for name in ("astronaut.jpg", "coffee.jpg", "rocket.jpg")), timeout=WAIT)
    row = strip.model.row_of(hostile_folder / "crash.jpg")
    assert row is not None
    qtbot.waitUntil(lambda: "crashed the photo reader" in strip.model.index(row).data(PROBLEM_ROLE), timeout=WAIT)

    with qtbot.waitSignal(session.failed, timeout=WAIT) as failed:
        window.edit_page.open_photo(hostile_folder / "crash.jpg")
    assert failed.args[0].startswith("crash.jpg crashed the photo reader")

    # A photo that hangs does not hold up the next one.
    with qtbot.waitSignal(session.opening, timeout=WAIT):
        window.edit_page.open_photo(hostile_folder / "hang.jpg")
    with qtbot.waitSignal(session.opened, timeout=WAIT) as opened:
        window.edit_page.open_photo(hostile_folder / "rocket.jpg")
    assert opened.args[0].info.path.name == "rocket.jpg"

    # Nor does it hold up the end of the program.
    window.edit_page.open_photo(hostile_folder / "hang.jpg")
    window.close()
    started = time.monotonic()
    context.close()
    isolation.stop()
    assert time.monotonic() - started < 20  # far less than the patience with a file
