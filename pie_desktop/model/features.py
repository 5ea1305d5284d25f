"""Features of an image, from pixels as the network reads them: a small convolutional trunk and colour statistics."""

import cv2
import numpy as np
import torch
from torch import Tensor, nn

from pie_desktop.imaging.decode import PROXY_SIDE

_GRAY_SPREAD = 2.5 / 255  # between the channels of a gray pixel, after JPEG and conversions of colour
_GRAY_SPECKS = 0.001  # of all pixels
FIT_GRID = 48  # side of the pixel grid that pairs are fitted on, px


def to_float(image: np.ndarray) -> np.ndarray:
    """`(H, W, 3)` uint8 or uint16 to float32 in [0, 1]."""
    return image.astype(np.float32) / np.iinfo(image.dtype).max


def shrink(image: np.ndarray, size: tuple[int, int] | None = None) -> np.ndarray:
    """Area-averaged float32 image with a long side of at most 256 px, or of exactly `size` (width, height)."""
    height, width = image.shape[:2]
    if size is None:
        scale = min(1.0, PROXY_SIDE / max(height, width))
        size = (max(1, round(width * scale)), max(1, round(height * scale)))
    small = image if size == (width, height) else cv2.resize(image, size, interpolation=cv2.INTER_AREA)
    return to_float(small)


def is_gray(image: np.ndarray) -> bool:
    """Whether a float image is black and white: no colour but for rounding, and for a speck that may be dirt."""
    r, g, b = (image[..., channel] for channel in range(3))  # along so short an axis numpy takes ten times as long
    spread = np.maximum(np.maximum(r, g), b) - np.minimum(np.minimum(r, g), b)
    return float((spread > _GRAY_SPREAD).mean()) <= _GRAY_SPECKS


def squares(images: list[np.ndarray], side: int) -> Tensor:
    """Float images squeezed to `(B, 3, side, side)` for the trunk."""
    resized = [cv2.resize(p, (side, side), interpolation=cv2.INTER_AREA) for p in images]
    return torch.from_numpy(np.stack(resized)).permute(0, 3, 1, 2).contiguous()


def picked_colors(image: np.ndarray, side: int = FIT_GRID) -> np.ndarray:
    """Colours `(side * side, 3)` on an even grid; picked, because averages do not obey the LUT of a pair."""
    height, width = image.shape[:2]
    rows = ((np.arange(side) + 0.5) * height / side).astype(int)
    columns = ((np.arange(side) + 0.5) * width / side).astype(int)
    return image[rows[:, None], columns[None]].reshape(-1, 3)


BINS = 16
LUMA_BINS = 8
CELLS = 3
TRUNK = 256
STATISTICS = 7 * BINS + 3 * LUMA_BINS + 3 * CELLS * CELLS + 14


def soft_histogram(values: Tensor, bins: int = BINS) -> Tensor:
    """Shares of `(B, C, M)` values in [0, 1] falling to each of `bins` nodes, linearly interpolated: `(B, C, bins)`."""
    position = values.clamp(0, 1) * (bins - 1)
    low = position.floor().clamp_max(bins - 2)
    upper = position - low
    index = low.long()
    result = values.new_zeros(*values.shape[:2], bins)
    result.scatter_add_(2, index, 1 - upper)
    result.scatter_add_(2, index + 1, upper)
    return result / values.shape[2]


@torch.no_grad()
def color_statistics(images: Tensor) -> Tensor:
    """Colour statistics of images `(B, 3, P, P)`, sRGB-encoded [0, 1]: `(B, STATISTICS)`.

    Histograms of red, green, blue, luma, saturation and two opponent axes; opponent colour and saturation by luma;
    mean colour on a 3 x 3 grid; means and standard deviations.
    """
    flat = images.flatten(2)
    r, g, b = flat.unbind(1)
    luma = 0.2126 * r + 0.7152 * g + 0.0722 * b
    saturation = flat.amax(1) - flat.amin(1)
    red_green, yellow_blue = (r - g) * 0.5 + 0.5, (0.5 * (r + g) - b) * 0.5 + 0.5
    channels = torch.stack([r, g, b, luma, saturation, red_green, yellow_blue], 1)
    histogram = soft_histogram(channels).sqrt().flatten(1)
    # narrow opponent axes: most photographs live near grey
    shifted = channels[:, 4:].clone()
    bucket = (luma * (LUMA_BINS - 0.001)).clamp(0, LUMA_BINS - 1).long()
    count = luma.new_zeros(len(flat), LUMA_BINS).scatter_add_(1, bucket, torch.ones_like(luma))
    sums = luma.new_zeros(len(flat), 3, LUMA_BINS).scatter_add_(2, bucket[:, None].expand(-1, 3, -1), shifted)
    by_luma = torch.where(
        count[:, None] > 0, sums / count[:, None].clamp_min(1) - shifted.new_tensor([0, 0.5, 0.5])[:, None], 0
    )
    cells = nn.functional.adaptive_avg_pool2d(images, CELLS).flatten(1) - 0.5
    return torch.cat(
        [histogram - 0.2, by_luma.flatten(1) * 4, cells, channels.mean(2) * 2 - 1, channels.std(2) * 4 - 1], 1
    )


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


class StatisticsReader(nn.Module):
    """Base of what reads `color_statistics`, standardised.

    Statistics differ by orders of magnitude in how much they vary; without this a network learns several times slower.
    """

    usual: Tensor
    spread: Tensor

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("usual", torch.zeros(STATISTICS))
        self.register_buffer("spread", torch.ones(STATISTICS))

    def calibrate(self, statistics: Tensor) -> None:
        """Standardise by the mean and deviation of sample statistics `(B, STATISTICS)` from now on."""
        self.usual.copy_(statistics.mean(0))
        self.spread.copy_(statistics.std(0).clamp_min(0.02))

    def standardised(self, statistics: Tensor) -> Tensor:
        """Statistics `(..., STATISTICS)` with a usual value of 0 and a usual deviation of 1."""
        return (statistics - self.usual) / self.spread


class ImageFeatures(StatisticsReader):
    """Trunk and standardised statistics joined to one vector.

    Input `(B, 3, P, P)`, sRGB-encoded [0, 1]; output `(B, width)`.
    """

    def __init__(self, width: int, dropout: float = 0.0) -> None:
        super().__init__()
        # whole histograms name a photo: without dropout the network learns the training photos by heart
        self.dropout = nn.Dropout(dropout)
        self.trunk = nn.Sequential(
            nn.Conv2d(3, 32, 4, 4), ResidualBlock(32, 32, 1), ResidualBlock(32, 64, 2), ResidualBlock(64, 128, 2)
        )
        first = nn.Linear(TRUNK + STATISTICS, 2 * width)
        self.join = nn.Sequential(first, nn.SiLU(), nn.Linear(2 * width, width))
        # the trunk starts silent: statistics say most, and are learned first
        with torch.no_grad():
            first.weight[:, :TRUNK] = 0

    def forward(self, images: Tensor, statistics: Tensor | None = None) -> Tensor:
        """`statistics` are the images' `color_statistics` where they are known already."""
        if statistics is None:
            statistics = color_statistics(images)
        seen = self.trunk(images - 0.5).flatten(2)
        return self._joined(torch.cat([seen.mean(2), seen.amax(2)], 1), statistics)

    def of_statistics(self, statistics: Tensor) -> Tensor:
        """The same from `color_statistics` `(..., STATISTICS)` alone, as if the trunk saw nothing: for pretraining."""
        return self._joined(statistics.new_zeros(*statistics.shape[:-1], TRUNK), statistics)

    def _joined(self, seen: Tensor, statistics: Tensor) -> Tensor:
        return self.join(torch.cat([seen, self.dropout(self.standardised(statistics))], -1))
