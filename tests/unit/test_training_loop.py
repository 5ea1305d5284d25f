"""The loop: learns, stops, resumes to the same numbers, and ends with a bundle that the editor can load."""

import contextlib
import multiprocessing
import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from pie_desktop.errors import PieError
from pie_desktop.model.architecture import Architecture
from pie_desktop.model.bundle import list_bundles, load_bundle
from pie_desktop.model.fine_tuning import FINE_TUNING
from pie_desktop.workers.training_process import TrainingOptions
from tests.own_edits import edits_folder
from training import cli
from training.fit import basis, validation
from training.fit.assemble import fit
from training.fit.config import (
    DataConfig,
    FitConfig,
    NeutralConfig,
    OptimizerConfig,
    fine_tune_config,
    load_config,
    override,
    steps_for,
    stored_config,
    within,
)
from training.running.events import Event, Reporter, json_sink

SMALL = Architecture(components=8, lut_size=9, residual_size=5, width=32, heads=2, encoder_layers=1, decoder_layers=1)


@pytest.fixture(scope="module", autouse=True)
def small_data() -> Iterator[None]:
    """A small basis and few held-out users are enough here, and one thread: several only wait for each other."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    small = {basis.build_basis: (9, 500, 0), validation.simulated_validation: (2, 3, 2, None, ())}
    original = {function: function.__defaults__ for function in small}
    for function, defaults in small.items():
        function.__defaults__ = defaults
    yield
    for function, defaults in original.items():
        function.__defaults__ = defaults
    torch.set_num_threads(threads)


@pytest.fixture(scope="module")
def config(photo_folder_of_crops: Path) -> FitConfig:
    return FitConfig(
        name="tiny",
        seed=3,
        steps=6,
        device="cpu",
        validate_every=3,
        checkpoint_every=2,
        data=DataConfig(folder=photo_folder_of_crops, bank_side=48, users=2, shots=5, references=3, queries=2, reuse=2),
        neutral=NeutralConfig(batches=1, steps=2),
        optimizer=OptimizerConfig(warmup=2),
        architecture=SMALL,
    )


def losses(events: list[Event]) -> list[float]:
    return [e["loss"] for e in events if e["event"] == "step"]


@pytest.fixture(scope="module")
def whole_run(config: FitConfig, tmp_path_factory: pytest.TempPathFactory) -> list[Event]:
    """One run from start to end, only to be read."""
    folder = tmp_path_factory.mktemp("whole")
    return list(fit(config, folder / "run", folder / "models"))


@pytest.mark.slow
def test_run_reports_what_it_does_and_ends_with_a_bundle(whole_run: list[Event]) -> None:
    kinds = [e["event"] for e in whole_run]
    assert kinds[0] == "start" and kinds[-1] == "done"
    assert kinds.count("step") == 6 and kinds.count("validation") == 2 and kinds.count("checkpoint") == 3
    assert all(np.isfinite(losses(whole_run)))
    (info,) = list_bundles(Path(whole_run[-1]["bundle"]).parent)
    assert info.name == "tiny" and info.card["steps"] == 6 and info.card["seed"] == 3
    (baseline,) = (e["references"]["psnr"] for e in whole_run if e["event"] == "baseline")
    assert whole_run[-1]["baseline_psnr"] == info.card["validation"]["baseline_psnr"] == baseline
    network, _ = load_bundle(Path(whole_run[-1]["bundle"]))
    assert network.architecture == SMALL
    assert float(network.neutral.strength) == pytest.approx(info.card["neutral"]["strength"], abs=1e-3)


@pytest.mark.slow
def test_resumed_run_gives_the_same_numbers(whole_run: list[Event], config: FitConfig, tmp_path: Path) -> None:
    run = tmp_path / "parts"
    answers = iter([False, False, True])
    first = list(fit(config, run, tmp_path / "models", should_stop=lambda: next(answers)))
    assert first[-1]["event"] == "stopped" and first[-1]["step"] == 3
    second = list(fit(config, run, tmp_path / "models", resume=True))
    assert second[0]["step"] == 3
    assert losses(first) + losses(second) == pytest.approx(losses(whole_run), rel=1e-5)
    assert second[-1]["psnr"] == pytest.approx(whole_run[-1]["psnr"], abs=1e-3)


@pytest.mark.slow
def test_a_mean_of_models_trains_only_what_every_run_ends_with(
    whole_run: list[Event], config: FitConfig, tmp_path: Path
) -> None:
    first = Path(whole_run[-1]["bundle"])
    further = config.model_copy(update={"steps": 1})
    second = Path(list(fit(further, tmp_path / "further", tmp_path / "further", first))[-1]["bundle"])
    averaging = config.model_copy(update={"steps": 0, "mean_with": (second,)})
    events = list(fit(averaging, tmp_path / "mean", tmp_path / "mean", first))
    assert [e["event"] for e in events if e["event"] in ("step", "done")] == ["done"]
    mean, info = load_bundle(Path(events[-1]["bundle"]))
    assert "psnr" in events[-1] and "psnr" in info.card["validation"]
    assert "baseline_psnr" not in events[-1] | info.card["validation"], "before a first step nothing was measured"
    networks = load_bundle(first)[0], load_bundle(second)[0]
    wanted = [sum(n.enhancer.mu.weight for n in networks) / 2, networks[0].prior.table]
    for found, right in zip((mean.enhancer.mu.weight, mean.prior.table), wanted, strict=True):
        torch.testing.assert_close(found, right)
    assert not torch.equal(networks[0].enhancer.mu.weight, networks[1].enhancer.mu.weight)
    assert info.card["steps"] == 0 and info.card["continued_from"]["steps"] == 6
    assert [run["steps"] for run in info.card["mean_with"]] == [1]
    assert float(mean.neutral.strength) == pytest.approx(info.card["neutral"]["strength"], abs=1e-3)


@pytest.mark.slow
def test_finished_model_is_not_overwritten(config: FitConfig, tmp_path: Path) -> None:
    short = override(config, {"run": {"steps": 1}})
    ends = [list(fit(short, tmp_path / run, tmp_path / "models"))[-1]["bundle"] for run in ("first", "second")]
    assert ends[0] != ends[1] and all(Path(end).is_dir() for end in ends)


def test_resuming_a_finished_run_makes_no_second_model(config: FitConfig, tmp_path: Path) -> None:
    short, models = override(config, {"run": {"steps": 1}}), tmp_path / "models"
    done = list(fit(short, tmp_path / "run", models))[-1]
    events = list(fit(short, tmp_path / "run", models, resume=True))
    assert [e["event"] for e in events] == ["start", "done"] and events[-1] == done
    assert len(list_bundles(models)) == 1
    shutil.rmtree(done["bundle"])  # the user deleted it and wants it back
    assert list(fit(short, tmp_path / "run", models, resume=True))[-1]["bundle"] == done["bundle"]
    assert len(list_bundles(models)) == 1


def test_a_new_run_never_overwrites_the_checkpoint_of_another(config: FitConfig, tmp_path: Path) -> None:
    short, run = override(config, {"run": {"steps": 1}}), tmp_path / "run"
    list(fit(short, run, tmp_path / "models"))
    before = (run / "checkpoint.safetensors").read_bytes()
    with pytest.raises(PieError, match="resume"):
        list(fit(short, run, tmp_path / "models"))
    assert (run / "checkpoint.safetensors").read_bytes() == before


def test_the_curves_of_a_run_are_drawn_where_asked(config: FitConfig, tmp_path: Path) -> None:
    run, curves = tmp_path / "run", tmp_path / "curves"
    list(fit(override(config, {"run": {"steps": 3}}), run, run, should_stop=lambda: True))
    cli.app(["fit", "--out", str(run), "--resume", "--tensorboard", str(curves)], standalone_mode=False)
    found = EventAccumulator(str(curves))
    found.Reload()
    assert found.Scalars("loss/total")[0].step == 2 and found.Scalars("held out/psnr")[-1].step == 3
    assert found.Scalars("learning rate/encoder")[0].value == pytest.approx(config.optimizer.encoder_lr, rel=0.5)


@pytest.mark.slow
def test_training_lowers_the_loss(config: FitConfig, tmp_path: Path) -> None:
    """On one group of users, again and again: what can be learned by heart must be."""
    one_group = {
        "run": {"steps": 40, "validate_every": 100},
        "data": {"reuse": 40},
        "optimizer": {"encoder_lr": 3e-3, "enhancer_lr": 3e-3},
    }
    found = losses(list(fit(override(config, one_group), tmp_path / "run", tmp_path / "models")))
    assert np.mean(found[-10:]) < 0.9 * np.mean(found[:10])


def test_resume_without_checkpoint_is_one_sentence(config: FitConfig, tmp_path: Path) -> None:
    with pytest.raises(PieError, match="There is no checkpoint"):
        list(fit(config, tmp_path / "none", tmp_path / "models", resume=True))
    with pytest.raises(PieError, match="no run to resume"):
        stored_config(tmp_path / "nowhere")


@pytest.mark.slow
def test_checkpoint_of_another_architecture_is_refused(
    whole_run: list[Event], config: FitConfig, tmp_path: Path
) -> None:
    other = config.model_copy(update={"architecture": SMALL.model_copy(update={"width": 64})})
    with pytest.raises(PieError, match="cannot be used"):
        list(fit(other, Path(whole_run[0]["run"]), tmp_path / "models", resume=True))


def test_configuration_mistakes_are_named(tmp_path: Path) -> None:
    path = tmp_path / "run.toml"
    path.write_text('speed = 3\n[data]\nfolder = "x"\n')
    with pytest.raises(PieError, match="speed"):
        load_config(path)
    path.write_text("not toml")
    with pytest.raises(PieError, match="not valid"):
        load_config(path)
    with pytest.raises(PieError, match="cannot be read"):
        load_config(tmp_path / "missing.toml")


@pytest.mark.slow
def test_fine_tuning_on_own_pairs(whole_run: list[Event], photo_folder_of_crops: Path, tmp_path: Path) -> None:
    edits = edits_folder(tmp_path / "edits", photo_folder_of_crops, 10)
    base = fine_tune_config(edits, SMALL, references=3)
    assert (base.optimizer.encoder_lr, base.optimizer.enhancer_lr) == (1e-5, 1e-4)
    assert steps_for(base, 12, 10) == 10
    config = override(base, {"run": {"steps": 3, "device": "cpu"}, "data": {"users": 2}})
    events = list(fit(config, tmp_path / "tune", tmp_path / "models", init=Path(whole_run[-1]["bundle"])))
    assert events[0] == {"event": "indexing", "done": 0, "total": 10}  # all of them are new
    start = next(event for event in events if event["event"] == "start")
    assert start["pairs"] == 10 and start["validation"] == 2
    assert events[-1]["event"] == "done" and np.isfinite(events[-1]["psnr"])


@pytest.mark.slow
def test_passes_count_the_pairs_that_are_used(
    whole_run: list[Event], photo_folder_of_crops: Path, tmp_path: Path
) -> None:
    edits = edits_folder(tmp_path / "edits", photo_folder_of_crops, 10)
    for edit in sorted(edits.glob("*.jpg"))[:4]:
        Image.new("RGB", (240, 180)).save(edit)  # black: found, and left out
    config = override(fine_tune_config(edits, SMALL, references=2), {"run": {"device": "cpu"}, "data": {"users": 2}})
    events = fit(config, tmp_path / "tune", tmp_path / "models", init=Path(whole_run[-1]["bundle"]), epochs=2)
    start = next(event for event in events if event["event"] == "start")
    assert (start["pairs"], len(start["problems"])) == (6, 4)
    used = within(config, 5)  # five train, one is held out
    assert start["pairs"] == start["train"] + 1 == 6
    assert steps_for(used, 2, 6) < steps_for(used, 2, 10)
    assert stored_config(tmp_path / "tune").steps == steps_for(used, 2, 6)


@pytest.mark.slow
def test_command_line_has_the_defaults_of_the_editor(
    whole_run: list[Event], photo_folder_of_crops: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    edits = edits_folder(tmp_path / "edits", photo_folder_of_crops, 10)
    asked: list[tuple[FitConfig, float]] = []
    monkeypatch.setattr(
        "training.fit.assemble.fit", lambda config, *rest, **_: asked.append((config, rest[-1])) or iter(())
    )
    init = Path(whole_run[-1]["bundle"])
    cli.fit(pairs=[edits], out=tmp_path, init=init)
    options = TrainingOptions(edits, tmp_path, "edits", tmp_path, init).arguments()
    given = dict(zip(options[1:-2:2], options[2:-2:2], strict=True))
    assert not {"--epochs", "--minutes"} & given.keys() and asked[0][1] is None
    config = asked[0][0]
    assert config.steps == FINE_TUNING.most_steps and config.patience == FINE_TUNING.patience
    assert config.data.references == int(given["--references"])
    rates = config.optimizer.encoder_lr, config.optimizer.enhancer_lr
    assert rates == (float(given["--encoder-lr"]), float(given["--enhancer-lr"]))
    assert (config.losses["gram"], config.losses["tv"]) == (float(given["--gram"]), float(given["--tv"]))


@pytest.mark.slow
def test_another_photo_under_the_same_name_is_left_out_and_too_few_are_refused(
    whole_run: list[Event], photo_folder_of_crops: Path, tmp_path: Path
) -> None:
    edits = edits_folder(tmp_path / "edits", photo_folder_of_crops, 5)
    other = sorted(photo_folder_of_crops.glob("*.jpg"))[-1]
    victim = sorted(edits.glob("*.jpg"))[0]
    victim.write_bytes(other.read_bytes())
    config = override(fine_tune_config(edits, SMALL, references=2), {"run": {"steps": 1, "device": "cpu"}})
    events = fit(config, tmp_path / "run", tmp_path / "models", init=Path(whole_run[-1]["bundle"]))
    start = next(event for event in events if event["event"] == "start")
    assert start["pairs"] == 4 and victim.name in start["problems"][0]
    assert len(start["problems"]) == 1 and start["problems"][0].endswith("so the pair is left out.")
    events.close()  # type: ignore[attr-defined] - a generator, which holds the lock of the folder
    sorted(edits.glob("*.jpg"))[1].unlink()
    with pytest.raises(PieError, match="at least 4"):
        list(fit(config, tmp_path / "run", tmp_path / "models", init=Path(whole_run[-1]["bundle"])))


def test_a_run_can_be_stopped_while_it_looks_at_pairs(photo_folder_of_crops: Path, tmp_path: Path) -> None:
    edits = edits_folder(tmp_path / "edits", photo_folder_of_crops, 5)
    config = override(fine_tune_config(edits, SMALL, references=2), {"run": {"device": "cpu"}})
    events = list(fit(config, tmp_path / "run", tmp_path, init=tmp_path / "unread", should_stop=lambda: True))
    assert [event["event"] for event in events] == ["indexing", "stopped"] and events[-1]["checkpoint"] is None


@pytest.mark.slow
def test_loss_that_is_not_a_number_stops_with_the_step(config: FitConfig, tmp_path: Path) -> None:
    rates = {"encoder_lr": float("inf"), "enhancer_lr": float("inf")}
    # no configuration of a person gets there: rates have a range
    wild = config.model_copy(update={"steps": 40, "optimizer": config.optimizer.model_copy(update=rates)})
    with pytest.raises(PieError, match="not a number at step"):
        list(fit(wild, tmp_path / "run", tmp_path / "models"))


@pytest.mark.slow
def test_run_with_workers_gives_the_same_numbers_and_leaves_none(
    whole_run: list[Event], config: FitConfig, tmp_path: Path
) -> None:
    run = fit(override(config, {"data": {"workers": 1}}), tmp_path / "run", tmp_path / "models")
    first = [event for _, event in zip(range(6), run, strict=False)]
    assert [p.name for p in multiprocessing.active_children()] == ["pie-data"]
    assert losses(first) == pytest.approx(losses(whole_run)[:3], rel=1e-5)
    run.close()  # type: ignore[attr-defined] - what happens to a generator that is left
    assert multiprocessing.active_children() == []


def test_a_run_whose_listener_is_gone_ends_with_its_checkpoint(
    config: FitConfig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours, theirs = os.pipe()
    with contextlib.suppress(BrokenPipeError), os.fdopen(theirs, "w") as stdout:  # closing it flushes
        monkeypatch.setattr(sys, "stdout", stdout)
        report = Reporter(json_sink)
        kinds = []
        for event in fit(config, tmp_path / "run", tmp_path / "models", should_stop=lambda: report.lost):
            if event["event"] == "step" and event["step"] == 3:
                os.close(ours)  # the editor dies
            report(event)
            kinds.append(event["event"])
    assert report.lost and kinds[-2:] == ["checkpoint", "stopped"]
    assert (tmp_path / "run" / "checkpoint.safetensors").is_file()


@pytest.mark.parametrize("damage", ["missing", "cut off"])
def test_a_teacher_that_cannot_be_used_is_named_and_can_be_done_without(
    config: FitConfig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, damage: str
) -> None:
    teachers = tmp_path / "teachers"
    teachers.mkdir()
    if damage == "cut off":
        (teachers / "bright.safetensors").write_bytes(b"cut off")
    taught = config.model_copy(update={"data": config.data.model_copy(update={"teachers": teachers})})
    said = r"bright\.safetensors is damaged" if damage == "cut off" else r"No learned retoucher .*teachers;"
    with pytest.raises(PieError, match=f"{said}.* With --no-teachers, .* take their place"):
        next(fit(taught, tmp_path / "run", tmp_path / "run"))
    (tmp_path / "run" / "config.json").write_text(taught.model_dump_json(), encoding="utf-8")
    asked: list[FitConfig] = []
    monkeypatch.setattr("training.fit.assemble.fit", lambda chosen, *_, **__: asked.append(chosen) or [])
    for option in ([], ["--no-teachers"]):
        cli.app(["fit", "--out", str(tmp_path / "run"), "--resume", *option], standalone_mode=False)
    assert [chosen.data.teachers for chosen in asked] == [teachers, None]
