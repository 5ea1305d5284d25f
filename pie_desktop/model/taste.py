"""Finding a taste by questions: two renderings of one photo that differ in one thing; the next question tells most.

Of all photos and things (`things`), that question is asked whose answer is expected to bring the renderings of all
photos nearest to what the person wants (Bayesian experimental design, see K. Chaloner and I. Verdinelli, Statistical
Science 10, 1995: A-optimality, of perceived colours). Its two renderings lie on both sides of what is believed now, as
far apart as the belief is unsure, within what a person can see and bear.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from pie_desktop.imaging.color.difference import to_lab
from pie_desktop.model.choices import (
    TEMPERATURE,
    Answer,
    Belief,
    Component,
    Observation,
    believe,
    observed,
    resolved,
    sizes,
)
from pie_desktop.model.things import THINGS, directions, habits, monochrome, without_colorfulness

GRID = 24  # side of the grid of pixels that a photo is judged by
REST = 0.005  # variance of every weight, for what no thing says
MONOCHROME, GRAY_SCALE = 0.1, 0.7  # share of tastes that are black and white, and how far they go otherwise
STEP = 1.1  # in deviations of the belief: how far each side lies from its middle
NEAREST, FARTHEST = 2.0, 12.0  # mean dE between the middle and either side
PAUSE = 3  # so many other photos come between two questions about one, where there are so many
_DELTA = 1e-3  # of the numerical derivative of L*a*b*


@dataclass(frozen=True)
class Question:
    """Two renderings of one photo.

    Attributes:
        photo: index of the photo.
        thing: what they differ in, id of one of `THINGS`.
        first, second: LUT weights `(K,)`, on top of the photo's base LUT.
    """

    photo: int
    thing: str
    first: np.ndarray
    second: np.ndarray


@dataclass(frozen=True)
class Pick:
    """A question with its answer."""

    question: Question
    answer: Answer


class TastePhoto:
    """A photo that is asked about.

    Args:
        proxy: uint8 or uint16 `(H, W, 3)`, sRGB.
        base: LUT `(S, S, S, 3)` that the taste is added to: what nobody in particular, or a style, does to the photo.
        basis: `(K, S, S, S, 3)` changes of LUTs, in units of the weights.

    Attributes:
        design: `(M, 3, K)` the basis at its colours.
        rendered: `(M, 3)` its colours by the base, in [0, 1].
        gram: `(K, K)` mean squared dE by weights.
    """

    def __init__(self, proxy: np.ndarray, base: np.ndarray, basis: np.ndarray) -> None:
        self.base = base
        height, width = proxy.shape[:2]
        rows = ((np.arange(GRID) + 0.5) * height / GRID).astype(int)
        columns = ((np.arange(GRID) + 0.5) * width / GRID).astype(int)
        colors = proxy[rows[:, None], columns[None]].reshape(-1, 3) / np.iinfo(proxy.dtype).max
        self.rendered = np.clip(_read(base, colors), 0, 1)
        count, size = basis.shape[:2]
        table = basis.reshape(count, size**3, 3).transpose(1, 2, 0).reshape(size, size, size, 3 * count)
        self.design = _read(table, colors).reshape(-1, 3, count)
        seen = np.einsum("mij,mjk->mik", _lab_slopes(self.rendered), self.design).reshape(-1, count)
        self.gram = seen.T @ seen / len(colors)


def _read(table: np.ndarray, colors: np.ndarray) -> np.ndarray:
    """Values `(M, C)` of a table `(S, S, S, C)` at colours `(M, 3)` in [0, 1], trilinear; not clipped."""
    last = table.shape[0] - 1
    low = np.minimum((colors * last).astype(int), last - 1)
    part = colors * last - low
    found = np.zeros((len(colors), table.shape[3]))
    for corner in np.ndindex(2, 2, 2):
        at = low + corner
        weight = np.where(corner, part, 1 - part).prod(1)
        found += weight[:, None] * table[at[:, 0], at[:, 1], at[:, 2]]
    return found


def _lab_slopes(colors: np.ndarray) -> np.ndarray:
    """Derivative of perceived colour by sRGB, `(M, 3, 3)`: of L*a*b*, its chroma weighed as in CIE94."""
    lab = _lab(colors)
    slopes = np.stack([(_lab(colors + _DELTA * axis) - lab) / _DELTA for axis in np.eye(3)], -1)
    chroma = np.hypot(lab[:, 1], lab[:, 2])
    slopes[:, 1:] /= (1 + 0.045 * chroma)[:, None, None]
    return slopes


def _lab(colors: np.ndarray) -> np.ndarray:
    return np.asarray(to_lab(colors[:, None].astype(np.float32)), np.float64)[:, 0]


class TasteFinder:
    """What is asked, what was answered, and what is believed of a taste now.

    Args:
        photos: at least one, of one basis.
        picks: those of an earlier session about the same photos.
        seed: of the sides on which renderings are shown.
    """

    def __init__(self, photos: Sequence[TastePhoto], picks: Sequence[Pick] = (), seed: int = 0) -> None:
        self.photos = photos
        self.picks = list(picks)
        self._seed = seed
        designs, rendered = [photo.design for photo in photos], [photo.rendered for photo in photos]
        self._things = directions(designs, rendered)
        colorless = GRAY_SCALE**2 * self._shape(without_colorfulness(habits()))
        gray = Component(MONOCHROME, monochrome(designs, rendered), colorless, kind=1)
        self._prior = [replace(one, share=(1 - MONOCHROME) * one.share) for one in sizes(self._shape(habits()))]
        self._prior.append(gray)
        self._everywhere = np.mean([photo.gram for photo in photos], axis=0)

    def _shape(self, amounts: np.ndarray) -> np.ndarray:
        """Covariance of weights from that of the amounts of things."""
        return self._things.T @ amounts @ self._things + REST * np.eye(self._things.shape[1])

    def answer(self, question: Question, answer: Answer) -> None:
        self.picks.append(Pick(question, answer))
        self.__dict__.pop("belief", None)

    def undo(self) -> Pick | None:
        """Take the last answer back; None where there is none."""
        self.__dict__.pop("belief", None)
        return self.picks.pop() if self.picks else None

    @property
    def directions(self) -> np.ndarray:
        """What the amount 1 of each of `THINGS` is in LUT weights, `(T, K)`."""
        return self._things

    @cached_property
    def belief(self) -> Belief:
        """About the weights."""
        return believe([self._observation(pick) for pick in self.picks], self._prior)

    @property
    def unsure(self) -> float:
        """The dE, root of the mean square over all photos, by which the taste may be expected to be missed now."""
        return float(np.sqrt(max(np.trace(self._everywhere @ self.belief.covariance), 0.0)))

    @property
    def moved(self) -> float:
        """The dE, likewise, between the base and the taste as it is believed now."""
        mean = self.belief.mean
        return float(np.sqrt(max(mean @ self._everywhere @ mean, 0.0)))

    def question(self) -> Question:
        """The one whose answer tells most, about a photo that was not asked about just now."""
        belief, best = self.belief, (-1.0, 0, 0, 0.0)
        learned = belief.covariance @ self._everywhere @ belief.covariance
        for number in self._rested():
            seen = self._things @ self.photos[number].gram
            size = np.sqrt(np.maximum((seen * self._things).sum(1), 1e-12))  # dE of each thing, of the amount 1
            variance = np.maximum(((seen @ belief.covariance) * seen).sum(1), 1e-12)
            unsure = np.sqrt(variance) / size  # dE, along each thing
            half = np.clip(STEP * unsure, NEAREST, FARTHEST)
            # Of the squared dE that is expected of all photos, what the answer takes away.
            told = resolved(4 * half * unsure / TEMPERATURE) * ((seen @ learned) * seen).sum(1) / variance
            which = int(told.argmax())
            if told[which] > best[0]:
                best = float(told[which]), number, which, float(half[which] / size[which])
        _, photo, which, amount = best
        less, more = belief.mean - amount * self._things[which], belief.mean + amount * self._things[which]
        swapped = bool(np.random.default_rng((self._seed, len(self.picks))).integers(2))
        first, second = (more, less) if swapped else (less, more)
        return Question(photo, THINGS[which].id, first, second)

    def sides(self, question: Question) -> tuple[str, str]:
        """What its renderings are, beside each other, in words: such as "warmer" and "cooler"."""
        number = next(number for number, thing in enumerate(THINGS) if thing.id == question.thing)
        more = float((question.first - question.second) @ self._things[number]) > 0
        words = THINGS[number].less, THINGS[number].more
        return words[::-1] if more else words

    def _rested(self) -> list[int]:
        pause = min(PAUSE, len(self.photos) - 1)
        recent = {pick.question.photo for pick in self.picks[max(0, len(self.picks) - pause) :]} if pause else set()
        return [number for number in range(len(self.photos)) if number not in recent]

    def _observation(self, pick: Pick) -> Observation:
        question = pick.question
        return observed(question.first, question.second, self.photos[question.photo].gram, pick.answer)


def with_weights(base: np.ndarray, basis: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """The LUT `(S, S, S, 3)`, float32 in [0, 1], of a taste on top of a base.

    Args:
        base: LUT of the photo.
        basis: as for `TastePhoto`.
        weights: `(K,)`.
    """
    return np.clip(base + np.tensordot(weights, basis, 1), 0, 1).astype(np.float32)
