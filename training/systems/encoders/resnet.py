"""ResNet style encoder: a small residual network whose pooled features are the style vector.

He et al., "Deep residual learning for image recognition", CVPR 2016; the blocks are torchvision's, with group instead
of batch normalisation (see `group_norm`). PieNet and StarEnhancer embed with residual networks, too; this one is sized
for 64 to 128 px pictures on a CPU: a style needs colour, not detail.
"""

from torch import Tensor, nn
from torchvision.models.resnet import BasicBlock  # type: ignore[import-untyped]

from training.systems.encoders.base import StyleEncoder, group_norm
from training.systems.style import StyleFeatures


def stage(inputs: int, outputs: int, stride: int, blocks: int) -> nn.Sequential:
    """Residual blocks, the first with the stride."""
    shortcut = None
    if stride > 1 or inputs != outputs:
        shortcut = nn.Sequential(nn.Conv2d(inputs, outputs, 1, stride, bias=False), group_norm(outputs))
    first = BasicBlock(inputs, outputs, stride, shortcut, norm_layer=group_norm)
    return nn.Sequential(first, *(BasicBlock(outputs, outputs, norm_layer=group_norm) for _ in range(blocks - 1)))


class ResNetTrunk(nn.Module):
    """A stem of stride 4 and three stages: feature maps at strides 4, 8 and 16 of `(c, 2c, 4c)` channels."""

    def __init__(self, inputs: int, channels: int, blocks: int = 2) -> None:
        super().__init__()
        c = channels
        self.channels = (c, 2 * c, 4 * c)
        self.stem = nn.Sequential(
            nn.Conv2d(inputs, c, 7, 2, 3, bias=False), group_norm(c), nn.ReLU(inplace=True), nn.MaxPool2d(3, 2, 1)
        )
        self.stages = nn.ModuleList(
            [stage(c, c, 1, blocks), stage(c, 2 * c, 2, blocks), stage(2 * c, 4 * c, 2, blocks)]
        )

    def forward(self, x: Tensor) -> list[Tensor]:
        """Maps of `(B, inputs, P, P)`, fine to coarse."""
        maps, x = [], self.stem(x)
        for block in self.stages:
            x = block(x)
            maps.append(x)
        return maps


class ResNetEncoder(StyleEncoder):
    """One style vector `(B, D)` per image: the mean of the last map, projected."""

    def __init__(self, width: int = 128, channels: int = 32, paired: bool = False) -> None:
        super().__init__(width, 1, 4 * channels, paired)
        self.trunk = ResNetTrunk(6 if paired else 3, channels)
        self.head = nn.Linear(4 * channels, width)

    def forward(self, after: Tensor, before: Tensor | None = None) -> StyleFeatures:
        last = self.trunk(self.picture(after, before))[-1]
        vector = self.head(last.mean((2, 3)))
        return StyleFeatures(vector, vector[:, None], last)
