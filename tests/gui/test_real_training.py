"""The real training core as the train page starts it: stopped, killed, resumed, used as it is, and a model adopted."""

import os
import signal
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMessageBox
from pytestqt.qtbot import QtBot

from pie_desktop import paths
from pie_desktop.engine import bundles
from pie_desktop.engine.bundles import shipped_bundles
from pie_desktop.engine.own_models import held_out
from pie_desktop.model.bundle import read_bundle_info
from pie_desktop.model.report import read_report
from pie_desktop.ui.context import AppContext
from pie_desktop.ui.train.history import RunHistory
from pie_desktop.ui.train.page import TrainPage
from pie_desktop.ui.train.runs import create_run, new_run_folder
from pie_desktop.workers import training_process
from pie_desktop.workers.training_process import TrainingOptions, TrainingOutcome, TrainingProcess
from tests.own_edits import base_model, edits_folder

pytestmark = pytest.mark.slow

TIMEOUT = 100_000


@pytest.fixture
def tiny_pairs(tmp_path: Path, sample_images: dict[str, np.ndarray]) -> Path:
    """Eight small pairs in one look."""
    folder = tmp_path / "edits"
    folder.mkdir()
    crops = [crop for image in sample_images.values() for crop in (image[:128, :160], image[-128:, -160:])]
    for index, crop in enumerate(crops):
        edited = np.clip((crop / 255.0) ** 0.8 * [275, 255, 225], 0, 255).astype(np.uint8)
        Image.fromarray(crop).save(folder / f"{index}.png")
        Image.fromarray(edited).save(folder / f"{index}_edit.png")
    return folder


def _run(
    qtbot: QtBot, options: TrainingOptions, resume: bool, stop_at: int | None = None
) -> tuple[list[dict[str, Any]], TrainingOutcome]:
    process = TrainingProcess()
    events: list[dict[str, Any]] = []
    outcomes: list[TrainingOutcome] = []

    def take(event: dict[str, Any]) -> None:
        events.append(event)
        if event["event"] == "step" and event["step"] == stop_at:
            process.stop()

    process.reported.connect(take)
    process.finished.connect(outcomes.append)
    process.start(options, resume=resume)
    try:
        qtbot.waitUntil(lambda: bool(outcomes), timeout=TIMEOUT)
    finally:
        process.stop_and_wait(1_000)
    return events, outcomes[0]


def test_fit_stop_resume_and_a_model(
    qtbot: QtBot, tiny_pairs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shipped = shipped_bundles()
    if not shipped:
        pytest.skip("no model is shipped yet")
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    monkeypatch.setattr(training_process, "NICENESS", 0)  # other tests may keep the machine busy
    options = TrainingOptions(
        pairs=tiny_pairs,
        run=tmp_path / "run",
        name="Tiny",
        models=tmp_path / "models",
        init=shipped[0].path,
        epochs=60,
        references=2,
        device="cpu",
    )
    events, outcome = _run(qtbot, options, resume=False, stop_at=1)
    assert outcome.kind == "stopped", outcome
    assert events[0] == {"event": "indexing", "done": 0, "total": 8}
    start = next(event for event in events if event["event"] == "start")
    assert start["pairs"] == 8
    stopped = events[-1]
    assert stopped["event"] == "stopped" and Path(stopped["checkpoint"]).exists()

    events, outcome = _run(qtbot, options, resume=True)
    assert outcome.kind == "done", outcome
    assert events[0]["step"] == stopped["step"]
    steps = [event["step"] for event in events if event["event"] == "step"]
    assert steps == sorted(set(steps)) and steps[0] > stopped["step"] and steps[-1] <= events[0]["steps"]
    info = read_bundle_info(Path(events[-1]["bundle"]))
    numbers = held_out(info)
    assert info.name == "Tiny" and info.path.parent == options.models
    assert numbers is not None and numbers.psnr == pytest.approx(events[-1]["psnr"])
    report = read_report(info.path)
    assert report is not None and len(report.photos) == 2 and numbers.verdict == report.verdict == "too few to tell"


@pytest.fixture(scope="module")
def tiny_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small model that has much to learn: random weights where an untrained one has zeros."""
    return base_model(tmp_path_factory.mktemp("base") / "base.piemodel")


@pytest.mark.skipif(os.name != "posix", reason="sends a POSIX signal")
def test_a_run_is_killed_resumed_used_as_it_is_finished_and_adopted(
    qtbot: QtBot,
    context: AppContext,
    photo_folder_of_crops: Path,
    tiny_model: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    edits = edits_folder(tmp_path / "edits", photo_folder_of_crops, 12)
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    monkeypatch.setattr(training_process, "NICENESS", 0)
    base = read_bundle_info(tiny_model)
    monkeypatch.setattr(bundles, "shipped_bundles", lambda: [base])
    monkeypatch.setattr(bundles, "default_bundle", lambda: bundles._chosen_bundle() or tiny_model)
    page = TrainPage(context)
    qtbot.addWidget(page)
    page.resize(1280, 800)
    page.show()
    rates = {"encoder_lr": 3e-3, "enhancer_lr": 3e-3, "device": "cpu", "references": 2}
    options = replace(_options(edits, tiny_model), epochs=400, **rates)
    page.session.start(create_run(options))

    def history() -> RunHistory:
        assert page.session.run is not None
        return page.session.run.history

    # killed by the system, once there is a checkpoint
    qtbot.waitUntil(lambda: history().checkpoint is not None)
    assert page.session._process._child is not None
    page.session._process._child.send_signal(signal.SIGKILL)
    qtbot.waitUntil(lambda: not page.session.running)
    assert history().state == "failed" and "memory ran out" in page.monitor.end.text.text()
    qtbot.waitUntil(lambda: not any(picture.picture.isNull() for picture in page.monitor.photos.pictures))
    qtbot.waitUntil(lambda: not page.monitor.map.sheet.isNull())
    killed_at = history().step

    # resumed, and stopped
    page.tabs.setCurrentWidget(page.runs)
    page.runs.view.selectRow(0)
    QTest.mouseClick(page.runs.resume_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: page.monitor.pause_button.isEnabled() and history().step >= killed_at)
    QTest.mouseClick(page.monitor.stop_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not page.session.running)
    assert history().state == "stopped" and history().steps == sorted(set(history().steps))

    # used as it is
    page.runs.view.selectRow(0)
    best = history().best
    assert best is not None and page.runs.finish_button.isEnabled()
    with qtbot.waitSignal(page.session.model_finished) as early:
        QTest.mouseClick(page.runs.finish_button, Qt.MouseButton.LeftButton)
    assert read_bundle_info(early.args[0]).card["best_step"] == best.step

    # gone on with to its end, and adopted
    page.tabs.setCurrentWidget(page.runs)
    page.runs.view.selectRow(0)
    with qtbot.waitSignal(page.session.model_finished) as finished:
        QTest.mouseClick(page.runs.resume_button, Qt.MouseButton.LeftButton)
    assert history().state == "done" and finished.args[0] != early.args[0]
    qtbot.waitUntil(lambda: page.models.table.rowCount() == 3 and page.models.use_button.isEnabled())
    monkeypatch.setattr(QMessageBox, "question", lambda *_: QMessageBox.StandardButton.Yes)
    QTest.mouseClick(page.models.use_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: bundles._chosen_bundle() == finished.args[0])
    table = page.models.table
    qtbot.waitUntil(lambda: any("(in use)" in table.item(row, 0).text() for row in range(2)))


def _options(pairs: Path, init: Path) -> TrainingOptions:
    run = new_run_folder(paths.runs_dir(), "Tiny")
    return TrainingOptions(pairs=pairs, run=run, name="Tiny", models=paths.models_dir(), init=init)
