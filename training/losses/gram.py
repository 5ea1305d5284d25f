"""Differences of style statistics: Gram matrices of feature maps."""

import torch
from torch import Tensor, nn

SCALE = 100.0  # brings the loss of visibly different pictures near 1


def gram_matrix(features: Tensor) -> Tensor:
    """Gram matrices `(B, C, C)` of maps `(B, C, H, W)`, divided by `C * H * W` (Gatys, Ecker and Bethge 2016)."""
    flat = features.flatten(2)
    return flat @ flat.mT / (flat.shape[1] * flat.shape[2])


class GramLoss(nn.Module):
    """Squared distance of Gram matrices under fixed random filters.

    A single layer of random filters describes texture and colour statistics about as well as a trained network
    (Ustyuzhaninov et al., Texture synthesis using shallow convolutional networks with random filters, 2016), needs no
    weights of unclear licence, and is cheap.
    """

    filters: Tensor

    def __init__(self, filters: int = 32, size: int = 5, seed: int = 0) -> None:
        super().__init__()
        generator = torch.Generator().manual_seed(seed)
        self.register_buffer(
            "filters", torch.randn(filters, 3, size, size, generator=generator) / (3 * size * size) ** 0.5
        )

    def grams(self, pictures: Tensor) -> Tensor:
        """Gram matrices `(B, F, F)` of pictures `(B, 3, H, W)`, sRGB-encoded [0, 1]."""
        return gram_matrix(nn.functional.conv2d(pictures - 0.5, self.filters).relu())

    def forward(self, output: Tensor, target: Tensor) -> Tensor:
        """Pictures `(B, 3, H, W)`, sRGB-encoded [0, 1]; a scalar."""
        return ((self.grams(output) - self.grams(target)) ** 2).sum((1, 2)).mean() * SCALE


class StyleGramLoss(GramLoss):
    """Squared distance of each picture's Gram matrix to the mean one of a batch of pictures of its style.

    The style term of Gatys, Ecker and Bethge (Image style transfer using convolutional neural networks, 2016), with N
    style pictures instead of one: what they have in common counts, not what one of them happens to show.
    """

    def forward(self, output: Tensor, styles: Tensor, valid: Tensor | None = None) -> Tensor:
        """The scalar loss; pictures without a valid style picture add nothing.

        Args:
            output: `(B, 3, H, W)`, sRGB-encoded [0, 1].
            styles: `(B, N, 3, h, w)` pictures of the style, of any size: a Gram matrix is a mean over places.
            valid: `(B, N)` bool, which style pictures are there; all where None.
        """
        batch, count = styles.shape[:2]
        weights = styles.new_ones(batch, count) if valid is None else valid.to(styles.dtype)
        grams = self.grams(styles.flatten(0, 1)).unflatten(0, (batch, count))
        total = weights.sum(1)
        wanted = torch.einsum("bn,bnij->bij", weights, grams) / total.clamp_min(1)[:, None, None]
        distance = ((self.grams(output) - wanted) ** 2).sum((1, 2))
        known = (total > 0).to(distance.dtype)
        return (distance * known).sum() / known.sum().clamp_min(1) * SCALE
