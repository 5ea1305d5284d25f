"""Closing the window asks the pages first: nothing that runs is ended unasked."""

import threading
from pathlib import Path

import pytest
from PySide6.QtWidgets import QMessageBox
from pytestqt.qtbot import QtBot

from pie_desktop.ui.context import AppContext
from pie_desktop.ui.export.page import ExportPage
from pie_desktop.ui.main_window import MainWindow


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
