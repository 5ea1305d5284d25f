"""Do the references of a style want the same?"""

from collections.abc import Sequence
from dataclasses import dataclass

# Below this a reference pulls the style elsewhere than the others do, and is worth a second look.
DOUBTFUL = 0.5
FAR_BELOW = 0.7  # of the best
WHAT_TO_DO = (
    "A style with two tastes shows neither. Look at the references, remove the ones that do not belong, or give them a "
    "style of their own."
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
    if len(agreement) < 2 or min(agreement) >= DOUBTFUL:
        return None
    limit = min(DOUBTFUL, FAR_BELOW * max(agreement))
    disagreeing = sum(value < limit for value in agreement)
    return Contradiction(disagreeing or len(agreement), len(agreement))
