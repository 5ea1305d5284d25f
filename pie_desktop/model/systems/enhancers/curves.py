"""StarEnhancer's curve enhancer with dual AdaIN.

Song, Qian & Du, "StarEnhancer: Learning real-time and style-aware image enhancement", ICCV 2021; their published code
(the *slim* enhancer) was read for what the paper leaves open. A small *curve encoder* looks at the down-scaled photo
and predicts nine tone curves, three for each output channel, one of each input channel, so that full resolution costs
an interpolation per pixel. Its last feature maps are taken from the *source* style, what the photo looks like now, to
the *target* style. *One* mapping network makes scales and shifts of either, so that a source that is the target changes
nothing in them.

The last layer is zero at the start: so is every curve, and the photo stays as it is.
"""

from collections.abc import Sequence

from torch import Tensor, nn

from pie_desktop.model.systems.enhancers.base import PixelwiseEnhancer, shrink, zero_initialised
from pie_desktop.model.systems.resnet import ResNetTrunk
from pie_desktop.model.systems.style import StyleCode

LOOK_SIDE = 64  # px, what the curve encoder sees
Statistics = tuple[Tensor, Tensor]  # scale and shift `(B, C, 1, 1)` of a style


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


def dual_adain(x: Tensor, source: Statistics, target: Statistics) -> Tensor:
    """Maps `(B, C, h, w)` of one style as those of another: normalised by the source, then scaled by the target.

    Scales are positive; where source and target are equal, the maps stay as they are.
    """
    (scale_from, shift_from), (scale_to, shift_to) = source, target
    ratio = scale_to / scale_from
    return x * ratio + (shift_to - shift_from * ratio)


class MappingNetwork(nn.Module):
    """Scales and shifts in (0, 1) of a style for every block that it modulates; one for source and target.

    Args:
        width: D of the style vectors.
        channels: C of the blocks.
        blocks: how many there are.
    """

    def __init__(self, width: int, channels: int, blocks: int) -> None:
        super().__init__()
        shared = [layer for _ in range(4) for layer in (nn.Linear(width, width), nn.PReLU())]
        self.shared = nn.Sequential(*shared)
        self.heads = nn.ModuleList(
            nn.Sequential(nn.Linear(width, width), nn.PReLU(), nn.Linear(width, 2 * channels), nn.Sigmoid())
            for _ in range(blocks)
        )
        for module in self.modules():
            if isinstance(module, nn.Linear):
                nn.init.kaiming_normal_(module.weight)
                nn.init.zeros_(module.bias)

    def forward(self, style: Tensor) -> list[Statistics]:
        """Of style vectors `(B, D)`, which are brought to unit length."""
        code = self.shared(nn.functional.normalize(style, dim=1))
        pairs = (head(code)[:, :, None, None].chunk(2, 1) for head in self.heads)
        return [(scale, shift) for scale, shift in pairs]


class DualAdaINBlock(nn.Module):
    """A residual block, its first convolution followed by `dual_adain`."""

    def __init__(self, inputs: int, outputs: int, stride: int) -> None:
        super().__init__()
        self.activations = nn.ModuleList([nn.PReLU(), nn.PReLU()])
        self.first = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)
        self.second = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False)
        plain = inputs == outputs and stride == 1
        self.shortcut: nn.Module = nn.Identity() if plain else nn.Conv2d(inputs, outputs, 1, stride, bias=False)

    def forward(self, x: Tensor, source: Statistics, target: Statistics) -> Tensor:
        active = self.activations[0](x)
        modulated = dual_adain(self.first(active), source, target)
        shortcut: Tensor = self.shortcut(active) if isinstance(self.shortcut, nn.Conv2d) else x
        return shortcut + self.second(self.activations[1](modulated))


class CurveEnhancer(PixelwiseEnhancer):
    """Curves from the photo at 64 px, modulated by source and target style; any size.

    Args:
        width: D of the style vectors.
        channels: of the first of four stages; they double up to eight times that.
        knots: K of every curve.
    """

    wants_source = True

    def __init__(self, width: int = 128, channels: int = 16, knots: int = 64) -> None:
        super().__init__()
        self.knots = knots
        self.trunk = ResNetTrunk(3, channels)
        last = 8 * channels
        self.blocks = nn.ModuleList([DualAdaINBlock(4 * channels, last, 2), DualAdaINBlock(last, last, 1)])
        self.mapping = MappingNetwork(width, last, len(self.blocks))
        self.head = zero_initialised(nn.Linear(last, 9 * knots))

    def features(self, photos: Tensor, target: Sequence[Statistics], source: Sequence[Statistics]) -> Tensor:
        """What the curves are read from, `(B, 8c)`, of photos and the statistics of both styles."""
        x = self.trunk(2 * shrink(photos, LOOK_SIDE) - 1)[-1]
        for block, before, after in zip(self.blocks, source, target, strict=True):
            x = block(x, before, after)
        return x.mean((2, 3))

    def curves(self, photos: Tensor, target: Tensor, source: Tensor) -> Tensor:
        """Curves `(B, 3, 3, K)` of photos for target and source style vectors `(B, D)`."""
        features = self.features(photos, self.mapping(target), self.mapping(source))
        curves: Tensor = self.head(features).unflatten(1, (3, 3, self.knots))
        return curves

    def recolor(self, colors: Tensor, photos: Tensor, style: StyleCode, source: Tensor | None = None) -> Tensor:
        if source is None:
            raise ValueError("The curve enhancer needs the style of the photo itself.")
        return colors + apply_curves(colors, self.curves(photos, style.vector, source))
