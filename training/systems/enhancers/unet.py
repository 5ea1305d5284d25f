"""PieNet's preference-conditioned U-Net.

Kim, Koh & Kim, "PieNet: Personalized image enhancement network", ECCV 2020. An encoder and a decoder with skip
connections, whose *personalized up-sampling blocks* take the preference vector besides the features of the level below
and the skip. Here the vector gates the channels of the skip by multiplication and is, repeated over all pixels, joined
to the features by concatenation; these details and the sizes of the layers are this project's.
"""

import torch
from torch import Tensor, nn

from training.systems.enhancers.unet_base import SLOPE, UNetEnhancer, doubled
from training.systems.style import Style


class PersonalizedUp(nn.Module):
    """One level up: `(B, 2c, h, w)`, the skip `(B, c, 2h, 2w)` and the vector `(B, D)` to `(B, c, 2h, 2w)`."""

    def __init__(self, width: int, channels: int) -> None:
        super().__init__()
        self.narrow = nn.Conv2d(2 * channels, channels, 1)
        self.gate = nn.Linear(width, channels)
        self.merge = nn.Conv2d(2 * channels, channels, 3, 1, 1)
        self.merge_vector = nn.Linear(width, channels, bias=False)

    def forward(self, x: Tensor, skip: Tensor, vector: Tensor) -> Tensor:
        gated = skip * (1 + self.gate(vector))[:, :, None, None]
        merged = self.merge(torch.cat([doubled(self.narrow(x)), gated], 1))
        # a convolution of a vector repeated over all pixels is one vector again: no need to compute it at each of them
        return nn.functional.leaky_relu(merged + self.merge_vector(vector)[:, :, None, None], SLOPE, inplace=True)


class PieNetEnhancer(UNetEnhancer):
    """U-Net with personalized up-sampling blocks."""

    def __init__(self, width: int = 128, channels: int = 16) -> None:
        super().__init__(channels)
        self.ups = nn.ModuleList(PersonalizedUp(width, size) for size in self.down.channels[-2::-1])

    def decode(self, maps: list[Tensor], style: Style) -> Tensor:
        x = maps[-1]
        for up, skip in zip(self.ups, maps[-2::-1], strict=True):
            x = up(x, skip, style.vector)
        return x
