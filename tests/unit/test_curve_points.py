"""Points of a curve set by hand: whatever is done, the curve stays a function that an edit takes."""

import numpy as np
import pytest

from pie_desktop.edit.curve_points import GAP, STRAIGHT, value_at, with_moved, with_point, without_point
from pie_desktop.edit.parts.curve import MOST_POINTS, CurvePart, Points


def test_a_point_is_added_between_its_neighbours() -> None:
    added = with_point((), 0.25, 0.5)
    assert added == (((0.0, 0.0), (0.25, 0.5), (1.0, 1.0)), 1)
    assert with_point(added[0], 0.25 + GAP / 2, 0.1) is None
    assert with_point((), 0.0, 0.5) is None  # the corner is there


def test_a_curve_has_so_many_points_and_no_more() -> None:
    full = tuple((x, x) for x in np.linspace(0, 1, MOST_POINTS).tolist())
    assert with_point(full, 0.5 / MOST_POINTS + 0.01, 0.5) is None
    CurvePart(points=full)


def test_a_point_stops_before_its_neighbours_and_at_the_borders() -> None:
    points = ((0.0, 0.0), (0.5, 0.5), (1.0, 1.0))
    assert with_moved(points, 1, 2.0, 1.5)[1] == (1 - GAP, 1.0)
    assert with_moved(points, 1, -1.0, -0.5)[1] == (GAP, 0.0)
    assert with_moved((), 0, 0.2, 0.1) == ((0.2, 0.1), (1.0, 1.0))  # the black point


def test_ends_return_to_their_corners_instead_of_going() -> None:
    points = ((0.1, 0.2), (0.5, 0.6), (0.9, 0.8))
    assert without_point(points, 0) == ((0.0, 0.0), (0.5, 0.6), (0.9, 0.8))
    assert without_point(points, 2) == ((0.1, 0.2), (0.5, 0.6), (1.0, 1.0))
    assert without_point(points, 1) == ((0.1, 0.2), (0.9, 0.8))
    assert without_point((), 1) == STRAIGHT


def test_the_output_is_that_of_the_part() -> None:
    points = ((0.0, 0.1), (0.4, 0.7), (1.0, 0.9))
    for x in (0.0, 0.13, 0.4, 0.77, 1.0):
        grey = np.full((1, 3), x, np.float32)
        assert value_at(points, x) == pytest.approx(float(CurvePart(points=points).apply(grey)[0, 0]), abs=1e-6)


@pytest.mark.parametrize("seed", range(20))
def test_whatever_is_done_an_edit_takes_it(seed: int) -> None:
    random = np.random.default_rng(seed)
    points: Points = ()
    for _ in range(200):
        count = len(points or STRAIGHT)
        what, index = random.choice(["add", "add", "move", "remove"]), int(random.integers(count))
        x, y = random.uniform(-0.3, 1.3, 2).tolist()
        if what == "add":
            added = with_point(points, min(max(x, 0.0), 1.0), min(max(y, 0.0), 1.0))
            points = points if added is None else added[0]
        elif what == "move":
            points = with_moved(points, index, x, y)
        else:
            points = without_point(points, index)
        CurvePart(points=points)
