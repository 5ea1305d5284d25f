"""The neutral preference: learns to correct captures, and goes as far as held-out captures bear it."""

import numpy as np
import pytest
import torch

from pie_desktop.model.architecture import Architecture
from pie_desktop.model.features import pixel_grid
from pie_desktop.model.network import PreferenceNetwork
from pie_desktop.model.statistics import color_statistics
from training.data.source import seeded
from training.fit.basis import build_basis
from training.fit.config import NeutralConfig
from training.fit.neutral import STRENGTHS, captures, lab_at_mid_grey, neutral_strength, train_neutral
from training.losses import to_lab

SMALL = Architecture(components=24, lut_size=9, residual_size=5, width=32, heads=2, encoder_layers=1, decoder_layers=1)


@pytest.fixture(scope="module")
def bank(sample_images: dict[str, np.ndarray]) -> np.ndarray:
    return np.stack([p[y : y + 96, x : x + 96] for p in sample_images.values() for y in (0, 150) for x in (0, 200)])


@pytest.fixture(scope="module")
def basis(bank: np.ndarray) -> torch.Tensor:
    return build_basis(bank, SMALL.components, SMALL.lut_size, samples=1000)


@pytest.fixture
def network(basis: torch.Tensor) -> PreferenceNetwork:
    torch.manual_seed(0)
    network = PreferenceNetwork(SMALL)
    network.prior.set_basis(basis)
    return network.eval().requires_grad_(False)


def test_it_learns_to_correct_captures(network: PreferenceNetwork, bank: np.ndarray) -> None:
    train_neutral(network, bank, NeutralConfig(batches=6, steps=150), seed=1)
    taken, finished = captures(bank, 60, SMALL.side, seeded(99))
    weights = network.neutral.estimates(color_statistics(taken)).mean(0)
    before, after = (pixel_grid(p, SMALL.grid) for p in (taken, finished))
    evidence = network.prior.evidence(before, after)
    left, start = evidence.unexplained(weights).sqrt().mean(), (evidence.power / 3).sqrt().mean()
    assert float(left) < 0.8 * float(start)
    found = neutral_strength(network, bank, seed=2, count=60)
    assert found.nearer > 0.75 and found.nearer >= found.nearer_full
    assert float(network.neutral.strength) == pytest.approx(found.strength)


def test_training_is_repeatable_and_its_members_differ(network: PreferenceNetwork, bank: np.ndarray) -> None:
    config = NeutralConfig(batches=2, steps=5)
    train_neutral(network, bank, config, seed=1)
    first = {name: value.clone() for name, value in network.neutral.state_dict().items()}
    train_neutral(network, bank, config, seed=1)
    assert all(torch.equal(value, first[name]) for name, value in network.neutral.state_dict().items())
    one, other = network.neutral.members[0], network.neutral.members[1]
    assert not torch.allclose(one.first[1].weight, other.first[1].weight)
    assert not any(p.requires_grad for p in network.neutral.parameters())


def test_a_correction_that_harms_is_held_back(network: PreferenceNetwork, bank: np.ndarray) -> None:
    for member in network.neutral.members:
        member.last.bias.copy_(torch.full((24,), -4.0))  # the same strong change for every photo
    found = neutral_strength(network, bank, seed=1, count=60)
    assert found.strength == STRENGTHS[-1]
    assert found.nearer < 0.7


def test_a_correction_that_helps_goes_all_the_way(
    network: PreferenceNetwork, bank: np.ndarray, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken, finished = captures(bank, 60, SMALL.side, seeded(1, 10))
    evidence = network.prior.evidence(pixel_grid(taken, SMALL.grid), pixel_grid(finished, SMALL.grid))
    best = network.prior.posterior(evidence.gram, evidence.moment)
    monkeypatch.setattr(network.neutral, "estimates", lambda statistics: best[None])
    found = neutral_strength(network, bank, seed=1, count=60)
    assert found.strength == 1.0
    assert found.nearer == found.nearer_full > 0.9


def test_strength_scales_the_correction(network: PreferenceNetwork, bank: np.ndarray) -> None:
    train_neutral(network, bank, NeutralConfig(batches=1, steps=3), seed=1)
    photos = torch.rand(2, 3, SMALL.side, SMALL.side)
    full = network.neutral(photos)
    network.neutral.strength.fill_(0.5)
    assert float(full.abs().max()) > 0
    assert torch.allclose(network.neutral(photos), 0.5 * full)


def test_some_captures_are_finished_photos_and_all_have_eight_bits(bank: np.ndarray) -> None:
    taken, photos = captures(bank, 200, 24, seeded(3), finished=0.5)
    same = ((taken - photos).abs().amax((1, 2, 3)) <= 2 / 255).float().mean()
    assert 0.35 < float(same) < 0.65
    assert torch.allclose((taken * 255).round(), taken * 255, atol=1e-3)


def test_lab_is_linearised_at_mid_grey() -> None:
    lab = lab_at_mid_grey()
    step = torch.tensor([0.002, -0.001, 0.0015])
    grey = torch.full((1, 3, 1), 0.5)
    true = (to_lab(grey + step[None, :, None]) - to_lab(grey)).flatten()
    scale = (lab @ step).norm() / true.norm()
    assert torch.allclose(lab @ step, true * scale, atol=1e-4)
    assert float((lab**2).sum()) == pytest.approx(3.0, rel=1e-4)
