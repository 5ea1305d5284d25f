"""Neighbours of a style for one photo: what the style's references leave open, one thing at a time.

Of all `things`, those are shown along which the weights of the photo's LUT are least sure, seen in the photo's own
colours. Sure is what the references say, or what picks have said: two independent reports of the same weights, whose
precisions add up. After each choice the thing is taken as known, so that the next one is another (greedy selection:
G. L. Nemhauser, L. A. Wolsey and M. L. Fisher, Mathematical Programming 14, 1978).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from pie_desktop.model.choices import Answer
from pie_desktop.model.taste import Pick, Question, TasteFinder
from pie_desktop.model.things import THINGS

PAIRS = 3
STEP = 1.5  # in deviations of what is left open
NEAREST, FARTHEST = 4.0, 7.0  # mean dE between the style and a neighbour: seen at a glance, and no other photo
OF_TONE = frozenset({"brightness", "contrast", "shadows", "highlights", "fade", "whites"})
PLAIN = OF_TONE | {"saturation", "warmth", "tint"}
"""Of all `THINGS` those that a person sees in the photo as a whole; others are too fine for so few pictures."""

_TELLING = 0.15  # of the most visible thing: what changes a photo less than that is nothing that it can show


@dataclass(frozen=True)
class Variation:
    """A neighbour of a style.

    Attributes:
        question: the two sides of the thing, of which this is one; about the photo 0, around no change at all.
        answer: which side it is.
        word: how it differs from the style, such as "warmer".
    """

    question: Question
    answer: Answer
    word: str

    @property
    def weights(self) -> np.ndarray:
        """LUT weights `(K,)`, on top of what the style does."""
        return self.question.first if self.answer is Answer.FIRST else self.question.second


def variations(finder: TasteFinder, doubt: np.ndarray | None, tone_alone: bool = False) -> list[Variation]:
    """Up to `PAIRS` things, each with both sides, the least certain first.

    Args:
        finder: whose only photo is the one that is shown, with the picks so far.
        doubt: `(K, K)` covariance of the photo's weights by the style's references; None where the model does not say.
        tone_alone: only things that give no colour, as for black and white.
    """
    open_still, gram = finder.belief.covariance, finder.photos[0].gram
    if doubt is not None:
        open_still = np.linalg.inv(np.linalg.inv(open_still) + np.linalg.inv(doubt))
    directions = finder.directions
    sizes = np.sqrt(np.maximum(np.einsum("ti,ij,tj->t", directions, gram, directions), 0))  # dE of the amount 1
    left = [number for number, thing in enumerate(THINGS) if thing.id in (OF_TONE if tone_alone else PLAIN)]
    left = [number for number in left if sizes[number] > _TELLING * sizes.max()]
    found: list[Variation] = []
    while left and len(found) < 2 * PAIRS:
        seen = directions[left] @ gram / sizes[left, None]
        variances = np.einsum("ti,ij,tj->t", seen, open_still, seen)
        best = int(variances.argmax())
        number = left.pop(best)
        amount = np.clip(STEP * np.sqrt(max(variances[best], 0.0)), NEAREST, FARTHEST) / sizes[number]
        thing = THINGS[number]
        question = Question(0, thing.id, amount * directions[number], -amount * directions[number])
        found += [Variation(question, Answer.FIRST, thing.more), Variation(question, Answer.SECOND, thing.less)]
        known = open_still @ seen[best]
        open_still = open_still - np.outer(known, known) / max(variances[best], 1e-12)
    return found


def picks_of(shown: Sequence[Variation], chosen: Variation | None) -> list[Pick]:
    """What a choice says, as picks between two renderings.

    Whoever takes a neighbour likes it better than the style and than the opposite; whoever keeps the style as it is
    likes neither side of any thing better than the other.
    """
    if chosen is None:
        return [Pick(one.question, Answer.SAME) for one in shown if one.answer is Answer.FIRST]
    as_it_is = replace(chosen.question, first=chosen.weights, second=np.zeros_like(chosen.weights))
    return [Pick(chosen.question, chosen.answer), Pick(as_it_is, Answer.FIRST)]


def moved(picks: Sequence[Pick], by: np.ndarray) -> list[Pick]:
    """Picks as they are about a style that has come nearer to the taste by some weights, `(K,)`."""
    return [
        replace(one, question=replace(one.question, first=one.question.first - by, second=one.question.second - by))
        for one in picks
    ]
