"""Closing: nothing that runs is ended unasked, edits are saved, and nothing holds the program up for ever."""

import gc
import subprocess
import sys
import threading
import time
import weakref
from pathlib import Path

import pytest
from PySide6.QtWidgets import QMessageBox
from pytestqt.qtbot import QtBot

from pie_desktop.edit.edit import Edit
from pie_desktop.errors import PieError
from pie_desktop.ui import closing
from pie_desktop.ui.context import AppContext
from pie_desktop.ui.export.page import ExportPage
from pie_desktop.ui.main_window import MainWindow
from pie_desktop.workers.lane import LaneThread, threads_left_behind
from pie_desktop.workers.lanes import LatestLane
from tests.gui.opening import delete, end_context, open_photo, plain_context


def _close(context: AppContext, go_on: threading.Event) -> tuple[float, list[LaneThread]]:
    """Close while something hangs until `go_on`: how long that took, in seconds, and the threads that it left."""
    started = time.monotonic()
    context.close()
    waited, left = time.monotonic() - started, threads_left_behind()
    go_on.set()
    for thread in left:
        thread.wait()
    return waited, left


def test_a_running_export_keeps_the_window_open(
    qtbot: QtBot,
    context: AppContext,
    photo_folder: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    go_on = threading.Event()
    transform = context.engine.transform
    context.engine.transform = lambda proxy, preference: (go_on.wait(30), transform(proxy, preference))[1]
    window = MainWindow(context)
    qtbot.addWidget(window)
    window.show()
    window.export(sorted(photo_folder.iterdir())[:1])
    page = window.pages.page("Export")
    assert isinstance(page, ExportPage)
    page.form.destination.set_path(tmp_path / "out")
    qtbot.waitUntil(page.start_button.isEnabled, timeout=30_000)
    page.start()
    answers = [QMessageBox.StandardButton.No, QMessageBox.StandardButton.Yes]
    monkeypatch.setattr(QMessageBox, "question", lambda *_: answers.pop(0))
    window.close()
    assert window.isVisible() and page.running
    go_on.set()
    window.close()
    assert not window.isVisible()
    qtbot.waitUntil(lambda: not page.running, timeout=30_000)


def test_a_window_and_its_context_leave_nothing_in_memory(pie_home: Path, photo_folder: Path, qtbot: QtBot) -> None:
    context = plain_context()
    window = MainWindow(context)
    window.show()
    open_photo(window, photo_folder / "coffee.jpg", qtbot)
    kept = [weakref.ref(one) for one in (context, window, window.session, window.edit_page, window.canvas)]
    window.close()
    end_context(context)
    delete(window)
    del context, window
    gc.collect()
    assert [type(one()).__name__ for one in kept if one() is not None] == []


def _notices_of_the_next_start(context: AppContext, qtbot: QtBot) -> list[str]:
    again = AppContext(engine=context.engine)
    texts: list[str] = []
    again.notifier.posted.connect(lambda notice: texts.append(notice.text))
    again.notifier.info("All are there.")
    qtbot.waitUntil(lambda: "All are there." in texts)
    again.close()
    return texts[:-1]


def test_edits_that_take_a_while_are_saved(context: AppContext, photo_folder: Path, qtbot: QtBot) -> None:
    put = context.catalog.put
    context.catalog.put = lambda *edit: (time.sleep(0.3), put(*edit))  # type: ignore[assignment]
    photos = sorted(photo_folder.iterdir())
    for photo in photos:
        context.background.submit(lambda _, photo: context.catalog.put(photo, Edit.styled("style-1")), photo)
    context.close()
    texts = _notices_of_the_next_start(context, qtbot)
    again = AppContext(engine=context.engine)
    assert [again.catalog.get(photo) for photo in photos] == [Edit.styled("style-1")] * len(photos)
    again.close()
    assert texts == []


def test_an_edit_that_cannot_be_saved_does_not_keep_the_program_and_is_named(
    window: MainWindow,
    photo_folder: Path,
    qtbot: QtBot,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(closing, "SAVING_SECONDS", 0.3)
    context, go_on, entered = window.context, threading.Event(), threading.Event()

    def hang(*_: object) -> None:
        entered.set()
        go_on.wait(20)

    context.catalog.put_history = hang  # type: ignore[assignment]
    open_photo(window, photo_folder / "coffee.jpg", qtbot)
    context.current.change(Edit.styled(strength=0.5), moving=False)
    assert entered.wait(10)
    waited, left = _close(context, go_on)
    assert waited < 15 and len(left) == 1
    problem = "The last edit of coffee.jpg could not be saved within 0.3 seconds."
    assert problem in caplog.text
    assert _notices_of_the_next_start(context, qtbot) == [f"When PIE Desktop was closed the last time: {problem}"]
    assert _notices_of_the_next_start(context, qtbot) == []


def test_an_edit_that_fails_to_be_saved_at_the_end_is_reported(context: AppContext, qtbot: QtBot) -> None:
    def fail(_context: object) -> None:
        time.sleep(0.2)
        raise PieError("The disk is full.")

    context.background.submit(fail)
    context.close()
    (text,) = _notices_of_the_next_start(context, qtbot)
    assert text.endswith("The disk is full.")


def test_work_that_hangs_is_left_behind(context: AppContext, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(closing, "STOPPING_SECONDS", 0.3)
    go_on, entered = threading.Event(), threading.Event()

    def hang(_context: object) -> None:
        entered.set()
        go_on.wait(20)

    context.add_lane(LatestLane("look")).submit(hang, title="Hanging")
    assert entered.wait(10)
    waited, left = _close(context, go_on)
    assert waited < 10 and len(left) == 1


PROGRAM = """
import sys, threading
from PySide6.QtCore import QCoreApplication
from pie_desktop.ui import closing
from pie_desktop.workers.lanes import QueueLane
app = QCoreApplication([])
entered = threading.Event()
lane = QueueLane("hanging")
lane.submit(lambda context: (entered.set(), threading.Event().wait(100)))
entered.wait(10)
assert not lane.close(0.2)
sys.exit(closing.leave(7))
"""


def test_the_process_ends_although_a_thread_hangs() -> None:
    ended = subprocess.run([sys.executable, "-c", PROGRAM], check=False, capture_output=True, text=True, timeout=60)
    assert (ended.returncode, ended.stderr) == (7, "")
