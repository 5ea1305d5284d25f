"""Where a run starts: going on from a smaller network, and the mean of several; what does not fit is refused."""

import numpy as np
import pytest
import torch

from pie_desktop.errors import BundleError, PieError
from pie_desktop.model.architecture import Architecture
from pie_desktop.model.features import image_statistics
from pie_desktop.model.network import PreferenceNetwork
from training.data.batch import Roles
from training.data.source import SimulatedSource
from training.fit.basis import build_basis
from training.fit.objective import Objective
from training.fit.start import extended, mean_network
from training.losses.registry import LossWeights

OLD = Architecture(side=32, grid=12, components=24, width=32, lut_size=9)
NEW = OLD.model_copy(update={"exposure": True, "adaptation": 8, "expected_error": True})


@pytest.fixture(scope="module")
def bank(sample_images: dict[str, np.ndarray]) -> np.ndarray:
    return np.stack([p[y : y + 96, x : x + 96] for p in sample_images.values() for y in (0, 150) for x in (0, 200)])


def _weights(network: PreferenceNetwork, bank: np.ndarray) -> torch.Tensor:
    objective = Objective(network, LossWeights())
    group = SimulatedSource(bank, 32, users=3, shots=6, seed=1).group(0)
    flags = torch.ones(3, 4, dtype=torch.bool)
    roles = Roles(torch.arange(4).expand(3, -1), torch.arange(4, 6).expand(3, -1), flags, flags)
    with torch.no_grad():
        return objective.answer(group, objective.prepare(group), roles).weights


def test_what_is_new_starts_without_effect(bank: np.ndarray) -> None:
    torch.manual_seed(0)
    old = PreferenceNetwork(OLD).eval()
    old.prior.set_basis(build_basis(bank, OLD.components, OLD.lut_size, samples=500))
    for head in (old.enhancer.mu, old.enhancer.query):
        torch.nn.init.normal_(head.weight, std=0.05)
    new = extended(old, NEW).eval()
    assert new.encoder.features.count > old.encoder.features.count
    before, after = _weights(old, bank), _weights(new, bank)
    assert float((after - before).norm() / before.norm()) < 0.05
    images = torch.rand(3, 3, 32, 32)
    statistics = image_statistics(images, True)
    torch.testing.assert_close(
        new.enhancer.features(images, statistics), old.enhancer.features(images), rtol=1e-4, atol=1e-5
    )


def test_other_sizes_are_refused() -> None:
    with pytest.raises(BundleError, match="sizes are not those"):
        extended(PreferenceNetwork(OLD), NEW.model_copy(update={"width": 64}))


def test_a_mean_is_that_of_what_was_learned() -> None:
    first, second = (PreferenceNetwork(NEW) for _ in range(2))
    learned = first.encoder.state_dict(), second.encoder.state_dict()
    wanted = {name: (weight + learned[1][name]) / 2 for name, weight in learned[0].items()}
    neutral = {name: weight.clone() for name, weight in first.neutral.state_dict().items()}
    mean = mean_network([first, second])
    for name, weight in mean.encoder.state_dict().items():
        torch.testing.assert_close(weight, wanted[name])
    for name, weight in mean.neutral.state_dict().items():
        torch.testing.assert_close(weight, neutral[name], rtol=0, atol=0)


def test_a_mean_is_refused_where_weights_mean_different_things() -> None:
    first, second = (PreferenceNetwork(NEW) for _ in range(2))
    with pytest.raises(PieError, match="one architecture"):
        mean_network([first, PreferenceNetwork(OLD)])
    second.encoder.features.spread += 1
    with pytest.raises(PieError, match="came out of one another"):
        mean_network([first, second])
