"""The user simulator: photographers who correct and retouch in their own way.

A finished photograph `z` is the well-corrected state, `x = degrade(z)` is what came out of the camera, and a user `u`
makes `y = taste_u(correct_u(x, z))`: a user-specific way from `x` towards `z` (none, part, all), then a develop recipe
that is the same for every photo, jitters a little from photo to photo, or depends on what the photo shows.
"""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from training.data import color
from training.data.batch import Group
from training.data.capture import Capture, degrade, sample_captures, sample_severity
from training.data.photos import random_views
from training.data.recipe import Recipe, apply_recipes, sample_recipes
from training.running.processes import WHOLE, Share


@dataclass(frozen=True)
class UserMix:
    """Shares of the simulated population; what real photographers do has to lie inside."""

    perfect_capture: float = 0.4  # users whose photos need no correction: y = taste(x)
    no_correction: float = 0.4  # of the others: leave the capture as it came
    full_correction: float = 0.4  # of the others: normalise every photo; the rest go part of the way
    adaptive: float = 0.3  # users whose recipe depends on the photo's content
    no_taste: float = 0.05  # users who correct only
    local: float = 0.15  # users who also shade parts of a photo (vignettes, graduated filters): no LUT can do that


def content_axes(z: Tensor) -> Tensor:
    """What a photographer may adapt to, of images `(B, 3, P, P)`: `(B, 6)` standardised.

    Brightness, spread of tones, colourfulness, warmth, greenness, blue sky.
    """
    flat = z.flatten(2)
    grey = color.luma(flat)[:, 0]
    r, g, b = flat.unbind(1)
    chroma = color.hue_chroma(flat)[1][:, 0]
    upper = z[:, :, : z.shape[2] // 3].flatten(2).mean(2)
    features = torch.stack(
        [
            (grey.mean(1) - 0.42) / 0.16,
            (grey.std(1) - 0.24) / 0.06,
            (chroma.mean(1) - 0.15) / 0.09,
            ((r - b).mean(1) - 0.07) / 0.11,
            ((g - 0.5 * (r + b)).mean(1) - 0.0) / 0.04,
            ((upper[:, 2] - upper[:, 0]) + 0.05) / 0.15,
        ],
        1,
    )
    return features.clamp(-3, 3)


class UserSimulator:
    """Draws groups of simulated users over a bank of finished photographs.

    Args:
        bank: `(P, S, S, 3)` uint8 finished photographs, sRGB.
        side: side of the images, px.
        mix: the population.
        device: where pixels are computed. Users are drawn on the CPU, so that they do not depend on the device.
    """

    def __init__(
        self, bank: np.ndarray, side: int = 48, mix: UserMix | None = None, device: torch.device | str = "cpu"
    ) -> None:
        self.bank, self.side, self.mix, self.device = bank, side, mix or UserMix(), device

    def group(self, users: int, shots: int, generator: torch.Generator, share: Share = WHOLE) -> Group:
        """U users with S photos each; the same generator state gives the same group.

        Args:
            share: the users whose pixels are computed; everything random is drawn for all.
        """
        index, mine = self._pick(users, shots, generator), share.rows(users)
        rows = slice(mine.start * shots, mine.stop * shots)
        z = random_views(self.bank, index, self.side, generator, self.device, rows)
        x, y = self.retouch(z, users, generator, share)
        size = (-1, shots, 3, self.side, self.side)
        return Group(x.reshape(size), y.reshape(size), z.reshape(size))

    def _pick(self, users: int, shots: int, generator: torch.Generator) -> np.ndarray:
        """Photo indices `(users * shots,)`, distinct within a user where the bank is large enough."""
        rows = [torch.randperm(len(self.bank), generator=generator)[:shots] for _ in range(users)]
        rows = [row if len(row) == shots else row.repeat(shots)[:shots] for row in rows]
        return torch.cat(rows).numpy()

    def retouch(self, z: Tensor, users: int, generator: torch.Generator, share: Share = WHOLE) -> tuple[Tensor, Tensor]:
        """Captures and retouches `(B, 3, P, P)` of the finished photos `z`, B = users * shots, grouped by user.

        They are computed on the device of `z`. With a share, `z` are the photos of its users alone.
        """
        photos, device = len(z) * share.count, z.device
        shots, mine = photos // users, share.rows(photos)
        capture, kept = self._captures(users, shots, generator)
        flat = z.flatten(2)
        kept = kept[mine].to(device)[:, None, None]
        x = torch.where(kept > 0, flat, degrade(flat, capture.rows(mine).to(device)))
        corrected = x + self._corrections(users, shots, generator)[mine].to(device)[:, None, None] * (flat - x)
        recipe = self._recipes(content_axes(z), users, shots, generator, mine)
        tasteless = self._tasteless(users, shots, generator)[mine].to(device)[:, None, None] > 0
        y = torch.where(tasteless, corrected, apply_recipes(corrected, recipe)).reshape(z.shape)
        local = (self._draw(users, shots, generator)[mine] < self.mix.local).float().to(device)[:, None, None, None]
        return x.reshape(z.shape), (y * (1 + local * self._shading(photos, generator, mine, device))).clamp(0, 1)

    def _shading(self, count: int, generator: torch.Generator, mine: slice, device: torch.device) -> Tensor:
        """Random graduated filters and vignettes `(B, 1, P, P)`, relative brightness changes of some percent."""
        axis = torch.linspace(-1, 1, self.side, device=device)
        y, x = torch.meshgrid(axis, axis, indexing="ij")
        a, b, c = (0.06 * torch.randn(3, count, 1, 1, 1, generator=generator))[:, mine].to(device).unbind()
        return a * x + b * y + c * (x**2 + y**2)

    def _draw(self, users: int, shots: int, generator: torch.Generator) -> Tensor:
        return torch.rand(users, 1, generator=generator).expand(users, shots).flatten()

    def _captures(self, users: int, shots: int, generator: torch.Generator) -> tuple[Capture, Tensor]:
        severity = sample_severity(users, generator)
        perfect = (self._draw(users, shots, generator) < self.mix.perfect_capture).float()
        return sample_captures(users, shots, generator, severity), perfect

    def _corrections(self, users: int, shots: int, generator: torch.Generator) -> Tensor:
        kind = self._draw(users, shots, generator)
        part = self._draw(users, shots, generator)
        m = self.mix
        return torch.where(
            kind < m.no_correction, 0.0, torch.where(kind < m.no_correction + m.full_correction, 1.0, part)
        )

    def _tasteless(self, users: int, shots: int, generator: torch.Generator) -> Tensor:
        return (self._draw(users, shots, generator) < self.mix.no_taste).float()

    def _recipes(
        self, content: Tensor, users: int, shots: int, generator: torch.Generator, mine: slice = slice(None)
    ) -> Recipe:
        """Recipes of the photos `mine` of users * shots, on the device of their `content` `(B, 6)`."""
        owner, device = torch.arange(users).repeat_interleave(shots), content.device
        strength = torch.exp(torch.rand(users, generator=generator) * 2.37 - 1.9)
        main = sample_recipes(users, generator, strength).rows(owner)
        # a second recipe of the same user for other content, and one more for the mood of the day
        second = sample_recipes(users, generator, strength).rows(owner)
        second.monochrome = main.monochrome
        axis = torch.nn.functional.normalize(torch.randn(users, content.shape[1], generator=generator), dim=1)[owner]
        bias = 0.4 * torch.randn(users, generator=generator)[owner]
        sharpness = 0.8 + 2.0 * torch.rand(users, generator=generator)[owner]
        adaptive = (self._draw(users, shots, generator) < self.mix.adaptive).float()
        axis, bias, sharpness, adaptive = (t[mine].to(device) for t in (axis, bias, sharpness, adaptive))
        weight = torch.sigmoid(sharpness * ((content * axis).sum(1) + bias)) * adaptive
        recipe = Recipe.blend(main.rows(mine).to(device), second.rows(mine).to(device), weight)
        mood = sample_recipes(users * shots, generator, strength[owner])
        mood.monochrome = main.monochrome
        wobble = (self._draw(users, shots, generator) < 0.5).float() * 0.12 * self._draw(users, shots, generator)
        return Recipe.blend(recipe, mood.rows(mine).to(device), wobble[mine].to(device))
