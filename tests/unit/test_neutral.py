"""The neutral preference goes as far as held-out captures bear it."""

import numpy as np
import pytest
import torch

from pie_desktop.model.architecture import Architecture
from pie_desktop.model.network import PreferenceNetwork
from training.data.source import seeded
from training.data.users import UserSimulator
from training.neutral import CAPTURES, SHOTS, STRENGTHS, neutral_strength
from training.objective import pixel_grid

SMALL = Architecture(components=4, lut_size=9, residual_size=5, width=32, heads=2, encoder_layers=1, decoder_layers=1)


@pytest.fixture(scope="module")
def bank(sample_pictures: dict[str, np.ndarray]) -> np.ndarray:
    return np.stack([p[y : y + 96, x : x + 96] for p in sample_pictures.values() for y in (0, 150) for x in (0, 200)])


@pytest.fixture
def network() -> PreferenceNetwork:
    torch.manual_seed(0)
    network = PreferenceNetwork(SMALL)
    network.prior.set_basis(torch.ones(4, 3, 9**3) * torch.tensor([0.1, 0.0, 0.0, 0.0]).reshape(4, 1, 1))
    return network.eval()


def test_a_correction_that_harms_is_held_back(network: PreferenceNetwork, bank: np.ndarray) -> None:
    with torch.no_grad():
        network.enhancer.mu.bias[0] = -1.0  # darkens every photo by far too much
    found = neutral_strength(network, bank, seed=1, count=60)
    assert found.strength == STRENGTHS[-1]
    assert found.nearer < 0.5


def test_a_correction_that_helps_goes_all_the_way(
    network: PreferenceNetwork, bank: np.ndarray, monkeypatch: pytest.MonkeyPatch
) -> None:
    # a shift and a gain of each channel, fitted to the finished photos themselves
    axis = torch.linspace(0, 1, 9)
    grid = torch.stack(torch.meshgrid(axis, axis, axis, indexing="ij")).reshape(3, -1)
    shapes = torch.stack([torch.ones_like(grid), grid, grid**2])
    basis = (shapes[:, None] * torch.eye(3)[None, :, :, None]).reshape(9, 3, -1)
    able = PreferenceNetwork(SMALL.model_copy(update={"components": 9})).eval()
    able.prior.set_basis(basis)
    group = UserSimulator(bank, SMALL.side, CAPTURES).group(60 // SHOTS, SHOTS, seeded(1, 8))
    assert group.finished is not None
    before, finished = (pixel_grid(t.flatten(0, 1), SMALL.grid) for t in (group.capture, group.finished))
    evidence = able.prior.evidence(before, finished)
    monkeypatch.setattr(able, "neutral", lambda photos: able.prior.posterior(evidence.gram, evidence.moment))
    found = neutral_strength(able, bank, seed=1, count=60)
    assert found.strength == 1.0
    assert found.nearer == found.nearer_full > 0.9


def test_the_strength_scales_the_neutral_weights_and_no_other(network: PreferenceNetwork) -> None:
    with torch.no_grad():
        network.enhancer.mu.bias[:] = torch.tensor([0.3, -0.2, 0.1, 0.4])
        photos = network.enhancer.features(torch.rand(2, 3, SMALL.side, SMALL.side))
        full = network.neutral(photos)
        network.set_neutral_strength(0.5)
        assert torch.allclose(network.neutral(photos), 0.5 * full)
        prediction = network.enhancer(photos[None], network.neutral_style("cpu"))
        assert torch.allclose(prediction.mu[0], full)
