"""Features of an image, from pixels as the network reads them: a small convolutional trunk and statistics."""

import cv2
import numpy as np
import torch
from torch import Tensor, nn

from pie_desktop.imaging.decode import PROXY_SIDE
from pie_desktop.imaging.stored import to_uint8
from pie_desktop.model.statistics import EXPOSURE, STATISTICS, Standardised, color_statistics, exposure_statistics

FIT_GRID = 48  # side of the pixel grid that pairs are fitted on, px


def to_float(image: np.ndarray) -> np.ndarray:
    """`(H, W, 3)` uint8 or uint16 to float32 in [0, 1]."""
    return image.astype(np.float32) / np.iinfo(image.dtype).max


def to_bytes(colors: Tensor) -> np.ndarray:
    """Floats in [0, 1], clipped to it, as uint8 of the same shape on the CPU."""
    return (colors.clamp(0, 1) * 255).round().cpu().numpy().astype(np.uint8)


def shrink(image: np.ndarray, size: tuple[int, int] | None = None) -> np.ndarray:
    """Area-averaged float32 image with a long side of at most 256 px, or of exactly `size` (width, height)."""
    height, width = image.shape[:2]
    if size is None:
        scale = min(1.0, PROXY_SIDE / max(height, width))
        size = (max(1, round(width * scale)), max(1, round(height * scale)))
    small = image if size == (width, height) else cv2.resize(image, size, interpolation=cv2.INTER_AREA)
    return to_float(small)


def square(image: np.ndarray, side: int) -> np.ndarray:
    """The whole image squeezed to `(side, side, 3)` uint8: colour statistics survive, and batches stack."""
    return cv2.resize(to_uint8(image), (side, side), interpolation=cv2.INTER_AREA)


def squares(images: list[np.ndarray], side: int, picked: bool) -> Tensor:
    """Float images squeezed to `(B, 3, side, side)`: by picking pixels, which keeps clipping, or by their means."""
    if picked:
        resized = [picked_colors(image, side).reshape(side, side, 3) for image in images]
    else:
        resized = [cv2.resize(p, (side, side), interpolation=cv2.INTER_AREA) for p in images]
    return torch.from_numpy(np.stack(resized)).permute(0, 3, 1, 2).contiguous()


def picked_colors(image: np.ndarray, side: int = FIT_GRID) -> np.ndarray:
    """Colours `(side * side, 3)` on an even grid; picked, because averages do not obey the LUT of a pair."""
    height, width = image.shape[:2]
    rows = ((np.arange(side) + 0.5) * height / side).astype(int)
    columns = ((np.arange(side) + 0.5) * width / side).astype(int)
    return image[rows[:, None], columns[None]].reshape(-1, 3)


def pixel_grid(images: Tensor, side: int) -> Tensor:
    """Colours `(B, side * side, 3)` on an even grid of `(B, 3, P, P)`; picked, so that pairs stay exact."""
    return torch.nn.functional.interpolate(images, size=(side, side), mode="nearest-exact").flatten(2).mT.contiguous()


TRUNK = 256
TRUNK_SIDE = 48  # what the trunk looks at, px


class ResidualBlock(nn.Module):
    """Two 3 x 3 convolutions with GroupNorm and SiLU, optionally halving the resolution."""

    def __init__(self, inputs: int, outputs: int, stride: int) -> None:
        super().__init__()
        self.body = nn.Sequential(
            nn.GroupNorm(8, inputs),
            nn.SiLU(),
            nn.Conv2d(inputs, outputs, 3, stride, 1),
            nn.GroupNorm(8, outputs),
            nn.SiLU(),
            nn.Conv2d(outputs, outputs, 3, 1, 1),
        )
        self.skip = nn.Identity() if inputs == outputs and stride == 1 else nn.Conv2d(inputs, outputs, stride, stride)

    def forward(self, x: Tensor) -> Tensor:
        return self.skip(x) + self.body(x)


def image_statistics(images: Tensor, exposure: bool) -> Tensor:
    """What a network reads about images `(B, 3, P, P)`, sRGB-encoded [0, 1]: `(B, F)`.

    Args:
        exposure: whether it reads the exposure, too, or colours alone.
    """
    colors = color_statistics(images)
    return torch.cat([colors, exposure_statistics(images)], 1) if exposure else colors


class StatisticsReader(Standardised):
    """Base of what reads `image_statistics`; without standardising, a network learns several times slower.

    Args:
        exposure: whether the exposure is read.
    """

    def __init__(self, exposure: bool) -> None:
        super().__init__(STATISTICS + (EXPOSURE if exposure else 0), least=0.02, farthest=8.0)
        self.exposure = exposure


class ImageFeatures(StatisticsReader):
    """Trunk and standardised statistics joined to one vector.

    Input `(B, 3, P, P)`, sRGB-encoded [0, 1]; output `(B, width)`.
    """

    def __init__(self, width: int, dropout: float = 0.0, exposure: bool = False) -> None:
        super().__init__(exposure)
        # whole histograms name a photo: without dropout the network learns the training photos by heart
        self.dropout = nn.Dropout(dropout)
        self.trunk = nn.Sequential(
            nn.Conv2d(3, 32, 4, 4), ResidualBlock(32, 32, 1), ResidualBlock(32, 64, 2), ResidualBlock(64, 128, 2)
        )
        first = nn.Linear(TRUNK + self.count, 2 * width)
        self.join = nn.Sequential(first, nn.SiLU(), nn.Linear(2 * width, width))
        # the trunk starts silent: statistics say most, and are learned first
        with torch.no_grad():
            first.weight[:, :TRUNK] = 0

    def forward(self, images: Tensor, statistics: Tensor | None = None) -> Tensor:
        """`statistics` are the images' `image_statistics` where they are known already."""
        if statistics is None:
            statistics = image_statistics(images, self.exposure)
        if self.exposure and images.shape[-1] > TRUNK_SIDE:
            images = nn.functional.interpolate(images, size=(TRUNK_SIDE, TRUNK_SIDE), mode="area")
        seen = self.trunk(images - 0.5).flatten(2)
        return self._joined(torch.cat([seen.mean(2), seen.amax(2)], 1), statistics)

    def of_statistics(self, statistics: Tensor) -> Tensor:
        """The same from `image_statistics` `(..., F)` alone, as if the trunk saw nothing: for pretraining."""
        return self._joined(statistics.new_zeros(*statistics.shape[:-1], TRUNK), statistics)

    def _joined(self, seen: Tensor, statistics: Tensor) -> Tensor:
        return self.join(torch.cat([seen, self.dropout(self.standardised(statistics))], -1))
