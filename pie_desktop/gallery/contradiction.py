"""Do the references of a style want the same?"""

from collections.abc import Sequence
from dataclasses import dataclass

# Below this a reference is worth a second look.
DOUBTFUL = 0.5
# Below this it is told on the style. Measured on styles of five pairs: with one film look it is told of 2 %, with one
# pair in another look of 86 %, with two of 96 %; but also of 47 % of simulated users, many of whom treat every photo
# by what it shows.
DISAGREES = 0.25
FAR_BELOW = 0.5  # of the best
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
    """Judge how well each reference fits the others, 0 to 1; None where they want the same.

    One that is quite off makes those that agree fit less well, too: only those that fit worse than the best one by far
    are counted, unless none fits.
    """
    if len(agreement) < 2 or min(agreement) >= DISAGREES:
        return None
    limit = min(DISAGREES, FAR_BELOW * max(agreement))
    disagreeing = sum(value < limit for value in agreement)
    return Contradiction(disagreeing or len(agreement), len(agreement))
