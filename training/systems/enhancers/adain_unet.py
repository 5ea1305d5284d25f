"""U-Net whose decoder is modulated by adaptive instance normalisation.

AdaIN after Huang & Belongie, "Arbitrary style transfer in real-time with adaptive instance normalization", ICCV 2017,
with scale and shift predicted from the style code as in StyleGAN (Karras et al., CVPR 2019). With a pyramid encoder
(pSp) every level of the decoder has a code of its own, the coarse one the deepest level; with one code per style all
levels share it. Skips are joined after the normalisation, which would otherwise take away how bright the photo is.
"""

import torch
from torch import Tensor, nn

from training.systems.enhancers.base import AdaIN
from training.systems.enhancers.unet_base import SLOPE, UNetEnhancer, convolution, doubled
from training.systems.style import Style


class AdaINUp(nn.Module):
    """One level up: `(B, 2c, h, w)`, the skip `(B, c, 2h, 2w)` and a code `(B, D)` to `(B, c, 2h, 2w)`."""

    def __init__(self, width: int, channels: int) -> None:
        super().__init__()
        self.narrow = nn.Conv2d(2 * channels, channels, 1)
        self.adain = AdaIN(width, channels)
        self.merge = convolution(2 * channels, channels)

    def forward(self, x: Tensor, skip: Tensor, code: Tensor) -> Tensor:
        styled = nn.functional.leaky_relu(self.adain(self.narrow(x), code), SLOPE)
        return self.merge(torch.cat([doubled(styled), skip], 1))


class AdaINUNetEnhancer(UNetEnhancer):
    """U-Net with AdaIN at every level of the decoder."""

    def __init__(self, width: int = 128, channels: int = 16) -> None:
        super().__init__(channels)
        self.ups = nn.ModuleList(AdaINUp(width, size) for size in self.down.channels[-2::-1])

    def decode(self, maps: list[Tensor], style: Style) -> Tensor:
        x = maps[-1]
        for level, (up, skip) in enumerate(zip(self.ups, maps[-2::-1], strict=True)):
            x = up(x, skip, style.code(level))
        return x
