"""Which users of a group a process trains on, where several processes train together."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from pie_desktop.errors import PieError


@dataclass(frozen=True)
class Share:
    """An equal part of the users of every group; all of them by default.

    Attributes:
        index: number of the part, from 0.
        count: how many parts there are.
    """

    index: int = 0
    count: int = 1

    def rows(self, users: int) -> slice:
        """The users of this part, of a whole group of so many.

        Raises:
            PieError: they cannot be shared equally.
        """
        if users % self.count:
            raise PieError(
                f"{users} users per step cannot be shared equally by {self.count} processes; choose a multiple"
                f" of {self.count} ('users' under [data])."
            )
        size = users // self.count
        return slice(self.index * size, (self.index + 1) * size)

    def rows_of(self, sizes: Sequence[int]) -> Tensor:
        """Where the users of this part are in several whole groups of these sizes, one after the other; indices."""
        starts = [sum(sizes[:n]) for n in range(len(sizes))]
        parts = [torch.arange(size)[self.rows(size)] + start for start, size in zip(starts, sizes, strict=True)]
        return torch.cat(parts)


WHOLE = Share()
