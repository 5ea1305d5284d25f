"""Which pairs of a run learn, choose and prove: kept in its folder, so that it is the same when the run goes on.

A photo that is deleted or added meanwhile would otherwise deal all pairs anew, and photos that trained would judge.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from pie_desktop import json_files
from pie_desktop.errors import PieError
from pie_desktop.imaging.atomic import atomic_write
from training.data.pairs import PairDigests

SPLIT = "split.json"  # in the folder of a run


@dataclass(frozen=True)
class Split:
    """The edits of each role by their digests, in the order in which they were dealt.

    Attributes:
        train: those to learn from.
        choose: those that choose the weights.
        prove: those that prove the model.
    """

    train: tuple[str, ...]
    choose: tuple[str, ...]
    prove: tuple[str, ...]

    @classmethod
    def of(cls, digests: Sequence[PairDigests], *roles: np.ndarray) -> "Split":
        """Of the pairs of a bank and their rows for each role."""
        return cls(*(tuple(digests[row].edited for row in rows) for rows in roles))

    def rows(self, digests: Sequence[PairDigests]) -> tuple[tuple[np.ndarray, np.ndarray, np.ndarray], int]:
        """The rows of each role in a bank that was read again, and how many pairs are gone.

        Raises:
            PieError: a role has nothing left that a run cannot do without.
        """
        known: dict[str, int] = {}
        for row, one in enumerate(digests):
            known.setdefault(one.edited, row)
        roles = (self.train, self.choose, self.prove)
        train, choose, prove = ([known[digest] for digest in role if digest in known] for role in roles)
        if len(train) < 2 or not choose:
            raise PieError("Most photos that this run learns from are gone; bring them back, or start a new run.")
        found = (np.array(train), np.array(choose), np.array(prove, dtype=int))
        return found, sum(map(len, roles)) - sum(map(len, found))


def keep_split(run: Path, split: Split) -> None:
    """Write it into the folder of a run. Raises OSError."""
    run.mkdir(parents=True, exist_ok=True)
    with atomic_write(run / SPLIT) as temporary:
        temporary.write_text(json_files.to_text(asdict(split)), encoding="utf-8")


def read_split(run: Path) -> Split | None:
    """What `keep_split` wrote; None where that is not there, as of an earlier version, or damaged."""
    try:
        return json_files.as_type(Split, json_files.read_object(run / SPLIT))
    except (OSError, ValueError, TypeError):
        return None


def lost_pairs(count: int) -> str | None:
    """A sentence on so many pairs of a run that are gone; None for none."""
    if not count:
        return None
    gone = "1 pair of this run is" if count == 1 else f"{count:,} pairs of this run are"
    return f"{gone} gone or cannot be used any more; it goes on with the others."
