"""Whom the study learns from: a fixed population of simulated users, or the experts of a data set."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch

from pie_desktop.errors import PieError
from pie_desktop.model.features import square
from pie_desktop.model.systems.build import load_system
from tests.unit.helpers.tiny_studies import CPU, tiny_scale, tiny_system
from training.benchmark.cases import Draws
from training.data.prepared import FORMAT
from training.study.config import PopulationConfig, Scale
from training.study.evaluate import expert_cases
from training.study.measures import Curve
from training.study.population import Material, Population, prepare_material
from training.study.runner import runs_of, train_all

pytestmark = pytest.mark.usefixtures("one_thread")


@pytest.fixture(scope="module")
def scale(photo_folder_of_crops: Path) -> Scale:
    return tiny_scale(photo_folder_of_crops)


@pytest.fixture(scope="module")
def material(scale: Scale, tmp_path_factory: pytest.TempPathFactory) -> Material:
    return prepare_material(scale, tmp_path_factory.mktemp("cache"), CPU)


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
