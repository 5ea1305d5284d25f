"""The base class of enhancers, and the layers that several of them use."""

import torch
from torch import Tensor, nn

from pie_desktop.model.systems.style import StyleCode, channel_statistics


class Enhancer(nn.Module):
    """Base of the enhancers.

    Attributes:
        wants_source: reads the style vector of the photo itself.
        needs_basis: works in the space of LUT weights; its `prior` needs a basis before it is used or trained.
        own_loss: is trained by its own `loss`, not by the error of its images.
    """

    wants_source = False
    needs_basis = False
    own_loss = False

    def forward(self, photos: Tensor, style: StyleCode, source: Tensor | None = None) -> Tensor:
        """Enhance photos.

        Args:
            photos: `(B, 3, H, W)`, H and W at least 8, sRGB-encoded in [0, 1].
            style: of B rows.
            source: `(B, D)` style vectors of the photos themselves, where `wants_source`.

        Returns:
            `(B, 3, H, W)` sRGB-encoded; values may lie slightly outside [0, 1] and are not clipped, so that gradients
            reach what lies outside.
        """
        raise NotImplementedError

    def loss(
        self, photos: Tensor, targets: Tensor, style: StyleCode, generator: torch.Generator | None = None
    ) -> Tensor:
        """What an enhancer with `own_loss` minimises, a scalar.

        Args:
            photos, targets: `(B, 3, H, W)` the same photos unedited and as the user wants them.
            style: of B rows.
            generator: on the CPU; None: torch's global random state.
        """
        raise NotImplementedError

    def set_basis(self, basis: Tensor) -> None:
        """Install a LUT basis `(K, 3, S^3)`, where the enhancer `needs_basis`."""
        raise NotImplementedError


class PixelwiseEnhancer(Enhancer):
    """Base of those that look at the whole photo, and then treat equal colours alike, wherever they are."""

    def recolor(self, colors: Tensor, photos: Tensor, style: StyleCode, source: Tensor | None = None) -> Tensor:
        """What becomes of colours `(B, 3, h, w)` in photos `(B, 3, H, W)`: `(B, 3, h, w)`.

        The rest is as for `forward`, which asks for the photos' own colours.
        """
        raise NotImplementedError

    def forward(self, photos: Tensor, style: StyleCode, source: Tensor | None = None) -> Tensor:
        return self.recolor(photos, photos, style, source)


class IdentityEnhancer(PixelwiseEnhancer):
    """Leaves every photo as it is, whatever the style: a control, to which nothing may happen anywhere."""

    def recolor(self, colors: Tensor, photos: Tensor, style: StyleCode, source: Tensor | None = None) -> Tensor:
        return colors


def pad_to_multiple(photos: Tensor, multiple: int) -> Tensor:
    """Pad `(B, C, H, W)` at the right and at the bottom by reflection to sides that are multiples.

    H and W must be at least `multiple`, since a reflection is shorter than what it reflects.
    """
    height, width = photos.shape[-2:]
    right, bottom = -width % multiple, -height % multiple
    return nn.functional.pad(photos, (0, right, 0, bottom), mode="reflect") if right or bottom else photos


def shrink(photos: Tensor, side: int) -> Tensor:
    """Squeeze photos `(B, 3, H, W)` to `(B, 3, side, side)`; area-averaged where that makes them smaller."""
    if photos.shape[-2:] == (side, side):
        return photos
    if min(photos.shape[-2:]) >= side:
        return nn.functional.interpolate(photos, size=(side, side), mode="area")
    return nn.functional.interpolate(photos, size=(side, side), mode="bilinear", antialias=True)


def zero_initialised(layer: nn.Module) -> nn.Module:
    """The layer with weights and bias zero: what adds its output to the photo starts as the identity."""
    for parameter in layer.parameters():
        nn.init.zeros_(parameter)
    return layer


def adain(x: Tensor, scale: Tensor, shift: Tensor) -> Tensor:
    """Adaptive instance normalisation (Huang & Belongie, ICCV 2017) of `(B, C, h, w)`.

    Args:
        scale, shift: `(B, C)`, the standard deviation and the mean that every feature map gets.
    """
    mean, deviation = channel_statistics(x)
    return (x - mean) / deviation * scale[:, :, None, None] + shift[:, :, None, None]


class AdaIN(nn.Module):
    """`adain` with scale and shift from a style code `(B, D)`; the scale is predicted about 1."""

    def __init__(self, width: int, channels: int) -> None:
        super().__init__()
        self.affine = nn.Linear(width, 2 * channels)

    def forward(self, x: Tensor, code: Tensor) -> Tensor:
        scale, shift = self.affine(code).chunk(2, 1)
        return adain(x, 1 + scale, shift)
