"""U-Net enhancers with attention at the bottleneck: within the photo, or from the photo to its references."""

import torch
from torch import Tensor, nn

from pie_desktop.model.systems.enhancers.base import AdaIN
from pie_desktop.model.systems.enhancers.unet import BottleneckEnhancer
from pie_desktop.model.systems.style import StyleCode

MOST_SIDE = 16


class AttentionBlock(nn.Module):
    """Self-attention and an MLP over `(B, C, h, w)`, each after AdaIN and added to what it read."""

    def __init__(self, width: int, channels: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.norm_attention, self.norm_mlp = AdaIN(width, channels), AdaIN(width, channels)
        self.qkv, self.out = nn.Conv2d(channels, 3 * channels, 1), nn.Conv2d(channels, channels, 1)
        self.mlp = nn.Sequential(nn.Conv2d(channels, 2 * channels, 1), nn.GELU(), nn.Conv2d(2 * channels, channels, 1))

    def forward(self, x: Tensor, code: Tensor) -> Tensor:
        # (B, 3C, h, w) -> three of (B, heads, places, C / heads)
        q, k, v = self.qkv(self.norm_attention(x, code)).flatten(2).unflatten(1, (3, self.heads, -1)).mT.unbind(1)
        read = nn.functional.scaled_dot_product_attention(q, k, v)
        x = x + self.out(read.mT.reshape(x.shape))
        return x + self.mlp(self.norm_mlp(x, code))


class AttentionEnhancer(BottleneckEnhancer):
    """U-Net with AdaIN-modulated self-attention at the bottleneck.

    Transformer blocks (Vaswani et al., NeurIPS 2017), so that every place of the photo sees all others, with AdaIN
    (Huang & Belongie, ICCV 2017) where a transformer normalises: the style decides what it reads. Attention costs the
    square of its places; larger photos are averaged to at most 16 x 16 of them, and what the blocks change is scaled up
    again.
    """

    def __init__(self, width: int = 128, channels: int = 16, blocks: int = 2, heads: int = 4) -> None:
        super().__init__(channels)
        self.blocks = nn.ModuleList(AttentionBlock(width, 8 * channels, heads) for _ in range(blocks))

    def bottleneck(self, x: Tensor, style: StyleCode) -> Tensor:
        height, width = x.shape[-2:]
        small = nn.functional.adaptive_avg_pool2d(x, (min(height, MOST_SIDE), min(width, MOST_SIDE)))
        y = small
        for number, block in enumerate(self.blocks):
            y = block(y, style.code(number))
        return x + nn.functional.interpolate(y - small, size=(height, width), mode="bilinear")


def channel_attention(q: Tensor, k: Tensor, v: Tensor, temperature: Tensor, valid: Tensor) -> Tensor:
    """Attention of channels to the channels of all valid references.

    Args:
        q: `(B, heads, C, M)` of the photo at M places.
        k, v: `(B, N, heads, C, M)` of the references.
        temperature: `(heads,)`, multiplies cosines.
        valid: `(B, N)` bool.

    Returns:
        `(B, heads, C, M)`; zero for a row without a valid reference.
    """
    channels = q.shape[2]
    q, k = nn.functional.normalize(q, dim=-1), nn.functional.normalize(k, dim=-1)
    keys, values = (t.transpose(1, 2).flatten(2, 3) for t in (k, v))  # (B, heads, N * C, M)
    known = valid.repeat_interleave(channels, 1)[:, None, None]
    scores = (q @ keys.mT * temperature[:, None, None]).masked_fill(~known, -torch.inf)
    # a row without any reference would be a softmax over nothing
    share = torch.where(known.any(-1, keepdim=True), scores, 0.0).softmax(-1)
    return torch.where(known, share, 0.0) @ values


class Projection(nn.Sequential):
    """A 1x1 convolution that mixes channels, then a 3x3 one of each channel alone, as in Restormer."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__(nn.Conv2d(inputs, outputs, 1), nn.Conv2d(outputs, outputs, 3, 1, 1, groups=outputs))


class GatedFeedForward(nn.Module):
    """Restormer's gated feed-forward network: one half of the channels lets the other pass."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.widen, self.out = Projection(channels, 4 * channels), nn.Conv2d(2 * channels, channels, 1)

    def forward(self, x: Tensor) -> Tensor:
        gate, passed = self.widen(x).chunk(2, 1)
        return self.out(nn.functional.gelu(gate) * passed)


class StyleAttentionBlock(nn.Module):
    """Photo features `(B, C, h, w)` and style maps `(B, N, E, s, s)` to `(B, C, h, w)`."""

    def __init__(self, channels: int, map_channels: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.norm, self.norm_maps, self.norm_mlp = (nn.GroupNorm(1, c) for c in (channels, map_channels, channels))
        self.query, self.key_value = Projection(channels, channels), Projection(map_channels, 2 * channels)
        self.temperature = nn.Parameter(torch.ones(heads))
        self.out = nn.Conv2d(channels, channels, 1)
        self.mlp = GatedFeedForward(channels)

    def forward(self, x: Tensor, maps: Tensor, valid: Tensor) -> Tensor:
        rows, references = valid.shape
        size = (maps.shape[-2], maps.shape[-1])
        # channels are compared place by place, so the photo is brought to the places of the style maps
        q = nn.functional.adaptive_avg_pool2d(self.query(self.norm(x)), size)
        kv = self.key_value(self.norm_maps(maps.flatten(0, 1))).flatten(2)
        k, v = kv.unflatten(0, (rows, references)).unflatten(2, (2, self.heads, -1)).unbind(2)
        read = channel_attention(q.flatten(2).unflatten(1, (self.heads, -1)), k, v, self.temperature, valid)
        read = self.out(read.flatten(1, 2).unflatten(2, size))
        x = x + nn.functional.interpolate(read, size=x.shape[-2:], mode="bilinear")
        return x + self.mlp(self.norm_mlp(x))


class StyleAttentionEnhancer(BottleneckEnhancer):
    """U-Net whose bottleneck attends to the references' feature maps.

    Transposed attention after Restormer (Zamir et al., CVPR 2022): queries and keys are compared over places instead of
    over channels, so that the attention matrix is of channels by channels, with a learned temperature per head and
    queries and keys of unit length. Queries come from the photo, keys and values from the last feature maps of all N
    references, whose channels stand side by side: a channel of the photo chooses among N * C channels. Neither the
    number of references nor their order is built in, and no mean over references blurs them. It is a redesign of the
    study's own block, which swaps the roles of keys and queries; that one is `SABlockEnhancer`.
    """

    def __init__(self, map_channels: int = 128, channels: int = 16, blocks: int = 2, heads: int = 4) -> None:
        super().__init__(channels)
        self.blocks = nn.ModuleList(StyleAttentionBlock(8 * channels, map_channels, heads) for _ in range(blocks))

    def bottleneck(self, x: Tensor, style: StyleCode) -> Tensor:
        for block in self.blocks:
            x = block(x, style.maps, style.valid)
        return x
