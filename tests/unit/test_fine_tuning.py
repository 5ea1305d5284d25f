"""Fine-tuning on one's own pairs: which weights are kept, when a run ends, and what is never tested on."""

import itertools
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from pie_desktop.errors import PieError
from pie_desktop.model.architecture import Architecture
from pie_desktop.model.bundle import list_bundles, load_bundle, read_bundle_info
from pie_desktop.model.fine_tuning import SETTINGS
from pie_desktop.model.report import picture_path, read_report
from tests.own_edits import base_model, edits_folder
from training import cli
from training.benchmark.people import trained_digests
from training.fit import comparing, material
from training.fit import trainer as trainer_module
from training.fit.assemble import fit
from training.fit.config import FitConfig, fine_tune_config, load_config, override, within
from training.fit.gain import Score
from training.fit.objective import Objective
from training.fit.run_report import CANDIDATE
from training.fit.trainer import Trainer
from training.fit.validation import Validation
from training.running.checkpoint import BEST, NAME
from training.running.events import Event

SMALL = Architecture(
    components=8, lut_size=9, residual_size=5, width=32, heads=2, encoder_layers=1, decoder_layers=1, dropout=0.3
)

HELD_OUT = 2  # of the ten edits

pytestmark = pytest.mark.usefixtures("one_thread")


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model to start from, with random weights where an untrained one has zeros that let no gradient through."""
    return base_model(tmp_path_factory.mktemp("base") / "base.piemodel", SMALL)


@pytest.fixture(scope="module")
def edits(photo_folder_of_crops: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Ten warm edits with their originals."""
    return edits_folder(tmp_path_factory.mktemp("own") / "edits", photo_folder_of_crops, 10)


@pytest.fixture
def config(edits: Path) -> FitConfig:
    """Two steps between validations, and few photos a step."""
    chosen = fine_tune_config(edits, SMALL, references=3)
    quick = {"steps": 8, "device": "cpu", "validate_every": 2, "checkpoint_every": 2}
    return override(chosen, {"run": quick, "data": {"users": 2, "queries": 1}})


@pytest.fixture
def scores(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Makes the validations find these PSNRs, the first before the first step; the last again and again."""

    def script(*psnr: float) -> None:
        left = list(psnr)

        def photos(self: Validation, objective: object) -> list[Score]:
            return [Score(left.pop(0) if len(left) > 1 else left[0], 5.0)] * HELD_OUT

        monkeypatch.setattr(Validation, "photos", photos)

    return script


def steps(events: list[Event]) -> list[float]:
    return [event["loss"] for event in events if event["event"] == "step"]


def test_the_best_weights_are_kept_and_not_the_last(
    config: FitConfig, base: Path, tmp_path: Path, scores: Callable[..., None]
) -> None:
    scores(20.0, 21.0, 23.0, 22.0, 21.0)
    fast = override(config, {"optimizer": {"encoder_lr": 0.02, "enhancer_lr": 0.02, "warmup": 1}})
    events = list(fit(fast, tmp_path / "run", tmp_path / "models", init=base))
    best, last = load_file(tmp_path / "run" / BEST), load_file(tmp_path / "run" / NAME)
    network, info = load_bundle(Path(events[-1]["bundle"]))
    assert info.card["best_step"] == 4 and info.card["steps"] == 8
    assert len(trained_digests(info.card)) == 16  # eight edits and their originals
    made = dict(network.named_parameters())  # which a bundle holds in half precision
    assert max(float((made[name] - best[name]).detach().abs().max()) for name in made) < 2e-3
    assert max(float((made[name] - last[f"average.{name}"]).detach().abs().max()) for name in made) > 0.01


def test_a_model_that_gained_nothing_is_not_offered(
    config: FitConfig, base: Path, tmp_path: Path, scores: Callable[..., None]
) -> None:
    scores(24.0, 23.9, 23.0)
    (*_, done) = fit(config, tmp_path / "run", tmp_path / "models", init=base)
    assert done["event"] == "done" and done["bundle"] is None and "no new model" in done["message"]
    assert list_bundles(tmp_path / "models") == []
    again = list(fit(config, tmp_path / "run", tmp_path / "models", resume=True))
    assert [event["event"] for event in again] == ["start", "done"] and again[-1]["bundle"] is None


def test_a_run_ends_at_the_plateau(config: FitConfig, base: Path, tmp_path: Path, scores: Callable[..., None]) -> None:
    scores(20.0, 22.0, 22.01, 22.0)  # a gain of 0.01 dB is none
    long = override(config, {"run": {"steps": 400, "patience": 3}})
    events = list(fit(long, tmp_path / "run", tmp_path / "models", init=base))
    # The gain of step 2, three validations without one, and then a quarter of that while the rates fall.
    assert len(steps(events)) == 8 + 2
    start = next(event for event in events if event["event"] == "start")
    assert start["steps"] is None and {e["steps"] for e in events if e["event"] == "step"} == {None}
    assert events[-1]["bundle"] is not None


def test_rates_are_full_until_the_plateau_and_then_fall(config: FitConfig, base: Path, tmp_path: Path) -> None:
    long = override(config, {"run": {"steps": 1000, "patience": 5}, "optimizer": {"warmup": 1}})
    network, _ = load_bundle(base)
    trainer = Trainer(long, network, None, Validation([]), tmp_path)  # type: ignore[arg-type] - not used
    factors = []
    for step, plateau in ((100, None), (700, None), (900, None), (110, 100), (124, 100)):
        trainer.progress.step, trainer.progress.plateau = step, plateau
        factors.append(trainer.rate_factor())
    assert factors[:2] == [1, 1] and 0.3 < factors[2] < 0.7 and factors[3] < 0.7 and factors[4] < 0.05


def test_with_dropout_the_same_command_gives_the_same_numbers_and_a_resumed_run_too(
    config: FitConfig, base: Path, tmp_path: Path
) -> None:
    torch.manual_seed(1)
    whole = list(fit(config, tmp_path / "whole", tmp_path / "models", init=base))
    torch.manual_seed(2)
    answers = iter([False, False, True])
    first = list(fit(config, tmp_path / "parts", tmp_path / "models", init=base, should_stop=lambda: next(answers)))
    torch.manual_seed(3)
    second = list(fit(config, tmp_path / "parts", tmp_path / "models", resume=True))
    assert steps(first) + steps(second) == steps(whole)
    assert whole[-1]["psnr"] == second[-1]["psnr"]


@pytest.mark.parametrize("pairs", [3, 4, 8, 30])
def test_no_photo_is_its_own_reference_however_few_there_are(config: FitConfig, pairs: int) -> None:
    many = override(config, {"data": {"references": 20, "queries": 3}})
    data = within(many, pairs).data
    assert data.shots <= pairs and data.references + data.queries <= data.shots
    assert (data.references, data.queries) == {3: (2, 1), 4: (2, 2), 8: (5, 3), 30: (20, 3)}[pairs]


class _Numbers:
    """Stands before the loss of a run, and makes it no number at the steps that are named, once each."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, bad: list[int]) -> None:
        loss = Trainer.loss

        def disturbed(trainer: Trainer) -> object:
            total, terms = loss(trainer)
            if trainer.progress.step in bad:
                bad.remove(trainer.progress.step)
                return total * torch.nan, terms
            return total, terms

        monkeypatch.setattr(trainer_module.Trainer, "loss", disturbed)


def test_a_run_goes_back_once_when_its_numbers_are_none(
    config: FitConfig, base: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _Numbers(monkeypatch, [5])
    events = list(fit(config, tmp_path / "run", tmp_path / "models", init=base))
    (warning,) = [event for event in events if event["event"] == "warning"]
    assert "goes on from step 4" in warning["message"] and "4 times lower" in warning["message"]
    numbers = [event["step"] for event in events if event["event"] == "step"]
    assert numbers == [1, 2, 3, 4, 5, 5, 6, 7, 8] and events[-1]["event"] == "done"


def test_the_second_time_it_stops_and_keeps_the_checkpoint(
    config: FitConfig, base: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _Numbers(monkeypatch, [5, 5, 7])
    with pytest.raises(PieError, match=r"not a number at step 6.*continue"):
        list(fit(config, tmp_path / "run", tmp_path / "models", init=base))
    assert (tmp_path / "run" / NAME).is_file()


def test_two_trainings_in_one_folder_are_refused(config: FitConfig, base: Path, tmp_path: Path) -> None:
    first = fit(config, tmp_path / "run", tmp_path / "models", init=base)
    assert next(first)["event"] in ("indexing", "start")
    with pytest.raises(PieError, match=r"Another training uses the folder .*run; wait until it ends"):
        next(fit(config, tmp_path / "run", tmp_path / "models", init=base))
    first.close()  # type: ignore[attr-defined] - a generator
    assert next(fit(config, tmp_path / "run", tmp_path / "models", init=base))["event"] in ("indexing", "start")


def test_a_mistake_in_a_configuration_is_one_sentence(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text('steps = -1\nbatch = 3\n[data]\nfolder = "x"\nusers = "many"\n', encoding="utf-8")
    with pytest.raises(PieError) as error:
        load_config(path)
    said = str(error.value)
    assert "steps: Input should be greater than or equal to 0, not -1" in said and "batch is not known" in said
    assert "data.users" in said and "\n" not in said and "pydantic" not in said


@pytest.mark.parametrize("key", SETTINGS)
def test_what_the_form_refuses_is_refused_with_its_sentence_everywhere(
    key: str, edits: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    beyond = 2 * SETTINGS[key].high
    said = SETTINGS[key].problem(beyond)
    assert said is not None and said.startswith(SETTINGS[key].label)
    option = f"--{key.replace('_', '-')}"
    monkeypatch.setattr("sys.argv", ["training", "fit", "--pairs", str(edits), option, str(beyond)])
    with pytest.raises(SystemExit) as end:
        cli.main()
    assert end.value.code == 2 and said in capsys.readouterr().err
    table = {"references": "data.", "gram": "losses.", "tv": "losses.", "minutes": "", "seed": ""}
    table |= {"encoder_lr": "optimizer.", "enhancer_lr": "optimizer."}
    if key in table:  # the number of passes is no entry of a configuration
        path = tmp_path / "mine.toml"
        path.write_text(f'data.folder = "photos"\n{table[key]}{key} = {beyond}\n', encoding="utf-8")
        with pytest.raises(PieError) as error:
            load_config(path)
        assert str(error.value) == f"The configuration {path} is not valid: {said}"


def test_who_says_how_long_gets_just_that(
    base: Path, edits: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[FitConfig] = []
    monkeypatch.setattr("training.fit.assemble.fit", lambda config, *rest, **_: asked.append(config) or iter(()))
    cli.fit(pairs=[edits], out=tmp_path, init=base)
    cli.fit(pairs=[edits], out=tmp_path, init=base, steps=50)
    cli.fit(pairs=[edits], out=tmp_path, init=base, minutes=5)
    assert [bool(config.patience) for config in asked] == [True, False, True]
    assert all(config.keep_best for config in asked) and asked[1].steps == 50 and asked[2].minutes == 5


def test_presets_and_several_folders_reach_the_run(
    base: Path, edits: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[FitConfig] = []
    monkeypatch.setattr("training.fit.assemble.fit", lambda config, *rest, **_: asked.append(config) or iter(()))
    cli.fit(pairs=[edits, tmp_path], out=tmp_path / "a", init=base, preset="quick")
    cli.fit(pairs=[edits], out=tmp_path / "b", init=base, preset="quick", minutes=7, references=9)
    cli.fit(pairs=[edits], out=tmp_path / "c", init=base, preset="full")
    assert asked[0].data.folder == edits and asked[0].data.more == (tmp_path,)
    assert [(config.minutes, config.data.references) for config in asked] == [(5, 5), (7, 9), (None, 20)]


def test_photos_kept_for_the_proof_neither_train_nor_choose(
    base: Path, photo_folder_of_crops: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(material, "FEWEST_TO_PROVE", 20)
    folder = edits_folder(tmp_path / "edits", photo_folder_of_crops, 24)
    chosen = fine_tune_config(folder, SMALL, references=3)
    short = override(chosen, {"run": {"steps": 4, "device": "cpu", "validate_every": 2}, "data": {"users": 2}})
    _, found = material.pairs_material(short, material.own_pairs(short, None), torch.device("cpu"))
    held = found.held_out
    assert found.exhibits is not None and not found.exhibits.chosen
    compared = {pair.name for pair in found.exhibits.compared}
    assert found.train + held == 24 and len(compared) >= 4
    assert not compared & set(found.source.names)  # type: ignore[attr-defined] - of pairs
    assert {pair.name for pair in found.exhibits.references} <= set(found.source.names)  # type: ignore[attr-defined]
    with monkeypatch.context() as patch:
        found_photos, better = Validation.photos, itertools.count()

        def photos(judge: Validation, objective: Objective) -> list[Score]:
            more = next(better)
            return [Score(one.psnr + more, one.de00) for one in found_photos(judge, objective)]

        patch.setattr(Validation, "photos", photos)
        events = list(fit(short, tmp_path / "run", tmp_path / "models", init=base))
    done = events[-1]
    bundle = Path(done["bundle"])
    card, report = read_bundle_info(bundle).card, read_report(bundle)
    assert report is not None and {photo.name for photo in report.photos} == compared
    assert card["proof"]["photos"] == len(compared) and done["verdict"] == card["proof"]["verdict"] == report.verdict
    assert (
        card["proof"]["psnr"]["mean"] == pytest.approx(report.over_references.mean) and done["report"] == report.lines()
    )
    assert report.references == 3 and not (tmp_path / "run" / CANDIDATE).exists()
    assert all(picture_path(bundle, photo, "ours").is_file() for photo in report.photos)


def test_photos_that_are_gone_at_the_end_cost_their_place_in_the_report(
    config: FitConfig, base: Path, photo_folder_of_crops: Path, tmp_path: Path, scores: Callable[..., None]
) -> None:
    scores(20.0, 21.0, 22.0)
    folder = edits_folder(tmp_path / "edits", photo_folder_of_crops, 10)
    own = override(config, {"data": {"folder": folder}})
    events = []
    for event in fit(own, tmp_path / "run", tmp_path / "models", init=base):
        events.append(event)
        if event["event"] == "start":
            _, found = material.pairs_material(own, material.own_pairs(own, None), torch.device("cpu"))
            assert found.exhibits is not None and found.exhibits.chosen and len(found.exhibits.compared) == 2
            (folder / found.exhibits.compared[0].name).unlink()
    report = read_report(Path(events[-1]["bundle"]))
    assert report is not None and [photo.name for photo in report.photos] == [found.exhibits.compared[1].name]
    assert report.problems == (
        "1 photo that was held out is not there any more as when training began, and not compared.",
    )
    assert report.verdict == events[-1]["verdict"] == "too few to tell"


def test_a_model_is_kept_where_no_report_can_be_made(
    config: FitConfig, base: Path, tmp_path: Path, scores: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    scores(20.0, 21.0, 22.0)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(comparing, "_write_picture", full)
    (*_, done) = fit(config, tmp_path / "run", tmp_path / "models", init=base)
    assert done["verdict"] == "too few to tell" and "No space left" in done["report"][0]
    assert load_bundle(Path(done["bundle"])) and read_report(Path(done["bundle"])) is None


def test_a_run_that_is_resumed_without_naming_the_start_is_compared_with_it_all_the_same(
    config: FitConfig, base: Path, tmp_path: Path, scores: Callable[..., None]
) -> None:
    scores(20.0, 21.0, 22.0)
    events: list[Event] = []
    for event in fit(config, tmp_path / "run", tmp_path / "models", init=base, should_stop=lambda: bool(steps(events))):
        events.append(event)
    assert events[-1]["event"] == "stopped"
    (*_, done) = fit(config, tmp_path / "run", tmp_path / "models", resume=True)
    assert read_report(Path(done["bundle"])) is not None
    assert read_bundle_info(Path(done["bundle"])).card["init"] == base.name
