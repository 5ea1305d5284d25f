"""The runs of a study: resumed, skipped, refused, of several seeds, and ended where they go wrong."""

import itertools
import json
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from pie_desktop.errors import PieError
from pie_desktop.model.systems.build import load_system
from tests.unit.helpers.tiny_studies import tiny_scale, tiny_system
from tests.unit.helpers.torchrun import OneOfTwo
from training.losses.registry import Terms
from training.running.events import Event
from training.study.config import Scale
from training.study.evaluate import unchanged
from training.study.protocols import Batch, EndToEnd
from training.study.runner import Run, check, runs_of, train_all

pytestmark = pytest.mark.usefixtures("one_thread")


@pytest.fixture(scope="module")
def scale(photo_folder_of_crops: Path) -> Scale:
    return tiny_scale(photo_folder_of_crops)


def losses(events: list[Event]) -> list[float]:
    return [event["loss"] for event in events if event["event"] == "step"]


@pytest.mark.slow
def test_study_trains_resumes_to_the_same_numbers_and_trains_nothing_twice(
    photo_folder_of_crops: Path, tmp_path: Path
) -> None:
    scale = tiny_scale(photo_folder_of_crops, samples=40)
    configs = [tiny_system("end_to_end"), tiny_system("two_stage_proxies")]
    whole = list(train_all(runs_of(configs, scale, tmp_path / "whole"), tmp_path / "whole"))
    assert [event["system"] for event in whole if event["event"] == "done"] == ["end-to-end", "two-stage-proxies"]
    answers = iter([False] * 8 + [True])
    runs = runs_of(configs, scale, tmp_path / "parts")
    first = list(train_all(runs, tmp_path / "parts", lambda: next(answers)))
    assert first[-1]["event"] == "stopped" and first[-1]["system"] == "two-stage-proxies"
    with pytest.raises(PieError, match="--resume"):
        check(runs, resume=False)
    check(runs, resume=True)
    second = list(train_all(runs, tmp_path / "parts"))
    assert second[0] == {"event": "skipped", "system": "end-to-end"}
    assert losses(first) + losses(second) == pytest.approx(losses(whole), rel=1e-4)
    assert list(train_all(runs, tmp_path / "parts")) == []
    for name in ("end-to-end", "two-stage-proxies"):
        card, other = (load_system(tmp_path / part / name)[1] for part in ("whole", "parts"))
        assert card["steps"] == 5 and card["samples"] == 40 and card["failure"] is None
        assert card["curve"][-1]["fraction"] == 1
        # where the gradient of a weight is nothing but rounding, Adam steps anywhere: judged is what comes out
        assert card["curve"][-1]["psnr"] == pytest.approx(other["curve"][-1]["psnr"], abs=1e-3)


def test_a_protocol_that_cannot_train_its_system_is_refused_before_anything_is(scale: Scale, tmp_path: Path) -> None:
    for kind, message in (("masked", "system.masked"), ("diffusion", "end_to_end")):
        runs = runs_of([tiny_system("end_to_end"), tiny_system(kind)], scale, tmp_path)
        with pytest.raises(PieError, match=message):
            check(runs, resume=False)


def test_other_settings_are_not_mixed_into_a_study(scale: Scale, tmp_path: Path) -> None:
    run = runs_of([tiny_system("end_to_end")], scale, tmp_path)[0]
    list(train_all([run], tmp_path))
    check([run], resume=False)
    other = replace(run, scale=scale.model_copy(update={"seed": 6}))
    with pytest.raises(PieError, match="other settings"):
        check([other], resume=True)


def test_a_loss_that_is_not_a_number_ends_that_system_only(
    scale: Scale, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wild = tiny_system("end_to_end").model_copy(update={"name": "wild"})
    calls, loss = itertools.count(), EndToEnd.loss

    def goes_wrong(self: EndToEnd, stage: int, batch: Batch) -> tuple[torch.Tensor, Terms]:
        value, terms = loss(self, stage, batch)
        return value * (float("nan") if self.config.name == "wild" and next(calls) >= 2 else 1), terms

    monkeypatch.setattr(EndToEnd, "loss", goes_wrong)
    often = scale.model_copy(update={"checkpoint_seconds": 1e-6})
    runs: list[Run] = runs_of([wild, tiny_system("end_to_end")], often, tmp_path)
    events = list(train_all(runs, tmp_path))
    (failed,) = [event for event in events if event["event"] == "failed"]
    assert failed["system"] == "wild" and "not a number at step 3" in failed["message"]
    assert events[-1]["event"] == "done" and events[-1]["system"] == "end-to-end"
    # the last good checkpoint is what there is, and the card says so
    system, card = load_system(tmp_path / "wild")
    assert card["steps"] == 2 and card["failure"] == failed["message"] == runs[0].failure
    assert all(bool(torch.isfinite(value).all()) for value in system.state_dict().values())
    assert list(train_all(runs, tmp_path)) == []


def test_every_seed_is_a_training_of_its_own_and_a_bad_one_ends_alone(
    scale: Scale, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    loss = EndToEnd.loss

    def goes_wrong(self: EndToEnd, stage: int, batch: Batch) -> tuple[torch.Tensor, Terms]:
        value, terms = loss(self, stage, batch)
        return value * (float("nan") if self.config.name == "end-to-end-seed-6" else 1), terms

    monkeypatch.setattr(EndToEnd, "loss", goes_wrong)
    configs = [tiny_system("end_to_end"), tiny_system("two_stage")]
    runs = runs_of(configs, scale.model_copy(update={"seeds": 3}), tmp_path)
    assert [run.config.name for run in runs[:4]] == ["end-to-end", "two-stage", "end-to-end-seed-6", "two-stage-seed-6"]
    assert [run.seed for run in runs] == [5, 5, 6, 6, 7, 7] and {run.system for run in runs[::2]} == {"end-to-end"}
    events = list(train_all(runs[::2], tmp_path))
    (failed,) = [event for event in events if event["event"] == "failed"]
    assert failed["system"] == "end-to-end-seed-6"
    first, third = ([e["loss"] for e in events if e["event"] == "step" and e["system"] == n] for n in
                    ("end-to-end", "end-to-end-seed-7"))  # fmt: skip
    assert len(first) == len(third) == 3 and first != third
    weights = [load_system(run.folder)[0].state_dict()["encoder.head.0.weight"] for run in (runs[0], runs[4])]
    assert not torch.allclose(*weights)
    assert [run.trained for run in runs[::2]] == [True, False, True]
    assert load_system(runs[4].folder)[1]["seed"] == 7


def test_a_seed_that_is_missing_is_trained_when_the_study_goes_on(scale: Scale, tmp_path: Path) -> None:
    runs = runs_of([tiny_system("end_to_end")], scale.model_copy(update={"seeds": 3}), tmp_path)
    list(train_all([runs[0], runs[2]], tmp_path))
    check(runs, resume=True)
    events = [(event["event"], event["system"]) for event in train_all(runs, tmp_path) if event["event"] != "step"]
    assert ("skipped", "end-to-end") in events and ("done", "end-to-end-seed-6") in events
    assert all(run.trained for run in runs)
    # one seed more changes nothing about those that are there
    check(runs_of([tiny_system("end_to_end")], scale.model_copy(update={"seeds": 4}), tmp_path), resume=False)


def test_each_process_trains_its_share_and_the_leader_waits_for_the_others(scale: Scale, tmp_path: Path) -> None:
    twice = scale.model_copy(update={"seeds": 2})
    runs = runs_of([tiny_system("end_to_end"), tiny_system("two_stage")], twice, tmp_path)
    other = [event["system"] for event in train_all(runs, tmp_path, processes=OneOfTwo(1)) if event["event"] == "done"]
    assert other == ["two-stage", "two-stage-seed-6"]
    # asked to stop while it waits for one that is not there yet
    (runs[3].folder / "system.json").rename(tmp_path / "hidden")
    leader = train_all(runs, tmp_path, lambda: runs[2].over, OneOfTwo(0))
    events = [event for event in leader if event["event"] in ("done", "stopped")]
    assert [event["system"] for event in events] == ["end-to-end", "end-to-end-seed-6", "two-stage-seed-6"]
    assert events[-1]["event"] == "stopped"
    (tmp_path / "hidden").rename(runs[3].folder / "system.json")
    assert all(run.over for run in runs)


def test_two_trainings_in_one_folder_are_refused(scale: Scale, tmp_path: Path) -> None:
    runs = runs_of([tiny_system("end_to_end")], scale, tmp_path)
    first = train_all(runs, tmp_path)
    next(first)
    with pytest.raises(PieError, match="Another training uses the folder"):
        next(train_all(runs, tmp_path))
    first.close()
    assert list(train_all(runs, tmp_path))[-1]["event"] == "done"


def test_a_system_that_leaves_photos_alone_is_told_from_one_that_does_not(scale: Scale, tmp_path: Path) -> None:
    still = tiny_system("end_to_end", rate=0.0).model_copy(update={"name": "still"})
    runs = runs_of([still, tiny_system("end_to_end", rate=3e-2)], scale, tmp_path)
    list(train_all(runs, tmp_path))
    cards = [load_system(run.folder)[1] for run in runs]
    assert [unchanged(card["curve"]) for card in cards] == [True, False]
    assert cards[0]["curve"][-1]["psnr"] == pytest.approx(cards[0]["identity"], abs=1e-3) and cards[0]["identity"] > 10
    assert not unchanged([]) and not unchanged([{"change": None}])


def test_precision_is_a_setting_and_was_float32_before_it_was_one(scale: Scale, tmp_path: Path) -> None:
    half = scale.model_copy(update={"precision": "bfloat16"})
    (run,), (other,) = (runs_of([tiny_system("end_to_end")], s, tmp_path) for s in (scale, half))
    list(train_all([run], tmp_path))
    path = run.folder / "study.json"
    stored = json.loads(path.read_text())
    assert stored["scale"].pop("precision") == "float32"
    path.write_text(json.dumps(stored))
    check([run], resume=True)
    with pytest.raises(PieError, match="other settings"):
        check([other], resume=True)


def test_a_loss_that_came_later_does_not_make_settings_other_ones(scale: Scale, tmp_path: Path) -> None:
    run = runs_of([tiny_system("end_to_end")], scale, tmp_path)[0]
    list(train_all([run], tmp_path))
    path = run.folder / "study.json"
    stored = json.loads(path.read_text())
    del stored["system"]["losses"]["tv"]
    path.write_text(json.dumps(stored))
    check([run], resume=False)
    stored["system"]["losses"]["lab"] = 0.5
    path.write_text(json.dumps(stored))
    with pytest.raises(PieError, match="other settings"):
        check([run], resume=False)
