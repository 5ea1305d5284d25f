"""Held-out quality during training: PSNR and dE00 on users, or pairs, that the network never trained on."""

from collections.abc import Callable, Sequence

import numpy as np
import torch
from torch import Tensor

from pie_desktop.errors import PieError
from pie_desktop.imaging.color.difference import delta_e_2000
from pie_desktop.model.features import to_bytes
from training.data.batch import Group, Roles
from training.data.photos import Images
from training.data.prepared import PreparedData, take_views
from training.data.source import SimulatedSource, seeded
from training.data.teachers import Teacher
from training.data.users import UserMix
from training.fit.gain import Score
from training.fit.objective import Answer, Objective, Prepared

PSNR_CAP = 60.0  # an exact match has infinite PSNR
MOST_STYLES = 24  # of a cache with people, by whom a model is validated: all of them would take too long


def psnr(output: Tensor, target: Tensor) -> Tensor:
    """PSNR in dB `(...)` of colours `(..., M, 3)` in [0, 1], capped at 60 dB where they agree exactly."""
    error = ((output.clamp(0, 1) - target) ** 2).mean((-2, -1)).clamp_min(10 ** (-PSNR_CAP / 10))
    return -10 * torch.log10(error)


class Validation:
    """Fixed groups with fixed roles.

    Args:
        cases: groups and roles; `None` as a group's finished photo means that the user's own result is the target.
    """

    def __init__(self, cases: list[tuple[Group, Roles]]) -> None:
        self.cases = cases

    @torch.no_grad()
    def score(self, objective: Objective) -> Score:
        """Mean over all queries of all cases."""
        return Score.mean(self.photos(objective))

    @torch.no_grad()
    def photos(self, objective: Objective) -> list[Score]:
        """Of every query of every case."""

        def preferred(prepared: Prepared, answer: Answer, group: Group) -> Tensor:
            return objective.render(prepared, answer.photos, answer.weights)

        return self._judged(objective, preferred)

    @torch.no_grad()
    def neutral(self, objective: Objective) -> list[Score]:
        """Of the neutral preference, which is told nothing of anybody's edits, on the same photos."""

        def finished(prepared: Prepared, answer: Answer, group: Group) -> Tensor:
            images = group.input.flatten(0, 1)[answer.photos.flatten()]
            weights = objective.network.neutral(images).unflatten(0, answer.photos.shape)
            return objective.render(prepared, answer.photos, weights)

        return self._judged(objective, finished)

    @torch.no_grad()
    def unedited(self, objective: Objective) -> list[Score]:
        """Of the same photos as they are."""
        return self._judged(objective, lambda prepared, answer, _: prepared.before[answer.photos])

    def _judged(self, objective: Objective, output: Callable[[Prepared, Answer, Group], Tensor]) -> list[Score]:
        """Of what `output` makes of every query of every case: colours `(U, Q, M, 3)`."""
        found = []
        device = objective.network.prior.table.device
        for cpu_group, cpu_roles in self.cases:
            group, roles = cpu_group.to(device), cpu_roles.to(device)
            prepared = objective.prepare(group)
            answer = objective.answer(group, prepared, roles)
            made, target = output(prepared, answer, group).clamp(0, 1), prepared.after[answer.photos]
            apart = delta_e_2000(*(to_bytes(t.flatten(0, 1)) for t in (made, target)))
            means = np.asarray(apart).reshape(made.shape[0] * made.shape[1], -1).mean(axis=1)
            found += [Score(*one) for one in zip(psnr(made, target).flatten().tolist(), means.tolist(), strict=True)]
        return found


def _roles(users: int, shots: int, references: int, queries: int, has_before: bool) -> Roles:
    order = torch.arange(shots).expand(users, -1)
    flags = torch.ones(users, references, dtype=torch.bool)
    return Roles(order[:, :references], order[:, references : references + queries], flags & has_before, flags)


def simulated_validation(
    bank: np.ndarray,
    side: int,
    users: int = 24,
    references: int = 5,
    queries: int = 3,
    mix: UserMix | None = None,
    teachers: Sequence[Teacher] = (),
) -> Validation:
    """Simulated users over held-out photos; half of the cases with pairs, half with edits only."""
    source = SimulatedSource(bank, side, users, references + queries, seed=987_654, mix=mix, teachers=teachers)
    return Validation(
        [
            (source.group(n), _roles(users, references + queries, references, queries, has_before=n % 2 == 0))
            for n in range(4)
        ]
    )


def style_validation(data: PreparedData, side: int, references: int, queries: int = 16) -> Validation:
    """The validation photos of a cache in each of its styles, from references that train; with pairs and edits alone.

    Args:
        data: the cache, opened.
        side: side of the images, px.
        references: per style.
        queries: photos per style, at most.

    Raises:
        PieError: no style has photos for both.
    """
    cases = []
    usable = [style for style in range(len(data.styles)) if len(data.rows("validation", style))]
    for style in usable[:: -(-len(usable) // MOST_STYLES) or 1]:
        first, _ = data.ranges[style]
        known, held = data.rows("train", style), data.rows("validation", style)
        if not len(known):  # somebody of whom nothing trains
            known, held = np.array_split(held, 2)
        known, held = known[:references], held[:queries]
        if not len(held):
            continue
        index = np.concatenate([known, held])
        whole = np.tile(np.array([0.0, 0.0, 1.0, 0.0], np.float32), (len(index), 1))
        before = take_views(data.before, index, whole, side)[None]
        group = Group(before, take_views(data.after[style], index - first, whole, side)[None])
        for has_before in (True, False):
            cases.append((group, _roles(1, len(index), len(known), len(held), has_before)))
    if not cases:
        raise PieError(f"No style of the cache {data.folder} has photos both to validate with and to show; add some.")
    return Validation(cases)


def pair_validation(
    before: Images, after: Images, side: int, train: np.ndarray, held: np.ndarray, references: int
) -> Validation:
    """A user's held-out pairs, retouched with `references` of the training pairs.

    Args:
        before, after: `(P, B, B, 3)` uint8, all pairs.
        side: side of the images, px.
        train, held: indices of the pairs that train, and of those that are held out.
    """
    chosen = torch.randperm(len(train), generator=seeded(31, len(train), len(held)))[:references].numpy()
    index = np.concatenate([train[chosen], held])

    def images(bank: Images) -> Tensor:
        planes = torch.from_numpy(bank[index]).permute(0, 3, 1, 2).float() / 255
        return torch.nn.functional.interpolate(planes, size=(side, side), mode="area")[None]

    group = Group(images(before), images(after))
    return Validation([(group, _roles(1, len(index), len(chosen), len(held), has_before=True))])
