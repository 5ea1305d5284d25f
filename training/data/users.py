"""The user simulator: photographers who correct and retouch in their own way.

A finished photograph `z` is the well-corrected state, `x = degrade(z)` is what came out of the camera, and a user `u`
makes `y = taste_u(correct_u(x, z))`: a user-specific way from `x` towards `z` (none, part, all), towards targets of
their own (`schools`) or as a learned retoucher goes (`teachers`); then a develop recipe that is the same for every
photo, jitters a little from photo to photo, or depends on what the photo shows.
"""

from collections.abc import Sequence

import numpy as np
import torch
from pydantic import Field
from torch import Tensor

from training.data import color
from training.data.batch import Group
from training.data.capture import Capture, degrade, sample_captures, sample_severity
from training.data.photos import random_views
from training.data.recipe import Recipe, apply_recipes, sample_recipes
from training.data.schools import retouch as retouch_by_targets
from training.data.schools import sample_retouchers
from training.data.teachers import Teacher
from training.running.processes import WHOLE, Share
from training.running.settings import Section


class UserMix(Section):
    """Shares of the simulated population; what real photographers do has to lie inside.

    Attributes:
        schools: users who correct towards targets of their own; see `training.data.schools`.
        teachers: users who correct as a learned retoucher does, more or less; see `training.data.teachers`. The
            other shares of corrections are among the rest of the users.
        perfect_capture: users whose photos need no correction: y = taste(x).
        no_correction: of the others: leave the capture as it came.
        full_correction: of the others: normalise every photo; the rest go part of the way.
        adaptive: users whose recipe depends on the photo's content.
        no_taste: users who correct only.
        erratic: users who develop each photo to a recipe of its own, more or less.
        local: users who also shade parts of a photo (vignettes, graduated filters): no LUT can do that. Of those with a
            school or a teacher and of the erratic ones they are four times the share: people work on parts of a photo.
    """

    schools: float = Field(0.0, ge=0, le=1)
    teachers: float = Field(0.0, ge=0, le=1)
    perfect_capture: float = 0.4
    no_correction: float = 0.4
    full_correction: float = 0.4
    adaptive: float = 0.3
    no_taste: float = 0.05
    erratic: float = 0.0
    local: float = 0.15


# of users with a school or a teacher
_FINISHED_ALREADY = 0.15  # work on finished photos
_CAPTURED = 0.3  # work on real captures, where there are any
_NO_TASTE = 0.5  # have no taste on top
_MILDER = 0.6  # strength of their taste
_LOCAL = 4.0  # times the share of all users work on parts of a photo; the erratic ones, too


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
        captures: `(C, S, S, 3)` uint8 photos as they came out of a camera; nobody knows them finished.
        teachers: learned retouchers; without any, users of schools take their place.
    """

    def __init__(
        self,
        bank: np.ndarray,
        side: int = 48,
        mix: UserMix | None = None,
        device: torch.device | str = "cpu",
        captures: np.ndarray | None = None,
        teachers: Sequence[Teacher] = (),
    ) -> None:
        self.bank, self.side, self.mix, self.device = bank, side, mix or UserMix(), device
        self.captures = captures if captures is not None and len(captures) else None
        self.teachers = teachers

    def group(self, users: int, shots: int, generator: torch.Generator, share: Share = WHOLE) -> Group:
        """U users with S photos each; the same generator state gives the same group.

        Args:
            share: the users whose pixels are computed; everything random is drawn for all.
        """
        index, mine = self._pick(users, shots, generator), share.rows(users)
        rows = slice(mine.start * shots, mine.stop * shots)
        z = random_views(self.bank, index, self.side, generator, self.device, rows)
        taken = None
        if self.captures is not None:
            index = torch.randint(len(self.captures), (users * shots,), generator=generator).numpy()
            taken = random_views(self.captures, index, self.side, generator, self.device, rows)
        x, y = self.retouch(z, users, generator, share, taken)
        size = (-1, shots, 3, self.side, self.side)
        return Group(x.reshape(size), y.reshape(size), z.reshape(size))

    def _pick(self, users: int, shots: int, generator: torch.Generator) -> np.ndarray:
        """Photo indices `(users * shots,)`, distinct within a user where the bank is large enough."""
        rows = [torch.randperm(len(self.bank), generator=generator)[:shots] for _ in range(users)]
        rows = [row if len(row) == shots else row.repeat(shots)[:shots] for row in rows]
        return torch.cat(rows).numpy()

    def kinds(self, users: int) -> tuple[slice, slice]:
        """Which users of a group have a school, and which have a teacher."""
        schools, teachers = round(self.mix.schools * users), round(self.mix.teachers * users)
        if not self.teachers:
            schools, teachers = round((self.mix.schools + self.mix.teachers) * users), 0
        return slice(users - schools - teachers, users - teachers), slice(users - teachers, users)

    def retouch(
        self, z: Tensor, users: int, generator: torch.Generator, share: Share = WHOLE, taken: Tensor | None = None
    ) -> tuple[Tensor, Tensor]:
        """Captures and retouches `(B, 3, P, P)` of the finished photos `z`, B = users * shots, grouped by user.

        They are computed on the device of `z`. With a share, `z` are the photos of its users alone.

        Args:
            taken: real captures of the shape of `z`, which some users with a school or a teacher get instead.
        """
        photos, device = len(z) * share.count, z.device
        shots, mine = photos // users, share.rows(photos)
        school, teacher = self.kinds(users)
        guided = torch.zeros(users)
        guided[school], guided[teacher] = 1.0, 1.0
        guided = guided.repeat_interleave(shots)

        def pick(values: Tensor) -> Tensor:
            return values[mine].to(device)[:, None, None]

        capture, kept = self._captures(users, shots, generator)
        kept = torch.where(guided > 0, (self._draw(users, shots, generator) < _FINISHED_ALREADY).float(), kept)
        flat = z.flatten(2)
        x = torch.where(pick(kept) > 0, flat, degrade(flat, capture.rows(mine).to(device)))
        real = guided * (self._draw(users, shots, generator) < _CAPTURED)
        if taken is not None:
            x = torch.where(pick(real) > 0, taken.flatten(2), x)
            # what would suit a capture nobody knows: it is its own measure
            flat = torch.where(pick(real) > 0, x, flat)
        corrected = x + pick(self._corrections(users, shots, generator)) * (flat - x)
        corrected = self._by_targets(corrected, x, flat, school, users, shots, generator, mine)
        corrected = self._as_taught(corrected, x, teacher, users, shots, generator, mine)
        erratic = (self._draw(users, shots, generator) < self.mix.erratic).float()
        milder = 1 - (1 - _MILDER) * guided[::shots]
        recipe = self._recipes(content_axes(z), users, shots, generator, mine, milder, erratic)
        share_without = torch.where(guided > 0, _NO_TASTE, self.mix.no_taste)
        tasteless = pick((self._draw(users, shots, generator) < share_without).float()) > 0
        y = torch.where(tasteless, corrected, apply_recipes(corrected, recipe)).reshape(z.shape)
        people = torch.maximum(guided, erratic)
        often = self.mix.local * (1 + (_LOCAL - 1) * people)
        local = pick((self._draw(users, shots, generator) < often).float() * (1 + people))[..., None]
        shading = self._shading(photos, generator, mine, device)
        return x.reshape(z.shape), (y * (1 + local * shading)).clamp(0, 1)

    def _by_targets(
        self,
        corrected: Tensor,
        x: Tensor,
        finished: Tensor,
        who: slice,
        users: int,
        shots: int,
        generator: torch.Generator,
        mine: slice,
    ) -> Tensor:
        """`corrected` with the rows of the users `who` replaced by what their schools make of the photos `x`."""
        count = who.stop - who.start
        if not count:
            return corrected
        retouchers = sample_retouchers(count, generator).rows(torch.arange(count).repeat_interleave(shots))
        whims = torch.randn(count * shots, 3, generator=generator)
        place, own = _overlap(who, shots, mine)
        if place.start == place.stop:
            return corrected
        size, device = (-1, 3, self.side, self.side), x.device
        photos, suited = (t[place].reshape(size) for t in (x, finished))
        made = retouch_by_targets(photos, retouchers.rows(own).to(device), suited, whims[own].to(device))
        return torch.cat([corrected[: place.start], made, corrected[place.stop :]])

    def _as_taught(
        self, corrected: Tensor, x: Tensor, who: slice, users: int, shots: int, generator: torch.Generator, mine: slice
    ) -> Tensor:
        """`corrected` with the rows of the users `who` replaced by what their teachers make of the photos `x`."""
        for user in range(who.start, who.stop):
            number, further = int(torch.randint(len(self.teachers), (), generator=generator)), self._part(generator)
            place, _ = _overlap(slice(user, user + 1), shots, mine)
            photos = x[place]
            if place.start < place.stop:
                made = self.teachers[number](photos.reshape(-1, 3, self.side, self.side)).flatten(2)
                made = photos + further * (made - photos)
                corrected = torch.cat([corrected[: place.start], made.clamp(0, 1), corrected[place.stop :]])
        return corrected

    @staticmethod
    def _part(generator: torch.Generator) -> float:
        """How far a user goes the way of the teacher: half of them all of it, the others less, or a little more."""
        exactly, part = torch.rand(2, generator=generator).tolist()
        return 1.0 if exactly < 0.5 else 0.3 + 0.9 * part

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

    def _recipes(
        self,
        content: Tensor,
        users: int,
        shots: int,
        generator: torch.Generator,
        mine: slice = slice(None),
        milder: Tensor | float = 1.0,
        erratic: Tensor | float = 0.0,
    ) -> Recipe:
        """Recipes of the photos `mine` of users * shots, on the device of their `content` `(B, 6)`.

        Args:
            milder: `(users,)` factors on how strong they are.
            erratic: `(users * shots,)` 1 for photos that get a recipe of their own.
        """
        owner, device = torch.arange(users).repeat_interleave(shots), content.device
        strength = torch.exp(torch.rand(users, generator=generator) * 2.37 - 1.9) * milder
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
        little = (self._draw(users, shots, generator) < 0.5).float() * 0.12 * self._draw(users, shots, generator)
        wobble = torch.maximum(little, torch.as_tensor(erratic) * (0.3 + 0.7 * self._draw(users, shots, generator)))
        return Recipe.blend(recipe, mood.rows(mine).to(device), wobble[mine].to(device))


def _overlap(users: slice, shots: int, mine: slice) -> tuple[slice, slice]:
    """Photos of a run of users among the photos `mine`: where they are there, and their numbers among the users'."""
    first, last = users.start * shots, users.stop * shots
    begin = max(first, mine.start)
    end = max(begin, min(last, mine.stop))
    return slice(begin - mine.start, end - mine.start), slice(begin - first, end - first)
