"""StarEnhancer as its authors published it, at its own size, for those who have its weights.

Song, Qian & Du, "StarEnhancer: Learning real-time and style-aware image enhancement", ICCV 2021. Written anew after the
paper and the public code (its *slim* enhancer, which the published weights are of). It differs from the study's
`CurveEnhancer`: residual blocks have single shifts before and after activations and one scale (fixup initialisation;
Zhang, Dauphin & Ma, ICLR 2019), curves are bicubic through 64 knots, and the photo looks them up at 256 levels.
"""

import torch
from torch import Tensor, nn

from pie_desktop.model.systems.enhancers.base import PixelwiseEnhancer, zero_initialised
from pie_desktop.model.systems.enhancers.curves import MappingNetwork, Statistics, dual_adain
from pie_desktop.model.systems.style import StyleCode, StyleFeatures
from pie_desktop.model.systems.style_encoders import StyleEncoder

WIDTH = 512  # of style vectors
LOOK = 224  # px, what both networks look at
CHANNELS = (64, 128, 256, 512)
KNOTS, LEVELS = 64, 256


class FixupBlock(nn.Module):
    """Two convolutions without normalisation; single learned numbers shift what goes into every layer."""

    def __init__(self, inputs: int, outputs: int, stride: int) -> None:
        super().__init__()
        self.shifts = nn.ParameterList(nn.Parameter(torch.zeros(1)) for _ in range(4))
        self.activations = nn.ModuleList([nn.PReLU(), nn.PReLU()])
        self.first = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)
        self.second = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False)
        self.scale = nn.Parameter(torch.ones(1))
        widens = stride > 1 or inputs != outputs
        self.shortcut = nn.Conv2d(inputs, outputs, 1, stride, bias=False) if widens else None
        nn.init.zeros_(self.second.weight)

    def forward(self, x: Tensor, source: Statistics | None = None, target: Statistics | None = None) -> Tensor:
        """Maps `(B, C, h, w)`; with the statistics of two styles, they are taken from one to the other between."""
        active = self.activations[0](x + self.shifts[0])
        beside = x if self.shortcut is None else self.shortcut(active)
        found = self.first(active + self.shifts[1])
        if source is not None and target is not None:
            found = dual_adain(found, source, target)
        found = self.second(self.activations[1](found + self.shifts[2]) + self.shifts[3])
        shifted: Tensor = found * self.scale + beside
        return shifted


class FixupTrunk(nn.Module):
    """A stem of stride 4 and four stages of blocks; the last stage may be modulated by two styles."""

    def __init__(self, blocks: int) -> None:
        super().__init__()
        self.stem = nn.Conv2d(3, CHANNELS[0], 7, 2, 3, bias=False)
        self.shift, self.activation = nn.Parameter(torch.zeros(1)), nn.PReLU()
        before = (CHANNELS[0], *CHANNELS)
        self.stages = nn.ModuleList(
            nn.ModuleList(
                FixupBlock(channels if number else before[stage], channels, 2 if stage and not number else 1)
                for number in range(blocks)
            )
            for stage, channels in enumerate(CHANNELS)
        )

    def forward(
        self, x: Tensor, source: list[Statistics] | None = None, target: list[Statistics] | None = None
    ) -> Tensor:
        """The last maps `(B, 512, h, w)` of images `(B, 3, P, P)` in [0, 1]."""
        x = nn.functional.max_pool2d(self.activation(self.stem(x) + self.shift), 3, 2, 1)
        *plain, last = self.stages
        for stage in plain:
            for block in stage:  # type: ignore[attr-defined]
                x = block(x)
        for number, block in enumerate(last):  # type: ignore[arg-type]
            styles = () if source is None or target is None else (source[number], target[number])
            x = block(x, *styles)
        return x


class PublishedStyleEncoder(StyleEncoder):
    """The style of an image, `(B, 512)` of unit length."""

    def __init__(self) -> None:
        super().__init__(WIDTH, 1, CHANNELS[-1], paired=False)
        self.trunk = FixupTrunk(blocks=4)
        self.shift = nn.Parameter(torch.zeros(1))
        self.head = nn.Linear(CHANNELS[-1], WIDTH)

    def forward(self, after: Tensor, before: Tensor | None = None) -> StyleFeatures:
        maps = self.trunk(after)
        pooled = maps.amax((2, 3)) + maps.mean((2, 3))
        vector = nn.functional.normalize(self.head(pooled + self.shift), dim=1)
        return StyleFeatures(vector, vector[:, None], maps)


class PublishedEnhancer(PixelwiseEnhancer):
    """Nine curves from the photo at 224 px, three for each channel that comes out; any size.

    The style of several images is the mean of their vectors, of unit length again; so is the source.
    """

    wants_source = True

    def __init__(self) -> None:
        super().__init__()
        self.trunk = FixupTrunk(blocks=2)
        self.shift = nn.Parameter(torch.zeros(1))
        self.head = zero_initialised(nn.Linear(CHANNELS[-1], 9 * KNOTS))
        self.mapping = MappingNetwork(WIDTH, CHANNELS[-1], blocks=2)

    def curves(self, photos: Tensor, target: Tensor, source: Tensor) -> Tensor:
        """Curves `(B, 3, 3, 256)` of output by input channel, of photos for style vectors `(B, 512)`."""
        small = nn.functional.adaptive_avg_pool2d(photos, LOOK)
        maps = self.trunk(small, self.mapping(source), self.mapping(target))
        knots = self.head(maps.mean((2, 3)) + self.shift).unflatten(1, (9, KNOTS, 1))
        curves = nn.functional.interpolate(knots, (LEVELS, 1), mode="bicubic", align_corners=True)
        return curves.squeeze(3).unflatten(1, (3, 3))

    def recolor(self, colors: Tensor, photos: Tensor, style: StyleCode, source: Tensor | None = None) -> Tensor:
        if source is None:
            raise ValueError("The curve enhancer needs the style of the photo itself.")
        curves = self.curves(photos, style.vector, source)
        levels = (colors.clamp(0, 1) * (LEVELS - 1)).long().flatten(2)  # towards 0, as published
        change = curves.gather(3, levels[:, None].expand(-1, 3, -1, -1)).sum(2)
        return colors + change.unflatten(2, colors.shape[2:])
