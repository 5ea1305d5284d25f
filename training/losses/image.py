"""Differences of pictures, pixel by pixel."""

import torch
from torch import Tensor

from training.data import color


def l1_loss(output: Tensor, target: Tensor) -> Tensor:
    """Mean absolute difference of pictures of the same shape, sRGB-encoded [0, 1]; a scalar."""
    return (output - target).abs().mean()


def to_lab(rgb: Tensor) -> Tensor:
    """CIE Lab (D65) of `(B, 3, ...)` sRGB-encoded values in [0, 1], divided by 100: L in [0, 1]."""
    linear = color.to_linear(rgb)
    matrix = rgb.new_tensor(
        [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]
    )
    white = rgb.new_tensor([0.95047, 1.0, 1.08883])
    xyz = torch.einsum("ij,bj...->bi...", matrix / white[:, None], linear)
    f = torch.where(xyz > 0.008856, xyz.clamp_min(1e-6) ** (1 / 3), 7.787 * xyz + 16 / 116)
    x, y, z = f.unbind(1)
    return torch.stack([1.16 * y - 0.16, 5 * (x - y), 2 * (y - z)], 1)


def lab_loss(output: Tensor, target: Tensor) -> Tensor:
    """Mean absolute difference in CIE Lab; pictures `(B, 3, ...)`, sRGB-encoded [0, 1]."""
    return (to_lab(output) - to_lab(target)).abs().mean()


def total_variation(pictures: Tensor) -> Tensor:
    """Mean absolute difference of neighbouring pixels of `(B, C, H, W)` (anisotropic; Rudin, Osher and Fatemi 1992)."""
    return (pictures[..., 1:, :] - pictures[..., :-1, :]).abs().mean() + (
        pictures[..., 1:] - pictures[..., :-1]
    ).abs().mean()
