"""The loop of events: what comes in which order, what counts as time, and a run of two stages that is interrupted."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn

from pie_desktop.errors import PieError
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
        self.begin_optimizer([(self.network.parameters(), 0.1 / (1 + self.progress.stage))], 0.0, 1.0, 0.9)

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
