"""Training of the study's systems: a fixed population, stages that freeze what they should, and runs that resume."""

import itertools
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from pie_desktop.errors import PieError
from pie_desktop.model.features import square
from pie_desktop.model.systems.build import build_system, load_system
from pie_desktop.model.systems.masked import MaskedSystem
from pie_desktop.model.systems.system import SystemConfig
from training.benchmark.cases import Draws
from training.data.prepared import FORMAT
from training.fit.basis import build_basis
from training.losses.registry import Terms
from training.running.events import Event
from training.study.config import (
    BatchConfig,
    Budget,
    EvaluationConfig,
    ImageWeights,
    Kind,
    PopulationConfig,
    ProtocolConfig,
    Rates,
    Scale,
    StudyConfig,
)
from training.study.evaluate import expert_cases, unchanged
from training.study.measures import Curve
from training.study.population import Material, Population, prepare_material
from training.study.protocols import Batch, EndToEnd, build_protocol
from training.study.runner import Run, check, runs_of, train_all
from training.study.trainer import StudyTrainer

SMALL = SystemConfig(width=16, channels=8, encoder_channels=8, side=32)
METRICS: dict[str, str] = {"two_stage": "multi_similarity", "embedding": "triplet", "two_stage_proxies": "proxy_anchor"}


def tiny_scale(photos: Path, samples: int = 24) -> Scale:
    """Two photos of four users a step: three steps for 24 samples."""
    return Scale(
        name="tiny",
        seed=5,
        device="cpu",
        side=32,
        curve_points=2,
        population=PopulationConfig(folder=photos, bank_side=48, users=8, shots=6, validation_users=3),
        batch=BatchConfig(users=4, references=3, queries=2),
        budget=Budget(samples=samples),
        evaluation=EvaluationConfig(photos=photos, simulated=2, queries=1, refs=(1, 2), embedding_users=3),
    )


def tiny_system(kind: Kind, rate: float = 3e-3, **changes: object) -> StudyConfig:
    """A system trained by a protocol."""
    return StudyConfig(
        name=kind.replace("_", "-"),
        title=kind,
        source="none",
        system=SMALL.model_copy(update=changes),
        protocol=ProtocolConfig(kind=kind, metric=METRICS.get(kind), share=0.4),
        losses=ImageWeights(lab=1.0),
        rates=Rates(encoder=rate, enhancer=rate, warmup=1),
    )


CPU = torch.device("cpu")
PROTOCOLS: dict[Kind, dict[str, object]] = {
    "end_to_end": {},
    "two_stage": {},
    "two_stage_proxies": {},
    "masked": {"encoder": "difference", "enhancer": "unet", "paired": True, "masked": True},
    "diffusion": {"enhancer": "diffusion", "components": 8, "lut_size": 5},
    "embedding": {},
}


@pytest.fixture(scope="module", autouse=True)
def one_thread() -> Iterator[None]:
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture(scope="module")
def scale(photo_folder_of_crops: Path) -> Scale:
    return tiny_scale(photo_folder_of_crops)


@pytest.fixture(scope="module")
def material(scale: Scale, tmp_path_factory: pytest.TempPathFactory) -> Material:
    return prepare_material(scale, tmp_path_factory.mktemp("cache"), CPU)


def trainer(config: StudyConfig, scale: Scale, material: Material, folder: Path) -> StudyTrainer:
    torch.manual_seed(0)
    system = build_system(config.system)
    if system.needs_basis:
        system.set_basis(build_basis(material.photos, 8, 5, samples=500))
    protocol = build_protocol(config, system, material.population.size)
    return StudyTrainer(config, scale, protocol, material.population, Curve(material.validation, 3), folder)


def test_population_is_fixed_and_its_users_differ(scale: Scale, material: Material, tmp_path: Path) -> None:
    again = prepare_material(scale, tmp_path, CPU).population
    assert np.array_equal(again.targets, material.population.targets)
    first, second = (population.group(3) for population in (again, material.population))
    assert torch.equal(first.target, second.target) and first.users is not None
    assert len(set(first.users.tolist())) == 4
    assert not torch.equal(first.target, again.group(4).target)
    # what users do to colours on average distinguishes them
    change = (again.targets.astype(float) - again.inputs).mean((1, 2, 3))
    distance = np.abs(change[:, None] - change[None]).sum(-1) + np.eye(len(change)) * 99
    assert distance.min() > 0.5
    held_out = prepare_material(scale, tmp_path, CPU).validation
    assert not any(np.array_equal(p, held_out.input[0, 0].permute(1, 2, 0)) for p in again.inputs[:, 0] / 255)


def test_group_keeps_pairs_and_their_users(material: Material) -> None:
    population = material.population
    group = population.group(0)
    assert group.users is not None
    for user, photos, edits in zip(group.users, group.input, group.target, strict=True):
        stored = torch.from_numpy(population.inputs[user].copy()).permute(0, 3, 1, 2) / 255
        edited = torch.from_numpy(population.targets[user].copy()).permute(0, 3, 1, 2) / 255
        for photo, edit in zip(photos, edits, strict=True):
            flips = [(dims, (stored.flip(dims) - photo).abs().amax((1, 2, 3))) for dims in ([], [-1])]
            dims, distance = min(flips, key=lambda flip: float(flip[1].min()))
            assert float(distance.min()) < 1e-6
            assert torch.allclose(edited[distance.argmin()].flip(dims), edit)


def test_a_batch_that_is_too_large_is_refused(material: Material) -> None:
    p = material.population
    with pytest.raises(PieError, match="8 users with 6 photos"):
        Population(p.inputs, p.targets, 9, 3, 0)


@pytest.mark.slow
@pytest.mark.parametrize("kind", PROTOCOLS)
def test_every_protocol_lowers_its_loss(kind: Kind, scale: Scale, material: Material, tmp_path: Path) -> None:
    """Every stage on one batch, again and again: what can be learned by heart must be."""
    config = tiny_system(kind, **PROTOCOLS[kind])
    run = trainer(config, scale, material, tmp_path)
    batch: Batch = run.batch(0)
    rate = 1e-3 if kind == "masked" else 3e-3  # transformers want less
    for number in range(len(run.protocol.stages)):
        if number:
            run.protocol.eval().begin(number, [batch])
        run.enter(number)
        optimizer = torch.optim.Adam([p for p in run.protocol.parameters() if p.requires_grad], rate)
        losses = []
        for _ in range(25):
            loss, _ = run.protocol.loss(number, batch)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(float(loss.detach()))
        assert np.mean(losses[-3:]) < 0.93 * losses[0], f"{kind}, stage {number}: {losses[0]} to {losses[-1]}"


@pytest.mark.parametrize("kind", ["two_stage", "two_stage_proxies", "masked"])
def test_encoder_stays_as_it_is_in_the_second_stage(
    kind: Kind, scale: Scale, material: Material, tmp_path: Path
) -> None:
    run = trainer(tiny_system(kind, **PROTOCOLS[kind]), scale, material, tmp_path)
    encoder = run.protocol.system.encoder
    states = {0: [], 1: []}
    for event in run.events():
        if event["event"] == "step":
            states[run.progress.stage].append({k: v.clone() for k, v in encoder.state_dict().items()})
    assert any(not torch.equal(states[0][0][k], states[0][-1][k]) for k in states[0][0])
    for state in states[1][1:]:
        assert all(torch.equal(value, states[1][0][name]) for name, value in state.items())
    average = run.average.system.encoder.state_dict()
    assert all(torch.equal(value, average[name]) for name, value in states[1][-1].items())


def test_unedited_photos_are_a_class_of_their_own_whose_mean_style_is_the_source(
    scale: Scale, material: Material, tmp_path: Path
) -> None:
    run = trainer(tiny_system("two_stage_proxies", encoder="resnet18_max", source="mean"), scale, material, tmp_path)
    protocol, batch = run.protocol, run.batch(0)
    vectors, classes = protocol.embedding(batch)
    assert batch.group.users is not None
    assert classes.tolist() == [*batch.group.users.repeat_interleave(5).tolist(), 8, 8, 8, 8]
    with torch.no_grad():
        assert torch.allclose(vectors[20:], protocol.system.features(batch.group.input[:, 0]).vector, atol=1e-6)
    assert not protocol.system.origin.any()
    list(run.events())
    system = run.average.system
    looked_at = torch.cat([run.batch(number).group.input.flatten(0, 1) for number in range(24)])
    with torch.no_grad():
        assert torch.allclose(system.origin, system.features(looked_at).vector.mean(0), atol=1e-5)
        photos = torch.rand(2, 3, 40, 30)
        assert torch.equal(system.source(photos), system.origin.expand(2, -1)), "whatever the photo shows"
    with pytest.raises(PieError, match="no mean style"):
        build_protocol(tiny_system("end_to_end", source="mean"), build_system(SMALL), 8)


def test_proxies_learn_at_their_own_rate(scale: Scale, material: Material, tmp_path: Path) -> None:
    rates = Rates(encoder=0, enhancer=0, proxies=1e-2)
    run = trainer(tiny_system("two_stage_proxies").model_copy(update={"rates": rates}), scale, material, tmp_path)
    before = {k: v.clone() for k, v in run.protocol.state_dict().items()}
    list(run.events())
    moved = {k.split(".")[0] for k, v in run.protocol.state_dict().items() if not torch.equal(v, before[k])}
    assert moved == {"metric"}


def test_the_perceptual_loss_compares_vectors_of_the_frozen_encoder(
    scale: Scale, material: Material, tmp_path: Path
) -> None:
    config = tiny_system("two_stage", encoder="resnet18", enhancer="unet")
    with_it = config.model_copy(update={"protocol": config.protocol.model_copy(update={"perceptual": 0.4})})
    run, usual = (trainer(c, scale, material, tmp_path) for c in (with_it, config))
    batch = run.batch(0)
    (total, terms), (without, _) = (r.protocol.loss(1, batch) for r in (run, usual))
    with torch.no_grad():
        features = run.protocol.system.features  # the enhancer is the identity yet
        change = features(batch.inputs.flatten(0, 1)).vector - features(batch.targets.flatten(0, 1)).vector
    assert float(terms["perceptual"]) == pytest.approx(float(change.abs().mean()), rel=1e-4)
    assert float((total - without).detach()) == pytest.approx(0.4 * float(terms["perceptual"]), rel=1e-3)
    with pytest.raises(ValueError, match="no frozen encoder"):
        ProtocolConfig(kind="end_to_end", perceptual=0.4)


def test_masked_styles_are_compared_along_principal_components(
    scale: Scale, material: Material, tmp_path: Path
) -> None:
    run = trainer(tiny_system("masked", **PROTOCOLS["masked"]), scale, material, tmp_path)
    system = run.protocol.system
    assert isinstance(system, MaskedSystem) and not system.space.fitted
    stages = [event["losses"] for event in run.events() if event["event"] == "step"]
    assert set(stages[0]) == {"l1", "lab"} and set(stages[-1]) == {"masked"}
    average = run.average.system
    assert isinstance(average, MaskedSystem) and average.space.fitted
    assert torch.equal(average.space.axes, system.space.axes), "what is judged has the same space"
    with torch.no_grad():
        styles = torch.cat([run.protocol.embedding(run.batch(number))[0] for number in range(24)])
        coordinates = system.space.project(styles)
    assert torch.allclose(coordinates.std(0), system.space.deviation, atol=1e-3)


def test_without_anything_to_learn_in_the_enhancer_there_is_one_stage(
    scale: Scale, material: Material, tmp_path: Path
) -> None:
    run = trainer(tiny_system("two_stage", enhancer="identity"), scale, material, tmp_path)
    assert [stage.name for stage in run.protocol.stages] == ["embedding"]
    assert list(run.events())[-1]["event"] == "finished"


def test_so_many_references_and_no_other_number(scale: Scale, material: Material, tmp_path: Path) -> None:
    run = trainer(tiny_system("end_to_end").model_copy(update={"references": 4}), scale, material, tmp_path)
    for number in range(6):
        batch = run.batch(number)
        assert batch.after.shape[:2] == (4, 4) and batch.inputs.shape[:2] == (4, 2) and batch.valid.all()
    usual = trainer(tiny_system("end_to_end"), scale, material, tmp_path)
    assert len({int(usual.batch(number).valid.sum()) for number in range(6)}) > 1
    with pytest.raises(PieError, match="6 photos each, and 7 are to be shown"):
        trainer(tiny_system("end_to_end").model_copy(update={"references": 5}), scale, material, tmp_path)


def test_encoder_and_enhancer_have_rates_of_their_own(scale: Scale, material: Material, tmp_path: Path) -> None:
    for still, rates in (("encoder", Rates(encoder=0, enhancer=1e-3)), ("enhancer", Rates(encoder=1e-3, enhancer=0))):
        config = tiny_system("end_to_end").model_copy(update={"rates": rates})
        run = trainer(config, scale, material, tmp_path)
        before = {k: v.clone() for k, v in run.protocol.system.state_dict().items()}
        list(run.events())
        moved = {k.split(".")[0] for k, v in run.protocol.system.state_dict().items() if not torch.equal(v, before[k])}
        assert moved == {"encoder", "enhancer"} - {still}


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


@pytest.fixture
def experts(tmp_path: Path, sample_images: dict[str, np.ndarray]) -> Path:
    """A prepared cache of 12 photos by three experts, each with a cast of their own."""
    folder = tmp_path / "experts"
    folder.mkdir()
    photos = np.stack([square(p[y : y + 150], 32) for p in sample_images.values() for y in (0, 70, 140)])
    np.save(folder / "input.npy", photos)
    for number, gains in enumerate(((1, 0.9, 0.8), (0.8, 0.9, 1), (0.7, 0.7, 0.7))):
        np.save(folder / f"style-{number}.npy", (photos * np.array(gains)).astype(np.uint8))
    splits = ["train"] * 6 + ["validation"] * 3 + ["test"] * 3
    names = [f"a{number:04d}" for number in range(12)]
    index = {"format": FORMAT, "side": 32, "photos": names, "splits": splits}
    index |= {"styles": ["A", "B", "C"], "ranges": [[0, 12]] * 3}
    (folder / "index.json").write_text(json.dumps(index))
    return folder


def test_experts_are_users_too(scale: Scale, experts: Path, tmp_path: Path) -> None:
    changes = {"population": PopulationConfig(kind="prepared", folder=experts)}
    real = scale.model_copy(update=changes)
    found = prepare_material(real, tmp_path / "cache", CPU)
    population, held_out = found.population, found.validation.input
    # three photos validate: none is a reference and retouched as well, and references are left
    assert held_out.shape[:2] == (3, 3) and Curve(found.validation, 3).references == 2
    assert population.size == 3
    group = population.group(0)
    assert group.users is not None and set(group.users.tolist()) == {0, 1, 2}
    warmth = (group.target - group.input).mean((1, 3, 4))
    warmth = (warmth[:, 0] - warmth[:, 2]).sign().tolist()
    expected = {0: 1.0, 1: -1.0}
    for user, sign in zip(group.users.tolist(), warmth, strict=True):
        assert sign == expected.get(user, sign)
    runs = runs_of([tiny_system("two_stage_proxies")], real, tmp_path / "out")
    assert list(train_all(runs, tmp_path / "out"))[-1]["event"] == "done"
    assert load_system(runs[0].folder)[1]["users"] == 3
    cases = expert_cases(experts, Draws(2, 1))
    assert [case.name for case in cases] == ["A", "B", "C"] and len(cases[0].references) == 2
    test = set(np.load(experts / "input.npy")[9:].mean((1, 2, 3)))
    assert {before.mean() for case in cases for before, _ in [*case.references, *case.queries]} == test
    with pytest.raises(PieError, match="3 test photos"):
        expert_cases(experts, Draws(2, 3))


@pytest.mark.parametrize("kind", PROTOCOLS)
def test_in_bfloat16_losses_are_nearly_the_same(kind: Kind, scale: Scale, material: Material, tmp_path: Path) -> None:
    config = tiny_system(kind, **PROTOCOLS[kind])
    half = scale.model_copy(update={"precision": "bfloat16"})
    exact, near = (trainer(config, s, material, tmp_path) for s in (scale, half))
    for number in range(len(exact.protocol.stages)):
        found = []
        for run in (exact, near):
            run.progress.stage = number
            if number:
                run.protocol.eval().begin(number, [run.batch(0)])
            run.enter(number)
            loss, _ = run.loss()
            loss.backward()
            gradients = [p.grad for p in run.protocol.parameters() if p.grad is not None]
            assert gradients and all(bool(torch.isfinite(gradient).all()) for gradient in gradients)
            found.append(float(loss.detach()))
        assert found[1] == pytest.approx(found[0], rel=0.03)


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
