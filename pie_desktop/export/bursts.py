"""Finding bursts: photos of one scene that one camera took in quick succession, and that should look alike.

The model looks at every photo by itself, so the frames of a sequence get slightly different transforms, which flicker
in a slide show or a time lapse. The frames of a burst may share one; see `photo_luts.PhotoLuts.shared`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from pathlib import Path

import numpy as np

from pie_desktop.errors import Cancelled, PieError
from pie_desktop.imaging.color import difference
from pie_desktop.imaging.decode import load_proxy
from pie_desktop.imaging.resize.resize import resize

MAX_GAP = 2.0  # seconds between two frames
MAX_LENGTH = 60.0  # seconds: the light of a longer sequence changes, and its transform has to
MAX_DIFFERENCE = 16.0
"""Mean CIE76 colour difference between neighbouring frames on a grid of 6 x 6: a moved subject, a pan or clouds stay
below, another scene in the same light does not."""
_GRID = (6, 6)


@dataclass(frozen=True)
class Frame:
    """What tells that photos belong together.

    Attributes:
        photo: the file.
        taken: capture time with fractions of a second where the camera gives them; None is never part of a burst.
        camera: make and model; None is never part of a burst.
        size: (width, height).
    """

    photo: Path
    taken: datetime | None
    camera: str | None
    size: tuple[int, int]


def find_bursts(frames: Sequence[Frame], should_cancel: Callable[[], bool] | None = None) -> dict[int, int]:
    """Which photos belong to a burst.

    Only photos that are neighbours in time are decoded (small), so that photos without near neighbours cost nothing.

    Returns:
        Number of the burst, from 1 in the order of time, by the index of the photo; photos that are alone are missing.

    Raises:
        Cancelled: `should_cancel` answered True.
    """
    looks: dict[int, np.ndarray | None] = {}

    def look(index: int) -> np.ndarray | None:
        if should_cancel is not None and should_cancel():
            raise Cancelled
        if index not in looks:
            looks[index] = _look(frames[index].photo)
        return looks[index]

    numbers: dict[int, int] = {}
    last, start = 0, 0
    for first, second in pairwise(_by_camera_and_time(frames)):
        if first not in numbers:
            start = first
        near = _follows(frames[first], frames[second], MAX_GAP) and _follows(frames[start], frames[second], MAX_LENGTH)
        if near and _alike(look(first), look(second)):
            if first not in numbers:
                last += 1
                numbers[first] = last
            numbers[second] = numbers[first]
        looks.pop(first, None)  # in this order no photo is looked at again
    return numbers


def _by_camera_and_time(frames: Sequence[Frame]) -> list[int]:
    known = [index for index, frame in enumerate(frames) if frame.taken is not None and frame.camera is not None]
    return sorted(known, key=lambda index: (frames[index].camera, frames[index].taken, index))


def _follows(first: Frame, second: Frame, within: float) -> bool:
    if first.taken is None or second.taken is None:
        return False
    gap = (second.taken - first.taken).total_seconds()
    return first.camera == second.camera and first.size == second.size and gap <= within


def _look(photo: Path) -> np.ndarray | None:
    try:
        return difference.to_lab(resize(load_proxy(photo), _GRID))
    except PieError:
        return None


def _alike(first: np.ndarray | None, second: np.ndarray | None) -> bool:
    if first is None or second is None:
        return False
    return float(np.linalg.norm(first - second, axis=-1).mean()) <= MAX_DIFFERENCE
