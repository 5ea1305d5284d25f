"""Finding the original of an edit that has another name: by the moment of capture, and by what the photos show."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import numpy as np

from pie_desktop.errors import PieError
from pie_desktop.imaging.decode import load_photo
from pie_desktop.imaging.metadata.reading import read_summary
from pie_desktop.imaging.stored import to_uint8

SIDE = 16  # px, of what is compared
ALIKE = 0.8  # correlation from which two photos may be the same
CLEARLY = 0.05  # by which one has to be more alike than every other


def match_by_capture(edits: Sequence[Path], originals: Sequence[Path]) -> dict[Path, Path]:
    """Originals that were taken at the same moment by the same camera as an edit.

    Cameras give whole seconds, and some of them fractions. Where several photos were taken in one second, an edit gets
    the one with its very fraction, else the one that looks clearly most like it, if there is one. An original serves
    one edit: where several edits would get it, none does.

    Args:
        edits: edited photos.
        originals: photos that may be their originals.

    Returns:
        The original of each edit that has one.
    """
    shot = _by_second(originals)
    found: dict[Path, Path] = {}
    for second, group in _by_second(edits).items():
        for edit in group:
            candidates = [one for one in shot.get(second, []) if edit.camera in (None, one.camera) or not one.camera]
            candidates = [one for one in candidates if one.fraction and one.fraction == edit.fraction] or candidates
            if len(candidates) == 1:
                found[edit.path] = candidates[0].path
            elif candidates and (original := _most_alike(edit.path, [one.path for one in candidates])) is not None:
                found[edit.path] = original
    wanted = Counter(found.values())
    return {edit: original for edit, original in found.items() if wanted[original] == 1}


@dataclass(frozen=True)
class _Capture:
    path: Path
    camera: str | None
    fraction: int  # microseconds


def _by_second(photos: Iterable[Path]) -> dict[datetime, list[_Capture]]:
    """The photos of each second; photos that do not say when they were taken are left out."""
    found: dict[datetime, list[_Capture]] = defaultdict(list)
    for photo in photos:
        try:
            summary = read_summary(photo)
        except PieError:  # gone in between: whoever reads the photo says so
            continue
        if summary.taken is not None:
            capture = _Capture(photo, summary.camera, summary.taken.microsecond)
            found[summary.taken.replace(microsecond=0)].append(capture)
    return found


def _most_alike(edit: Path, originals: Sequence[Path]) -> Path | None:
    own = small_luma(edit)
    if own is None:
        return None
    looks = ((path, small_luma(path)) for path in originals)
    alike = sorted(((float((own * look).mean()), path) for path, look in looks if look is not None), reverse=True)
    if not alike or alike[0][0] < ALIKE or (len(alike) > 1 and alike[0][0] - alike[1][0] < CLEARLY):
        return None
    return alike[0][1]


def small_luma(photo: Path) -> np.ndarray | None:
    """Luma of the photo, small, with mean 0 and deviation 1: most edits keep it; None where it cannot be read."""
    try:
        image = to_uint8(load_photo(photo, max_side=64)).astype(np.float32).mean(axis=2)
    except PieError:
        return None
    rows = np.linspace(0, image.shape[0], SIDE + 1).astype(int)[:-1]
    columns = np.linspace(0, image.shape[1], SIDE + 1).astype(int)[:-1]
    if min(image.shape) < SIDE:
        return None
    small = np.add.reduceat(np.add.reduceat(image, rows, axis=0), columns, axis=1)
    deviation = float(small.std())
    return (small - small.mean()) / deviation if deviation > 0 else None
