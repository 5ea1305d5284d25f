"""Low-rank adapters: in fine-tuning only small additions to the matrices of a network learn.

Hu et al., LoRA: Low-Rank Adaptation of Large Language Models, 2021. A few dozen edits determine few numbers: an
addition of rank r to a matrix has r (rows + columns) of them instead of rows x columns, and where it begins at zero
the network answers as before. At the end the additions are put into the matrices: a bundle has none.
"""

import math
from collections.abc import Iterator

import torch
from torch import Tensor, nn
from torch.nn.utils import parametrize

from pie_desktop.model.network import PreferenceNetwork


class LowRankAddition(nn.Module):
    """A matrix and an addition of low rank, which is zero at first.

    Args:
        matrix: `(rows, columns)`, for its size and device.
        rank: of the addition.
    """

    def __init__(self, matrix: Tensor, rank: int) -> None:
        super().__init__()
        rows, columns = matrix.shape
        self.down = nn.Parameter(torch.randn(rank, columns).to(matrix) / math.sqrt(columns))
        self.up = nn.Parameter(matrix.new_zeros(rows, rank))

    def forward(self, matrix: Tensor) -> Tensor:
        return matrix + self.up @ self.down


def with_adapters(network: PreferenceNetwork, rank: int, seed: int) -> PreferenceNetwork:
    """The network, changed in place: nothing in it learns any more but additions to its matrices.

    Args:
        network: of encoder and enhancer every linear layer and attention gets additions.
        rank: of the additions; matrices with fewer rows or columns than twice that are left alone.
        seed: of the numbers that they begin with.
    """
    network.requires_grad_(False)
    with torch.random.fork_rng(devices=()):
        torch.manual_seed(seed)
        for module, name in list(_matrices(network)):
            matrix = getattr(module, name)
            if min(matrix.shape) >= 2 * rank:
                parametrize.register_parametrization(module, name, LowRankAddition(matrix, rank))
    return network


def without_adapters(network: PreferenceNetwork) -> None:
    """Put the additions into the matrices, in place; a network without any stays as it is."""
    for module in list(network.modules()):
        if parametrize.is_parametrized(module):
            assert isinstance(module.parametrizations, nn.ModuleDict)
            for name in list(module.parametrizations):
                parametrize.remove_parametrizations(module, name, leave_parametrized=True)


def _matrices(network: PreferenceNetwork) -> Iterator[tuple[nn.Module, str]]:
    for part in (network.encoder, network.enhancer):
        for module in part.modules():
            if isinstance(module, nn.MultiheadAttention):
                yield module, "in_proj_weight"
            elif isinstance(module, nn.Linear):
                yield module, "weight"
