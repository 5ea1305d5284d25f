"""Endless groups of users for training, each a pure function of seed and number, so that resumed runs see the same."""

import copy
from collections.abc import Sequence
from typing import Protocol, Self

import numpy as np
import torch

from training.data.batch import Group
from training.data.photos import Images, random_views
from training.data.teachers import Teacher
from training.data.users import UserMix, UserSimulator
from training.running.processes import WHOLE, Share

NAMED = 6  # photos that a message names, at most
AHEAD = 8  # groups that a consumer names ahead; more workers than that have nothing to do


def seeded(*numbers: int) -> torch.Generator:
    """A generator whose stream depends on all numbers."""
    state = np.random.SeedSequence(numbers).generate_state(1, np.uint64)[0]
    return torch.Generator().manual_seed(int(state >> 1))


def pick_photos(count: int, users: int, shots: int, generator: torch.Generator) -> np.ndarray:
    """Indices `(users * shots,)` of `count` photos, distinct within a user where there are enough."""
    rows = [torch.randperm(count, generator=generator) for _ in range(users)]
    return torch.stack([row.repeat(-(-shots // count))[:shots] for row in rows]).flatten().numpy()


def name_photos(number: int, names: Sequence[str], index: np.ndarray) -> str:
    """A group for an error message: its number and the first of its photos."""
    distinct = [names[i] for i in dict.fromkeys(index.tolist()) if i < len(names)]
    more = len(distinct) - NAMED
    listed = ", ".join(distinct[:NAMED]) + (f" and {more} more" if more > 0 else "")
    return f"group {number}" + (f" ({listed})" if listed else "")


class Source(Protocol):
    """Where groups come from.

    Attributes:
        share: the users of every group that are given: all of them, but where several processes train together.
    """

    share: Share = WHOLE

    def group(self, number: int) -> Group: ...

    def describe(self, number: int) -> str:
        """Names the group for an error message: what its photos are, as far as that is known."""
        return f"group {number}"

    def shared(self, share: Share) -> Self:
        """The same source, giving only some of the users of every group."""
        other = copy.copy(self)
        other.share = share
        return other

    def expect(self, numbers: Sequence[int]) -> None:
        """Hear which groups are needed soon, the first ones first. A source may compute them ahead; most do not."""
        return None


class SimulatedSource(Source):
    """Simulated users over a bank `(P, S, S, 3)` of finished photographs; groups are computed on `device` and stay.

    Args:
        mix, captures, teachers: see `UserSimulator`.
    """

    def __init__(
        self,
        bank: np.ndarray,
        side: int,
        users: int,
        shots: int,
        seed: int,
        device: torch.device | str = "cpu",
        mix: UserMix | None = None,
        captures: np.ndarray | None = None,
        teachers: Sequence[Teacher] = (),
    ) -> None:
        self.simulator = UserSimulator(bank, side, mix, device, captures, teachers)
        self.users, self.shots, self.seed = users, shots, seed

    def group(self, number: int) -> Group:
        return self.simulator.group(self.users, self.shots, seeded(self.seed, 1, number), self.share)

    def describe(self, number: int) -> str:
        return f"the simulated users of group {number} of seed {self.seed}"


class PairSource(Source):
    """One real user's pairs; every row of a group is this user with another draw of pairs.

    Args:
        before, after: `(P, S, S, 3)` uint8, the same photos unedited and edited.
        device: where groups are computed, and stay.
        names: `(P,)` of the photos, for error messages.
    """

    def __init__(
        self,
        before: Images,
        after: Images,
        side: int,
        users: int,
        shots: int,
        seed: int,
        device: torch.device | str = "cpu",
        names: Sequence[str] = (),
    ) -> None:
        self.before, self.after, self.device, self.names = before, after, device, names
        self.side, self.users, self.shots, self.seed = side, users, shots, seed

    def group(self, number: int) -> Group:
        generator = seeded(self.seed, 2, number)
        index, mine = self._photos(generator), self.share.rows(self.users)
        rows = slice(mine.start * self.shots, mine.stop * self.shots)
        # the same views of both: the generator is rewound in between
        state = generator.get_state()
        inputs = random_views(self.before, index, self.side, generator, self.device, rows)
        generator.set_state(state)
        targets = random_views(self.after, index, self.side, generator, self.device, rows)
        size = (-1, self.shots, 3, self.side, self.side)
        return Group(inputs.reshape(size), targets.reshape(size))

    def _photos(self, generator: torch.Generator) -> np.ndarray:
        """Indices `(users * shots,)` of the pairs of a group."""
        return pick_photos(self.before.shape[0], self.users, self.shots, generator)

    def describe(self, number: int) -> str:
        return name_photos(number, self.names, self._photos(seeded(self.seed, 2, number)))
