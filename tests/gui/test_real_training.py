"""The real training core as the train page starts it: a few steps on tiny pairs, a stop, a resume, a finished model."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from pytestqt.qtbot import QtBot

from pie_desktop.engine.bundles import shipped_bundles
from pie_desktop.engine.own_models import held_out
from pie_desktop.model.bundle import read_bundle_info
from pie_desktop.model.report import read_report
from pie_desktop.workers import training_process
from pie_desktop.workers.training_process import TrainingOptions, TrainingOutcome, TrainingProcess

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
        epochs=5,
        references=2,
        device="cpu",
    )
    events, outcome = _run(qtbot, options, resume=False, stop_at=1)
    assert outcome.kind == "stopped", outcome
    assert events[0]["event"] == "start" and events[0]["pairs"] == 8
    stopped = events[-1]
    assert stopped["event"] == "stopped" and Path(stopped["checkpoint"]).exists()

    events, outcome = _run(qtbot, options, resume=True)
    assert outcome.kind == "done", outcome
    assert events[0]["step"] == stopped["step"]
    steps = [event["step"] for event in events if event["event"] == "step"]
    assert steps == list(range(stopped["step"] + 1, events[0]["steps"] + 1))
    info = read_bundle_info(Path(events[-1]["bundle"]))
    numbers = held_out(info)
    assert info.name == "Tiny" and info.path.parent == options.models
    assert numbers is not None and numbers.psnr == pytest.approx(events[-1]["psnr"])
    report = read_report(info.path)
    assert report is not None and len(report.photos) == 2 and numbers.verdict == report.verdict == "too few to tell"
