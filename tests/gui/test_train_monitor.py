"""The view of a run: its pictures, its map, its words in every state, and a run that is found when the window opens."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from pie_desktop import paths
from pie_desktop.model.run_folder import EVENTS, SHEET, WATCH, lock_run
from pie_desktop.ui.context import AppContext
from pie_desktop.ui.main_window import MainWindow
from pie_desktop.ui.train.closing import CLOSING, KEEP
from pie_desktop.ui.train.monitor import NEVER_BEGUN, NO_RUN, NUMBERS, RunMonitor
from pie_desktop.ui.train.runs import TrainingRun, create_run
from pie_desktop.workers.training_process import TrainingOptions

START = {"event": "start", "steps": None, "step": 0, "device": "cpu", "train": 30, "validation": 7}
BASELINE = {
    "event": "baseline", "step": 0, "photos": 7,
    "references": {"psnr": 30.0, "de00": 3.0}, "neutral": {"psnr": 20.0, "de00": 9.0},
}  # fmt: skip
STEP = {
    "event": "step", "step": 60, "steps": None, "loss": 0.4, "rate": 2.0, "elapsed": 30.0, "eta": 600.0,
    "eta_least": 90.0, "fraction": 0.01, "memory": 800 * 2**20,
}  # fmt: skip
PICTURES = {
    "event": "pictures",
    "step": 60,
    "photos": [{"name": "a.jpg", "psnr": 31.0}, {"name": "b.jpg", "psnr": 29.0}],
}
MAP = {"event": "map", "step": 0, "points": [[0, 0], [1, 1], [0.5, 0.5]], "names": ["one.jpg", "two.jpg", "three.jpg"]}
CHECK = {
    "event": "validation", "step": 60, "elapsed": 30.0, "psnr": 30.4, "de00": 2.8, "baseline_psnr": 30.0,
    "gain": {"mean": 0.4, "low": 0.1, "high": 0.7}, "stale": 2, "patience": 15,
}  # fmt: skip


@pytest.fixture
def make(tmp_path: Path, pie_home: Path) -> Callable[..., TrainingRun]:
    """A run on disk that has reported these events."""

    def made(*events: dict[str, Any]) -> TrainingRun:
        folder = paths.runs_dir() / "one"
        run = create_run(TrainingOptions(tmp_path, folder, "Evening", paths.models_dir(), tmp_path))
        (folder / WATCH).mkdir()
        for number, light in ((1, 60), (2, 200)):
            for name in ("before", "ours", "yours"):
                Image.new("RGB", (60, 40), (light, light, light)).save(folder / WATCH / f"{number}-{name}.jpg")
        sheet = np.zeros((SHEET[1], SHEET[0] * SHEET[1], 3), np.uint8)
        sheet[:, SHEET[1] : 2 * SHEET[1]] = (255, 0, 0)
        Image.fromarray(sheet).save(folder / WATCH / "references.jpg", quality=95)
        (folder / EVENTS).write_text("".join(json.dumps(event) + "\n" for event in events))
        for event in run.log.read():
            run.take(event)
        return run

    return made


@pytest.fixture
def monitor(context: AppContext, qtbot: QtBot) -> RunMonitor:
    made = RunMonitor(context)
    qtbot.addWidget(made)
    made.resize(920, 460)
    made.show()
    return made


def test_held_out_photos_are_looked_through(
    monitor: RunMonitor, make: Callable[..., TrainingRun], qtbot: QtBot
) -> None:
    monitor.show_run(make(START, BASELINE, STEP, PICTURES), running=True)
    photos = monitor.photos
    light = lambda: [one.picture.toImage().pixelColor(30, 20).red() for one in photos.pictures]  # noqa: E731
    qtbot.waitUntil(lambda: all(abs(value - 60) < 8 for value in light()))
    assert photos.name.full_text == "1 of 2: a.jpg" and not photos.back.isEnabled()
    QTest.mouseClick(photos.on, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: all(abs(value - 200) < 8 for value in light()))
    assert photos.name.full_text == "2 of 2: b.jpg" and not photos.on.isEnabled()
    assert photos.pictures[1].accessibleName() == "This model, 29.0 dB"


def test_the_map_has_every_reference_within_it(
    monitor: RunMonitor, make: Callable[..., TrainingRun], qtbot: QtBot
) -> None:
    monitor.show_run(make(START, BASELINE, MAP), running=True)
    monitor.aside.setCurrentWidget(monitor.map)
    qtbot.waitUntil(lambda: not monitor.map.sheet.isNull())
    places = monitor.map.places()
    assert len(places) == 3 and all(monitor.map.rect().contains(place) for place in places)
    shown = monitor.map.grab().toImage()
    assert shown.pixelColor(places[1].center()).red() > 200  # the second one is red
    assert shown.pixelColor(places[0].center()).red() < 60
    assert places[0].left() < places[2].left() < places[1].left() and places[0].top() > places[1].top()


def test_words_and_pages_of_every_state(monitor: RunMonitor, make: Callable[..., TrainingRun]) -> None:
    monitor.set_hint("Choose the folder of your edits.")
    assert monitor._pages.currentIndex() == NO_RUN and monitor.progress.isHidden()
    run = make(START, BASELINE)
    monitor.show_run(run, running=True)
    assert monitor.status.full_text.startswith("Starting…") and monitor.progress.maximum() == 0
    assert not monitor.pause_button.isEnabled() and monitor.stop_button.isVisible()
    for event in (STEP, CHECK):
        run.take(event)
    monitor.refresh(run)
    assert monitor.status.full_text == (
        "Training · 30 s trained · 1 min 30 s to 10 min left · 30 pairs to learn from, 7 held out · on the CPU"
    )
    assert monitor.progress.value() == 250  # of the two minutes that it takes at least
    assert monitor.numbers.texts() == {
        "Held-out photos": "+0.40 dB (+0.10 to +0.70)", "Checks without gain": "2 of 15", "Speed": "2.0 steps/s",
        "Memory": "800 MB",
    }  # fmt: skip
    monitor.curves.redraw()
    assert monitor.curves._lines["neutral"].label.format.startswith("far below: the model without your edits, 20.00")
    run.take({"event": "paused", "step": 60})
    monitor.set_running(run, True, False)
    assert monitor.status.full_text.startswith("Paused · 30 s trained · 30 pairs")
    monitor.set_running(run, True, True)
    assert monitor.stop_button.text() == "End now" and "writing a checkpoint" in monitor.status.full_text
    run.take({"event": "ended", "kind": "failed", "message": "Memory ran out.", "step": 60, "lines": ["MemoryError"]})
    monitor.set_running(run, False, False)
    assert monitor.end.isVisible() and monitor._pages.currentIndex() == NUMBERS
    assert monitor.aside.isTabVisible(monitor.aside.indexOf(monitor.last_lines))
    assert monitor.stop_button.isHidden() and monitor.pause_button.isHidden()


def test_a_run_that_never_began_has_no_empty_curves(monitor: RunMonitor, make: Callable[..., TrainingRun]) -> None:
    monitor.show_run(make({"event": "error", "message": "Only 2 edits were found."}), running=False)
    assert monitor._pages.currentIndex() == NEVER_BEGUN and monitor.end.text.text() == "Only 2 edits were found."


def test_a_run_in_progress_is_found_when_the_window_opens(
    window: MainWindow, context: AppContext, make: Callable[..., TrainingRun], qtbot: QtBot
) -> None:
    context.settings.set(CLOSING, KEEP)  # if this fails, nothing is asked at the end
    told: list[str] = []
    context.notifier.posted.connect(lambda notice: told.append(notice.text))
    run = make(START, BASELINE, STEP)
    window.pages.find_training()
    assert window.pages._train is None and not told  # none is in progress, so that no page is made
    lock = lock_run(run.folder)
    window.pages.find_training()
    page = window.pages.train_page()
    assert page.session.running and page.monitor.title.text() == "Evening"
    goes_on = "The training of “Evening” goes on; the Train page shows how far it is."
    qtbot.waitUntil(lambda: told == [goes_on])
    lock.release()
    qtbot.waitUntil(lambda: not page.session.running)
    qtbot.waitUntil(lambda: "without a word" in told[-1])
