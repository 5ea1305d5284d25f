"""The part of the references that agrees: found whoever is off, and not where nobody stands together."""

from collections.abc import Sequence

import numpy as np
import pytest

from pie_desktop.model.consensus import AGREES, consensus

NOISE = 0.05


class Tastes:
    """References with a number each as their taste; they fit the mean of others as far as it is near."""

    def __init__(self, *tastes: float) -> None:
        self.tastes = np.array(tastes)
        self.asked: list[tuple[int, tuple[int, ...]]] = []

    def __call__(self, numbers: Sequence[int], part: tuple[int, ...]) -> list[float]:
        return [self.fit(number, tuple(other for other in part if other != number)) for number in numbers]

    def fit(self, number: int, others: tuple[int, ...]) -> float:
        assert others
        self.asked.append((number, others))
        return float(max(0.0, 1 - abs(self.tastes[list(others)].mean() - self.tastes[number])))


def spread(count: int) -> list[float]:
    return list(np.random.default_rng(count).normal(0, NOISE, count))


@pytest.mark.parametrize("strangers", [1, 2])
@pytest.mark.parametrize("count", [5, 7, 8, 20, 50])
def test_strangers_do_not_spoil_the_others(count: int, strangers: int) -> None:
    tastes = spread(count)
    for number in range(strangers):
        tastes[2 * number] = 2.0 + 2 * number
    fits = consensus(count, Tastes(*tastes))
    off = [2 * number for number in range(strangers)]
    assert all(fits[number] == 0 for number in off)
    assert min(fit for number, fit in enumerate(fits) if number not in off) > AGREES


def test_many_strangers_among_many(count: int = 20) -> None:
    tastes = [3.0 + taste if number % 3 == 0 else taste for number, taste in enumerate(spread(count))]
    fits = consensus(count, Tastes(*tastes))
    assert [fit < AGREES for fit in fits] == [number % 3 == 0 for number in range(count)]


@pytest.mark.parametrize("count", [4, 12])
def test_where_nobody_stands_together_each_is_compared_with_all(count: int) -> None:
    tastes = Tastes(*range(0, 2 * count, 2))
    everyone = tuple(range(count))
    assert consensus(count, tastes) == tastes(everyone, everyone)


def test_one_taste_is_asked_once(count: int = 30) -> None:
    tastes = Tastes(*spread(count))
    assert min(consensus(count, tastes)) > AGREES
    assert len(tastes.asked) == count, "no part is sought"


def test_two_are_compared_with_each_other() -> None:
    assert consensus(2, Tastes(0.0, 0.5)) == [0.5, 0.5]


def test_two_against_two_is_two_parts() -> None:
    fits = consensus(4, Tastes(0.0, 0.01, 5.0, 5.1))
    assert [fit > AGREES for fit in fits] == [True, True, False, False]


@pytest.mark.parametrize("count", [6, 30])
def test_the_search_tells_how_far_it_is(count: int) -> None:
    told: list[float] = []
    consensus(count, Tastes(*range(0, 2 * count, 2)), told.append)
    assert told == sorted(told)
    assert len(told) > 10
    assert told[0] < 0.1 and 0.9 < told[-1] < 1
