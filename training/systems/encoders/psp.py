"""pSp encoder: a feature pyramid whose levels each give a style code.

Richardson et al., "Encoding in style: a StyleGAN encoder for image-to-image translation" (pixel2style2pixel), CVPR
2021. The maps of a residual backbone are merged from coarse to fine into a pyramid (Lin et al., "Feature pyramid
networks", CVPR 2017), and a *map2style* block per level, convolutions of stride 2 down to one pixel, gives that level's
code. There the codes drive the layers of StyleGAN, here the levels of a decoder: coarse codes the deep ones, fine codes
the shallow.
"""

import math

import torch
from torch import Tensor, nn

from training.systems.encoders.base import StyleEncoder
from training.systems.encoders.trunk import ResNetTrunk
from training.systems.style import StyleFeatures

NOMINAL_SIDE = 64  # px; map2style blocks reach one pixel at this side, and average what is left of larger pictures


def map2style(width: int, side: int) -> nn.Sequential:
    """From a pyramid level `(B, D, s, s)` to its code `(B, D)`: one convolution of stride 2 per halving of `side`."""
    layers: list[nn.Module] = []
    for _ in range(math.ceil(math.log2(side))):
        layers += [nn.Conv2d(width, width, 3, 2, 1), nn.LeakyReLU(0.01)]
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(width, width), nn.LayerNorm(width))


class PspEncoder(StyleEncoder):
    """Three codes `(B, 3, D)` per image, coarse to fine, and their projection as the style vector."""

    def __init__(self, width: int = 128, channels: int = 32, paired: bool = False) -> None:
        super().__init__(width, 3, 4 * channels, paired)
        self.trunk = ResNetTrunk(6 if paired else 3, channels)
        coarse_to_fine = self.trunk.channels[::-1]
        self.lateral = nn.ModuleList(nn.Conv2d(size, width, 1) for size in coarse_to_fine)
        self.map2style = nn.ModuleList(map2style(width, NOMINAL_SIDE // stride) for stride in (16, 8, 4))
        self.head = nn.Sequential(nn.Linear(3 * width, width), nn.LayerNorm(width))

    def forward(self, after: Tensor, before: Tensor | None = None) -> StyleFeatures:
        maps = self.trunk(self.picture(after, before))[::-1]
        merged: Tensor | None = None
        codes = []
        for level, lateral, code in zip(maps, self.lateral, self.map2style, strict=True):
            flat = lateral(level)
            if merged is not None:
                flat = flat + nn.functional.interpolate(merged, size=flat.shape[-2:], mode="bilinear")
            merged = flat
            codes.append(code(flat))
        return StyleFeatures(self.head(torch.cat(codes, 1)), torch.stack(codes, 1), maps[0])
