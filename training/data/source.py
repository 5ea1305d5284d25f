"""Endless groups of users for training, each a pure function of seed and number: a resumed run sees the same."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
import torch

from training.data.batch import Group
from training.data.photos import random_views
from training.data.users import UserSimulator

AHEAD = 8  # groups that a consumer names ahead; more workers than that have nothing to do


def seeded(*numbers: int) -> torch.Generator:
    """A generator whose stream depends on all numbers."""
    state = np.random.SeedSequence(numbers).generate_state(1, np.uint64)[0]
    return torch.Generator().manual_seed(int(state >> 1))


class Source(Protocol):
    """Where groups come from."""

    def group(self, number: int) -> Group: ...

    def expect(self, numbers: Sequence[int]) -> None:
        """Be told which groups are wanted soon, the first ones first. A source may compute them ahead; most do not."""
        return None


class SimulatedSource(Source):
    """Simulated users over a bank `(P, S, S, 3)` of finished photographs; groups are computed on `device` and stay."""

    def __init__(
        self, bank: np.ndarray, side: int, users: int, shots: int, seed: int, device: torch.device | str = "cpu"
    ) -> None:
        self.simulator = UserSimulator(bank, side, device=device)
        self.users, self.shots, self.seed = users, shots, seed

    def group(self, number: int) -> Group:
        return self.simulator.group(self.users, self.shots, seeded(self.seed, 1, number))


class PairSource(Source):
    """One real user's pairs; every row of a group is this user with another draw of pairs.

    Args:
        before, after: `(P, S, S, 3)` uint8, the same photos unedited and edited.
        device: where groups are computed, and stay.
    """

    def __init__(
        self,
        before: np.ndarray,
        after: np.ndarray,
        side: int,
        users: int,
        shots: int,
        seed: int,
        device: torch.device | str = "cpu",
    ) -> None:
        self.before, self.after, self.device = before, after, device
        self.side, self.users, self.shots, self.seed = side, users, shots, seed

    def group(self, number: int) -> Group:
        generator = seeded(self.seed, 2, number)
        count = len(self.before)
        rows = [torch.randperm(count, generator=generator) for _ in range(self.users)]
        index = torch.stack([row.repeat(-(-self.shots // count))[: self.shots] for row in rows]).flatten().numpy()
        # the same views of both: the generator is rewound in between
        state = generator.get_state()
        capture = random_views(self.before, index, self.side, generator, self.device)
        generator.set_state(state)
        retouched = random_views(self.after, index, self.side, generator, self.device)
        size = (self.users, self.shots, 3, self.side, self.side)
        return Group(capture.reshape(size), retouched.reshape(size))
