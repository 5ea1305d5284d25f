"""StarEnhancer's curve enhancer with dual AdaIN mapping.

Song, Qian & Du, "StarEnhancer: Learning real-time and style-aware image enhancement", ICCV 2021. A small *curve
encoder* looks at the down-scaled photo and predicts tone curves, so that full resolution costs an interpolation per
pixel. Its feature maps are modulated by two styles: one affine from the *source* style (what the photo looks like now)
and one from the *target* style. Two mapping networks turn the style vectors into what these affines are read from.

Two choices are this project's. Features are not normalised before the affines: the mean of a small image's feature map
shows its exposure, to which the curves have to answer. And every output channel is the photo's own plus three curves,
one of each input channel, since with one curve per channel no photo becomes more or less saturated.

The last layer is zero at the start: so is every curve, and the photo stays as it is.
"""

from itertools import pairwise

import torch
from torch import Tensor, nn

from training.systems.enhancers.base import Enhancer, shrink, zero_initialised
from training.systems.style import StyleCode

LOOK_SIDE = 64  # px, what the curve encoder sees


def apply_curves(photos: Tensor, curves: Tensor) -> Tensor:
    """Piecewise linear curves of every channel, summed.

    Args:
        photos: `(B, I, H, W)`; values outside [0, 1] get the value at the end.
        curves: `(B, O, I, K)` values at K even knots from 0 to 1 of output channel O by input channel I.

    Returns:
        `(B, O, H, W)`.
    """
    knots = curves.shape[-1]
    position = photos.flatten(2).clamp(0, 1) * (knots - 1)
    low = position.detach().floor().clamp_max(knots - 2)
    part = (position - low)[:, None]  # (B, 1, I, M)
    index = low.long()[:, None].expand(-1, curves.shape[1], -1, -1)
    left, right = curves.gather(3, index), curves.gather(3, index + 1)
    return (left + part * (right - left)).sum(2).unflatten(2, photos.shape[2:])


class DualAffine(nn.Module):
    """Channel-wise affine of feature maps by the source style, then by the target style."""

    def __init__(self, width: int, channels: int) -> None:
        super().__init__()
        self.source, self.target = nn.Linear(width, 2 * channels), nn.Linear(width, 2 * channels)

    def forward(self, x: Tensor, source: Tensor, target: Tensor) -> Tensor:
        for affine, code in ((self.source, source), (self.target, target)):
            scale, shift = affine(code)[:, :, None, None].chunk(2, 1)
            x = x * (1 + scale) + shift
        return x


def mapping_network(width: int) -> nn.Sequential:
    """Two layers between a style vector and what modulates features."""
    return nn.Sequential(nn.Linear(width, width), nn.ReLU(), nn.Linear(width, width), nn.ReLU())


class CurveEnhancer(Enhancer):
    """Curves from the photo at 64 px, modulated by source and target style; any size.

    Args:
        width: D of the style vectors.
        channels: of the first of five layers; they double up to eight times that.
        knots: K of every curve.
    """

    wants_source = True

    def __init__(self, width: int = 128, channels: int = 16, knots: int = 32) -> None:
        super().__init__()
        self.knots = knots
        sizes = [3, *(channels * factor for factor in (1, 2, 4, 8, 8))]
        self.convolutions = nn.ModuleList(nn.Conv2d(a, b, 3, 2, 1) for a, b in pairwise(sizes))
        self.affines = nn.ModuleList(DualAffine(width, size) for size in sizes[1:])
        self.map_source, self.map_target = mapping_network(width), mapping_network(width)
        self.head = zero_initialised(nn.Linear(2 * sizes[-1], 9 * knots))

    def curves(self, photos: Tensor, target: Tensor, source: Tensor) -> Tensor:
        """Curves `(B, 3, 3, K)` of photos for target and source style vectors `(B, D)`."""
        x = shrink(photos, LOOK_SIDE) - 0.5
        source, target = self.map_source(source), self.map_target(target)
        for convolution, affine in zip(self.convolutions, self.affines, strict=True):
            x = nn.functional.leaky_relu(affine(convolution(x), source, target), 0.2)
        features = torch.cat([x.mean((2, 3)), x.amax((2, 3))], 1)
        return self.head(features).unflatten(1, (3, 3, self.knots))

    def forward(self, photos: Tensor, style: StyleCode, source: Tensor | None = None) -> Tensor:
        if source is None:
            raise ValueError("The curve enhancer needs the style of the photo itself.")
        return photos + apply_curves(photos, self.curves(photos, style.vector, source))
