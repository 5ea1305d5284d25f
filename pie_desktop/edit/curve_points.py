"""Changing the points of a curve by hand: adding, moving and removing them so that the curve stays a function."""

import numpy as np

from pie_desktop.edit.parts.curve import MOST_POINTS, Points, through

STRAIGHT: Points = ((0.0, 0.0), (1.0, 1.0))
GAP = 1 / 255
"""The least distance of two points from left to right: one value of an 8-bit photo."""


def shown_points(points: Points) -> Points:
    """The points as they are shown: a curve without any is the line from corner to corner."""
    return points or STRAIGHT


def value_at(points: Points, x: float) -> float:
    """The output of a curve for an input in [0, 1]; in [0, 1], too."""
    return float(np.clip(through(shown_points(points), np.array([x])), 0, 1)[0])


def with_point(points: Points, x: float, y: float) -> tuple[Points, int] | None:
    """A curve with one more point.

    Args:
        points: the curve; may be empty.
        x, y: where, in [0, 1].

    Returns:
        The points and the place of the new one among them; None where the curve has as many as it can have, or one
        within `GAP` of it.
    """
    points = shown_points(points)
    if len(points) >= MOST_POINTS or any(abs(x - other) < GAP for other, _ in points):
        return None
    place = sum(other < x for other, _ in points)
    return (*points[:place], (x, y), *points[place:]), place


def with_moved(points: Points, index: int, x: float, y: float) -> Points:
    """A curve of which one point is elsewhere, as near to (x, y) as its neighbours and the borders allow."""
    points = shown_points(points)
    low = points[index - 1][0] + GAP if index > 0 else 0.0
    high = points[index + 1][0] - GAP if index + 1 < len(points) else 1.0
    x = min(max(x, low), high) if low <= high else points[index][0]
    return (*points[:index], (x, min(max(y, 0.0), 1.0)), *points[index + 1 :])


def without_point(points: Points, index: int) -> Points:
    """A curve without a point; its first and last one return to their corners instead."""
    points = shown_points(points)
    if index == 0:
        return (STRAIGHT[0], *points[1:])
    if index == len(points) - 1:
        return (*points[:-1], STRAIGHT[1])
    return (*points[:index], *points[index + 1 :])
