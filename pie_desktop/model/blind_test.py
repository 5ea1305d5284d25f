"""The blind comparison of a tuned model with references alone: which picture a person picks, not knowing whose it is.

Order and sides are drawn from a seed that is kept with the answers, in the model's folder, so that it can be stopped
and gone on with. What the picks say is an exact sign test (the binomial test for 1/2, two-sided), ties left out.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

import numpy as np

from pie_desktop import json_files
from pie_desktop.errors import BundleError
from pie_desktop.imaging.atomic import atomic_write, write_problem
from pie_desktop.model.report import FOLDER, MOST_PHOTOS, ModelReport, PhotoReport, Picture

FILE = "blind_test.json"
FORMAT = 1
UNLIKELY = 0.05
FEWEST = 6  # picks that can be unlikely to be chance
MAX_BYTES = 256 * 1024

Side = Literal["left", "right", "same"]
Answer = Literal["ours", "references", "same"]
_SIDES: dict[bool, tuple[Picture, Picture]] = {True: ("ours", "references"), False: ("references", "ours")}


@dataclass(frozen=True)
class Pick:
    """What was picked of one photo, by its number in the report."""

    photo: int
    answer: Answer


@dataclass(frozen=True)
class BlindTest:
    """All picks so far, in their order."""

    seed: int
    picks: tuple[Pick, ...] = ()

    def order(self, report: ModelReport) -> list[PhotoReport]:
        """The photos in the order in which they are shown."""
        index = np.random.default_rng([self.seed, 0]).permutation(len(report.photos))
        return [report.photos[number] for number in index]

    def sides(self, photo: PhotoReport) -> tuple[Picture, Picture]:
        """Whose picture is on the left, and whose on the right."""
        return _SIDES[bool(np.random.default_rng([self.seed, 1, photo.number]).integers(2))]

    def next_photo(self, report: ModelReport) -> PhotoReport | None:
        """The next that is to be shown; None where all have an answer."""
        known = {pick.photo for pick in self.picks}
        return next((photo for photo in self.order(report) if photo.number not in known), None)

    def answered(self, photo: PhotoReport, side: Side) -> "BlindTest":
        """With the answer for one more photo."""
        left, right = self.sides(photo)
        answer: Answer = (
            "same" if side == "same" else ("ours" if (left if side == "left" else right) == "ours" else "references")
        )
        return replace(self, picks=(*self.picks, Pick(photo.number, answer)))

    def taken_back(self) -> "BlindTest":
        """Without the last answer."""
        return replace(self, picks=self.picks[:-1])

    def count(self, answer: Answer) -> int:
        return sum(pick.answer == answer for pick in self.picks)

    @property
    def chance(self) -> float:
        """Probability of picks at least as uneven, were both models liked equally."""
        return sign_test(self.count("ours"), self.count("references"))

    def sentence(self) -> str:
        """What the picks say, for people."""
        ours, same = self.count("ours"), self.count("same")
        total = ours + self.count("references")
        ties = f" and saw no difference {_times(same)}" if same else ""
        if not total:
            return f"You saw no difference {_times(same)}." if same else "Nothing was picked yet."
        found = f"You preferred your model {ours} of {_times(total)}{ties}"
        if total < FEWEST:
            return f"{found}: too few to tell; at least {FEWEST} picks are needed."
        if self.chance >= UNLIKELY:
            return f"{found}: that may well be chance."
        liked = "" if 2 * ours > total else " you like references alone better, and"
        return f"{found}:{liked} that is unlikely to be chance ({_odds(self.chance)})."

    def to_json(self) -> dict[str, Any]:
        """The numbers, for programs."""
        answers: tuple[Answer, ...] = ("ours", "references", "same")
        return {answer: self.count(answer) for answer in answers} | {"chance": self.chance}


def sign_test(first: int, second: int) -> float:
    """Two-sided exact p-value of so many picks of the one and of the other, were each as likely: 1 without any."""
    total, most = first + second, max(first, second)
    tail = sum(math.comb(total, number) for number in range(most, total + 1))
    return min(1.0, 2 * tail / 2**total)


def begin() -> BlindTest:
    """A new one, with an order that nobody knows."""
    return BlindTest(int(np.random.SeedSequence().generate_state(1)[0]))


def write_blind_test(bundle: Path, test: BlindTest) -> None:
    """Keep the answers with the model. Raises BundleError where the disk cannot be written."""
    path = bundle / FOLDER / FILE
    picks = [{"photo": pick.photo, "answer": pick.answer} for pick in test.picks]
    try:
        with atomic_write(path) as temporary:
            document = {"format": FORMAT, "seed": test.seed, "picks": picks}
            temporary.write_text(json_files.to_text(document), encoding="utf-8")
    except OSError as error:
        raise BundleError(write_problem(path, error)) from error


def read_blind_test(bundle: Path) -> BlindTest | None:
    """The answers so far; None where there are none, or none that can be read."""
    try:
        stored = json_files.read_object(bundle / FOLDER / FILE, max_bytes=MAX_BYTES)
        if stored.pop("format", None) != FORMAT:
            return None
        test = json_files.as_type(BlindTest, stored)
    except (OSError, ValueError, TypeError):
        return None
    return test if test.seed >= 0 and _once_each(test.picks) else None


def _once_each(picks: Sequence[Pick]) -> bool:
    return len(picks) <= MOST_PHOTOS and len({pick.photo for pick in picks}) == len(picks)


def _times(count: int) -> str:
    return "1 time" if count == 1 else f"{count} times"


def _odds(chance: float) -> str:
    """A probability in plain words, rounded up."""
    return (
        f"{math.ceil(100 * chance)} in 100"
        if chance >= 0.01
        else f"less than 1 in {10 ** math.floor(-math.log10(chance)):,}"
    )
