"""Colour operations on batches of pixels, shared by the capture and the recipe simulators.

Pixels are `(B, 3, M)` float tensors, RGB, sRGB-encoded, nominally in [0, 1]; parameters are `(B,)` or `(B, k)` tensors.
"""

import torch
from torch import Tensor

from pie_desktop.imaging.color.spaces import LUMA
from pie_desktop.model import statistics
from pie_desktop.model.statistics import linear


def encoded(light: Tensor) -> Tensor:
    """sRGB encoding (IEC 61966-2-1) of linear light, from 0 on."""
    return torch.where(light <= 0.0031308, light * 12.92, 1.055 * light.clamp_min(1e-6) ** (1 / 2.4) - 0.055)


def to_encoded(x: Tensor) -> Tensor:
    """sRGB encoding of linear light; values above 1 roll off softly instead of clipping hard."""
    x = x.clamp_min(1e-6)
    return encoded(torch.where(x > 0.8, 0.8 + 0.2 * torch.tanh((x - 0.8) / 0.4) / 0.9640, x).clamp_max(1))


def luma(x: Tensor) -> Tensor:
    """`(B, 1, M)` Rec. 709 luma of the encoded values."""
    return statistics.luma(x).unsqueeze(1)


def expose(x: Tensor, stops: Tensor, gains: Tensor) -> Tensor:
    """Exposure in stops `(B,)` and white-balance gains `(B, 3)`, applied in linear light."""
    return to_encoded(linear(x) * (2.0**stops)[:, None, None] * gains[:, :, None])


def white_balance_gains(temperature: Tensor, tint: Tensor) -> Tensor:
    """Gains `(B, 3)` of a warm (positive) or cool temperature and a magenta (positive) or green tint; luma kept."""
    gains = torch.stack([temperature + tint / 2, -tint, -temperature + tint / 2], 1).exp()
    return gains / (gains * gains.new_tensor(LUMA)).sum(1, keepdim=True)


def saturate(x: Tensor, saturation: Tensor, vibrance: Tensor) -> Tensor:
    """Saturation `(B,)` scales chroma about the luma; vibrance `(B,)` does so more where chroma is low."""
    grey = luma(x)
    chroma = (x.amax(1, keepdim=True) - x.amin(1, keepdim=True)).clamp(0, 1)
    scale = 1 + saturation[:, None, None] + vibrance[:, None, None] * (1 - chroma) ** 2
    return grey + (x - grey) * scale.clamp_min(0)


def hue_chroma(x: Tensor) -> tuple[Tensor, Tensor]:
    """Hue angle in radians and chroma, each `(B, 1, M)`, of the hexagon's opponent axes."""
    r, g, b = x.unbind(1)
    alpha, beta = r - 0.5 * (g + b), 0.8660254 * (g - b)
    return torch.atan2(beta, alpha).unsqueeze(1), torch.sqrt(alpha**2 + beta**2 + 1e-8).unsqueeze(1)


def rotate_chroma(x: Tensor, angle: Tensor, scale: Tensor, lift: Tensor) -> Tensor:
    """Turn hue by `angle`, multiply chroma by `scale`, add `lift` to luma; all `(B, 1, M)`, one value a pixel."""
    grey = luma(x)
    c = x - grey
    r, g, b = c.unbind(1)
    alpha, beta = (r - 0.5 * (g + b)).unsqueeze(1), (0.8660254 * (g - b)).unsqueeze(1)
    cos, sin = torch.cos(angle) * scale, torch.sin(angle) * scale
    alpha, beta = alpha * cos - beta * sin, alpha * sin + beta * cos
    rgb = torch.cat([alpha * (2 / 3), -alpha / 3 + beta * 0.57735027, -alpha / 3 - beta * 0.57735027], 1)
    return grey + lift + rgb - luma(rgb)


def hue_sectors(x: Tensor, amounts: Tensor) -> Tensor:
    """Interpolate `(B, S, k)` amounts given at S hues around the circle to every pixel: `(B, k, M)`."""
    hue, _ = hue_chroma(x)
    sectors = amounts.shape[1]
    centres = torch.arange(sectors, device=x.device) * (2 * torch.pi / sectors)
    distance = torch.cos(hue - centres[None, :, None])
    weight = torch.exp(6.0 * (distance - 1))
    weight = weight / weight.sum(1, keepdim=True)
    return torch.einsum("bsm,bsk->bkm", weight, amounts)


def curve(x: Tensor, knots: Tensor) -> Tensor:
    """Piecewise-linear tone curve through `(B, C, K)` values at K even positions in [0, 1]; C is 1 or 3."""
    k = knots.shape[-1]
    position = x.clamp(0, 1) * (k - 1)
    low = position.floor().clamp_max(k - 2)
    index = low.long()
    table = knots.expand(-1, 3, -1)
    a, b = table.gather(2, index), table.gather(2, index + 1)
    return a + (b - a) * (position - low)
