"""The blind comparison: sides that nobody can guess, answers that are kept, and an exact test in plain words."""

import json
from pathlib import Path

import pytest
from scipy.stats import binomtest

from pie_desktop.model.blind_test import FILE, BlindTest, Pick, begin, read_blind_test, sign_test, write_blind_test
from pie_desktop.model.report import FOLDER
from tests.unit.helpers.model_reports import kept_report, made_report

REPORT = made_report([1.0] * 40)


def picks(ours: int, references: int, same: int = 0) -> BlindTest:
    answers = ["ours"] * ours + ["references"] * references + ["same"] * same
    return BlindTest(1, tuple(Pick(number, answer) for number, answer in enumerate(answers)))  # type: ignore[arg-type]


@pytest.mark.parametrize(("first", "second"), [(0, 0), (1, 0), (5, 5), (14, 4), (4, 14), (60, 0), (31, 29)])
def test_the_test_is_the_binomial_one(first: int, second: int) -> None:
    total = first + second
    expected = binomtest(first, total, 0.5).pvalue if total else 1.0
    assert sign_test(first, second) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("test", "said"),
    [
        (picks(14, 4), "You preferred your model 14 of 18 times: that is unlikely to be chance (4 in 100)."),
        (picks(4, 14), "You preferred your model 4 of 18 times: you like references alone better, and that is unlikely"
                       " to be chance (4 in 100)."),
        (picks(9, 7, 2), "You preferred your model 9 of 16 times and saw no difference 2 times: that may well be"
                         " chance."),
        (picks(5, 0), "You preferred your model 5 of 5 times: too few to tell; at least 6 picks are needed."),
        (picks(1, 0, 1), "You preferred your model 1 of 1 time and saw no difference 1 time: too few to tell; at least"
                         " 6 picks are needed."),
        (picks(30, 0), "You preferred your model 30 of 30 times: that is unlikely to be chance (less than 1 in"
                       " 100,000,000)."),
        (picks(0, 0, 3), "You saw no difference 3 times."),
        (picks(0, 0), "Nothing was picked yet."),
    ],
)  # fmt: skip
def test_what_is_said(test: BlindTest, said: str) -> None:
    assert test.sentence() == said


def test_sides_and_order_are_drawn_and_stay(tmp_path: Path) -> None:
    test = begin()
    assert test.seed != begin().seed
    order = [photo.number for photo in test.order(REPORT)]
    assert sorted(order) == list(range(1, 41)) and order != sorted(order)
    left = [test.sides(photo)[0] for photo in REPORT.photos]
    assert 8 < left.count("ours") < 32 and [test.sides(photo)[0] for photo in REPORT.photos] == left


def test_it_can_be_stopped_and_gone_on_with(tmp_path: Path) -> None:
    report, test = kept_report(tmp_path, [1.0, 2.0, 0.5]), BlindTest(7)
    while (photo := test.next_photo(report)) is not None:
        left, _ = test.sides(photo)
        test = test.answered(photo, "left")
        assert test.picks[-1] == Pick(photo.number, left)  # type: ignore[arg-type]
        write_blind_test(tmp_path, test)
        test = read_blind_test(tmp_path) or pytest.fail("it was not kept")
    assert sorted(pick.photo for pick in test.picks) == [1, 2, 3]
    last = test.order(report)[-1]
    assert test.taken_back().next_photo(report) == last
    assert test.taken_back().answered(last, "same").picks[-1].answer == "same"


@pytest.mark.parametrize(
    "change",
    [
        {"format": 2},
        {"seed": -1},
        {"seed": "x"},
        {"picks": [{"photo": 1, "answer": "mine"}]},
        {"picks": [{"photo": 1, "answer": "ours"}] * 2},
        {"picks": 3},
    ],
    ids=str,
)
def test_a_damaged_file_begins_anew(tmp_path: Path, change: dict[str, object]) -> None:
    kept_report(tmp_path, [1.0])
    write_blind_test(tmp_path, BlindTest(3))
    assert read_blind_test(tmp_path) == BlindTest(3)
    file = tmp_path / FOLDER / FILE
    file.write_text(json.dumps(json.loads(file.read_text(encoding="utf-8")) | change), encoding="utf-8")
    assert read_blind_test(tmp_path) is None
