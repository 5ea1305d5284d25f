"""What is told about an image in numbers: colour statistics, and how it is exposed.

Exposure is read as a retoucher reads it: percentiles and clipping, edges in shadows and highlights, the cast of greys,
and the brightness of what is looked at: the centre, skin, what stands out.
"""

import torch
from torch import Tensor, nn

from pie_desktop.imaging.color.spaces import LUMA

BINS = 16
LUMA_BINS = 8
CELLS = 3
STATISTICS = 7 * BINS + 3 * LUMA_BINS + 3 * CELLS * CELLS + 14

_QUANTILES = (0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99)
_OF_CHANNELS = (0.1, 0.5, 0.9, 0.99)
_ZONES = ((0.0, 0.25), (0.25, 0.65), (0.65, 1.01))  # of luma: shadows, midtones, highlights
_DARKEST = 0.002  # linear light that counts as black
MAPS = 4
EXPOSURE = 2 * len(_QUANTILES) + 3 * len(_OF_CHANNELS) + 4 + 3 * MAPS + 1 + 5 * len(_ZONES) + 1 + 6


class Standardised(nn.Module):
    """Base of what reads numbers that differ by orders of magnitude in how much they vary: it sees them standardised.

    Args:
        count: F, of the numbers.
        least: of the deviations; a number that hardly varied in the samples must not become a loud one.
        farthest: deviations; what is farther from all that was learned from says no more.
    """

    usual: Tensor
    spread: Tensor

    def __init__(self, count: int, least: float, farthest: float) -> None:
        super().__init__()
        self.count, self.least, self.farthest = count, least, farthest
        self.register_buffer("usual", torch.zeros(count))
        self.register_buffer("spread", torch.ones(count))

    def calibrate(self, numbers: Tensor, first: int = 0) -> None:
        """Standardise by the mean and deviation of samples `(B, F)` from now on, from the column `first`."""
        self.usual[first:] = numbers.mean(0)[first:]
        self.spread[first:] = numbers.std(0).clamp_min(self.least)[first:]

    def standardised(self, numbers: Tensor) -> Tensor:
        """Numbers `(..., F)` with a usual value of 0 and a usual deviation of 1."""
        return ((numbers - self.usual) / self.spread).clamp(-self.farthest, self.farthest)


def luma(images: Tensor) -> Tensor:
    """Rec. 709 luma of sRGB-encoded `(B, 3, ...)`: `(B, ...)`."""
    r, g, b = images.unbind(1)
    return LUMA[0] * r + LUMA[1] * g + LUMA[2] * b


def linear(values: Tensor) -> Tensor:
    """sRGB decoding (IEC 61966-2-1), values clamped to [0, 1]."""
    values = values.clamp(0, 1)
    return torch.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)


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
    gray = luma(flat)
    saturation = flat.amax(1) - flat.amin(1)
    red_green, yellow_blue = (r - g) * 0.5 + 0.5, (0.5 * (r + g) - b) * 0.5 + 0.5
    channels = torch.stack([r, g, b, gray, saturation, red_green, yellow_blue], 1)
    histogram = soft_histogram(channels).sqrt().flatten(1)
    # narrow opponent axes: most photographs live near grey
    shifted = channels[:, 4:].clone()
    bucket = (gray * (LUMA_BINS - 0.001)).clamp(0, LUMA_BINS - 1).long()
    count = gray.new_zeros(len(flat), LUMA_BINS).scatter_add_(1, bucket, torch.ones_like(gray))
    sums = gray.new_zeros(len(flat), 3, LUMA_BINS).scatter_add_(2, bucket[:, None].expand(-1, 3, -1), shifted)
    by_luma = torch.where(
        count[:, None] > 0, sums / count[:, None].clamp_min(1) - shifted.new_tensor([0, 0.5, 0.5])[:, None], 0
    )
    cells = nn.functional.adaptive_avg_pool2d(images, CELLS).flatten(1) - 0.5
    return torch.cat(
        [histogram - 0.2, by_luma.flatten(1) * 4, cells, channels.mean(2) * 2 - 1, channels.std(2) * 4 - 1], 1
    )


@torch.no_grad()
def exposure_statistics(images: Tensor) -> Tensor:
    """How images `(B, 3, P, P)`, sRGB-encoded [0, 1], are exposed: `(B, EXPOSURE)`.

    The pixels should be picked from the photo, not averaged: averages clip less than what they are made of.
    """
    flat = images.flatten(2)
    gray, light = luma(images), linear(images)
    brightness = luma(light).clamp_min(_DARKEST)
    tones = quantiles(gray.flatten(1), _QUANTILES)
    chroma = flat.amax(1) - flat.amin(1)
    channels = [quantiles(values, _OF_CHANNELS) for values in (flat.amax(1), flat.amin(1), chroma)]
    clipped = torch.stack(
        [
            (flat.amax(1) > 0.985).float().mean(1),
            (flat.amin(1) > 0.985).float().mean(1),
            (gray.flatten(1) < 0.015).float().mean(1),
            (gray.flatten(1) < 0.06).float().mean(1),
        ],
        1,
    ).sqrt()
    maps, skin = attention_maps(images)
    share = maps.flatten(2) / gray[0].numel()
    seen = torch.einsum("bkm,bm->bk", share, brightness.flatten(1) ** (1 / 3)).log2() * 3
    colorful = torch.einsum("bkm,bm->bk", share, chroma)
    warm = torch.einsum("bkm,bm->bk", share, flat[:, 0] - flat[:, 2])
    zones, steep = _by_zone(images, gray)
    third = gray.shape[1] // 3
    upper, lower = images[:, :, :third].mean((2, 3)), images[:, :, -third:].mean((2, 3))
    places = torch.stack(
        [
            luma(upper),
            luma(lower),
            upper[:, 2] - upper[:, 0],
            gray[:, :, third:-third].mean((1, 2)),
            gray[:, :third].std((1, 2)),
            gray[:, -third:].std((1, 2)),
        ],
        1,
    )
    logarithms = linear(tones).clamp_min(_DARKEST).log2() / 4
    return torch.cat(
        [tones, logarithms, *channels, clipped, seen / 4, colorful, warm, skin[:, None].sqrt(), zones, steep, places], 1
    )


def quantiles(values: Tensor, shares: tuple[float, ...]) -> Tensor:
    """Quantiles `(B, len(shares))` of `(B, M)`; the nearest value, which needs one sort for all."""
    places = [round(share * (values.shape[1] - 1)) for share in shares]
    return values.sort(1).values[:, places]


def _by_zone(images: Tensor, gray: Tensor) -> tuple[Tensor, Tensor]:
    """Size, edges, cast of what is nearly grey, and chroma of shadows, midtones and highlights; and the steep edges."""
    across, down = images.diff(dim=3).abs().sum(1), images.diff(dim=2).abs().sum(1)
    edges = nn.functional.pad(across, (0, 1)) + nn.functional.pad(down, (0, 0, 0, 1))
    chroma = images.amax(1) - images.amin(1)
    r, g, b = (images + 0.02).log().unbind(1)
    nearly_gray = torch.exp(-((chroma / 0.15) ** 2))
    found = []
    for low, high in _ZONES:
        inside = ((gray >= low) & (gray < high)).float()
        weight = inside.sum((1, 2)).clamp_min(1)
        grays = inside * nearly_gray
        of_grays = grays.sum((1, 2)).clamp_min(1)
        found += [
            inside.mean((1, 2)).sqrt(),
            (edges * inside).sum((1, 2)) / weight,
            ((r - b) * grays).sum((1, 2)) / of_grays,
            ((g - (r + b) / 2) * grays).sum((1, 2)) / of_grays,
            (chroma * inside).sum((1, 2)) / weight,
        ]
    return torch.stack(found, 1), quantiles(edges.flatten(1), (0.9,))


def attention_maps(images: Tensor) -> tuple[Tensor, Tensor]:
    """What can be looked at in images `(B, 3, P, P)`: `(B, MAPS, P, P)`, means of 1; and the share of skin `(B,)`.

    Everything; the centre; skin, by its colours; what stands out from its surroundings. A photo without skin has the
    centre in its place.
    """
    side = images.shape[-1]
    axis = torch.linspace(-1, 1, side, device=images.device)
    distance = (axis**2)[:, None] + (axis**2)[None]
    centre = torch.exp(-distance / 0.4).expand(len(images), -1, -1)
    skin = skin_likeness(images)
    maps = torch.stack([torch.ones_like(centre), centre, skin + 0.02 * centre, stands_out(images) + 0.02], 1)
    return maps / maps.mean((2, 3), keepdim=True), skin.mean((1, 2))


def skin_likeness(images: Tensor) -> Tensor:
    """How like skin each pixel of images `(B, 3, P, P)` is, 0 to 1: `(B, P, P)`.

    By chromaticity, which differs less between people than brightness does (M. J. Jones and J. M. Rehg, Statistical
    color models with application to skin detection, IJCV 2002).
    """
    r, g, b = (images + 0.01).unbind(1)
    total = r + g + b
    near = ((r / total - 0.43) / 0.05) ** 2 + ((g / total - 0.315) / 0.022) ** 2
    return torch.exp(-near / 2) * ((r > 0.15) & (r > b)).float()


def stands_out(images: Tensor) -> Tensor:
    """How much pixels of `(B, 3, P, P)` differ from the image's mean colour and their surroundings: `(B, P, P)`."""
    near = nn.functional.avg_pool2d(images, 5, 1, 2, count_include_pad=False)
    mean = images.mean((2, 3), keepdim=True)
    return (near - mean).abs().sum(1) * (0.3 + (images - near).abs().sum(1).clamp_max(0.5))
