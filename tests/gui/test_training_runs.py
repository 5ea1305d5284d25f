"""Runs on disk: read back as they were reported, whatever a crash left behind."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QSize
from pytestqt.qtbot import QtBot

from pie_desktop.model.run_folder import EVENTS
from pie_desktop.ui.context import AppContext
from pie_desktop.ui.train.curves import smoothed
from pie_desktop.ui.train.history import RunHistory
from pie_desktop.ui.train.runs import TrainingRun, create_run, list_runs, new_run_folder
from pie_desktop.ui.widgets.table import ThumbnailColumn
from pie_desktop.workers.training_process import TrainingOptions


def _options(folder: Path, name: str = "Mine") -> TrainingOptions:
    return TrainingOptions(pairs=folder / "p", run=folder / "runs" / name, name=name, models=folder / "m", init=folder)


def _start(step: int = 0) -> dict[str, Any]:
    return {"event": "start", "run": "r", "steps": 10, "step": step, "device": "cpu", "train": 6, "validation": 2}


def _step(step: int, loss: float = 1.0) -> dict[str, Any]:
    return {"event": "step", "step": step, "steps": 10, "loss": loss, "rate": 2.0, "eta": 1.0}


def _report(run: TrainingRun, event: dict[str, Any]) -> None:
    """As the training core does."""
    with (run.folder / EVENTS).open("a", encoding="utf-8") as file:
        file.write(json.dumps(event) + "\n")
    for new in run.log.read():
        run.take(new)


def test_a_run_is_read_back(tmp_path: Path) -> None:
    run = create_run(_options(tmp_path))
    checkpoint = run.folder / "checkpoint.safetensors"
    checkpoint.touch()
    for event in (
        _start(),
        _step(1),
        {"event": "validation", "step": 1, "psnr": 21.0, "baseline_psnr": 20.0},
        {"event": "stopped", "step": 1, "checkpoint": str(checkpoint)},
    ):
        _report(run, event)
    (read,) = list_runs(tmp_path / "runs")
    assert read.options == run.options and read.history == run.history
    assert read.can_resume and read.history.gain == pytest.approx(1.0)
    checkpoint.unlink()
    assert not read.can_resume


def test_a_line_cut_off_by_a_crash_is_skipped(tmp_path: Path) -> None:
    run = create_run(_options(tmp_path))
    _report(run, _start())
    _report(run, _step(1))
    with (run.folder / EVENTS).open("a") as file:
        file.write('{"event": "step", "st')
    (read,) = list_runs(tmp_path / "runs")
    assert read.history.steps == [1] and read.history.state == "interrupted"


def test_a_malformed_event_is_left_out(tmp_path: Path) -> None:
    run = create_run(_options(tmp_path))
    _report(run, {"event": "step", "step": "many"})
    _report(run, {"event": "from a later version", "step": 3})
    assert run.history == RunHistory()


def test_a_damaged_run_is_passed_over_and_the_newest_comes_first(tmp_path: Path) -> None:
    first, second = create_run(_options(tmp_path, "a")), create_run(_options(tmp_path, "b"))
    (tmp_path / "runs" / "damaged").mkdir()
    (tmp_path / "runs" / "damaged" / "run.json").write_text("{")
    assert [run.name for run in list_runs(tmp_path / "runs")] == [second.name, first.name]


def test_only_runs_that_have_grown_are_read_again(tmp_path: Path) -> None:
    grown, still = create_run(_options(tmp_path, "grown")), create_run(_options(tmp_path, "still"))
    known: dict[Path, tuple[int, TrainingRun]] = {}
    before = {run.name: run for run in list_runs(tmp_path / "runs", known)}
    _report(grown, _start())
    after = {run.name: run for run in list_runs(tmp_path / "runs", known)}
    assert after["still"] is before["still"] and still.name == "still"
    assert after["grown"].history.total == 10


def test_a_resumed_run_forgets_what_came_after_its_checkpoint() -> None:
    history = RunHistory()
    for event in (_start(), _step(1), _step(2), _step(3), _start(1), _step(2, 0.5)):
        history.apply(event)
    assert history.steps == [1, 2] and history.losses == [1.0, 0.5]


def test_numbers_that_are_no_numbers_are_not_drawn() -> None:
    history = RunHistory()
    history.apply(_step(1, float("nan")))
    history.apply({"event": "validation", "step": 1, "psnr": float("inf"), "baseline_psnr": 20.0})
    assert history.losses == [] and history.checks == []


def test_new_folders_do_not_collide(tmp_path: Path) -> None:
    first = new_run_folder(tmp_path, "../Evening / 2")
    first.mkdir()
    second = new_run_folder(tmp_path, "../Evening / 2")
    assert first != second and first.parent == second.parent == tmp_path


def test_smoothing_keeps_length_mean_and_ends() -> None:
    values = np.sin(np.linspace(0, 20, 400)) + np.linspace(3, 1, 400)
    result = smoothed(values)
    assert result.shape == values.shape and np.allclose(result[[0, -1]], values[[0, -1]])
    assert np.abs(np.diff(result)).mean() < np.abs(np.diff(values)).mean()
    assert abs(result.mean() - values.mean()) < 0.02


def test_rows_painted_one_after_the_other_all_get_their_thumbnails(
    qtbot: QtBot, context: AppContext, tmp_path: Path
) -> None:
    photos = [tmp_path / f"{index}.png" for index in range(12)]
    for photo in photos:
        Image.new("RGB", (40, 30), (200, 30, 30)).save(photo)
    column = ThumbnailColumn(context.thumbnails)
    loaded: list[Path] = []
    column.loaded.connect(loaded.append)
    size = QSize(60, 40)
    for photo in photos:  # as when scrolling: each turn of the event loop paints one more row
        column.icon(photo, size)
        column._load()
    qtbot.waitUntil(lambda: sorted(loaded) == sorted(photos), timeout=30_000)
    middle = column.icon(photos[0], size).toImage().pixelColor(30, 20)
    assert middle.red() > 150 and middle.green() < 80


@pytest.mark.parametrize(
    "content",
    [
        "[" * 100_000,
        '{"created": "2026-11-01T10:00:00+00:00", "options": {"epochs": Infinity}}',
        '{"created": "2026-11-01T10:00:00+00:00", "options": ["list"]}',
        '{"created": 3, "options": {}}',
        '{"created": "2026-11-01T10:00:00+00:00", "options": {"pairs": 1, "name": [], "models": {}, "init": null}}',
    ],
)
def test_a_damaged_run_does_not_cost_the_list_of_the_others(tmp_path: Path, content: str) -> None:
    kept = create_run(_options(tmp_path))
    damaged = tmp_path / "runs" / "Damaged"
    damaged.mkdir()
    (damaged / "run.json").write_text(content, encoding="utf-8")
    assert [run.name for run in list_runs(tmp_path / "runs")] == [kept.name]


@pytest.mark.parametrize(
    "line", ["[" * 100_000, "[1]", "3", '{"event": ["list"]}', '{"event": "step", "step": Infinity}']
)
def test_a_damaged_event_is_skipped(tmp_path: Path, line: str) -> None:
    run = create_run(_options(tmp_path))
    _report(run, _start())
    with (run.folder / EVENTS).open("a", encoding="utf-8") as file:
        file.write(line + "\n")
    _report(run, {"event": "validation", "step": 1, "psnr": 21.0, "baseline_psnr": 20.0})
    (read,) = list_runs(tmp_path / "runs")
    assert [check.psnr for check in read.history.checks] == [21.0]
