"""The neutral preference: what is done to a photo for nobody in particular, from its colour statistics.

Correcting a capture is another task than following a user, and photos to learn it from are few: a small network of its
own, whose members are trained apart and averaged, corrected unseen captures better than the null token of the style
network did.
"""

import torch
from torch import Tensor, nn

from pie_desktop.model.features import StatisticsReader, image_statistics

LAYERS = 2
DROPOUT = 0.2  # of the statistics while training


class _Member(nn.Module):
    """A residual multilayer perceptron from standardised statistics to LUT weights."""

    def __init__(self, inputs: int, width: int, components: int) -> None:
        super().__init__()
        self.first = nn.Sequential(nn.Dropout(DROPOUT), nn.Linear(inputs, width))
        self.layers = nn.ModuleList(
            nn.Sequential(nn.LayerNorm(width), nn.Linear(width, 2 * width), nn.SiLU(), nn.Linear(2 * width, width))
            for _ in range(LAYERS)
        )
        self.norm = nn.LayerNorm(width)
        self.last = nn.Linear(width, components)
        nn.init.zeros_(self.last.weight)
        nn.init.zeros_(self.last.bias)

    def forward(self, statistics: Tensor) -> Tensor:
        x = self.first(statistics)
        for layer in self.layers:
            x = x + layer(x)
        return 3 * self.last(self.norm(x))


class NeutralHead(StatisticsReader):
    """From images `(B, 3, P, P)`, sRGB-encoded [0, 1], to the LUT weights `(B, K)` that finish them.

    Args:
        width: of each member.
        components: K.
        exposure: whether the exposure is read.
        members: networks that are averaged.

    Attributes:
        strength: how far the correction goes, 0 to 1, of the estimate; see `training.fit.neutral`.
    """

    strength: Tensor

    def __init__(self, width: int, components: int, exposure: bool = False, members: int = 3) -> None:
        super().__init__(exposure)
        self.members = nn.ModuleList(_Member(self.count, width, components) for _ in range(members))
        self.register_buffer("strength", torch.ones(()))

    def estimates(self, statistics: Tensor) -> Tensor:
        """Each member's full correction `(members, B, K)` from `image_statistics` `(B, F)`."""
        standard = self.standardised(statistics)
        return torch.stack([member(standard) for member in self.members])

    def forward(self, images: Tensor) -> Tensor:
        return self.of_statistics(image_statistics(images, self.exposure))

    def of_statistics(self, statistics: Tensor) -> Tensor:
        """The same from `image_statistics` `(B, F)`."""
        return self.strength * self.estimates(statistics).mean(0)
