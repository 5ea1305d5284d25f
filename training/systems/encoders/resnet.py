"""ResNet style encoder: channel statistics of a small residual network are the style vector.

PieNet and StarEnhancer embed retouched photos with residual networks; this one is sized for 64 to 128 px pictures on a
CPU, since a style needs colour, not detail. The vector is read from the mean and the deviation of the feature maps of
all stages, which is what Huang & Belongie (ICCV 2017) take for the style of a picture.
"""

import torch
from torch import Tensor, nn

from training.systems.encoders.base import StyleEncoder
from training.systems.encoders.trunk import ResNetTrunk
from training.systems.statistics import channel_statistics
from training.systems.style import StyleFeatures


class ResNetEncoder(StyleEncoder):
    """One style vector `(B, D)` per image."""

    def __init__(self, width: int = 128, channels: int = 32, paired: bool = False) -> None:
        super().__init__(width, 1, 4 * channels, paired)
        self.trunk = ResNetTrunk(6 if paired else 3, channels)
        self.head = nn.Sequential(nn.Linear(2 * sum(self.trunk.channels), width), nn.LayerNorm(width))

    def forward(self, after: Tensor, before: Tensor | None = None) -> StyleFeatures:
        maps = self.trunk(self.picture(after, before))
        statistics = [value.flatten(1) for level in maps for value in channel_statistics(level)]
        vector = self.head(torch.cat(statistics, 1))
        return StyleFeatures(vector, vector[:, None], maps[-1])
