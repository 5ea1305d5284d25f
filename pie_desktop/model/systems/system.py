"""A system of the study: a style encoder and an enhancer, used together."""

from itertools import repeat
from typing import Literal, Self

import torch
from pydantic import BaseModel, ConfigDict, Field, model_validator
from torch import Tensor, nn

from pie_desktop.model.systems.enhancers.base import Enhancer, PixelwiseEnhancer, shrink
from pie_desktop.model.systems.style import StyleCode, StyleFeatures, pool
from pie_desktop.model.systems.style_encoders import StyleEncoder

IMAGES_AT_ONCE = 256  # that an encoder reads: more than a step of training has, and a style may have thousands


class SystemConfig(BaseModel):
    """What a system consists of.

    The bounds are what one may cost before anybody has seen whether its weights fit: a gigabyte.

    Attributes:
        encoder: of the style images, see `style_encoders`. `resnet18_max` is StarEnhancer's reading of a ResNet-18,
            `difference` that of Masked Style Modeling.
        enhancer: of the photos. `unet` is PieNet's, `curves` StarEnhancer's, `sa_block` the study's own attention,
            `identity` none. `starenhancer` is, for both, the network that its authors have published weights of.
        width: D of style vectors and codes.
        channels: of the enhancer at full resolution.
        encoder_channels: of the encoder's first stage; each stage has twice as many as the one before.
        codes: of an encoder with a pyramid, and of a decoder that takes one or more at each of its three levels.
        images: N, how many style images `sa_block` takes.
        source: what StarEnhancer takes for the style of an unedited photo: that of the `photo` itself, or the `mean` of
            the unedited photos of the training.
        blind: the style is withheld from the enhancer, a control: what it does for everybody alike.
        paired: the encoder looks at originals, too.
        masked: the style of every photo is predicted from those of the pairs; see `pie_desktop.model.systems.masked`.
        side: of the square images that the encoder looks at, px.
        components: LUT weights that the diffusion enhancer draws.
        lut_size: nodes per axis of its LUTs.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    encoder: Literal["resnet", "resnet18", "resnet18_max", "difference", "psp", "starenhancer"] = "resnet"
    enhancer: Literal[
        "curves",
        "unet",
        "adain_unet",
        "attention",
        "style_attention",
        "sa_block",
        "diffusion",
        "starenhancer",
        "identity",
    ] = "curves"
    width: int = Field(128, ge=8, le=512)
    channels: int = Field(16, ge=8, le=128, multiple_of=8)
    encoder_channels: int = Field(32, ge=8, le=128, multiple_of=8)
    codes: int = Field(3, ge=3, le=18, multiple_of=3)
    images: int = Field(4, ge=1, le=16)
    paired: bool = False
    masked: bool = False
    source: Literal["photo", "mean"] = "photo"
    blind: bool = False
    side: int = Field(64, ge=32, le=256)
    components: int = Field(64, ge=1, le=512)
    lut_size: int = Field(17, ge=5, le=33)

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.masked and (self.encoder != "difference" or self.width % 8):
            raise ValueError('masked systems want encoder = "difference" and a width that is a multiple of 8')
        if "starenhancer" in (self.encoder, self.enhancer) and (self.encoder != self.enhancer or self.width != 512):
            raise ValueError("StarEnhancer as published has both its parts and width = 512")
        if self.masked and self.blind:
            raise ValueError("masked systems predict styles, so that none can be withheld")
        if self.enhancer == "sa_block" and 8 * self.channels % self.images:
            raise ValueError(f"images must divide {8 * self.channels}, the channels of the attention")
        return self


class System(nn.Module):
    """A style encoder and an enhancer.

    Attributes:
        config, encoder, enhancer.
        origin: `(D,)`, the mean style of unedited photos, once a protocol has found it; part of the weights.
    """

    origin: Tensor

    def __init__(self, config: SystemConfig, encoder: StyleEncoder, enhancer: Enhancer) -> None:
        super().__init__()
        self.config, self.encoder, self.enhancer = config, encoder, enhancer
        self.register_buffer("origin", torch.zeros(config.width))

    @property
    def needs_pairs(self) -> bool:
        """Whether every reference needs its original."""
        return self.encoder.paired

    @property
    def needs_basis(self) -> bool:
        """Whether `set_basis` must be called before training."""
        return self.enhancer.needs_basis

    @property
    def own_loss(self) -> bool:
        """Whether it is trained by `loss` rather than by the error of its images."""
        return self.enhancer.own_loss

    def set_basis(self, basis: Tensor) -> None:
        """Set the LUT basis `(components, 3, lut_size^3)` of `training.fit.basis.build_basis`; part of the weights."""
        self.enhancer.set_basis(basis)

    def features(self, after: Tensor, before: Tensor | None = None) -> StyleFeatures:
        """Style features of images `(B, 3, P, P)` at any size; see `StyleEncoder`."""
        side = self.config.side
        originals = repeat(None) if before is None else before.split(IMAGES_AT_ONCE)
        parts = [
            self.encoder(shrink(some, side), None if theirs is None else shrink(theirs, side))
            for some, theirs in zip(after.split(IMAGES_AT_ONCE), originals, strict=False)
        ]
        if len(parts) == 1:
            return parts[0]
        tensors = zip(*((one.vector, one.levels, one.maps) for one in parts), strict=True)
        return StyleFeatures(*(torch.cat(each) for each in tensors))

    def style(self, after: Tensor, before: Tensor | None, valid: Tensor) -> StyleCode:
        """Styles of U users.

        Args:
            after: `(U, N, 3, P, P)` retouched images, sRGB-encoded in [0, 1].
            before: their originals, or None.
            valid: `(U, N)` bool; what an invalid reference shows never counts.

        Raises:
            ValueError: the system needs originals and gets none.
        """
        style = pool(self.reference_features(after, before, valid), valid)
        return style.map(torch.zeros_like) if self.config.blind else style

    def reference_features(self, after: Tensor, before: Tensor | None, valid: Tensor) -> StyleFeatures:
        """Features of the references of `style`, U * N rows; those that are not valid are not encoded and zero."""
        seen = valid.flatten()
        if not seen.any():  # an encoder wants an image, and the style of a grey one counts for nobody
            after, before = shown(after, before, valid)
            return self.features(after, before)
        found = self.features(after.flatten(0, 1)[seen], None if before is None else before.flatten(0, 1)[seen])

        def spread(values: Tensor) -> Tensor:
            rows = values.new_zeros(len(seen), *values.shape[1:])
            rows[seen] = values
            return rows

        return StyleFeatures(spread(found.vector), spread(found.levels), spread(found.maps))

    def source(self, photos: Tensor) -> Tensor:
        """Style vectors `(B, D)` that unedited photos `(B, 3, H, W)` start from: their own, or the mean of all."""
        return self.origin.expand(len(photos), -1) if self.config.source == "mean" else self.unedited(photos)

    def unedited(self, photos: Tensor) -> Tensor:
        """Style vectors `(B, D)` of unedited photos `(B, 3, H, W)`; for a paired encoder a pair without any edit."""
        return self.features(photos, photos if self.needs_pairs else None).vector

    def rows(self, photos: Tensor, style: StyleCode) -> StyleCode:
        """The style of each of the photos `(U, Q, 3, H, W)` of U users: U * Q rows."""
        return style.expand(photos.shape[1])

    def enhance(self, photos: Tensor, style: StyleCode) -> Tensor:
        """Photos `(U, Q, 3, H, W)` in the styles of U users, `(U, Q, 3, H, W)`; not clipped to [0, 1]."""
        return self.enhance_rows(photos.flatten(0, 1), self.rows(photos, style)).unflatten(0, photos.shape[:2])

    def enhance_rows(self, photos: Tensor, style: StyleCode) -> Tensor:
        """Photos `(B, 3, H, W)`, each in a style of its own, `(B, 3, H, W)`; not clipped to [0, 1]."""
        return self.enhancer(photos, style, self._wanted_source(photos))

    def recolor(self, colors: Tensor, photos: Tensor, style: StyleCode) -> Tensor | None:
        """What becomes of colours `(U * Q, 3, h, w)` in photos `(U, Q, 3, H, W)`: `(U * Q, 3, h, w)`, not clipped.

        None where equal colours may become different ones in different places.
        """
        if not isinstance(self.enhancer, PixelwiseEnhancer):
            return None
        flat = photos.flatten(0, 1)
        return self.enhancer.recolor(colors, flat, self.rows(photos, style), self._wanted_source(flat))

    def _wanted_source(self, photos: Tensor) -> Tensor | None:
        return self.source(photos) if self.enhancer.wants_source else None

    def loss(
        self, photos: Tensor, targets: Tensor, style: StyleCode, generator: torch.Generator | None = None
    ) -> Tensor:
        """What a system with `own_loss` minimises, a scalar; photos and targets `(U, Q, 3, H, W)`, style of U users."""
        rows = style.expand(photos.shape[1])
        return self.enhancer.loss(photos.flatten(0, 1), targets.flatten(0, 1), rows, generator)


def shown(after: Tensor, before: Tensor | None, valid: Tensor) -> tuple[Tensor, Tensor | None]:
    """References `(U, N, 3, P, P)`, folded to `(U * N, 3, P, P)`, with those that are not valid blank.

    Encoders work image by image, so one blank image is as good as any other.
    """
    mask = valid[:, :, None, None, None]
    return (
        torch.where(mask, after, 0.5).flatten(0, 1),
        None if before is None else torch.where(mask, before, 0.5).flatten(0, 1),
    )
