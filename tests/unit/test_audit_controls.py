"""The five controlled tests: what each of them gives to the model, by a model that does what its references say."""

from collections.abc import Sequence
from typing import cast

import numpy as np
import pytest

from pie_desktop.imaging.lut.apply import apply_lut, identity_lut
from pie_desktop.model.inference import Inference
from pie_desktop.model.interface import ModelAnswer
from pie_desktop.model.preference import ReferencePixels
from training.audit.controls import (
    CONTROLS,
    STRANGERS,
    Answers,
    answers,
    mismatched_pairs,
    reversed_pairs,
    scores,
    strangers,
    subjects,
)
from training.benchmark.cases import Case
from training.benchmark.metrics import quality


def _photo(level: int) -> np.ndarray:
    """A ramp that is known by its first pixel."""
    ramp = np.linspace(20, 200, 64).astype(np.uint8).reshape(8, 8, 1).repeat(3, 2)
    ramp[0, 0] = level
    return ramp


class _Obedient:
    """Stands in for a model: the LUT is the mean gain of the pairs, a little more of it for brighter photos."""

    def __init__(self) -> None:
        self.asked: list[list[ReferencePixels]] = []

    def encode(self, references: Sequence[ReferencePixels]) -> float:
        self.asked.append(list(references))
        gains = [r.after[4, 4, 0] / (100 if r.before is None else r.before[4, 4, 0]) for r in references]
        return float(np.mean(gains))

    def luts(self, photo: np.ndarray, preference: float | None) -> tuple[np.ndarray, np.ndarray]:
        neutral = identity_lut(5)
        gain = 1.0 if preference is None else preference + 0.001 * float(photo[0, 0, 0])
        return neutral, (neutral * gain).astype(np.float32)

    def answer(self, photo: np.ndarray, preference: float | None) -> ModelAnswer:
        return ModelAnswer(*self.luts(photo, preference), expected_error=float(photo[0, 0, 0]))


def _case(name: str, gain: float, levels: Sequence[int]) -> Case:
    """Photos by level: three references, then the photos to retouch, which the user treats as the model would."""
    model = _Obedient()
    pairs = []
    for level in levels:
        photo = _photo(level)
        pairs.append((photo, apply_lut(photo, model.luts(photo, gain)[1])))
    return Case(name, pairs[:3], pairs[3:])


def _answers(cases: Sequence[Case], mode: str) -> list[Answers]:
    return [answers(subject, cast(Inference, _Obedient())) for subject in subjects(cases, mode, 3)]


@pytest.fixture
def cases() -> list[Case]:
    gains = {"dark": 0.5, "plain": 0.8, "bright": 1.1}
    return [_case(name, gain, [1, 2, 3, 4, 60]) for name, gain in gains.items()]


def test_every_case_meets_the_next_ones_of_other_users() -> None:
    assert strangers(["a", "a", "b", "c"]) == [[2, 3], [2, 3], [3, 0, 1], [0, 1, 2]]
    many = strangers([str(number) for number in range(60)])
    assert {len(others) for others in many} == {STRANGERS} and many[59][:2] == [0, 1]


def test_reversed_and_mismatched_pairs() -> None:
    pairs = [ReferencePixels(_photo(10 * n + 1), _photo(10 * n)) for n in range(1, 4)]
    levels = [(int(r.before[0, 0, 0]), int(r.after[0, 0, 0])) for r in reversed_pairs(pairs) if r.before is not None]
    assert levels == [(11, 10), (21, 20), (31, 30)]

    def mismatched(count: int) -> list[tuple[int, int]]:
        found = mismatched_pairs(pairs, count)
        return [(int(r.before[0, 0, 0]), int(r.after[0, 0, 0])) for r in found if r.before is not None]

    assert mismatched(3) == [(10, 21), (20, 31), (30, 11)]
    assert mismatched(1) == [(10, 21)], "with one reference the edit is that of the next one"


def test_every_control_is_what_its_name_says(cases: list[Case]) -> None:
    found = _answers(cases, "pairs")
    own = found[0].own
    # at the darkest photo the gain is the user's own, and so is that of neutral and reversed pairs
    assert own["right"][0, -1, 0, 0, 0] == pytest.approx(0.5 + 0.004, abs=0.01)
    assert own["reversed"][0, -1, 0, 0, 0] == pytest.approx(1 / 0.5, abs=0.05)
    assert own["neutral"][0, -1, 0, 0, 0] == 1
    # every reference of the same ramp: mismatched pairs are nearly as good as the right ones
    assert own["mismatched"][0, -1, 0, 0, 0] == pytest.approx(own["right"][0, -1, 0, 0, 0], abs=0.03)
    guests = [found[1].guests[0], found[2].guests[0]]
    assert guests[0][0, -1, 0, 0, 0] == pytest.approx(0.8, abs=0.02)
    assert guests[1][0, -1, 0, 0, 0] == pytest.approx(1.1, abs=0.02)

    measured = scores(cases[0], own, guests)
    photo, answer = cases[0].queries[0]
    by_hand = {
        "right": [own["right"][0]],
        "other": [guests[0][0], guests[1][0]],
        "reversed": [own["reversed"][0]],
        "average": [(guests[0][0] + guests[1][0]) / 2],
        "photo": [own["right"][1]],
        "neutral": [identity_lut(5)],
    }
    for whose, luts in by_hand.items():
        results = [quality(apply_lut(photo, lut), answer) for lut in luts]
        assert measured.psnr[whose][0] == pytest.approx(np.mean([result.psnr for result in results])), whose
        assert measured.de00[whose][0] == pytest.approx(np.mean([result.de00 for result in results])), whose
    assert measured.psnr["unedited"] == measured.psnr["neutral"] and measured.share == [1, 1]
    assert set(CONTROLS) <= set(measured.psnr)


def test_edits_alone_have_no_tests_of_pairs(cases: list[Case]) -> None:
    model = _Obedient()
    subject = subjects(cases, "after", 3)[0]
    found = answers(subject, cast(Inference, model))
    assert [reference.before for asked in model.asked for reference in asked] == [None] * 3
    assert set(found.own) == {"right", "neutral"}
    assert found.expected == [4, 60], "of its own photos, with the right preference"
    measured = scores(cases[0], found.own, [found.own["right"]])
    assert set(measured.psnr) == {"right", "other", "average", "photo", "neutral", "unedited"}
