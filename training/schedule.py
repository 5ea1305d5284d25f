"""How rates fall and weights are averaged while training."""

import math

import torch
from torch import nn


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
