"""Masked style modeling: what a user would do to this photo, predicted from what they did to others.

After Kosugi and Yamasaki, Personalized image enhancement featuring masked style modeling, 2023. Every preferred pair is
a token of its content (what the unedited photo shows) and its style code (what was done to it); the photo to enhance is
a token of its content with the style masked, and a transformer fills it in. So a user who treats portraits and
landscapes differently gets another style for each, which a mean over the pairs cannot give.
"""

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from training.systems.enhancers.base import Enhancer, shrink, zero_initialised
from training.systems.style import StyleCode, masked_mean, pool
from training.systems.style_encoders import ResNetEncoder, StyleEncoder
from training.systems.system import System, SystemConfig


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


class MaskedStyleModel(nn.Module):
    """The transformer: a set of (content, style) tokens and one of content alone, whose style it predicts.

    What it predicts is a change of the mean style, zero at first, so that it starts where plain pooling stands.

    Args:
        width: D of codes and tokens.
        heads, layers: of the transformer (pre-norm, without positions: references are a set).
    """

    def __init__(self, width: int, heads: int = 4, layers: int = 3) -> None:
        super().__init__()
        self.content, self.code = nn.Linear(width, width), nn.Linear(width, width)
        self.mask = nn.Parameter(torch.zeros(width))
        layer = nn.TransformerEncoderLayer(width, heads, 2 * width, 0.0, "gelu", batch_first=True, norm_first=True)
        self.layers = nn.TransformerEncoder(layer, layers, nn.LayerNorm(width), enable_nested_tensor=False)
        self.head = zero_initialised(nn.Linear(width, width))

    def forward(self, content: Tensor, contents: Tensor, codes: Tensor, valid: Tensor) -> Tensor:
        """Style codes `(B, D)` of photos.

        Args:
            content: `(B, D)` of the photos.
            contents, codes: `(B, N, D)` of each one's references.
            valid: `(B, N)` bool.
        """
        masked = (self.content(content) + self.mask)[:, None]
        tokens = torch.cat([masked, self.content(contents) + self.code(codes)], 1)
        absent = torch.cat([torch.zeros_like(valid[:, :1]), ~valid], 1)
        change = self.head(self.layers(tokens, src_key_padding_mask=absent)[:, 0])
        predicted: Tensor = masked_mean(codes, valid) + change
        return predicted


class MaskedSystem(System):
    """A system whose style is predicted for every photo; its encoder looks at pairs.

    Attributes:
        contents: encoder of what unedited photos show.
        predictor: the transformer.
    """

    def __init__(self, config: SystemConfig, encoder: StyleEncoder, enhancer: Enhancer) -> None:
        super().__init__(config, encoder, enhancer)
        self.contents = ResNetEncoder(config.width, config.encoder_channels)
        self.predictor = MaskedStyleModel(config.width)

    def style(self, after: Tensor, before: Tensor | None, valid: Tensor) -> MaskedStyle:
        features = self.reference_features(after, before, valid)
        assert before is not None  # or the encoder would have refused
        pooled, codes = pool(features, valid), features.vector.unflatten(0, valid.shape)
        contents = self._content(before.flatten(0, 1)).unflatten(0, valid.shape)
        return MaskedStyle(pooled.vector, pooled.levels, pooled.maps, pooled.valid, contents, codes)

    def _content(self, photos: Tensor) -> Tensor:
        content: Tensor = self.contents(shrink(photos, self.config.side)).vector
        return content

    def predict(self, photos: Tensor, style: MaskedStyle) -> Tensor:
        """Style codes `(U * Q, D)` of photos `(U, Q, 3, H, W)`."""
        each = style.expand(photos.shape[1])
        predicted: Tensor = self.predictor(self._content(photos.flatten(0, 1)), each.contents, each.codes, each.valid)
        return predicted

    def retouch(self, photos: Tensor, codes: Tensor) -> Tensor:
        """Photos `(B, 3, H, W)` enhanced by one style code each, `(B, D)`: `(B, 3, H, W)`."""
        nothing = codes.new_zeros(len(codes), 1, self.encoder.map_channels, 1, 1)
        style = StyleCode(
            codes, codes[:, None], nothing, torch.ones(len(codes), 1, dtype=torch.bool, device=codes.device)
        )
        return self.enhance_rows(photos, style)

    def enhance(self, photos: Tensor, style: StyleCode) -> Tensor:
        assert isinstance(style, MaskedStyle)
        return self.retouch(photos.flatten(0, 1), self.predict(photos, style)).unflatten(0, photos.shape[:2])
