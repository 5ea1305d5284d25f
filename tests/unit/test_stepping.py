"""The optimizer step: what is not a number changes nothing, and processes step and fail together."""

import copy
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

from training.running.processes import Processes, Share
from training.running.stepping import Losses, NotFinite, Stepper, StepResult


def _line() -> nn.Linear:
    torch.manual_seed(0)
    return nn.Linear(3, 2)


def _stepper(network: nn.Module, **options: object) -> Stepper:
    return Stepper(network, torch.optim.AdamW(network.parameters(), 0.1), **options)  # type: ignore[arg-type]


def _values(network: nn.Module) -> list[Tensor]:
    return [p.detach().clone() for p in network.parameters()]


def _same(a: list[Tensor], b: list[Tensor]) -> bool:
    return all(torch.equal(x, y) for x, y in zip(a, b, strict=True))


def test_step_lowers_the_loss_and_moves_the_average() -> None:
    network = _line()
    average = copy.deepcopy(network)
    stepper, x = _stepper(network, average=average), 3 * torch.ones(1, 3)

    def compute() -> Losses:
        loss = (network(x) ** 2).mean()
        return loss, {"square": loss.detach()}

    results = [stepper.step(compute, step, str) for step in range(1, 6)]
    assert results[-1].loss < results[0].loss and results[0].losses["square"] == pytest.approx(results[0].loss)
    assert not _same(_values(average), _values(_line())) and not _same(_values(average), _values(network))


def test_gradient_is_clipped() -> None:
    network = _line()
    stepper = Stepper(network, torch.optim.SGD(network.parameters(), 1.0), clip=0.5)
    before = _values(network)
    stepper.step(lambda: ((network(torch.ones(1, 3)) * 100).sum(), {}), 1, str)
    moved = torch.cat([(a - b).flatten() for a, b in zip(_values(network), before, strict=True)])
    assert float(moved.norm()) == pytest.approx(0.5, rel=1e-4)


def _nan_loss(network: nn.Module) -> Losses:
    return (network(torch.full((1, 3), torch.nan)) ** 2).mean(), {}


def _nan_gradient(network: nn.Module) -> Losses:
    # the root is 0, its slope is not finite
    return (network(torch.zeros(1, 3)) * 0).abs().sum().sqrt(), {}


def _unsolvable(network: nn.Module) -> Losses:
    return torch.linalg.cholesky(-torch.eye(2)).sum(), {}


@pytest.mark.parametrize(("compute", "what"), [(_nan_loss, "loss"), (_nan_gradient, "gradient"), (_unsolvable, "loss")])
def test_what_is_not_a_number_changes_nothing(compute: Callable[[nn.Module], Losses], what: str) -> None:
    network = _line()
    stepper, before = _stepper(network), _values(network)
    with pytest.raises(NotFinite, match=rf"The {what} is not a number at step 7, which learned from group 3 \(a.jpg\)"):
        stepper.step(lambda: compute(network), 7, lambda: "group 3 (a.jpg)")
    assert _same(_values(network), before)
    stepper.check_weights(7)


def test_bad_weights_are_found_before_they_are_saved() -> None:
    network = _line()
    stepper = _stepper(network)
    network.bias.data[1] = torch.inf
    with pytest.raises(NotFinite, match="weights are no longer finite numbers after step 4"):
        stepper.check_weights(4)


class InThreads(Processes):
    """Two processes, played by two threads."""

    meeting = threading.Barrier(2, timeout=20)
    values: dict[int, Tensor]

    def __init__(self, index: int, shared: dict[int, Tensor]) -> None:
        super().__init__()
        self.share, self.values = Share(index, 2), shared

    def mean(self, values: Tensor) -> Tensor:
        self.meeting.wait()
        self.values[self.share.index] = values
        self.meeting.wait()
        return (self.values[0] + self.values[1]) / 2


def _two(compute: Callable[[int, nn.Module], Losses], networks: list[nn.Module]) -> list[StepResult | NotFinite]:
    shared: dict[int, Tensor] = {}

    def run(index: int) -> StepResult | NotFinite:
        stepper = _stepper(networks[index], processes=InThreads(index, shared))
        try:
            return stepper.step(lambda: compute(index, networks[index]), 1, lambda: "group 0")
        except NotFinite as error:
            return error

    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(run, range(2)))


def test_two_processes_step_as_one_with_the_whole_batch(tmp_path: Path) -> None:
    photos = torch.rand(4, 3, generator=torch.Generator().manual_seed(1))
    networks: list[nn.Module] = [_Unused() for _ in range(3)]
    results = _two(lambda index, network: (network(photos[2 * index : 2 * index + 2]).mean(), {}), networks)
    alone = _stepper(networks[2]).step(lambda: (networks[2](photos).mean(), {}), 1, str)
    for result, network in zip(results, networks, strict=False):
        assert isinstance(result, StepResult) and result.loss == pytest.approx(alone.loss, rel=1e-5)
        for ours, expected in zip(_values(network), _values(networks[2]), strict=True):
            assert torch.allclose(ours, expected, atol=1e-6)
    assert torch.equal(networks[0].idle, networks[2].idle)  # type: ignore[arg-type]


class _Unused(nn.Module):
    """Has a parameter that no step uses; decay must not change it either."""

    def __init__(self) -> None:
        super().__init__()
        self.line, self.idle = _line(), nn.Parameter(torch.ones(2))

    def forward(self, x: Tensor) -> Tensor:
        return self.line(x) ** 2


@pytest.mark.parametrize("failure", [_nan_loss, _unsolvable])
def test_processes_fail_together(failure: Callable[[nn.Module], Losses]) -> None:
    networks: list[nn.Module] = [_line(), _line()]

    def compute(index: int, network: nn.Module) -> Losses:
        return failure(network) if index == 1 else (network(torch.ones(1, 3)).mean(), {})

    results = _two(compute, networks)
    assert all(isinstance(r, NotFinite) and "loss is not a number at step 1" in str(r) for r in results)
    assert _same(_values(networks[0]), _values(_line()))
