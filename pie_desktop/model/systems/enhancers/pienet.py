"""PieNet's enhancer: a U-Net over ResNet-18 whose up-sampling blocks take the preference vector.

Kim, Koh & Kim, "PieNet: Personalized image enhancement network", ECCV 2020; Masked Style Modeling (Kosugi & Yamasaki,
IEEE TCSVT 2023) enhances with the same network, and its published code was read for the order of the layers. The last
layer is zero at the start, so that the photo stays as it is.
"""

from itertools import pairwise

import torch
from torch import Tensor, nn

from pie_desktop.model.systems.enhancers.base import Enhancer, zero_initialised
from pie_desktop.model.systems.resnet import ResNetTrunk, residual_stage, start_as_shortcuts
from pie_desktop.model.systems.style import StyleCode


def resized(x: Tensor, like: Tensor) -> Tensor:
    """Maps at the size of others."""
    return nn.functional.interpolate(x, size=like.shape[-2:], mode="bilinear")


class PersonalizedUp(nn.Module):
    """A personalized up-sampling block: features of the level below, the skip and the vector, side by side.

    Args:
        width: D of the vector.
        inputs: channels of the level below.
        channels: of the skip, and of each of the three parts.
        merge: whether a residual block brings the three parts to `channels` again.
    """

    def __init__(self, width: int, inputs: int, channels: int, merge: bool = True) -> None:
        super().__init__()
        self.features = nn.Sequential(nn.Conv2d(inputs, channels, 3, 1, 1), nn.ReLU(inplace=True))
        # a 1x1 convolution of a vector repeated over all pixels is one vector again
        self.preference = nn.Sequential(nn.Linear(width, channels, bias=False), nn.ReLU(inplace=True))
        self.merge: nn.Module = residual_stage(3 * channels, channels, 1, 1) if merge else nn.Identity()
        start_as_shortcuts(self)

    def forward(self, x: Tensor, skip: Tensor, vector: Tensor) -> Tensor:
        """`(B, inputs, h, w)`, `(B, c, H, W)` and `(B, D)` to `(B, c or 3c, H, W)`."""
        preference = self.preference(vector)[:, :, None, None].expand_as(skip)
        merged: Tensor = self.merge(torch.cat([self.features(resized(x, skip)), skip, preference], 1))
        return merged


class PieNetEnhancer(Enhancer):
    """A photo plus what the network says; photos of any size.

    Args:
        width: D of the preference vector.
        channels: c of the first stage; the paper's 64.
    """

    def __init__(self, width: int = 128, channels: int = 16) -> None:
        super().__init__()
        self.down = ResNetTrunk(3, channels, stages=4)
        sizes = self.down.channels[::-1]  # coarse to fine
        self.ups = nn.ModuleList(PersonalizedUp(width, *pair) for pair in pairwise(sizes))
        self.ups.append(PersonalizedUp(width, channels, channels, merge=False))
        self.head = zero_initialised(nn.Conv2d(3 * channels, 3, 3, 1, 1))

    def forward(self, photos: Tensor, style: StyleCode, source: Tensor | None = None) -> Tensor:
        # few channels and many pixels: with the channels of a pixel side by side a step takes less time
        *skips, x = self.down.with_stem((2 * photos - 1).contiguous(memory_format=torch.channels_last))
        x = x.mean((2, 3), keepdim=True)
        for up, skip in zip(self.ups, skips[::-1], strict=True):
            x = up(x, skip, style.vector)
        return photos + self.head(resized(x, photos))
