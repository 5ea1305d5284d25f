"""Attention + AdaIN: self-attention over the photo's low-resolution features, modulated by the style.

Transformer blocks (Vaswani et al., NeurIPS 2017) at the bottleneck of a U-Net, so that every place of the photo sees
all others, with AdaIN (Huang & Belongie, ICCV 2017) where a transformer normalises: the style decides what it reads.
Attention costs the square of its places; larger photos are averaged to at most 16 x 16 of them, and what the blocks
change is scaled up again.
"""

from torch import Tensor, nn

from training.systems.enhancers.base import AdaIN
from training.systems.enhancers.unet_base import BottleneckEnhancer
from training.systems.style import Style

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
    """U-Net with AdaIN-modulated self-attention at the bottleneck."""

    def __init__(self, width: int = 128, channels: int = 16, blocks: int = 2, heads: int = 4) -> None:
        super().__init__(channels)
        self.blocks = nn.ModuleList(AttentionBlock(width, 8 * channels, heads) for _ in range(blocks))

    def bottleneck(self, x: Tensor, style: Style) -> Tensor:
        height, width = x.shape[-2:]
        small = nn.functional.adaptive_avg_pool2d(x, (min(height, MOST_SIDE), min(width, MOST_SIDE)))
        y = small
        for number, block in enumerate(self.blocks):
            y = block(y, style.code(number))
        return x + nn.functional.interpolate(y - small, size=(height, width), mode="bilinear")
