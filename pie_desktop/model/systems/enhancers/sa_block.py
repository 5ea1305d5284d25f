"""The study's own attention from a photo to its style images, in the order of operations of the study's log.

The study's public code was read for shapes and order; what is here is written anew. Its block has one head for each of
N style images, so that a system of it takes exactly N of them, and depends on their order: head n has weights of its
own. `pie_desktop.model.systems.enhancers.attention.StyleAttentionEnhancer` is a redesign of it without either.
"""

import torch
from torch import Tensor, nn

from pie_desktop.model.systems.enhancers.unet import BottleneckEnhancer
from pie_desktop.model.systems.style import StyleCode


class SABlock(nn.Module):
    """Photo features `(B, C, h, w)` and style maps `(B, N, C, h, w)` at the same places to `(B, C, h, w)`.

    Queries come from the photo by a linear layer, keys and values from the style maps by 1x1 convolutions in N groups,
    one a map; each head compares the channels of its map with those of the photo over all places.

    Args:
        channels: C, a multiple of N.
        images: N.
    """

    def __init__(self, channels: int, images: int) -> None:
        super().__init__()
        if channels % images:
            raise ValueError(f"{channels} channels cannot be divided among {images} style images.")
        self.images = images
        self.to_q = nn.Linear(channels, channels, bias=False)
        self.to_k = nn.Conv2d(images * channels, channels, 1, groups=images, bias=False)
        self.to_v = nn.Conv2d(images * channels, channels, 1, groups=images, bias=False)
        self.rescale = nn.Parameter(torch.ones(images, 1, 1))
        self.out = nn.Linear(channels, channels)

    def forward(self, x: Tensor, maps: Tensor) -> Tensor:
        queries = self.to_q(x.flatten(2).mT)  # (B, M, C) with M = h * w places
        q = queries.mT.unflatten(1, (self.images, -1))  # (B, N, C / N, M)
        folded = maps.flatten(1, 2)
        k, v = (layer(folded).flatten(2).unflatten(1, (self.images, -1)) for layer in (self.to_k, self.to_v))
        q, k = nn.functional.normalize(q, dim=-1), nn.functional.normalize(k, dim=-1)
        share = (self.rescale * (k @ q.mT)).softmax(-1)  # over the channels of the photo
        read = (share @ v).flatten(1, 2).mT + queries
        return (self.out(read) + queries).mT.unflatten(2, x.shape[-2:])


def exactly(maps: Tensor, valid: Tensor, images: int) -> Tensor:
    """N style maps `(B, N, ...)` of `(B, R, ...)` references: the valid ones in turn, again from the first where there
    are too few; of more than N the first ones. Zero for a row without any."""
    order = valid.to(torch.int8).argsort(stable=True, dim=1, descending=True)  # the valid ones first, in their order
    count = valid.sum(1, keepdim=True)
    place = torch.arange(images, device=maps.device) % count.clamp_min(1)
    chosen = maps[torch.arange(len(maps), device=maps.device)[:, None], order.gather(1, place)]
    return torch.where((count > 0).reshape(-1, *(1,) * (maps.ndim - 1)), chosen, 0.0)


class SABlockEnhancer(BottleneckEnhancer):
    """U-Net whose bottleneck reads from exactly N style images by two `SABlock`s.

    Args:
        map_channels: of the encoder's last maps.
        channels: of the U-Net at full resolution; the bottleneck has eight times as many.
        images: N, a divisor of these.
    """

    def __init__(self, map_channels: int, channels: int, images: int = 4, blocks: int = 2) -> None:
        super().__init__(channels)
        self.images = images
        self.adapt = nn.Conv2d(map_channels, 8 * channels, 1)
        self.blocks = nn.ModuleList(SABlock(8 * channels, images) for _ in range(blocks))

    def bottleneck(self, x: Tensor, style: StyleCode) -> Tensor:
        maps = exactly(style.maps, style.valid, self.images)
        maps = self.adapt(nn.functional.interpolate(maps.flatten(0, 1), size=x.shape[-2:], mode="bilinear"))
        maps = maps.unflatten(0, (len(x), self.images))
        for block in self.blocks:
            x = block(x, maps)
        return x
