"""U-Net enhancers: one network with skip connections, into which a style enters in different ways.

All predict what to add to the photo (Ronneberger et al., MICCAI 2015). The last layer is zero at the start, so that the
photo stays as it is. The way down is not normalised: how bright a photo is, and in which colour, is what retouching
answers to.
"""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from pie_desktop.model.systems.enhancers.base import AdaIN, Enhancer, pad_to_multiple, zero_initialised
from pie_desktop.model.systems.style import StyleCode

DEPTH = 3  # halvings
FACTOR = 2**DEPTH
SLOPE = 0.2


def convolution(inputs: int, outputs: int, stride: int = 1) -> nn.Sequential:
    """A 3x3 convolution and a leaky ReLU."""
    return nn.Sequential(nn.Conv2d(inputs, outputs, 3, stride, 1), nn.LeakyReLU(SLOPE, inplace=True))


def doubled(x: Tensor) -> Tensor:
    """Features at twice the size."""
    return nn.functional.interpolate(x, scale_factor=2, mode="bilinear")


class Down(nn.Module):
    """Features at full, half, quarter and eighth size, of `c, 2c, 4c, 8c` channels."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.channels = [channels * 2**level for level in range(DEPTH + 1)]
        self.first = convolution(3, channels)
        self.levels = nn.ModuleList(
            nn.Sequential(convolution(size, 2 * size, 2), convolution(2 * size, 2 * size))
            for size in self.channels[:-1]
        )

    def forward(self, x: Tensor) -> list[Tensor]:
        maps = [self.first(x)]
        for level in self.levels:
            maps.append(level(maps[-1]))
        return maps


class Up(nn.Module):
    """One level up without any style: `(B, 2c, h, w)` and the skip `(B, c, 2h, 2w)` to `(B, c, 2h, 2w)`."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.narrow = nn.Conv2d(2 * channels, channels, 1)
        self.merge = convolution(2 * channels, channels)

    def forward(self, x: Tensor, skip: Tensor) -> Tensor:
        return self.merge(torch.cat([doubled(self.narrow(x)), skip], 1))


class UNetEnhancer(Enhancer):
    """A photo plus what `decode` makes of its features; any size, padded by reflection inside.

    Args:
        channels: at full resolution.
    """

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.down = Down(channels)
        self.head = zero_initialised(nn.Conv2d(channels, 3, 3, 1, 1))

    def decode(self, maps: list[Tensor], style: StyleCode) -> Tensor:
        """Features `(B, c, H, W)` from those of `Down`, full size first."""
        raise NotImplementedError

    def forward(self, photos: Tensor, style: StyleCode, source: Tensor | None = None) -> Tensor:
        height, width = photos.shape[-2:]
        x = pad_to_multiple(photos, FACTOR) - 0.5
        # few channels and many pixels: with the channels of a pixel side by side a step takes a quarter less time
        maps = self.down(x.contiguous(memory_format=torch.channels_last))
        return photos + self.head(self.decode(maps, style))[..., :height, :width]


class BottleneckEnhancer(UNetEnhancer):
    """A U-Net into which the style enters at the lowest resolution only, by `bottleneck`."""

    def __init__(self, channels: int) -> None:
        super().__init__(channels)
        self.ups = nn.ModuleList(Up(size) for size in self.down.channels[-2::-1])

    def bottleneck(self, x: Tensor, style: StyleCode) -> Tensor:
        """Features `(B, 8c, h, w)` in the style."""
        raise NotImplementedError

    def decode(self, maps: list[Tensor], style: StyleCode) -> Tensor:
        x = self.bottleneck(maps[-1], style)
        for up, skip in zip(self.ups, maps[-2::-1], strict=True):
            x = up(x, skip)
        return x


class AdaINUp(nn.Module):
    """One level up: `(B, 2c, h, w)`, the skip `(B, c, 2h, 2w)` and codes `(B, D)` to `(B, c, 2h, 2w)`.

    Args:
        width: D.
        channels: c.
        codes: that the level takes, one after the other, each after a convolution.
    """

    def __init__(self, width: int, channels: int, codes: int = 1) -> None:
        super().__init__()
        self.narrow = nn.Conv2d(2 * channels, channels, 1)
        self.adain = nn.ModuleList(AdaIN(width, channels) for _ in range(codes))
        self.between = nn.ModuleList(nn.Conv2d(channels, channels, 3, 1, 1) for _ in range(codes - 1))
        self.merge = convolution(2 * channels, channels)

    def forward(self, x: Tensor, skip: Tensor, codes: Sequence[Tensor]) -> Tensor:
        x = self.narrow(x)
        for number, (adain, code) in enumerate(zip(self.adain, codes, strict=True)):
            x = nn.functional.leaky_relu(adain(self.between[number - 1](x) if number else x, code), SLOPE)
        return self.merge(torch.cat([doubled(x), skip], 1))


class AdaINUNetEnhancer(UNetEnhancer):
    """U-Net with AdaIN at every level of the decoder.

    Huang & Belongie, "Arbitrary style transfer in real-time with adaptive instance normalization", ICCV 2017, with
    scale and shift predicted from the style code as in StyleGAN (Karras et al., CVPR 2019). With a pyramid encoder
    (pSp) every level of the decoder has codes of its own, the coarse ones the deepest level; with one code per style
    all levels share it. Skips are joined after the normalisation, which would otherwise take away how bright the photo
    is.

    Args:
        codes: of an encoder with a pyramid, a multiple of the three levels; the study's took two a level.
    """

    def __init__(self, width: int = 128, channels: int = 16, codes: int = DEPTH) -> None:
        super().__init__(channels)
        self.each = codes // DEPTH
        self.ups = nn.ModuleList(AdaINUp(width, size, self.each) for size in self.down.channels[-2::-1])

    def decode(self, maps: list[Tensor], style: StyleCode) -> Tensor:
        x = maps[-1]
        for level, (up, skip) in enumerate(zip(self.ups, maps[-2::-1], strict=True)):
            x = up(x, skip, [style.code(self.each * level + number) for number in range(self.each)])
        return x
