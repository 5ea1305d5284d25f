"""The loop of events: what comes in which order, what counts as time, and a run of two stages that is interrupted."""

import errno
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn

from pie_desktop.errors import PieError
from training.running import loop
from training.running.checkpoint import BEFORE, NAME
from training.running.events import Event
from training.running.loop import Progress, TrainingLoop
from training.running.stepping import Losses, NotFinite


class Clock:
    """A clock that goes on when told to."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@dataclass
class StageProgress(Progress):
    stage: int = 0


class Line(TrainingLoop[nn.Linear, StageProgress]):
    """Six steps towards zero, the last three in a second stage; a step takes 2 s, a validation 10 s."""

    def __init__(self, run: Path, should_stop: Callable[[], bool] = lambda: False, steps_only: bool = True) -> None:
        torch.manual_seed(0)
        self.seconds = Clock()
        super().__init__(nn.Linear(3, 2), StageProgress(), run, should_stop, clock=self.seconds, steps_only=steps_only)
        self.broken_at = 99
        self.enter()

    def enter(self) -> None:
        self.begin_optimizer([("line", self.network.parameters(), 0.1 / (1 + self.progress.stage))], 0.0, 1.0, 0.9)

    def restore(self, state: dict[str, Any]) -> None:
        self.progress.stage = state["stage"]
        self.enter()

    def fraction(self) -> float:
        return self.progress.step / 6

    def rate_factor(self) -> float:
        return 1 - self.fraction() / 2

    def loss(self) -> Losses:
        self.seconds.now += 2
        value = (self.network(torch.full((1, 3), 1.0 + self.progress.step)) ** 2).mean()
        return value * (float("nan") if self.progress.step == self.broken_at else 1), {"square": value.detach()}

    def describe(self) -> str:
        return "nothing"

    def validation_due(self) -> bool:
        return self.progress.step % 4 == 0

    def checkpoint_due(self) -> bool:
        return self.progress.elapsed - self.saved_at >= 4

    def validate(self) -> Event:
        self.seconds.now += 10
        return {"event": "validation"}

    def advance(self) -> Iterator[Event]:
        if self.progress.step == 3:
            self.progress.stage = 1
            self.enter()
            yield {"event": "stage"}


def kinds(events: list[Event]) -> list[str]:
    return [event["event"] for event in events]


def test_events_come_in_order_and_the_end_is_validated_and_saved(tmp_path: Path) -> None:
    found = list(Line(tmp_path).events())
    parts = [
        "step",
        "step checkpoint",
        "step stage",
        "step validation checkpoint",
        "step",
        "step validation checkpoint",
    ]
    assert kinds(found) == [*" ".join(parts).split(), "finished"]
    steps = [event for event in found if event["event"] == "step"]
    assert [event["step"] for event in steps] == [1, 2, 3, 4, 5, 6]
    assert steps[2]["fraction"] == 0.5 and steps[-1]["eta"] == 0


@pytest.mark.parametrize(("steps_only", "seconds"), [(True, 12.0), (False, 22.0)])
def test_validation_counts_as_time_only_where_it_should(tmp_path: Path, steps_only: bool, seconds: float) -> None:
    run = Line(tmp_path, steps_only=steps_only)
    list(run.events())
    assert run.progress.elapsed == seconds


@pytest.mark.parametrize("stopped", [2, 4])
def test_a_stopped_run_goes_on_to_the_same_numbers_in_either_stage(tmp_path: Path, stopped: int) -> None:
    whole = [event["loss"] for event in Line(tmp_path / "whole").events() if event["event"] == "step"]
    answers = iter([False] * (stopped - 1) + [True])
    first = list(Line(tmp_path / "parts", lambda: next(answers)).events())
    assert kinds(first)[-2:] == ["checkpoint", "stopped"] and first[-1]["step"] == stopped
    again = Line(tmp_path / "parts")
    again.resume()
    second = list(again.events())
    assert [e["loss"] for e in first + second if e["event"] == "step"] == whole
    assert again.progress.elapsed == 12


def test_a_request_to_stop_while_an_event_is_handled_counts_for_its_step(tmp_path: Path) -> None:
    asked: list[int] = []
    found = []
    for event in Line(tmp_path, lambda: bool(asked)).events():
        found.append(event)
        if event["event"] == "step":
            asked.append(event["step"])
    assert kinds(found) == ["step", "checkpoint", "stopped"]


def test_a_request_to_stop_at_the_last_step_finishes_the_run(tmp_path: Path) -> None:
    answers = iter([False] * 5 + [True])
    assert kinds(list(Line(tmp_path, lambda: next(answers)).events()))[-1] == "finished"


def test_bad_numbers_end_the_run_and_keep_its_last_checkpoint(tmp_path: Path) -> None:
    run = Line(tmp_path)
    run.broken_at = 4
    with pytest.raises(NotFinite, match="step 5, which learned from nothing"):
        list(run.events())
    again = Line(tmp_path)
    again.resume()
    assert again.progress == StageProgress(step=4, elapsed=8.0, stage=1)
    with pytest.raises(PieError, match="no checkpoint"):
        Line(tmp_path / "elsewhere").resume()


def test_a_paused_run_waits_with_a_checkpoint_and_its_time_does_not_count(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = Line(tmp_path / "whole", steps_only=False)
    losses = [event["loss"] for event in whole.events() if event["event"] == "step"]
    run = Line(tmp_path / "paused", steps_only=False)
    looks = 0

    def sleep(seconds: float) -> None:
        nonlocal looks
        looks, run.seconds.now = looks + 1, run.seconds.now + 1000

    monkeypatch.setattr(loop.time, "sleep", sleep)
    run.should_wait = lambda: run.progress.step == 2 and looks < 3
    events = list(run.events())
    assert kinds(events)[1:5] == ["step", "checkpoint", "paused", "continued"] and looks == 3
    assert [event["loss"] for event in events if event["event"] == "step"] == losses
    assert run.progress.elapsed == whole.progress.elapsed


def test_a_paused_run_can_be_stopped(tmp_path: Path) -> None:
    run = Line(tmp_path)
    run.should_wait = lambda: run.progress.step == 2
    events = []
    for event in run.events():
        events.append(event)
        if event["event"] == "paused":
            run.should_stop = lambda: True
    assert kinds(events)[-4:] == ["checkpoint", "paused", "continued", "stopped"] and events[-1]["step"] == 2


def test_a_full_disk_is_told_once_and_costs_no_checkpoint(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = Line(tmp_path)
    write = loop.save_checkpoint
    full = False

    def save(*arguments: Any) -> Path:
        if full:
            raise OSError(errno.ENOSPC, "No space left on device")
        return write(*arguments)

    monkeypatch.setattr(loop, "save_checkpoint", save)
    events = []
    for event in run.events():
        events.append(event)
        full = event["event"] == "checkpoint" or full
    (warning,) = [event["message"] for event in events if event["event"] == "warning"]
    assert "disk" in warning and "is full; free some space. Training goes on" in warning
    assert kinds(events)[-1] == "finished" and kinds(events).count("checkpoint") == 1
    again = Line(tmp_path)
    again.resume()
    assert again.progress.step == 2


def test_where_the_last_checkpoint_is_damaged_the_one_before_is_gone_on_from(tmp_path: Path) -> None:
    list(Line(tmp_path).events())
    damaged = bytearray((tmp_path / NAME).read_bytes())
    damaged[-5] ^= 1  # a bit of a weight
    (tmp_path / NAME).write_bytes(damaged)
    again = Line(tmp_path)
    again.resume()
    assert again.progress.step == 4
    first = next(again.events())
    assert first["event"] == "warning" and "from the one before, of step 4" in first["message"]
    (tmp_path / BEFORE).write_bytes(b"")
    with pytest.raises(PieError, match="damaged"):
        Line(tmp_path).resume()


def test_a_process_killed_between_two_checkpoints_has_the_one_before(tmp_path: Path) -> None:
    list(Line(tmp_path).events())
    (tmp_path / NAME).unlink()  # moved away already, and the new one not there yet
    again = Line(tmp_path)
    again.resume()
    assert again.progress.step == 4 and next(again.events())["event"] == "step"


def test_remaining_time_is_at_least_until_nothing_more_is_gained(tmp_path: Path) -> None:
    run = Line(tmp_path)
    run.earliest_end = lambda: 4  # type: ignore[method-assign]
    steps = [event for event in run.events() if event["event"] == "step"]
    assert all(0 <= event["eta_least"] <= event["eta"] for event in steps)
    assert steps[3]["eta_least"] == 0 < steps[3]["eta"] and all(event["memory"] > 1e6 for event in steps)


@pytest.mark.parametrize("steps_only", [True, False])
def test_the_time_in_which_the_computer_slept_does_not_count(tmp_path: Path, steps_only: bool) -> None:
    run = Line(tmp_path, steps_only=steps_only)
    for event in run.events():
        if event["event"] == "step" and event["step"] == 3:
            run.seconds.now += 8 * 3600  # the lid was closed in the evening
    # Five steps of six: the one during which it slept is not told apart from the night.
    assert run.progress.elapsed == (10.0 if steps_only else 20.0)
