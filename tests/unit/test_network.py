"""The network: order of references does not matter, null is neutral, and gradients reach both halves."""

import numpy as np
import pytest
import torch

from pie_desktop.model.architecture import Architecture
from pie_desktop.model.network import PreferenceNetwork
from pie_desktop.model.statistics import STATISTICS, color_statistics, soft_histogram
from training.data.batch import Roles
from training.data.source import SimulatedSource
from training.fit.objective import Objective
from training.losses.registry import LossWeights

SMALL = Architecture(components=8, lut_size=9, residual_size=5, width=32, heads=2, encoder_layers=1, decoder_layers=1)


@pytest.fixture
def network() -> PreferenceNetwork:
    torch.manual_seed(0)
    network = PreferenceNetwork(SMALL)
    axis = torch.linspace(0, 1, 9)
    grid = torch.stack(torch.meshgrid(axis, axis, axis, indexing="ij")).reshape(1, 3, -1)
    network.prior.set_basis(0.1 * torch.randn(8, 3, 1) * grid ** torch.arange(1, 9).reshape(8, 1, 1))
    for head in (network.enhancer.mu, network.enhancer.scale, network.enhancer.query):
        torch.nn.init.normal_(head.weight, std=0.2)
    return network


@pytest.fixture(scope="module")
def bank(sample_images: dict[str, np.ndarray]) -> np.ndarray:
    return np.stack([p[y : y + 96, x : x + 96] for p in sample_images.values() for y in (0, 150) for x in (0, 200)])


def test_soft_histogram_counts_everything_once() -> None:
    values = torch.rand(2, 3, 400)
    histogram = soft_histogram(values, 8)
    assert torch.allclose(histogram.sum(2), torch.ones(2, 3), atol=1e-5)
    assert torch.allclose(soft_histogram(torch.full((1, 1, 5), 1.0), 4)[0, 0], torch.tensor([0.0, 0, 0, 1]))


def test_statistics_tell_warm_from_cool() -> None:
    warm, cool = torch.full((1, 3, 48, 48), 0.5), torch.full((1, 3, 48, 48), 0.5)
    warm[:, 0] += 0.2
    cool[:, 2] += 0.2
    statistics = color_statistics(torch.cat([warm, cool]))
    assert statistics.shape == (2, STATISTICS)
    assert float((statistics[0] - statistics[1]).abs().max()) > 0.5
    assert torch.isfinite(statistics).all()


def roles(users: int, order: list[int], has_before: bool = True) -> Roles:
    flags = torch.ones(users, len(order), dtype=torch.bool)
    return Roles(torch.tensor([order] * users), torch.tensor([[4, 5]] * users), flags & has_before, flags)


def weights_of(network: PreferenceNetwork, bank: np.ndarray, chosen: Roles) -> torch.Tensor:
    objective = Objective(network, LossWeights())
    group = SimulatedSource(bank, SMALL.side, users=2, shots=6, seed=1).group(0)
    prepared = objective.prepare(group)
    with torch.no_grad():
        return objective.answer(group, prepared, chosen).weights


def test_order_of_references_does_not_matter(network: PreferenceNetwork, bank: np.ndarray) -> None:
    first = weights_of(network, bank, roles(2, [0, 1, 2, 3]))
    again = weights_of(network, bank, roles(2, [3, 1, 0, 2]))
    assert torch.allclose(first, again, atol=1e-3)


def test_padding_is_not_read(network: PreferenceNetwork, bank: np.ndarray) -> None:
    two = weights_of(network, bank, roles(2, [0, 1]))
    padded = roles(2, [0, 1, 2, 3])
    padded.valid[:, 2:] = False
    assert torch.allclose(two, weights_of(network, bank, padded), atol=1e-3)


def test_originals_matter_only_where_they_are_known(network: PreferenceNetwork, bank: np.ndarray) -> None:
    pairs = weights_of(network, bank, roles(2, [0, 1, 2]))
    edits = weights_of(network, bank, roles(2, [0, 1, 2], has_before=False))
    assert not torch.allclose(pairs, edits, atol=1e-2)


def test_gradients_reach_encoder_and_enhancer(network: PreferenceNetwork, bank: np.ndarray) -> None:
    objective = Objective(network, LossWeights())
    group = SimulatedSource(bank, SMALL.side, users=2, shots=6, seed=2).group(0)
    loss, terms = objective(group, objective.prepare(group), roles(2, [0, 1, 2]))
    loss.backward()
    for part in (network.encoder, network.enhancer):
        missing = [n for n, p in part.named_parameters() if p.grad is None]
        assert missing == []
    assert set(terms) == {"l1", "log_mse", "lab", "gram", "tv", "smoothness", "monotonicity", "prior_loss"}
    assert all(torch.isfinite(t) for t in terms.values())


def ablated(network: PreferenceNetwork, **without: bool) -> PreferenceNetwork:
    changed = PreferenceNetwork(SMALL.model_copy(update=without))
    changed.load_state_dict(network.state_dict())
    return changed


def test_without_content_every_photo_gets_the_same(network: PreferenceNetwork, bank: np.ndarray) -> None:
    chosen = roles(2, [0, 1, 2])
    same = weights_of(ablated(network, content=False), bank, chosen)
    assert torch.allclose(same[:, 0], same[:, 1], atol=1e-4)
    looked_at = weights_of(network, bank, chosen)
    assert not torch.allclose(looked_at[:, 0], looked_at[:, 1], atol=1e-2)


def test_without_the_closed_form_evidence_does_not_count(network: PreferenceNetwork, bank: np.ndarray) -> None:
    changed = ablated(network, closed_form=False)
    objective = Objective(changed, LossWeights())
    group = SimulatedSource(bank, SMALL.side, users=2, shots=6, seed=1).group(0)
    answer = objective.answer(group, objective.prepare(group), roles(2, [0, 1, 2]))
    assert torch.equal(answer.weights, answer.prediction.mu)
    assert not torch.allclose(answer.weights, weights_of(network, bank, roles(2, [0, 1, 2])), atol=1e-2)


def test_without_attention_the_photo_reads_the_mean(network: PreferenceNetwork, bank: np.ndarray) -> None:
    changed = ablated(network, attention=False)
    padded = roles(2, [0, 1, 2, 3])
    padded.valid[:, 2:] = False
    two = weights_of(changed, bank, roles(2, [0, 1]))
    assert torch.allclose(two, weights_of(changed, bank, padded), atol=1e-3)
    assert not torch.allclose(two, weights_of(network, bank, roles(2, [0, 1])), atol=1e-3)
