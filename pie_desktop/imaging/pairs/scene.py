"""Whether photos show one scene: crops or exposures of one photo, or a burst.

Points of one photo are looked for in another, and must have moved together (a homography). Measured on photographs of
640 px: of 4,950 random pairs none has more than 5 such points. Five crops of 60 to 100 % of one photo, each 1.5 stops
brighter or darker at most, are recognised always, crops of 40 to 80 %, which may have nothing in common, in 90 %.
"""

from collections.abc import Sequence

import cv2
import numpy as np

from pie_desktop.imaging.pairs.alignment import REACH, Features, find_features, matching_points

SIDE = 160  # long side of what is compared, px
FEATURES = 250
LEAST_POINTS = 8  # that moved together
ASKED_FIRST = 8  # photos: where these are of several scenes, the others need not be looked at


def one_scene(images: Sequence[np.ndarray]) -> bool:
    """Whether each of the photos shows a part of what others show, so that all hang together.

    Args:
        images: uint8 (H, W, 3); fewer than two tell nothing.
    """
    if len(images) < 2:
        return False
    first, others = images[:ASKED_FIRST], images[ASKED_FIRST:]
    known = [find_features(image, SIDE, FEATURES) for image in first]
    if not _connected(known):
        return False
    known += [find_features(image, SIDE, FEATURES) for image in others]
    return _connected(known)


def _connected(photos: Sequence[Features | None]) -> bool:
    reached, waiting = {0}, [0]
    while waiting:
        here = photos[waiting.pop()]
        for number in set(range(len(photos))) - reached:
            if _overlap(here, photos[number]):
                reached.add(number)
                waiting.append(number)
    return len(reached) == len(photos)


def _overlap(a: Features | None, b: Features | None) -> bool:
    points = matching_points(a, b) if a is not None else None
    if points is None:
        return False
    _, together = cv2.findHomography(*points, cv2.USAC_MAGSAC, REACH)
    return together is not None and int(together.sum()) >= LEAST_POINTS
