"""An export from the page: real photos, what comes of each, cancel, overwrite, receipt, closing."""

import threading
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QMessageBox
from pytestqt.qtbot import QtBot

from pie_desktop.imaging.decode import load_photo
from pie_desktop.ui.context import AppContext
from pie_desktop.ui.export.page import ExportPage
from tests.gui.export.helpers import TIMEOUT, actions, run_export


def test_three_photos_are_exported_as_planned(
    qtbot: QtBot, page: ExportPage, plan: Callable[..., None], photos: list[Path], tmp_path: Path
) -> None:
    plan(photos)
    assert actions(page) == ["Write"] * 3
    assert page.start_button.text() == "Export 3 photos"
    assert not (tmp_path / "out").exists()
    run_export(qtbot, page)
    assert actions(page) == ["Written"] * 3
    assert page.view.footer.message.text().startswith("3 written in ")
    assert page.view.footer.open_button.isVisible()
    assert page.start_button.text() == "Plan again"
    for photo in photos:
        before, after = load_photo(photo), load_photo(tmp_path / "out" / photo.name)
        assert after.shape == before.shape and after.mean() > before.mean() + 5  # the fake model brightens


def test_a_photo_that_cannot_be_read_is_told_and_the_rest_goes_on(
    qtbot: QtBot, page: ExportPage, plan: Callable[..., None], photos: list[Path], tmp_path: Path
) -> None:
    photos[1].write_bytes(photos[1].read_bytes()[:300])
    (tmp_path / "photos" / "empty.jpg").touch()
    plan([*photos, tmp_path / "photos" / "empty.jpg"])
    assert "empty.jpg is empty" in actions(page)[3]
    run_export(qtbot, page)
    done = actions(page)
    assert done[0] == done[2] == "Written"
    assert done[1].startswith("Failed: ") and "photo_1.jpg" in done[1]
    assert done[3].startswith("Failed: empty.jpg")
    footer = page.view.footer
    assert footer.message.text().startswith("2 written in ") and footer.problems.text() == "2 failed"
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["photo_0.jpg", "photo_2.jpg"]


def test_cancel_keeps_what_is_written(
    qtbot: QtBot, page: ExportPage, plan: Callable[..., None], context: AppContext, photos: list[Path], tmp_path: Path
) -> None:
    reached, go_on = threading.Event(), threading.Event()
    begun: list[int] = []
    transform = context.engine.transform

    def transform_and_wait(proxy: np.ndarray, preference: object) -> object:
        if begun:  # the first photo is let through
            reached.set()
            go_on.wait(30)
        begun.append(1)
        return transform(proxy, preference)

    context.engine.transform = transform_and_wait
    plan(photos[:2])
    qtbot.mouseClick(page.start_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(reached.is_set, timeout=TIMEOUT)
    qtbot.mouseClick(page.cancel_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not page.running, timeout=TIMEOUT)  # although the model is still at work
    go_on.set()
    assert actions(page) == ["Written", "Cancelled: Cancelled before it was written."]
    assert page.view.footer.message.text().startswith("1 written, 1 cancelled")
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["photo_0.jpg"]


@pytest.mark.parametrize("agreed", [False, True])
def test_overwriting_asks_once(
    qtbot: QtBot,
    page: ExportPage,
    plan: Callable[..., None],
    photos: list[Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    agreed: bool,
) -> None:
    (tmp_path / "out").mkdir()
    for photo in photos[:2]:
        (tmp_path / "out" / photo.name).write_text("old")
    page.form.conflict.setCurrentIndex(page.form.conflict.findData("overwrite"))
    plan(photos)
    asked = []

    def answer(box: QMessageBox) -> int:
        asked.append(box.text())
        wanted = "Overwrite" if agreed else "Cancel"
        next(button for button in box.buttons() if wanted in button.text()).click()
        return 0

    monkeypatch.setattr(QMessageBox, "exec", answer)
    page.start()
    qtbot.waitUntil(lambda: not page.running, timeout=TIMEOUT)
    assert len(asked) == 1 and "2 existing files" in asked[0]
    replaced = (tmp_path / "out" / "photo_0.jpg").read_bytes() != b"old"
    assert replaced == agreed


def test_closing_during_an_export_asks(
    qtbot: QtBot,
    page: ExportPage,
    plan: Callable[..., None],
    context: AppContext,
    photos: list[Path],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert page.can_close()
    go_on = threading.Event()
    transform = context.engine.transform
    context.engine.transform = lambda proxy, preference: (go_on.wait(30), transform(proxy, preference))[1]
    plan(photos[:2])
    page.start()
    answers = [QMessageBox.StandardButton.No, QMessageBox.StandardButton.Yes]
    monkeypatch.setattr(QMessageBox, "question", lambda *_: answers.pop(0))
    assert not page.can_close()
    assert page.can_close() and not answers
    go_on.set()
    qtbot.waitUntil(lambda: not page.running, timeout=TIMEOUT)


def test_after_the_run_the_receipt_can_be_opened(
    qtbot: QtBot,
    page: ExportPage,
    plan: Callable[[list[Path]], None],
    photos: list[Path],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    opened: list[str] = []
    monkeypatch.setattr(
        QDesktopServices, "openUrl", lambda url: opened.append(Path(url.toLocalFile()).read_text()) or True
    )
    plan(photos)
    assert not page.view.footer.receipt_button.isVisible()
    run_export(qtbot, page)
    qtbot.mouseClick(page.view.footer.receipt_button, Qt.MouseButton.LeftButton)
    assert "3 written" in opened[0] and "photo_1.jpg" in opened[0]
