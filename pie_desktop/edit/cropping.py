"""The largest rectangle of a shape within a photo that was rotated or put into perspective."""

from itertools import combinations

import numpy as np

Corners = np.ndarray
"""(4, 2) float64: corners of a convex quadrilateral, one after the other, clockwise as seen (y downwards)."""

_KEPT = 0.5
"""Of the largest size that is possible anywhere: a crop is not made smaller to keep its middle, but moved."""


def fitted(
    corners: Corners, middle: tuple[float, float], size: tuple[float, float], smallest: float = _KEPT
) -> tuple[tuple[float, float], float]:
    """A rectangle moved and made smaller, as little as need be, until it lies within a quadrilateral.

    It keeps its shape. Its middle stays where it is as long as the rectangle then has a share of the largest size that
    is possible (or its own); otherwise it moves towards the middle of the largest one until it has. A rectangle of
    scale s around c is inside if n c - s (|n_x| w + |n_y| h) / 2 >= d for every side with inward normal n: a linear
    programme in c and s.

    Args:
        corners: of the quadrilateral.
        middle: of the rectangle.
        size: width and height of the rectangle.
        smallest: the share; 1 for the largest rectangle there is.

    Returns:
        The middle, and the factor of the size, above 0 and at most 1.
    """
    sides = np.roll(corners, -1, axis=0) - corners
    normals = np.stack([-sides[:, 1], sides[:, 0]], axis=1)
    normals /= np.linalg.norm(normals, axis=1, keepdims=True)
    offsets = (normals * corners).sum(1)
    needed = (np.abs(normals) * np.array(size)).sum(1) / 2
    start = np.array(middle, np.float64)
    best, largest = _largest(normals, offsets, needed, corners.mean(0))
    wanted = smallest * min(largest, 1.0) * (1 - 1e-9)
    # Along the way to the middle of the largest one, every side gives way evenly.
    at_start, at_end = ((normals @ place - offsets) / needed for place in (start, best))
    short = (at_start < wanted) & (at_end > at_start)
    way = float(((wanted - at_start) / (at_end - at_start))[short].max()) if short.any() else 0.0
    place = start + min(way, 1.0) * (best - start)
    scale = float(((normals @ place - offsets) / needed).min())
    return (float(place[0]), float(place[1])), scale if scale < 1 - 1e-9 else 1.0


def _largest(
    normals: np.ndarray, offsets: np.ndarray, needed: np.ndarray, inside: np.ndarray
) -> tuple[np.ndarray, float]:
    """Middle and scale of the largest rectangle: where three of the four sides are touched."""
    best, largest = inside, float(((normals @ inside - offsets) / needed).min())
    for three in combinations(range(len(normals)), 3):
        chosen = list(three)
        system = np.column_stack([normals[chosen], -needed[chosen]])
        if abs(np.linalg.det(system)) < 1e-12 * needed.max():
            continue
        x, y, scale = np.linalg.solve(system, offsets[chosen])
        place = np.array([x, y])
        reached = float(((normals @ place - offsets) / needed).min())
        if reached >= scale - 1e-9 * abs(scale) and reached > largest * (1 + 1e-9):
            best, largest = place, reached
    return best, largest
