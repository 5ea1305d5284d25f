"""The program as it is started: hooks that tell what nobody caught, a clean end, a window without torch."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import qInstallMessageHandler
from pytestqt.qtbot import QtBot

from pie_desktop import app as application
from pie_desktop.errors import DecodeError
from pie_desktop.imaging import compiled
from pie_desktop.ui.context import AppContext
from pie_desktop.ui.notifications import Notifier


@pytest.fixture
def notifier(qapp: object, monkeypatch: pytest.MonkeyPatch) -> Iterator[Notifier]:
    """A notifier with the hooks of the running program; they are taken back afterwards."""
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    monkeypatch.setattr(threading, "excepthook", threading.excepthook)
    before = qInstallMessageHandler(None)
    made = Notifier()
    application.install_hooks(made)
    yield made
    qInstallMessageHandler(before)


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (DecodeError("a.jpg is damaged."), "a.jpg is damaged."),
        (RuntimeError("first line\nsecond"), "(RuntimeError: first line)"),
        (ZeroDivisionError(), "(ZeroDivisionError)"),
    ],
)
def test_what_nobody_caught_is_told_in_one_sentence(
    notifier: Notifier, qtbot: QtBot, error: Exception, text: str
) -> None:
    with qtbot.waitSignal(notifier.posted) as posted:
        sys.excepthook(type(error), error, None)
    notice = posted.args[0]
    assert notice.level == "error" and text in notice.text and "\n" not in notice.text
    assert type(error).__name__ in notice.details


def test_errors_of_other_threads_are_told(notifier: Notifier, qtbot: QtBot) -> None:
    def fail() -> None:
        raise ValueError("in a thread")

    with qtbot.waitSignal(notifier.posted) as posted:
        thread = threading.Thread(target=fail)
        thread.start()
        thread.join()
    assert "in a thread" in posted.args[0].text


def test_ctrl_c_is_no_error(notifier: Notifier, qtbot: QtBot) -> None:
    with qtbot.assertNotEmitted(notifier.posted):
        sys.excepthook(KeyboardInterrupt, KeyboardInterrupt(), None)


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGINT to send")
def test_starts_with_a_photo_and_ends_cleanly(pie_home: Path, photo_folder: Path) -> None:
    """In a process of its own, as `pie-desktop PHOTO` is."""
    watch = f"""
import sys
from pie_desktop.ui.main_window import MainWindow
shown = MainWindow.show
def show(window):
    shown(window)
    print("torch" if "torch" in sys.modules else "no torch", flush=True)
    window.canvas.renderer.shown.connect(lambda: window.session.enhancement and print("enhanced", flush=True))
MainWindow.show = show
from pie_desktop.app import run
from pathlib import Path
sys.exit(run([Path({str(photo_folder / "coffee.jpg")!r})]))
"""
    process = subprocess.Popen(
        [sys.executable, "-c", watch],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
    )
    try:
        assert process.stdout is not None
        assert process.stdout.readline().strip() == "no torch"
        assert process.stdout.readline().strip() == "enhanced"
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=30)
    finally:
        process.kill()
    assert process.returncode == 0
    assert "Traceback" not in errors and "QThread" not in errors
    assert (pie_home / "settings.json").exists() and (pie_home / "logs" / "pie-desktop.log").exists()


def test_loops_are_loaded_in_the_background(context: AppContext, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compiled, "_ready", {})
    application.warm_up_loops(context)
    qtbot.waitUntil(lambda: all(compiled.kernels_for(kind) for kind in compiled.KINDS), timeout=30_000)
