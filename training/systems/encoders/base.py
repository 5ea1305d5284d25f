"""What every style encoder shares."""

import torch
from torch import Tensor, nn

from training.systems.style import StyleFeatures


class StyleEncoder(nn.Module):
    """Base of the style encoders.

    Attributes:
        width: D of the style vector.
        levels: L, style codes per image.
        map_channels: C of the last feature map.
        paired: looks at before and after, stacked to six channels.
    """

    def __init__(self, width: int, levels: int, map_channels: int, paired: bool) -> None:
        super().__init__()
        self.width, self.levels, self.map_channels, self.paired = width, levels, map_channels, paired

    def picture(self, after: Tensor, before: Tensor | None) -> Tensor:
        """Pictures in [0, 1] to the network's input `(B, 3 or 6, P, P)` in [-1, 1].

        Raises:
            ValueError: this encoder looks at pairs, and there are no originals.
        """
        if not self.paired:
            return 2 * after - 1
        if before is None:
            raise ValueError("This system looks at pairs: every reference needs its original.")
        return 2 * torch.cat([before, after], 1) - 1

    def forward(self, after: Tensor, before: Tensor | None = None) -> StyleFeatures:
        """Features of style images; every code has mean 0 and variance 1 over its D values.

        Args:
            after: `(B, 3, P, P)` retouched pictures, sRGB-encoded in [0, 1].
            before: their originals, or None; read by a paired encoder only.

        Raises:
            ValueError: originals are needed and missing.
        """
        raise NotImplementedError
