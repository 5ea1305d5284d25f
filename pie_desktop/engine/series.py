"""One exposure and white balance for the photos of a series, or those of one photo for others.

The model answers for each photo by itself, so that frames of one scene come out a little brighter or warmer than their
neighbours. Each gets the gains (`MatchPart`) that bring the mean L*a*b* of its result to that of the series.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from pie_desktop.edit.edit import Edit
from pie_desktop.edit.parts.match import LIMIT, MatchPart
from pie_desktop.edit.transform import Transform
from pie_desktop.imaging.color.difference import to_lab
from pie_desktop.imaging.lut.apply import apply_lut
from pie_desktop.imaging.resize.resize import resize_long_side

SIDE = 96  # of the images that are compared; means do not need more
_ROUNDS = 8
_STEP = 0.02  # stops, of the derivative
_CLOSE = 0.02  # L*a*b*
_DAMPING = 1e-3


def mean_color(proxy: np.ndarray, transform: Transform, edit: Edit) -> np.ndarray:
    """Mean L*a*b* of a photo's result, float64 (3,).

    Args:
        proxy: (H, W, 3) uint8 or uint16, sRGB.
        transform: of the photo, in the style of the edit.
        edit: that is applied.
    """
    result = apply_lut(proxy, np.clip(transform.lut(edit), 0, 1))
    return np.asarray(to_lab(result).reshape(-1, 3).mean(0, dtype=np.float64))


def matched(proxy: np.ndarray, transform: Transform, edit: Edit, target: np.ndarray) -> Edit:
    """An edit whose result has a mean colour: the same one with another `MatchPart`.

    Args:
        proxy, transform, edit: as for `mean_color`.
        target: L*a*b*, (3,).

    Returns:
        The edit that comes nearest within the bounds of `MatchPart`.
    """
    small = resize_long_side(proxy, SIDE) if max(proxy.shape[:2]) > SIDE else proxy
    values = np.zeros(3)

    def color(gains: np.ndarray) -> np.ndarray:
        return mean_color(small, transform, edit.with_part(_part(gains)))

    best, least = values, np.inf
    for _ in range(_ROUNDS):
        now = color(values)
        missing = target - now
        distance = float(np.linalg.norm(missing))
        if distance < least:
            best, least = values, distance
        if distance < _CLOSE:
            break
        slopes = np.stack([(color(values + _STEP * axis) - now) / _STEP for axis in np.eye(3)], -1)
        normal = slopes.T @ slopes
        step = np.linalg.solve(normal + _DAMPING * np.trace(normal) * np.eye(3) + 1e-9 * np.eye(3), slopes.T @ missing)
        values = np.clip(values + np.clip(step, -1, 1), -LIMIT, LIMIT)
    return edit.with_part(_part(best))


def match_series(
    proxies: Sequence[np.ndarray],
    transforms: Sequence[Transform],
    edits: Sequence[Edit],
    target: np.ndarray | None = None,
) -> list[Edit]:
    """Edits of photos of one scene whose results have one exposure and white balance.

    Args:
        proxies, transforms, edits: of each photo, as for `mean_color`; what was matched before is matched anew.
        target: mean L*a*b* that all get; None for the median of what they have by themselves.

    Returns:
        One edit for each photo.
    """
    plain = [edit.with_part(MatchPart()) for edit in edits]
    if target is None:
        own = [mean_color(*one) for one in zip(proxies, transforms, plain, strict=True)]
        target = np.median(own, axis=0)
    return [matched(*one, target) for one in zip(proxies, transforms, plain, strict=True)]


def _part(values: np.ndarray) -> MatchPart:
    exposure, warmth, tint = (float(np.clip(value, -LIMIT, LIMIT)) for value in values)
    return replace(MatchPart(), exposure=exposure, warmth=warmth, tint=tint)
