"""Style encoders: networks that read a style vector, or one code per level, from images.

All share one residual trunk, `ResNetTrunk`. They are sized for 64 to 128 px images on a CPU, since a style needs
colour, not detail.
"""

import math

import torch
from torch import Tensor, nn

from pie_desktop.model.systems.resnet import ResNetTrunk
from pie_desktop.model.systems.style import StyleFeatures, channel_statistics

NEEDS_PAIRS = "This system looks at pairs: every reference needs its original."


class StyleEncoder(nn.Module):
    """Base of the style encoders.

    Attributes:
        width: D of the style vector.
        levels: L, style codes per image.
        map_channels: C of the last feature map.
        paired: looks at before and after, stacked to six channels.
    """

    def __init__(self, width: int, levels: int, map_channels: int, paired: bool) -> None:
        super().__init__()
        self.width, self.levels, self.map_channels, self.paired = width, levels, map_channels, paired

    def image(self, after: Tensor, before: Tensor | None) -> Tensor:
        """Images in [0, 1] to the network's input `(B, 3 or 6, P, P)` in [-1, 1].

        Raises:
            ValueError: this encoder looks at pairs, and there are no originals.
        """
        if not self.paired:
            return 2 * after - 1
        if before is None:
            raise ValueError(NEEDS_PAIRS)
        return 2 * torch.cat([before, after], 1) - 1

    def forward(self, after: Tensor, before: Tensor | None = None) -> StyleFeatures:
        """Features of style images.

        Args:
            after: `(B, 3, P, P)` retouched images, sRGB-encoded in [0, 1].
            before: their originals, or None; read by a paired encoder only.

        Raises:
            ValueError: originals are needed and missing.
        """
        raise NotImplementedError


NOMINAL_SIDE = 64  # px; map2style blocks reach one pixel at this side, and average what is left of larger images


def map2style(channels: int, width: int, side: int) -> nn.Sequential:
    """From a pyramid level `(B, C, s, s)` to its code `(B, D)`: one convolution of stride 2 per halving of `side`."""
    layers: list[nn.Module] = []
    for _ in range(math.ceil(math.log2(side))):
        layers += [nn.Conv2d(channels, channels, 3, 2, 1), nn.LeakyReLU(0.01)]
    head = nn.Linear(channels, width)
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), head, nn.LayerNorm(width))


PYRAMID = 3  # levels of the pyramid


class PspEncoder(StyleEncoder):
    """Codes `(B, L, D)` of an image, coarse to fine, and their projection as the style vector.

    Richardson et al., "Encoding in style: a StyleGAN encoder for image-to-image translation" (pixel2style2pixel), CVPR
    2021. The maps of the trunk are merged from coarse to fine into a pyramid (Lin et al., "Feature pyramid networks",
    CVPR 2017), and *map2style* blocks, one for each code, give the codes of a level. There 18 codes drive the layers of
    StyleGAN, here as many of each level as `codes` says drive the levels of a decoder: coarse codes the deep ones, fine
    codes the shallow.

    Args:
        codes: L, a multiple of the three levels of the pyramid.
    """

    def __init__(self, width: int = 128, channels: int = 32, paired: bool = False, codes: int = PYRAMID) -> None:
        super().__init__(width, codes, 4 * channels, paired)
        self.trunk = ResNetTrunk(6 if paired else 3, channels)
        coarse_to_fine = self.trunk.channels[::-1]
        # the pyramid is as wide as the trunk's last maps: most of the work is its convolutions
        self.lateral = nn.ModuleList(nn.Conv2d(size, self.map_channels, 1) for size in coarse_to_fine)
        each = codes // PYRAMID
        self.map2style = nn.ModuleList(
            map2style(self.map_channels, width, NOMINAL_SIDE // stride) for stride in (16, 8, 4) for _ in range(each)
        )
        self.head = nn.Sequential(nn.Linear(codes * width, width), nn.LayerNorm(width))

    def forward(self, after: Tensor, before: Tensor | None = None) -> StyleFeatures:
        maps = self.trunk(self.image(after, before))[::-1]
        merged: Tensor | None = None
        codes = []
        each = len(self.map2style) // PYRAMID
        for number, (level, lateral) in enumerate(zip(maps, self.lateral, strict=True)):
            flat = lateral(level)
            if merged is not None:
                flat = flat + nn.functional.interpolate(merged, size=flat.shape[-2:], mode="bilinear")
            merged = flat
            codes += [code(flat) for code in self.map2style[number * each : (number + 1) * each]]
        return StyleFeatures(self.head(torch.cat(codes, 1)), torch.stack(codes, 1), maps[0])


class ResNetEncoder(StyleEncoder):
    """One style vector `(B, D)` per image.

    The vector is read from the mean and the deviation of the feature maps of all stages, which is what Huang & Belongie
    (ICCV 2017) take for the style of an image; no system of the literature does it so.
    """

    def __init__(self, width: int = 128, channels: int = 32, paired: bool = False) -> None:
        super().__init__(width, 1, 4 * channels, paired)
        self.trunk = ResNetTrunk(6 if paired else 3, channels)
        self.head = nn.Sequential(nn.Linear(2 * sum(self.trunk.channels), width), nn.LayerNorm(width))

    def forward(self, after: Tensor, before: Tensor | None = None) -> StyleFeatures:
        maps = self.trunk(self.image(after, before))
        statistics = [value.flatten(1) for level in maps for value in channel_statistics(level)]
        vector = self.head(torch.cat(statistics, 1))
        return StyleFeatures(vector, vector[:, None], maps[-1])


class ResNet18Encoder(StyleEncoder):
    """ResNet-18 as PieNet embeds retouched photos: the mean of its last maps, of unit length.

    Kim, Koh & Kim, ECCV 2020. With 64 channels at the first stage these are the paper's 512 dimensions; where the width
    is another one than that of the last stage, a linear layer stands between.

    Args:
        maximum: add the maxima of the last maps to their means, and let a linear layer follow in any case, as
            StarEnhancer's style encoder does (Song, Qian & Du, ICCV 2021).
    """

    def __init__(self, width: int = 128, channels: int = 16, paired: bool = False, maximum: bool = False) -> None:
        super().__init__(width, 1, 8 * channels, paired)
        self.trunk = ResNetTrunk(6 if paired else 3, channels, stages=4)
        self.maximum = maximum
        plain = self.map_channels == width and not maximum
        self.head: nn.Module = nn.Identity() if plain else nn.Linear(self.map_channels, width)

    def read(self, images: Tensor) -> tuple[Tensor, Tensor]:
        """Vectors `(B, D)` of any length, and the last maps `(B, 8c, h, w)`, of images in [-1, 1]."""
        last = self.trunk(images)[-1]
        pooled = last.mean((2, 3))
        return self.head(pooled + last.amax((2, 3)) if self.maximum else pooled), last

    def forward(self, after: Tensor, before: Tensor | None = None) -> StyleFeatures:
        vector, maps = self.read(self.image(after, before))
        vector = nn.functional.normalize(vector, dim=1)
        return StyleFeatures(vector, vector[:, None], maps)


class DifferenceEncoder(ResNet18Encoder):
    """The style of a pair as Masked Style Modeling has it: f(after) - f(before), with one ResNet-18 f for both.

    Kosugi & Yamasaki, IEEE TCSVT 2023. A photo that was left as it is has the style 0.
    """

    def __init__(self, width: int = 128, channels: int = 16) -> None:
        super().__init__(width, channels)
        self.paired = True

    def forward(self, after: Tensor, before: Tensor | None = None) -> StyleFeatures:
        if before is None:
            raise ValueError(NEEDS_PAIRS)
        vectors, maps = self.read(2 * torch.cat([after, before]) - 1)
        first, second = vectors.chunk(2)
        return StyleFeatures(first - second, (first - second)[:, None], maps[: len(after)])


class ContentEncoder(nn.Module):
    """What a photo shows, `(B, D)`: the last maps of a ResNet-18 in 2 x 2 places, as in Masked Style Modeling."""

    PLACES = 2

    def __init__(self, width: int = 128, channels: int = 16) -> None:
        super().__init__()
        self.trunk = ResNetTrunk(3, channels, stages=4)
        self.narrow = nn.Conv2d(8 * channels, width // self.PLACES**2, 1, bias=False)

    def forward(self, photos: Tensor) -> Tensor:
        """Codes of photos `(B, 3, P, P)` in [0, 1]."""
        last = nn.functional.adaptive_avg_pool2d(self.trunk(2 * photos - 1)[-1], self.PLACES)
        return self.narrow(last).flatten(1)
