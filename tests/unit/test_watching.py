"""What a fine-tuning run shows and survives: baselines, intervals, pictures, a map; too little memory, lost photos."""

import itertools
import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from pie_desktop.errors import PieError
from pie_desktop.model.bundle import list_bundles, read_bundle_info
from pie_desktop.model.run_folder import SHEET, WATCH
from tests.own_edits import SMALL, base_model, edits_folder
from training.fit import material, watching
from training.fit import trainer as trainer_module
from training.fit.assemble import fit
from training.fit.config import FitConfig, fine_tune_config, override
from training.fit.gain import Score
from training.fit.lighter import lighter, memory_failure
from training.fit.objective import Objective
from training.fit.split import read_split
from training.fit.trainer import Trainer
from training.running.events import Event

pytestmark = pytest.mark.usefixtures("one_thread")


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model to start from, with random weights where an untrained one has zeros that let no gradient through."""
    return base_model(tmp_path_factory.mktemp("base") / "base.piemodel")


@pytest.fixture(scope="module")
def edits(photo_folder_of_crops: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return edits_folder(tmp_path_factory.mktemp("own") / "edits", photo_folder_of_crops, 12)


@pytest.fixture
def config(edits: Path) -> FitConfig:
    quick = {"steps": 6, "device": "cpu", "validate_every": 2, "checkpoint_every": 2}
    fast = {"encoder_lr": 3e-3, "enhancer_lr": 3e-3, "warmup": 1}
    chosen = fine_tune_config(edits, SMALL, references=3)
    return indexed(override(chosen, {"run": quick, "data": {"users": 2, "queries": 1}, "optimizer": fast}))


def indexed(config: FitConfig) -> FitConfig:
    """Its pairs are looked at before the run: so many answers of `should_stop` are asked for by its steps alone."""
    list(material.indexing(config, material.own_pairs(config, None)))
    return config


def of_kind(events: list[Event], kind: str) -> list[Event]:
    return [event for event in events if event["event"] == kind]


def test_checks_come_with_baselines_and_an_interval_over_photos(config: FitConfig, base: Path, tmp_path: Path) -> None:
    events = list(fit(config, tmp_path / "run", tmp_path / "models", init=base))
    (baseline,) = of_kind(events, "baseline")
    assert baseline["photos"] == 2 and set(baseline) >= {"references", "neutral", "unedited"}
    assert len({baseline[name]["psnr"] for name in ("references", "neutral", "unedited")}) == 3
    checks = of_kind(events, "validation")
    assert [check["step"] for check in checks] == [2, 4, 6] and checks[0]["elapsed"] < checks[-1]["elapsed"]
    for check in checks:
        assert check["gain"]["mean"] == pytest.approx(check["psnr"] - baseline["references"]["psnr"])
        assert check["de00_gain"]["mean"] == pytest.approx(check["de00"] - baseline["references"]["de00"])
        assert check["gain"]["low"] <= check["gain"]["mean"] <= check["gain"]["high"]
    logged = [json.loads(line)["event"] for line in (tmp_path / "run" / "events.jsonl").read_text().splitlines()]
    assert logged[:2] == ["start", "baseline"] and logged[-1] == "done"


def test_a_resumed_run_is_measured_against_the_same_start(config: FitConfig, base: Path, tmp_path: Path) -> None:
    whole = list(fit(config, tmp_path / "whole", tmp_path / "models", init=base))
    answers = iter([False, False, True])
    list(fit(config, tmp_path / "run", tmp_path / "models", init=base, should_stop=lambda: next(answers)))
    again = list(fit(config, tmp_path / "run", tmp_path / "models", resume=True))
    assert of_kind(again, "baseline")[0] | {"step": 0} == of_kind(whole, "baseline")[0]
    assert [c["gain"] for c in of_kind(again, "validation")] == [c["gain"] for c in of_kind(whole, "validation")][1:]


def test_held_out_photos_are_shown_and_change_with_the_model(config: FitConfig, base: Path, tmp_path: Path) -> None:
    folder = tmp_path / "run" / WATCH
    seen = []
    for event in fit(config, tmp_path / "run", tmp_path / "models", init=base):
        if event["event"] == "pictures":
            seen.append((event, np.asarray(Image.open(folder / "1-ours.jpg"))))
    assert [event["step"] for event, _ in seen] == [0, 2, 4, 6] and len(seen[0][0]["photos"]) == 2
    before, yours = (np.asarray(Image.open(folder / f"1-{name}.jpg")) for name in ("before", "yours"))
    first, last = seen[0][1], seen[-1][1]
    assert first.shape == before.shape == yours.shape == (180, 240, 3)
    assert np.abs(last.astype(int) - first).max() > 3
    # what is shown is what is measured: the PSNR of the picture is that of its small copy, nearly
    error = ((last.astype(float) - yours) ** 2).mean()
    assert 10 * np.log10(255**2 / error) == pytest.approx(seen[-1][0]["photos"][0]["psnr"], abs=2.5)


def test_a_map_shows_the_references_and_does_not_turn(
    config: FitConfig, base: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watching, "MAP_SECONDS", 0.0)
    events = list(fit(config, tmp_path / "run", tmp_path / "models", init=base))
    maps = of_kind(events, "map")
    assert len(maps) == 4 and len(maps[0]["points"]) == len(maps[0]["names"]) == 10
    points = np.array([one["points"] for one in maps])
    assert points.min() >= 0 and points.max() <= 1 and points.std(axis=1).min() > 0.05
    with Image.open(tmp_path / "run" / WATCH / "references.jpg") as sheet:
        assert sheet.size == (SHEET[0] * SHEET[1], SHEET[1])


def test_a_disk_that_takes_no_pictures_costs_the_run_nothing(config: FitConfig, base: Path, tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / WATCH).write_text("in the way")
    events = list(fit(config, tmp_path / "run", tmp_path / "models", init=base))
    assert not of_kind(events, "pictures") and events[-1]["event"] == "done"


def test_a_run_that_was_stopped_can_be_used_as_it_is_and_gone_on_with(
    config: FitConfig, base: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    judged, better = watching.Validation.photos, itertools.count()

    def photos(judge: watching.Validation, objective: Objective) -> list[Score]:
        more = next(better)
        return [Score(one.psnr + more, one.de00) for one in judged(judge, objective)]

    monkeypatch.setattr(watching.Validation, "photos", photos)
    answers = iter([False, False, False, False, True])
    stopped = list(fit(config, tmp_path / "run", tmp_path / "models", init=base, should_stop=lambda: next(answers)))
    assert stopped[-1]["event"] == "stopped" and stopped[-1]["step"] == 5
    made = list(fit(config, tmp_path / "run", tmp_path / "models", resume=True, finish=True))
    assert not of_kind(made, "step") and made[-1]["event"] == "done" and made[-1]["early"]
    info = read_bundle_info(Path(made[-1]["bundle"]))
    assert info.card["steps"] == 5 and info.card["best_step"] == 4
    twice = list(fit(config, tmp_path / "run", tmp_path / "models", resume=True, finish=True))
    assert twice[-1]["bundle"] == made[-1]["bundle"] and len(list_bundles(tmp_path / "models")) == 1
    whole = list(fit(config, tmp_path / "run", tmp_path / "models", resume=True))
    assert [event["step"] for event in of_kind(whole, "step")] == [6] and "early" not in whole[-1]
    assert len(list_bundles(tmp_path / "models")) == 2


class _Memory:
    """Runs out where a step has more than so many users, or at a step, on a device."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, most: int, error: Exception) -> None:
        loss = Trainer.loss

        def limited(trainer: Trainer) -> object:
            if trainer.config.data.users > most and trainer.progress.step == 3:
                raise error
            return loss(trainer)

        monkeypatch.setattr(trainer_module.Trainer, "loss", limited)


@pytest.mark.parametrize(
    "error", [torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2 GiB."), MemoryError()], ids=["GPU", "CPU"]
)
def test_where_memory_runs_out_it_goes_on_with_fewer_photos_from_the_checkpoint(
    config: FitConfig, base: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    _Memory(monkeypatch, 1, error)
    events = list(fit(config, tmp_path / "run", tmp_path / "models", init=base))
    assert [event["step"] for event in of_kind(events, "start")] == [0, 2]
    assert [event["step"] for event in of_kind(events, "step")] == [1, 2, 3, 3, 4, 5, 6]
    (warning,) = of_kind(events, "warning")
    assert "ran out of memory; training goes on with fewer photos at a time" in warning["message"]
    assert events[-1]["event"] == "done"


def test_where_nothing_less_is_left_it_ends_with_its_checkpoint(
    config: FitConfig, base: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _Memory(monkeypatch, 0, torch.OutOfMemoryError("out of memory"))
    with pytest.raises(PieError, match="Memory ran out, even with the fewest photos"):
        list(fit(config, tmp_path / "run", tmp_path / "models", init=base))
    last = (tmp_path / "run" / "events.jsonl").read_text().splitlines()[-1]
    assert json.loads(last)["event"] == "error"
    assert (tmp_path / "run" / "checkpoint.safetensors").is_file()


def test_a_gpu_that_fails_is_given_up_for_the_cpu(config: FitConfig) -> None:
    gpu, cpu = torch.device("cuda"), torch.device("cpu")
    smaller = lighter(config, gpu, "ran out of memory")
    assert smaller is not None and smaller[0].data.users == 1 and smaller[0].device == config.device
    slower = lighter(smaller[0], gpu, "ran out of memory")
    assert slower is not None and slower[0].device == "cpu" and slower[1].startswith("The GPU ran out of memory")
    assert lighter(slower[0], cpu, "ran out of memory") is None
    broken = lighter(config, gpu, "failed")
    assert broken is not None and broken[0].device == "cpu" and broken[0].data.users == 2
    assert memory_failure(RuntimeError("shapes do not fit")) is None


def test_a_photo_that_is_deleted_meanwhile_costs_nothing(
    config: FitConfig, base: Path, edits: Path, tmp_path: Path
) -> None:
    own = shutil.copytree(edits, tmp_path / "edits")
    there = override(config, {"data": {"folder": own}})
    events = []
    for event in fit(there, tmp_path / "run", tmp_path / "models", init=base):
        events.append(event)
        if event["event"] == "step" and event["step"] == 1:
            shutil.rmtree(own)
    assert events[-1]["event"] == "done" and len(of_kind(events, "pictures")) == 4


def test_a_photo_that_is_deleted_before_a_run_goes_on_leaves_the_others_in_their_roles(
    config: FitConfig, base: Path, edits: Path, tmp_path: Path
) -> None:
    own = shutil.copytree(edits, tmp_path / "edits")
    there = indexed(override(config, {"data": {"folder": own}}))
    answers = iter([False, False, True])
    list(fit(there, tmp_path / "run", tmp_path / "models", init=base, should_stop=lambda: next(answers)))
    dealt = read_split(tmp_path / "run")
    guesses = material.own_pairs(there, None)
    _, before = material.pairs_material(there, guesses, torch.device("cpu"), dealt)
    (own / before.source.names[0]).unlink()  # type: ignore[attr-defined] - of pairs
    shutil.copy(own / before.source.names[1], own / "added.jpg")  # type: ignore[attr-defined]
    again = list(fit(there, tmp_path / "run", tmp_path / "models", resume=True))
    assert [event["message"] for event in of_kind(again, "warning")] == [
        "1 pair of this run is gone or cannot be used any more; it goes on with the others."
    ]
    assert of_kind(again, "start")[0]["train"] == 9 and of_kind(again, "start")[0]["validation"] == 2
    _, after = material.pairs_material(there, material.own_pairs(there, None), torch.device("cpu"), dealt)
    assert list(after.source.names) == list(before.source.names)[1:]  # type: ignore[attr-defined]
    assert again[-1]["event"] == "done" and all("gain" in check for check in of_kind(again, "validation"))
    shutil.rmtree(own / "originals")
    with pytest.raises(PieError, match=r"are gone|usable original"):
        list(fit(there, tmp_path / "run", tmp_path / "models", resume=True))
