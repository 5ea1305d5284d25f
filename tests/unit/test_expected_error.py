"""How far a result is expected to be off: from little to much doubt, and judged as it says."""

from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import numpy as np
import pytest
import torch

from pie_desktop.model.network import PreferenceNetwork
from pie_desktop.model.uncertainty import SIGNS, ExpectedError
from tests.unit.helpers.tiny_bundles import SMALL
from training.data.source import SimulatedSource
from training.data.users import UserMix
from training.fit import uncertainty
from training.fit.basis import build_basis
from training.fit.config import DataConfig, FitConfig
from training.fit.uncertainty import _measured, calibration, train_expected_error


@pytest.fixture(scope="module")
def bank(sample_images: dict[str, np.ndarray]) -> np.ndarray:
    return np.stack([p[y : y + 96, x : x + 96] for p in sample_images.values() for y in (0, 150) for x in (0, 200)])


def test_perfect_expectations_are_calibrated() -> None:
    errors = np.random.default_rng(0).uniform(0.5, 12, 1000)
    found = calibration(errors, errors)
    assert found.auroc == 1 and found.worst_decile < 1e-6


def test_expectations_that_say_nothing_are_seen_through() -> None:
    generator = np.random.default_rng(1)
    found = calibration(generator.uniform(1, 10, 4000), generator.uniform(1, 10, 4000))
    assert abs(found.auroc - 0.5) < 0.05 and found.worst_decile > 0.5


def test_ties_count_half() -> None:
    """Expectations that are equal up to order tell nothing; here the large errors come first."""
    assert calibration(np.ones(100), np.r_[np.full(50, 9.0), np.full(50, 1.0)]).auroc == pytest.approx(0.5)


def _network(bank: np.ndarray) -> PreferenceNetwork:
    torch.manual_seed(0)
    network = PreferenceNetwork(SMALL)
    network.prior.set_basis(build_basis(bank, SMALL.components, SMALL.lut_size, samples=500))
    return network.eval().requires_grad_(False)


def _config() -> FitConfig:
    return FitConfig(data=DataConfig(folder=Path("photos"), references=5, queries=2), architecture=SMALL)


def _source(bank: np.ndarray) -> SimulatedSource:
    return SimulatedSource(bank, SMALL.side, users=3, shots=7, seed=3, mix=UserMix(schools=0.4))


def test_every_result_is_measured_with_its_signs(bank: np.ndarray) -> None:
    for signs, errors in islice(_measured(_network(bank), _source(bank), _config()), 1):
        assert signs.shape == (uncertainty.ROLES * 3 * 2, SIGNS) and errors.shape == signs.shape[:1]
        assert bool(torch.isfinite(signs).all()) and float(errors.min()) >= 0 and 1 < float(errors.max()) < 100


def test_users_of_black_and_white_get_results_without_colour(bank: np.ndarray) -> None:
    found = _measured(_network(bank), _source(bank), _config(), 1, gray=True)
    (signs, errors), (other, colored) = next(found), next(_measured(_network(bank), _source(bank), _config(), 1))
    assert signs.shape == other.shape and not torch.equal(signs, other)
    assert float(errors.mean()) < float(colored.mean()), "colour cannot be missed"


def test_it_learns_what_the_signs_tell(bank: np.ndarray, monkeypatch: pytest.MonkeyPatch) -> None:
    """Errors that are large where two signs are: their mean is found, and nothing else of the network changes."""

    def measured(*_: object, gray: bool = False) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
        generator = torch.Generator().manual_seed(0)
        for _ in range(5):
            signs = torch.randn(400, SIGNS, generator=generator)
            mean = torch.exp(1 + 0.7 * signs[:, 0] - 0.4 * signs[:, 3])
            yield signs, mean * (0.6 + 0.8 * torch.rand(400, generator=generator)) * (0.3 if gray else 1.0)

    monkeypatch.setattr(uncertainty, "_measured", measured)
    monkeypatch.setattr(uncertainty, "STEPS", 400)
    network = _network(bank)
    before = {name: value.clone() for name, value in network.state_dict().items()}
    found = train_expected_error(network, _source(bank), _config())
    assert found is not None and found.auroc > 0.9 and found.worst_decile < 0.5
    head = network.expected_error
    assert head is not None and float(head.gray) == pytest.approx(0.3, rel=0.2)
    some = torch.zeros(1, SIGNS)
    assert float(head(some, gray=True)) == pytest.approx(float(head.gray) * float(head(some)))
    changed = {name for name, value in network.state_dict().items() if not torch.equal(value, before[name])}
    assert changed and all(name.startswith("expected_error.") for name in changed)


def test_a_network_without_it_is_left_alone(bank: np.ndarray) -> None:
    network = PreferenceNetwork(SMALL.model_copy(update={"expected_error": False}))
    config = FitConfig(data=DataConfig(folder=Path("photos")), architecture=SMALL)
    source = SimulatedSource(bank, SMALL.side, users=2, shots=4, seed=3)
    assert train_expected_error(network, source, config) is None


def test_models_of_before_black_and_white_was_told_apart_are_read() -> None:
    head = ExpectedError()
    state = {name: value for name, value in head.state_dict().items() if name != "gray"}
    other = ExpectedError()
    other.gray.fill_(0.5)
    other.load_state_dict(state)
    assert float(other.gray) == 1


def test_far_signs_give_finite_positive_errors() -> None:
    head = ExpectedError()
    signs = torch.stack([torch.full((SIGNS,), value) for value in (-1e6, 0.0, 1e6)])
    expected = head(signs).detach()
    assert bool(torch.isfinite(expected).all()) and float(expected.min()) > 0
