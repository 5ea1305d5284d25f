"""One optimizer step, the same for every trainer, with the schedule of learning rates and the average of weights.

A step is checked for bad numbers, averaged over processes, clipped, and followed by the moving average.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from pie_desktop.errors import PieError
from training.running.processes import ALONE, Processes

Losses = tuple[Tensor, dict[str, Tensor]]


class NotFinite(PieError):
    """Training cannot go on: a loss, a gradient or a weight is not a finite number. Weights are as before the step."""


@dataclass(frozen=True)
class StepResult:
    """What a step reports, means over all processes.

    Attributes:
        loss: what was minimised.
        losses: its unweighted terms by name.
    """

    loss: float
    losses: dict[str, float]


class Stepper:
    """Takes optimizer steps.

    Args:
        network: its weights are what must stay finite and what `average` follows.
        optimizer: of the network's parameters, and of others such as a loss's proxies.
        clip: largest norm of the gradient, over all parameters of the optimizer.
        processes: that train together; each computes the loss of its own share of the users.
        average: exponential moving average of the network, changed in place; None for none.
        ema: share that an old average keeps per step.
    """

    def __init__(
        self,
        network: nn.Module,
        optimizer: torch.optim.Optimizer,
        clip: float = 1.0,
        processes: Processes = ALONE,
        average: nn.Module | None = None,
        ema: float = 0.999,
    ) -> None:
        self.network, self.optimizer, self.clip, self.processes = network, optimizer, clip, processes
        self.average, self.ema = average, ema
        self._parameters = [p for group in optimizer.param_groups for p in group["params"]]

    def step(self, compute: Callable[[], Losses], step: int, batch: Callable[[], str]) -> StepResult:
        """One step; learning rates are the caller's business.

        Args:
            compute: gives the scalar loss, with its graph, and its terms, scalars by name. The loss has to be a mean
                over users, so that the mean over processes is that of the whole batch. Random numbers inside must not
                depend on the process. A FloatingPointError counts as a loss that is no number.
            step: number of this step, from 1.
            batch: names what it learns from, for an error message.

        Raises:
            NotFinite: the loss or its gradient is not finite, in any process; nothing has changed.
        """
        self.optimizer.zero_grad(set_to_none=True)
        loss, terms = self._computed(compute)
        healthy = loss is not None and bool(torch.isfinite(loss))
        if loss is not None and healthy:
            loss.backward()
        elif self.processes.alone:
            raise self._refusal("loss", step, batch)
        if not self.processes.alone:
            self._average_gradients(loss if healthy else None, step, batch)
        norm = nn.utils.clip_grad_norm_(self._parameters, self.clip)
        if not bool(torch.isfinite(norm)):
            raise self._refusal("gradient", step, batch)
        self.optimizer.step()
        if self.average is not None:
            follow(self.average, self.network, step, self.ema)
        assert loss is not None
        means = self.processes.mean(torch.stack([loss.detach(), *terms.values()])).tolist()
        return StepResult(means[0], dict(zip(terms, means[1:], strict=True)))

    def check_weights(self, step: int) -> None:
        """To be called before weights are validated or saved: a checkpoint never holds bad ones.

        Raises:
            NotFinite: a weight is not finite.
        """
        if not bool(torch.stack([torch.isfinite(p).all() for p in self._parameters]).all()):
            raise NotFinite(
                f"The weights are no longer finite numbers after step {step}; the last checkpoint is kept:"
                " lower the learning rates and continue from it with --resume."
            )

    @staticmethod
    def _computed(compute: Callable[[], Losses]) -> tuple[Tensor | None, dict[str, Tensor]]:
        try:
            return compute()
        except (FloatingPointError, torch.linalg.LinAlgError):
            # weights that are not numbers make systems that cannot be solved
            return None, {}

    def _average_gradients(self, loss: Tensor | None, step: int, batch: Callable[[], str]) -> None:
        """Replace every gradient by its mean over the processes, in one exchange that also shows failures."""
        parameters = self._parameters
        if loss is None:
            # take part all the same, so that no other process waits for ever
            mine = [torch.full((p.numel(),), torch.nan, dtype=p.dtype, device=p.device) for p in parameters]
        else:
            mine = [torch.zeros_like(p).flatten() if p.grad is None else p.grad.flatten() for p in parameters]
        used = [0.0 if p.grad is None else 1.0 for p in parameters]
        health = [torch.nan if loss is None else 0.0]
        buffer = torch.cat([*mine, parameters[0].new_tensor(used + health)])
        buffer = self.processes.mean(buffer)
        if bool(torch.isnan(buffer[-1])):
            raise self._refusal("loss", step, batch)
        gradients = buffer[: -len(used) - 1].split([p.numel() for p in parameters])
        somewhere = (buffer[-len(used) - 1 : -1] > 0).tolist()
        for parameter, gradient, known in zip(parameters, gradients, somewhere, strict=True):
            # what no process used stays untouched, as it would in a single process
            parameter.grad = gradient.view_as(parameter).clone() if known else None

    @staticmethod
    def _refusal(what: str, step: int, batch: Callable[[], str]) -> NotFinite:
        return NotFinite(
            f"The {what} is not a number at step {step}, which learned from {batch()}; the last checkpoint is kept:"
            " continue from it with --resume and lower learning rates, or leave out these photos if they are damaged."
        )


def rate_factor(step: int, fraction: float, warmup: int) -> float:
    """Factor on the base learning rate: linear warm-up, then cosine decay to a hundredth.

    Args:
        step: steps done.
        fraction: how much of the run is over, 0 to 1.
        warmup: steps until the full rate.
    """
    warm = min(1.0, (step + 1) / max(1, warmup))
    return warm * (0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * fraction)))


@torch.no_grad()
def follow(average: nn.Module, network: nn.Module, step: int, slowest: float) -> None:
    """Move an exponential moving average towards the network; a young one follows quickly, an old one slowly.

    Args:
        average: changed in place.
        step: steps done.
        slowest: share that an old average keeps.
    """
    keep = min(slowest, (1 + step) / (10 + step))
    for slow, fast in zip(average.parameters(), network.parameters(), strict=True):
        slow.lerp_(fast, 1 - keep)
