"""Do the references of a style want the same?"""

from collections.abc import Sequence
from dataclasses import dataclass

from pie_desktop.model.consensus import AGREES, DISAGREES

# Below this a reference is worth a second look.
DOUBTFUL = 0.5
# Two references that fit each other less than this contradict each other; which of them is off, nobody knows.
OPPOSED = 0.1
WHAT_TO_DO = (
    "If these are two tastes, give each a style of its own, or remove what does not belong. Edits that differ because "
    "the photos do are fine."
)


@dataclass(frozen=True)
class Contradiction:
    """How many of how many references disagree with the others."""

    disagreeing: int
    references: int

    @property
    def sentence(self) -> str:
        if self.disagreeing == self.references:
            return "These references contradict each other."
        verb = "disagrees" if self.disagreeing == 1 else "disagree"
        return f"{self.disagreeing} of {self.references} {verb} with the others."


def contradiction(agreement: Sequence[float]) -> Contradiction | None:
    """Judge how well each reference fits the largest part that agrees, 0 to 1; None where no part stands out.

    Measured by `scripts/measure_contradictions.py` on 40 simulated users of each kind. With one look for all photos it
    is told of no style of their own, and with a stranger's edits among theirs of 90 to 100 % from five pairs on (70 %
    with three), naming the right ones in 82 to 98 %. Who treats every photo by what it shows is told it wrongly in 2 to
    5 % of styles with five pairs and 15 to 25 % with more; there a stranger is seldom seen.
    """
    count = len(agreement)
    if count == 2 and max(agreement) < OPPOSED:
        return Contradiction(2, 2)
    agreeing = sum(value >= AGREES for value in agreement)
    disagreeing = sum(value < DISAGREES for value in agreement)
    return Contradiction(disagreeing, count) if disagreeing and 2 * agreeing >= max(count, 3) else None
