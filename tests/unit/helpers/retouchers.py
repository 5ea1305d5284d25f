"""Learned retouchers that tests make: networks whose answer can be computed by hand."""

from collections.abc import Sequence
from pathlib import Path

import torch
from safetensors.torch import save_file


def identity_cube() -> torch.Tensor:
    """The LUT that changes nothing, `(3, 2, 2, 2)`, indexed by output channel, blue, green and red."""
    axis = torch.linspace(0, 1, 2)
    blue, green, red = torch.meshgrid(axis, axis, axis, indexing="ij")
    return torch.stack([red, green, blue])


def write_adaptive(path: Path, luts: torch.Tensor, mixed: torch.Tensor) -> None:
    """A network that mixes `luts (n, 3, 2, 2, 2)` by the numbers `mixed (n,)` whatever it sees."""
    widths = [3, 4, 4, 4, 4, 4]
    tensors = {"luts": luts}
    for number in range(5):
        tensors[f"conv{number}.weight"] = torch.zeros(widths[number + 1], widths[number], 3, 3)
        tensors[f"conv{number}.bias"] = torch.zeros(widths[number + 1])
    tensors["conv5.weight"], tensors["conv5.bias"] = torch.zeros(len(luts), 4, 8, 8), mixed
    save_file(tensors, path)


def write_retoucher(path: Path, gains: Sequence[float]) -> None:
    """A retoucher who multiplies the three channels by `gains`, clipped to [0, 1]."""
    cube = identity_cube() * torch.tensor(gains)[:, None, None, None]
    write_adaptive(path, cube[None], torch.ones(1))
