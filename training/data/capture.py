"""Simulated captures: what came out of the camera before the photograph was finished."""

from dataclasses import dataclass

import torch
from torch import Tensor

from training.data import color
from training.data.batch import Movable


@dataclass
class Capture(Movable):
    """Degradations of B photographs; every tensor has B as its first dimension."""

    stops: Tensor  # (B,) exposure error in EV
    gains: Tensor  # (B, 3) wrong white balance
    flatness: Tensor  # (B,) contrast lost about mid grey, 0 to 1; negative is harsh
    saturation: Tensor  # (B,) relative chroma change
    haze: Tensor  # (B, 3) airlight blended in


def sample_severity(cameras: int, generator: torch.Generator) -> Tensor:
    """How badly cameras err `(cameras,)`: from captures that need little to poor ones."""
    return 0.3 + 0.9 * torch.rand(cameras, generator=generator)


def sample_captures(cameras: int, shots: int, generator: torch.Generator, severity: Tensor) -> Capture:
    """Degradations of `cameras * shots` photographs.

    Half of the variance belongs to the camera (a photographer's camera errs the same way again and again), half to
    the shot.

    Args:
        severity: `(cameras,)` 0 for captures that are already well corrected, 1 for poor ones.
    """

    def shared(*shape: int) -> Tensor:
        camera = torch.randn(cameras, 1, *shape, generator=generator)
        shot = torch.randn(cameras, shots, *shape, generator=generator)
        return ((camera + shot) * 0.7071).flatten(0, 1)

    def on(probability: float) -> Tensor:
        return (torch.rand(cameras, 1, generator=generator) < probability).float().expand(cameras, shots).flatten()

    s = severity[:, None].expand(cameras, shots).flatten()
    warm = shared() * 0.16 * on(0.7) * s
    tint = shared() * 0.07 * on(0.5) * s
    haze = shared(1).abs() * 0.12 * (on(0.35) * s)[:, None]
    return Capture(
        stops=(shared() * 0.65 - 0.25) * on(0.85) * s,
        gains=color.white_balance_gains(warm, tint),
        flatness=((shared() * 0.22 + 0.18) * on(0.7) * s).clamp(-0.35, 0.6),
        saturation=((shared() * 0.25 - 0.15) * on(0.7) * s).clamp(-0.7, 0.6),
        haze=(haze * (1 + 0.15 * shared(3))).clamp(0, 0.4),
    )


def degrade(z: Tensor, capture: Capture) -> Tensor:
    """From the finished photograph `(B, 3, M)`, sRGB-encoded [0, 1], to its capture, same shape and range."""
    x = color.saturate(z, capture.saturation, torch.zeros_like(capture.saturation))
    keep = 1 - capture.flatness[:, None, None]
    x = 0.45 + (x - 0.45) * keep
    air = capture.haze.mean(1)[:, None, None]
    x = x * (1 - air) + capture.haze[:, :, None] * 0.9
    return color.expose(x, capture.stops, capture.gains).clamp(0, 1)


def restore(x: Tensor, capture: Capture) -> Tensor:
    """The inverse of `degrade` up to clipping: what a user who normalises the capture does to its colours."""
    x = color.expose(x, -capture.stops, 1 / capture.gains)
    air = capture.haze.mean(1)[:, None, None]
    x = (x - capture.haze[:, :, None] * 0.9) / (1 - air)
    x = 0.45 + (x - 0.45) / (1 - capture.flatness[:, None, None])
    inverse = 1 / (1 + capture.saturation) - 1
    return color.saturate(x, inverse, torch.zeros_like(inverse)).clamp(0, 1)
