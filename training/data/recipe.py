"""Random develop recipes: the *taste* of a simulated user.

A recipe is a global colour transform as raw developers offer it: exposure, white balance, tone and channel curves,
    fade, saturation and vibrance, colour sectors, split toning, black and white, and a smooth free-form residual such
    as film stocks show.
"""

from dataclasses import dataclass, fields

import torch
from torch import Tensor

from pie_desktop.imaging.color.spaces import LUMA
from training.data import color
from training.data.batch import Movable

SECTORS = 8
KNOTS = 17
GRID = 7


@dataclass
class Recipe(Movable):
    """Parameters of B recipes; every tensor has B as its first dimension."""

    stops: Tensor  # (B,) exposure in EV
    gains: Tensor  # (B, 3) white balance
    tone: Tensor  # (B, 1, KNOTS) curve for all channels
    channels: Tensor  # (B, 3, KNOTS) curves per channel
    mixer: Tensor  # (B, 3, 3) channel crosstalk
    saturation: Tensor  # (B,)
    vibrance: Tensor  # (B,)
    sectors: Tensor  # (B, SECTORS, 3) hue shift in radians, chroma scale minus 1, luma lift
    shadows: Tensor  # (B, 3) split toning, added in the shadows
    highlights: Tensor  # (B, 3) split toning, added in the highlights
    monochrome: Tensor  # (B,) 1 for black and white
    grey_mix: Tensor  # (B, 3) channel weights of black and white
    residual: Tensor  # (B, 3, GRID, GRID, GRID) smooth free-form colour shift

    def __len__(self) -> int:
        return len(self.stops)

    @staticmethod
    def blend(a: "Recipe", b: "Recipe", weight: Tensor) -> "Recipe":
        """Parameter-wise `(1 - weight) * a + weight * b`, weight `(B,)`."""

        def mix(name: str) -> Tensor:
            x, y = getattr(a, name), getattr(b, name)
            return x + (y - x) * weight.reshape(-1, *[1] * (x.dim() - 1))

        return Recipe(**{f.name: mix(f.name) for f in fields(Recipe)})


class _Dice:
    """Random numbers of one generator, shaped for B recipes."""

    def __init__(self, count: int, generator: torch.Generator) -> None:
        self.count, self.generator = count, generator

    def normal(self, *shape: int) -> Tensor:
        return torch.randn(self.count, *shape, generator=self.generator)

    def uniform(self, low: float, high: float, *shape: int) -> Tensor:
        return low + (high - low) * torch.rand(self.count, *shape, generator=self.generator)

    def chance(self, probability: float) -> Tensor:
        return (torch.rand(self.count, generator=self.generator) < probability).float()


def _curves(dice: _Dice, channels: int, strength: Tensor) -> Tensor:
    """Smooth monotone curves `(B, channels, KNOTS)` through lifted or faded end points."""
    t = torch.linspace(0, 1, KNOTS)
    contrast, gamma = dice.normal(channels, 1) * 0.5, dice.normal(channels, 1) * 0.25
    toe, shoulder = dice.normal(channels, 1) * 0.35, dice.normal(channels, 1) * 0.35
    s = strength.reshape(-1, 1, 1)
    base = t ** torch.exp(gamma * s)
    sigmoid = base + contrast * s * 0.9 * (base - 0.5) * base * (1 - base) * 4
    bumps = toe * s * 0.25 * torch.exp(-((t - 0.25) ** 2) / 0.02) + shoulder * s * 0.25 * torch.exp(
        -((t - 0.75) ** 2) / 0.02
    )
    y = sigmoid + bumps * t * (1 - t) * 4
    # monotone: a tone curve that turns back would invert tones, which no photographer asks for
    steps = (y[..., 1:] - y[..., :-1]).clamp_min(0.004)
    y = torch.cat([y[..., :1], y[..., :1] + steps.cumsum(-1)], -1)
    return (y / y[..., -1:].clamp_min(1.0)).clamp(0, 1)


def sample_recipes(count: int, generator: torch.Generator, strength: Tensor | None = None) -> Recipe:
    """Draw recipes, from subtle to strong.

    Args:
        count: number of recipes B.
        generator: CPU generator; the same state gives the same recipes.
        strength: `(B,)` overall strength; drawn log-uniformly from 0.15 to 1.6 when None.
    """
    d = _Dice(count, generator)
    s = torch.exp(d.uniform(-1.9, 0.47)) if strength is None else strength
    s1 = s[:, None]
    tone = _curves(d, 1, s * d.chance(0.8))
    channels = _curves(d, 3, 0.7 * s * d.chance(0.5))
    fade = d.chance(0.35)[:, None, None] * d.uniform(0, 0.18, 3, 1).lerp(d.uniform(0, 0.18, 1, 1).expand(-1, 3, 1), 0.7)
    drop = d.chance(0.25)[:, None, None] * d.uniform(0, 0.12, 1, 1)
    scale = s.clamp_max(1.2)[:, None, None]
    channels = fade * scale + channels * (1 - (fade + drop) * scale)
    mono = d.chance(0.12)
    mixer = torch.eye(3) + d.chance(0.4)[:, None, None] * d.normal(3, 3) * 0.08 * s[:, None, None]
    mixer = mixer / mixer.sum(2, keepdim=True)
    split = d.chance(0.5)[:, None]
    toning = torch.where(mono > 0, d.chance(0.5), d.chance(1.0))[:, None]
    sector_on = d.chance(0.5)[:, None]
    sectors = (
        torch.stack([d.normal(SECTORS) * 0.25, d.normal(SECTORS) * 0.3, d.normal(SECTORS) * 0.08], 2)
        * (sector_on * s1)[:, :, None]
    )
    coarse = d.normal(3, 3, 3, 3) * 0.06 * (d.chance(0.4) * s).reshape(-1, 1, 1, 1, 1)
    residual = torch.nn.functional.interpolate(coarse, size=(GRID,) * 3, mode="trilinear", align_corners=True)
    residual = residual + d.normal(3, GRID, GRID, GRID) * 0.025 * (d.chance(0.3) * s).reshape(-1, 1, 1, 1, 1)
    return Recipe(
        stops=d.normal() * 0.45 * s * d.chance(0.6),
        gains=color.white_balance_gains(d.normal() * 0.14 * s * d.chance(0.6), d.normal() * 0.06 * s * d.chance(0.5)),
        tone=tone,
        channels=channels,
        mixer=mixer,
        saturation=(d.normal() * 0.3 * s * d.chance(0.7)).clamp(-0.85, 0.9),
        vibrance=(d.normal() * 0.3 * s * d.chance(0.4)).clamp(-0.6, 0.9),
        sectors=sectors.clamp(-0.9, 0.9),
        shadows=split * toning * d.normal(3) * 0.07 * s1,
        highlights=split * toning * d.normal(3) * 0.05 * s1,
        monochrome=mono,
        grey_mix=torch.softmax(torch.tensor(LUMA).log() + d.normal(3) * 0.6, 1),
        residual=residual,
    )


def apply_recipes(x: Tensor, recipe: Recipe) -> Tensor:
    """Develop pixels `(B, 3, M)`, sRGB-encoded [0, 1], each row by its own recipe; returns the same shape in [0, 1]."""
    x = color.expose(x, recipe.stops, recipe.gains)
    x = color.curve(x, recipe.tone)
    x = torch.einsum("bij,bjm->bim", recipe.mixer, x)
    chroma = color.hue_chroma(x)[1]
    shift = color.hue_sectors(x, recipe.sectors)
    # colour sectors act in proportion to chroma, so that greys stay grey
    presence = (chroma * 4).clamp(0, 1)
    x = color.rotate_chroma(x, shift[:, :1] * presence, 1 + shift[:, 1:2] * presence, shift[:, 2:] * presence)
    x = color.saturate(x, recipe.saturation, recipe.vibrance)
    grey = (x * recipe.grey_mix[:, :, None]).sum(1, keepdim=True)
    x = x + (grey - x) * recipe.monochrome[:, None, None]
    x = color.curve(x, recipe.channels)
    level = color.luma(x).clamp(0, 1)
    x = x + recipe.shadows[:, :, None] * (1 - level) ** 2 * level.sqrt() * 2 + recipe.highlights[:, :, None] * level**2
    # grid_sample reads (x, y, z) = (b, g, r) from a (r, g, b) volume
    where = (x.clamp(0, 1).flip(1) * 2 - 1).transpose(1, 2)[:, :, None, None]
    free = torch.nn.functional.grid_sample(recipe.residual, where, align_corners=True)[:, :, :, 0, 0]
    return (x + free * (1 - recipe.monochrome[:, None, None])).clamp(0, 1)
