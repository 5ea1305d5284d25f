"""Styles of the study's systems: what an encoder reads from images, and what is kept of a user."""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor, var_mean


@dataclass
class StyleFeatures:
    """Features of B style images; B = U users * N references, folded into the batch.

    Attributes:
        vector: `(B, D)`, the style vector.
        levels: `(B, L, D)`, one code per level of the pyramid, coarse to fine; L = 1, the vector, without a pyramid.
        maps: `(B, C, h, w)`, the last feature map, for style attention.
    """

    vector: Tensor
    levels: Tensor
    maps: Tensor


@dataclass
class StyleCode:
    """The preference of U users, pooled over their N references.

    Attributes:
        vector: `(U, D)`.
        levels: `(U, L, D)`.
        maps: `(U, N, C, h, w)` of every reference, zero where it is not valid.
        valid: `(U, N)` bool.
    """

    vector: Tensor
    levels: Tensor
    maps: Tensor
    valid: Tensor

    def map(self, change: Callable[[Tensor], Tensor]) -> "StyleCode":
        """The same references with other vectors, codes and maps."""
        return StyleCode(change(self.vector), change(self.levels), change(self.maps), self.valid)

    def code(self, level: int) -> Tensor:
        """Codes `(U, D)` of a level, the coarsest being 0; the finest that there is serves for all beyond."""
        return self.levels[:, min(level, self.levels.shape[1] - 1)]

    def expand(self, queries: int) -> "StyleCode":
        """Every user repeated for Q photos: U * Q rows, the photos of one user next to each other."""
        return StyleCode(*(t.repeat_interleave(queries, 0) for t in (self.vector, self.levels, self.maps, self.valid)))


def masked_mean(values: Tensor, valid: Tensor) -> Tensor:
    """Mean `(U, ...)` of `(U, N, ...)` over the valid references; zero for a user without any.

    Chosen rather than multiplied by the mask: what an invalid reference holds, be it NaN, never counts.
    """
    chosen = torch.where(valid.reshape(*valid.shape, *(1,) * (values.ndim - 2)), values, 0.0)
    count = valid.sum(1).clamp_min(1)
    return chosen.sum(1) / count.reshape(-1, *(1,) * (values.ndim - 2))


def pool(features: StyleFeatures, valid: Tensor) -> StyleCode:
    """The style of U users from the features of their U * N references.

    Args:
        features: B = U * N rows, the references of one user next to each other.
        valid: `(U, N)` bool.
    """
    vector, levels, maps = (t.unflatten(0, valid.shape) for t in (features.vector, features.levels, features.maps))
    kept = torch.where(valid[:, :, None, None, None], maps, 0.0)
    return StyleCode(masked_mean(vector, valid), masked_mean(levels, valid), kept, valid)


EPSILON = 1e-5


def channel_statistics(x: Tensor) -> tuple[Tensor, Tensor]:
    """Mean and standard deviation `(B, C, 1, 1)` of every feature map of `(B, C, h, w)`, of a single pixel, too."""
    variance, mean = var_mean(x, (2, 3), correction=0, keepdim=True)
    return mean, (variance + EPSILON).sqrt()
