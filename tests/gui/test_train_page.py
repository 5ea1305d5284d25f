"""The train page with a played event stream: start, curves, stop and resume, crash, the finished model."""

import json
import sys
from collections.abc import Callable
from dataclasses import astuple
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMessageBox
from pytestqt.qtbot import QtBot

from pie_desktop import paths
from pie_desktop.engine import bundles
from pie_desktop.model import run_folder
from pie_desktop.model.fine_tuning import FINE_TUNING
from pie_desktop.model.run_folder import is_running
from pie_desktop.ui.context import AppContext
from pie_desktop.ui.train.page import TrainPage
from pie_desktop.ui.train.pairs import EDIT, KIND, ORIGINAL, REMARK
from pie_desktop.ui.train.runs import list_runs
from pie_desktop.workers import estimate_process, training_process
from tests.gui.dragging import drop

FAKE = [sys.executable, str(Path(__file__).with_name("fake_training.py"))]
TIMEOUT = 30_000


@pytest.fixture
def edits(tmp_path: Path) -> Path:
    """Four pairs and one edit without an original."""
    folder = tmp_path / "edits"
    folder.mkdir()
    for index in range(4):
        rows, columns = np.mgrid[0:96, 0:128]
        waves = np.sin(columns / (5 + index)) * np.cos(rows / 7) + (rows > 40 + 5 * index)
        image = np.repeat(np.rint(80 + 40 * waves)[..., None], 3, axis=2).astype(np.uint8)
        Image.fromarray(image).save(folder / f"photo{index}.jpg")
        Image.fromarray(image + 30).save(folder / f"photo{index}_edit.jpg")
    Image.fromarray(image).save(folder / "alone_edit.jpg")
    return folder


@pytest.fixture
def open_page(
    qtbot: QtBot, context: AppContext, edits: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., TrainPage]:
    pages: list[TrainPage] = []

    def make(behaviour: str = "done", ready: bool = True) -> TrainPage:
        monkeypatch.setenv("FAKE_TRAINING", behaviour)
        for module in (training_process, estimate_process):
            monkeypatch.setattr(module, "training_command", lambda: FAKE)
        page = TrainPage(context)
        qtbot.addWidget(page)
        page.resize(1200, 700)
        page.show()
        pages.append(page)
        page.form.pairs.set_path(edits)
        qtbot.waitUntil(
            lambda: not page.pairs.searching and (page.start_button.isEnabled() == ready or page.session.running),
            timeout=TIMEOUT,
        )
        return page

    yield make
    for page in pages:
        page.session.stop_and_wait()
        page.forecast.stop_and_wait()
    for run in paths.runs_dir().glob("*"):
        run_folder.kill(run)  # those that were left to themselves


@pytest.fixture
def base_bundle(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A shipped model's description; no weights are needed to list it."""
    folder = tmp_path / "shipped" / "base.piemodel"
    write_description(folder, "Base", {})
    infos = [_read(folder)]
    monkeypatch.setattr(bundles, "shipped_bundles", lambda: infos)
    monkeypatch.setattr(bundles, "default_bundle", lambda: bundles._chosen_bundle() or folder)
    return folder


def write_description(folder: Path, name: str, card: dict[str, object]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    description = {"format_version": 1, "id": name, "name": name, "created": "2026-01-02T03:04:05+00:00", "card": card}
    (folder / "model.json").write_text(json.dumps(description))


def _read(folder: Path) -> object:
    from pie_desktop.model.bundle import read_bundle_info

    return read_bundle_info(folder)


pytestmark = pytest.mark.usefixtures("base_bundle")


def test_pairs_are_found_and_shown(open_page: Callable[..., TrainPage]) -> None:
    page = open_page()
    model = page.pairs.model
    assert model.usable == 4 and len(model.rows) == 5
    assert page.pairs.note.text() == "4 pairs of 5 edits will train." and page.tabs.tabText(0) == "Pairs (4)"
    shown = [model.data(model.index(0, column)) for column in (EDIT, ORIGINAL, KIND)]
    assert shown == ["photo0_edit.jpg", "photo0.jpg", "Matched"]
    assert model.data(model.index(4, REMARK)) == "No original was found for “alone_edit.jpg”."


def test_what_is_no_pair_is_named_before_the_start(open_page: Callable[..., TrainPage], edits: Path) -> None:
    Image.new("RGB", (128, 96)).save(edits / "photo1_edit.jpg")
    page = open_page(ready=False)
    assert page.pairs.note.text() == "3 pairs of 5 edits will train."
    remark = page.pairs.model.data(page.pairs.model.index(1, REMARK))
    assert "photo1_edit.jpg" in remark and "black" in remark
    assert not page.start_button.isEnabled() and "usable originals" in page.start_button.toolTip()


def test_a_run_draws_curves_and_ends_with_a_model(
    qtbot: QtBot, open_page: Callable[..., TrainPage], base_bundle: Path
) -> None:
    page = open_page()
    page.form.name.setText("Evening")
    with qtbot.waitSignal(page.session.model_finished, timeout=TIMEOUT) as finished:
        page.start_button.click()
    run = page.session.run
    assert run is not None and run.options.init == base_bundle and run.history.state == "done"
    assert page.monitor.aside.tabText(page.monitor.aside.indexOf(page.monitor.remarks)) == "Remarks (2)"
    assert page.monitor.remarks.toPlainText().splitlines() == [
        "“a.jpg” is black, so the pair is left out.",
        "“b.jpg” has bars drawn over it.",
    ]
    assert "1 left out" in page.monitor.status.full_text
    assert finished.args[0] == paths.models_dir() / "Evening.piemodel"
    page.monitor.curves.redraw()
    steps, losses = page.monitor.curves._raw_loss.getData()
    assert list(steps) == [number / 20 for number in range(1, 13)] and losses[0] > losses[-1]
    curves = page.monitor.curves
    assert list(curves._quality.getData()[1]) == [21.2, 21.4, 23.4]
    assert {name: line.value() for name, line in curves._lines.items()} == {"references": 21.2, "neutral": 19.5}
    assert curves._band.isVisible() and curves.quality.currentIndex() == curves.loss.currentIndex() == 1
    curves.measure.setCurrentIndex(1)
    assert [round(value, 6) for value in curves._quality.getData()[1]] == [8.0, 7.8, 5.8]
    shown = page.monitor.numbers.texts()
    assert shown["Held-out photos"] == "+2.20 dB (+1.90 to +2.50)"
    assert shown["ΔE00"] == "-2.20 (-2.40 to -2.00)"
    assert page.tabs.currentWidget() is page.models


def test_stop_leaves_a_checkpoint_that_resume_goes_on_from_after_a_restart(
    qtbot: QtBot, open_page: Callable[..., TrainPage]
) -> None:
    page = open_page("forever")
    page.start_button.click()
    qtbot.waitUntil(lambda: page.session.run is not None and page.session.run.history.step > 5, timeout=TIMEOUT)
    assert not page.start_button.isEnabled() and not page.form.isEnabled()
    page.monitor.stop_button.click()
    assert page.monitor.stop_button.text() == "End now"
    qtbot.waitUntil(lambda: not page.session.running, timeout=TIMEOUT)
    stopped_at = page.session.run.history.step
    assert page.session.run.can_resume

    again = open_page("forever")
    again.runs.view.selectRow(0)
    assert again.monitor.title.text() == "My model" and "Stopped" in again.monitor.status.full_text
    assert again.runs.resume_button.isEnabled()
    again.runs.resume_button.click()
    qtbot.waitUntil(lambda: again.session.run.history.step > stopped_at, timeout=TIMEOUT)
    steps = again.session.run.history.steps
    assert steps == sorted(set(steps)) and steps[-1] > stopped_at


def test_a_run_that_still_looks_at_its_pairs_is_found_again_stopped_and_gone_on_with(
    qtbot: QtBot, open_page: Callable[..., TrainPage]
) -> None:
    page = open_page("indexing")
    QTest.mouseClick(page.start_button, Qt.MouseButton.LeftButton)
    shows = "Looking at your pairs · 3 of 8 pairs looked at"
    qtbot.waitUntil(lambda: page.monitor.status.full_text == shows)
    page.session.leave()
    page.hide()

    again = open_page("indexing")
    qtbot.waitUntil(lambda: again.monitor.status.full_text == shows)
    assert (again.monitor.progress.value(), again.monitor.progress.maximum()) == (375, 1000)
    assert not again.monitor.pause_button.isEnabled()
    QTest.mouseClick(again.monitor.stop_button, Qt.MouseButton.LeftButton)
    assert again.monitor.status.full_text.startswith("Stopping… · 3 of 8 pairs")
    qtbot.waitUntil(lambda: not again.session.running)
    assert again.monitor.end.text.text() == "Training was stopped; 3 of 8 pairs are done."
    again.hide()

    last = open_page("done")
    last.tabs.setCurrentWidget(last.runs)
    last.runs.view.selectRow(0)
    assert last.monitor.status.full_text == "Stopped · 3 of 8 pairs looked at"
    with qtbot.waitSignal(last.session.model_finished):
        QTest.mouseClick(last.runs.resume_button, Qt.MouseButton.LeftButton)


def test_a_crash_is_shown_with_its_last_lines_and_can_be_resumed(
    qtbot: QtBot, open_page: Callable[..., TrainPage], context: AppContext
) -> None:
    page = open_page("crash")
    with qtbot.waitSignal(context.notifier.posted, timeout=TIMEOUT) as posted:
        page.start_button.click()
    assert "SIGSEGV" in posted.args[0].text and "allocating far too much" in posted.args[0].details
    assert page.monitor.end.isVisible()
    assert "crashed" in page.monitor.end.text.text()
    assert "allocating far too much" in page.monitor.last_lines.toPlainText()
    assert page.start_button.isEnabled()
    page.runs.view.selectRow(0)
    assert page.runs.resume_button.isEnabled()  # a checkpoint was written at step 4
    assert page.monitor.end.isVisible()  # also as read back from disk


def test_a_reported_problem_is_shown_as_it_is(qtbot: QtBot, open_page: Callable[..., TrainPage]) -> None:
    page = open_page("error")
    page.start_button.click()
    qtbot.waitUntil(lambda: not page.session.running and page.session.run is not None, timeout=TIMEOUT)
    qtbot.waitUntil(page.monitor.end.isVisible, timeout=TIMEOUT)
    assert page.monitor.end.text.text() == "The folder holds only 1 pair; at least 4 are needed."


def _answer(text: str, remember: bool = False) -> None:
    """Click on a button of the question that is open, as soon as there is one."""
    box = QApplication.activeModalWidget()
    if not isinstance(box, QMessageBox):
        QTimer.singleShot(20, lambda: _answer(text, remember))
        return
    if remember:
        box.checkBox().click()
    QTest.mouseClick(
        next(button for button in box.buttons() if button.text().replace("&", "") == text), Qt.MouseButton.LeftButton
    )


def test_closing_asks_whether_the_run_goes_on_and_it_is_found_again(
    qtbot: QtBot, open_page: Callable[..., TrainPage], context: AppContext
) -> None:
    page = open_page("forever")
    assert page.can_close()
    page.start_button.click()
    qtbot.waitUntil(lambda: page.session.run is not None and page.session.run.history.step > 2)
    QTimer.singleShot(0, lambda: _answer("Cancel", remember=True))
    assert not page.can_close() and page.session.running
    run = page.session.run.folder
    QTimer.singleShot(0, lambda: _answer("Keep training"))
    assert page.can_close() and not page.session.running and is_running(run)
    page.hide()

    again = open_page("forever")
    assert again.session.running and again.monitor.title.text() == "My model"
    left_at = again.session.run.history.step
    qtbot.waitUntil(lambda: again.session.run.history.step > left_at)
    assert not again.start_button.isEnabled() and again.monitor.stop_button.isVisible()
    steps = list(again.session.run.history.steps)
    assert steps == list(range(1, steps[-1] + 1))
    QTimer.singleShot(0, lambda: _answer("Stop training", remember=True))
    assert again.can_close() and not is_running(run)
    assert again.session.run.history.state == "stopped" and again.session.run.can_resume
    again.session.start(again.session.run, resume=True)
    qtbot.waitUntil(lambda: again.session.run.history.step > steps[-1] and again.session.running)
    assert again.can_close() and not is_running(run)  # without a question


def test_pause_and_go_on(qtbot: QtBot, open_page: Callable[..., TrainPage]) -> None:
    page = open_page("forever")
    page.start_button.click()
    monitor = page.monitor
    qtbot.waitUntil(monitor.pause_button.isEnabled)
    assert "Speed" in monitor.numbers.texts() and "Memory" in monitor.numbers.texts()
    QTest.mouseClick(monitor.pause_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: page.session.paused)
    assert monitor.pause_button.text() == "Go on" and monitor.status.full_text.startswith("Paused")
    assert "left" not in monitor.status.full_text.split(" · ")[1]
    waits_at = page.session.run.history.step
    QTest.mouseClick(monitor.pause_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: page.session.run.history.step > waits_at)
    assert monitor.pause_button.text() == "Pause" and monitor.status.full_text.startswith("Training")
    page.monitor.stop_button.click()
    qtbot.waitUntil(lambda: not page.session.running)
    assert monitor.pause_button.isHidden() and monitor.stop_button.isHidden()


def test_a_model_that_is_dropped_anywhere_on_the_page_is_taken_in(
    qtbot: QtBot, open_page: Callable[..., TrainPage], context: AppContext, tmp_path: Path
) -> None:
    page = open_page()
    (file := tmp_path / "bad.piemodel").write_text("no model")
    with qtbot.waitSignal(context.notifier.posted, timeout=TIMEOUT) as posted:
        assert drop(page, [file], page.monitor)
    assert "bad.piemodel” cannot be used as a model" in posted.args[0].text
    assert page.tabs.currentWidget() is page.models


def test_the_form_is_remembered(
    qtbot: QtBot, open_page: Callable[..., TrainPage], context: AppContext, edits: Path
) -> None:
    page = open_page("error")
    page.form.fields["encoder_lr"].setValue(3e-6)
    page.form.limit.setCurrentIndex(1)
    page.form.fields["minutes"].setValue(25)
    page.form.pairs.add_paths((edits.parent,))
    qtbot.waitUntil(page.start_button.isEnabled)
    page.start_button.click()
    qtbot.waitUntil(lambda: not page.session.running, timeout=TIMEOUT)
    again = TrainPage(context)
    qtbot.addWidget(again)
    assert again.form.values() == page.form.values()
    assert again.form.values().minutes == 25 and again.form.values().encoder_lr == 3e-6
    assert again.form.fields["encoder_lr"].text() == "3e-06" and again.form.preset.currentText() == "Own settings"
    assert again.form.values().folders == (edits, edits.parent)


def test_form_offers_the_shared_defaults(open_page: Callable[..., TrainPage], base_bundle: Path) -> None:
    values = open_page().form.values()
    offered = (values.references, values.encoder_lr, values.enhancer_lr, values.gram, values.tv)
    assert offered == astuple(FINE_TUNING)[3:] and (values.epochs, values.minutes) == (None, None)


def test_a_run_that_gains_nothing_says_so_and_makes_no_model(
    qtbot: QtBot, open_page: Callable[..., TrainPage], context: AppContext
) -> None:
    told: list[str] = []
    context.notifier.posted.connect(lambda notice: told.append(notice.text))
    page = open_page("nothing")
    page.start_button.click()
    qtbot.waitUntil(lambda: any("no new model" in text for text in told), timeout=TIMEOUT)
    assert (
        page.session.run is not None
        and page.monitor.end.isVisibleTo(page)
        and "no new model" in page.monitor.end.text.text()
    )
    assert page.monitor.status.full_text.startswith("Complete")
    again = list_runs(page.session.run.folder.parent)
    assert [(run.history.state, run.history.bundle, run.history.total) for run in again] == [("done", None, 0)]


@pytest.mark.parametrize(
    "value",
    [7, float("inf"), float("nan"), 10**400, "x" * 5000, "a\0b", ["list"], {"a": 1}, True],
    ids=lambda v: repr(v)[:12],
)
def test_the_form_opens_whatever_type_a_setting_has(qtbot: QtBot, context: AppContext, value: object) -> None:
    names = (
        "pairs",
        "more",
        "originals",
        "name",
        "epochs",
        "minutes",
        "references",
        "encoder_lr",
        "gram",
        "tv",
        "device",
    )
    for name in names:
        context.settings.set(f"train.{name}", value)
    page = TrainPage(context)
    qtbot.addWidget(page)
    assert page.form.values().device == "auto"
