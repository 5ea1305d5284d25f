"""Masked style modeling: what a user would do to this photo, predicted from what they did to others.

Kosugi & Yamasaki, "Personalized image enhancement featuring masked style modeling", IEEE TCSVT 2023; their published
code was read for what the paper leaves open. Every preferred pair is a token in which its style (what was done to it)
and its content (what the unedited photo shows) alternate value by value; the photo to enhance is a token whose style is
masked, and a transformer fills it in. So a user who treats portraits and landscapes differently gets another style for
each, which a mean over the pairs cannot give.
"""

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from pie_desktop.model.systems.enhancers.base import Enhancer, shrink, zero_initialised
from pie_desktop.model.systems.style import StyleCode, masked_mean, pool
from pie_desktop.model.systems.style_encoders import ContentEncoder, StyleEncoder
from pie_desktop.model.systems.system import IMAGES_AT_ONCE, System, SystemConfig


@dataclass
class MaskedStyle(StyleCode):
    """A style that knows what each reference shows and what was done to it.

    Attributes:
        contents: `(U, N, D)` content codes of the unedited references.
        codes: `(U, N, D)` style codes of the pairs.
    """

    contents: Tensor
    codes: Tensor

    def expand(self, queries: int) -> "MaskedStyle":
        tensors = (self.vector, self.levels, self.maps, self.valid, self.contents, self.codes)
        return MaskedStyle(*(t.repeat_interleave(queries, 0) for t in tensors))


class StyleSpace(nn.Module):
    """Principal components of styles: in their space the transformer predicts, and is compared with what it should say.

    Attributes:
        mean: `(D,)` of the styles that it was fitted to.
        axes: `(D, D)` unit vectors, one a row, along the components.
        deviation: `(D,)` standard deviations along them; all zero before `fit`.
    """

    mean: Tensor
    axes: Tensor
    deviation: Tensor

    def __init__(self, width: int) -> None:
        super().__init__()
        self.register_buffer("mean", torch.zeros(width))
        self.register_buffer("axes", torch.eye(width))
        self.register_buffer("deviation", torch.zeros(width))

    @property
    def fitted(self) -> bool:
        """Whether styles were seen."""
        return bool(self.deviation.any())

    @torch.no_grad()
    def fit(self, styles: Tensor) -> None:
        """Principal component analysis of styles `(S, D)`, S at least 2; with fewer than D, axes without any are 0."""
        mean = styles.mean(0)
        _, lengths, axes = torch.linalg.svd(styles - mean, full_matrices=False)
        for stored, found in ((self.axes, axes), (self.deviation, lengths / (len(styles) - 1) ** 0.5)):
            stored.zero_()
            stored[: len(found)] = found
        self.mean.copy_(mean)

    def project(self, styles: Tensor) -> Tensor:
        """Coordinates `(B, D)` of styles `(B, D)`."""
        return (styles - self.mean) @ self.axes.T

    def styles(self, standardised: Tensor) -> Tensor:
        """Styles `(B, D)` of coordinates in standard deviations."""
        return (standardised * self.deviation) @ self.axes + self.mean


class MaskedStyleModel(nn.Module):
    """The transformer: tokens of twice the width, in which style and content alternate; references are a set.

    Args:
        width: D of styles and contents.
        heads, layers, dropout: of the transformer, as published (torch's default layer: post-norm, ReLU).
    """

    def __init__(self, width: int, heads: int = 8, layers: int = 6, dropout: float = 0.1) -> None:
        super().__init__()
        self.mask = nn.Parameter(torch.randn(width) / width**0.5)
        layer = nn.TransformerEncoderLayer(2 * width, heads, 4 * width, dropout, batch_first=True)
        self.layers = nn.TransformerEncoder(layer, layers, enable_nested_tensor=False)
        self.head = zero_initialised(nn.Linear(2 * width, width))

    def forward(self, content: Tensor, contents: Tensor, codes: Tensor, valid: Tensor) -> Tensor:
        """Standardised coordinates `(B, D)` of the styles of photos; 0, the mean style, at the start.

        Args:
            content: `(B, D)` of the photos.
            contents, codes: `(B, N, D)` of each one's references.
            valid: `(B, N)` bool.
        """
        masked = nn.functional.normalize(self.mask, dim=0).expand(len(content), 1, -1)
        styles, shown = torch.cat([codes, masked], 1), torch.cat([contents, content[:, None]], 1)
        tokens = torch.stack([styles, shown], -1).flatten(2)  # style, content, style, content, ...
        absent = torch.cat([~valid, torch.zeros_like(valid[:, :1])], 1)
        predicted: Tensor = self.head(self.layers(tokens, src_key_padding_mask=absent)[:, -1])
        return predicted


class MaskedSystem(System):
    """A system whose style is predicted for every photo; its encoder looks at pairs.

    Attributes:
        contents: encoder of what unedited photos show.
        predictor: the transformer.
        space: principal components of the styles of the training; while it is not fitted, the mean of the references'
            styles stands for what the predictor has not learned yet.
    """

    def __init__(self, config: SystemConfig, encoder: StyleEncoder, enhancer: Enhancer) -> None:
        super().__init__(config, encoder, enhancer)
        self.contents = ContentEncoder(config.width, config.encoder_channels)
        self.predictor = MaskedStyleModel(config.width)
        self.space = StyleSpace(config.width)

    def style(self, after: Tensor, before: Tensor | None, valid: Tensor) -> MaskedStyle:
        features = self.reference_features(after, before, valid)
        assert before is not None  # or the encoder would have refused
        pooled, codes = pool(features, valid), features.vector.unflatten(0, valid.shape)
        shown = torch.where(valid[:, :, None, None, None], before, 0.5)
        contents = self._content(shown.flatten(0, 1)).unflatten(0, valid.shape)
        return MaskedStyle(pooled.vector, pooled.levels, pooled.maps, pooled.valid, contents, codes)

    def _content(self, photos: Tensor) -> Tensor:
        return torch.cat([self.contents(shrink(some, self.config.side)) for some in photos.split(IMAGES_AT_ONCE)])

    def coordinates(self, photos: Tensor, style: MaskedStyle) -> Tensor:
        """What the predictor says of photos `(U, Q, 3, H, W)`: `(U * Q, D)`, standardised."""
        each = style.expand(photos.shape[1])
        said: Tensor = self.predictor(self._content(photos.flatten(0, 1)), each.contents, each.codes, each.valid)
        return said

    def predict(self, photos: Tensor, style: MaskedStyle) -> Tensor:
        """Style codes `(U * Q, D)` of photos `(U, Q, 3, H, W)`."""
        if self.space.fitted:
            return self.space.styles(self.coordinates(photos, style))
        return masked_mean(style.codes, style.valid).repeat_interleave(photos.shape[1], 0)

    def retouch(self, photos: Tensor, codes: Tensor) -> Tensor:
        """Photos `(B, 3, H, W)` enhanced by one style code each, `(B, D)`: `(B, 3, H, W)`."""
        return self.enhance_rows(photos, self._coded(codes))

    def rows(self, photos: Tensor, style: StyleCode) -> StyleCode:
        assert isinstance(style, MaskedStyle)
        return self._coded(self.predict(photos, style))

    def _coded(self, codes: Tensor) -> StyleCode:
        nothing = codes.new_zeros(len(codes), 1, self.encoder.map_channels, 1, 1)
        valid = torch.ones(len(codes), 1, dtype=torch.bool, device=codes.device)
        return StyleCode(codes, codes[:, None], nothing, valid)
