"""Training of one system of the study: stages that freeze what they should, and what every protocol learns."""

from pathlib import Path

import numpy as np
import pytest
import torch

from pie_desktop.errors import PieError
from pie_desktop.model.systems.build import build_system
from pie_desktop.model.systems.masked import MaskedSystem
from tests.unit.helpers.tiny_studies import CPU, SMALL, tiny_scale, tiny_system
from training.fit.basis import build_basis
from training.study.config import Kind, ProtocolConfig, Rates, Scale, StudyConfig
from training.study.measures import Curve
from training.study.population import Material, prepare_material
from training.study.protocols import Batch, build_protocol
from training.study.trainer import StudyTrainer

pytestmark = pytest.mark.usefixtures("one_thread")

PROTOCOLS: dict[Kind, dict[str, object]] = {
    "end_to_end": {},
    "two_stage": {},
    "two_stage_proxies": {},
    "masked": {"encoder": "difference", "enhancer": "unet", "paired": True, "masked": True},
    "diffusion": {"enhancer": "diffusion", "components": 8, "lut_size": 5},
    "embedding": {},
}


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
