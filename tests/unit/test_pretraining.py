"""Pretraining on statistics measures what end-to-end training measures."""

from pathlib import Path

import numpy as np
import pytest
import torch

from pie_desktop.model.architecture import Architecture
from pie_desktop.model.features import pixel_grid
from pie_desktop.model.network import PreferenceNetwork
from training.data.batch import draw_roles
from training.data.source import SimulatedSource, seeded
from training.fit.config import DataConfig, FitConfig, PretrainConfig
from training.fit.pretraining import Pretraining, calibrate

SMALL = Architecture(components=8, lut_size=9, residual_size=5, width=32, heads=2, encoder_layers=1, decoder_layers=1)


@pytest.fixture
def pretraining(sample_images: dict[str, np.ndarray]) -> Pretraining:
    bank = np.stack([p[y : y + 96, x : x + 96] for p in sample_images.values() for y in (0, 150) for x in (0, 200)])
    torch.manual_seed(0)
    network = PreferenceNetwork(SMALL)
    axis = torch.linspace(0, 1, 9)
    grid = torch.stack(torch.meshgrid(axis, axis, axis, indexing="ij")).reshape(1, 3, -1)
    network.prior.set_basis(0.1 * torch.randn(8, 3, 1) * grid ** torch.arange(1, 9).reshape(8, 1, 1))
    config = FitConfig(data=DataConfig(folder=Path()), pretrain=PretrainConfig(pool=3, refresh=2))
    return Pretraining(network, SimulatedSource(bank, SMALL.side, users=2, shots=6, seed=1), config)


def test_error_without_pixels_is_the_error_of_the_pixels(pretraining: Pretraining) -> None:
    users = pretraining.draw(0, seeded(1))
    group = pretraining.source.group(1_000_000)
    prior = pretraining.network.prior
    before, after = (pixel_grid(p.flatten(0, 1), SMALL.grid)[0] for p in (group.input, group.target))
    weights = torch.randn(8, generator=torch.Generator().manual_seed(2))
    by_pixels = float(((before + prior.design(before) @ weights - after) ** 2).mean())
    # the first photo of one of the four users drawn
    candidates = torch.cat([u.answer.unexplained(weights.expand(u.answer.moment.shape))[:, 0] for u in users])
    assert float((candidates - by_pixels).abs().min()) < 1e-4 * max(1.0, by_pixels)


def test_pool_is_a_function_of_the_step(pretraining: Pretraining) -> None:
    late = pretraining.draw(9, seeded(9))
    config = FitConfig(data=DataConfig(folder=Path()), pretrain=PretrainConfig(pool=3, refresh=2))
    again = Pretraining(pretraining.network, pretraining.source, config).draw(9, seeded(9))
    for one, other in zip(late, again, strict=True):
        assert torch.equal(one.input, other.input) and torch.equal(one.fit, other.fit)
    assert len(pretraining._kept) <= 3


def test_gradients_reach_everything_but_the_trunk(pretraining: Pretraining) -> None:
    users = pretraining.draw(0, seeded(1))
    loss, terms = pretraining.loss(users, draw_roles(4, 6, 3, 2, seeded(2)))
    loss.backward()
    assert set(terms) == {"rms", "log_mse", "prior_loss"}
    silent = {n for n, p in pretraining.network.named_parameters() if p.grad is None}
    assert silent and all(".trunk." in name or name.startswith("neutral.") for name in silent)


def test_calibration_standardises_what_the_network_reads(pretraining: Pretraining) -> None:
    calibrate(pretraining.network, pretraining.source, groups=3)
    statistics = torch.cat([users.input.flatten(0, 1) for users in pretraining.draw(0, seeded(1))])
    features = pretraining.network.encoder.features
    standard = (statistics - features.usual) / features.spread
    assert float(standard.abs().mean()) < 3
    assert float(standard.abs().mean()) > 3 * float((statistics - statistics.mean(0)).abs().mean())
