"""Finding the originals of edits by what the photos show, where neither names nor times of capture tell.

Photos that look most alike are looked at first: the luma at 16 x 16 px survives most edits. For what is left, which may
be cropped or turned, local features vote. What is proposed either way counts only if the two images can be aligned.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import lru_cache
from pathlib import Path

import numpy as np

from pie_desktop.errors import PieError
from pie_desktop.imaging.decode import load_photo
from pie_desktop.imaging.metadata.reading import read_summary
from pie_desktop.imaging.pairs.alignment import AlignedPair, align, find_features
from pie_desktop.imaging.pairs.capture import SIDE, small_luma
from pie_desktop.imaging.stored import to_uint8

ALIKE = 0.7  # correlation of the lumas from which two photos are compared
TRIED = 4  # photos that are compared with one edit
ALIGNED_SIDE = 320  # long side at which they are, px
FEATURE_SIDE, FEATURES = 192, 120  # per photo
RATIO = 0.85  # of the distances to the best match and to the best one in another photo
LEAST_VOTES = 5
MOST_VOTING = 2000  # photos whose features are compared: 120 MB
ONE_MOMENT = 1.0  # seconds


def match_by_content(
    edits: Sequence[Path], originals: Sequence[Path], check: Callable[[], None] = lambda: None
) -> dict[Path, tuple[Path, ...]]:
    """The photos that show the same as an edit, so that each of them may be its original.

    Photos that say that they were taken at another moment are none.

    Args:
        edits: edited photos.
        originals: photos that may be their originals.
        check: called now and then; it may raise, to give up.

    Returns:
        For each edit for which there is any, these photos, the likeliest first; most often one.
    """
    moments = _Moments()
    found: dict[Path, tuple[Path, ...]] = {}
    for propose in (_by_luma, _by_features):
        left = [edit for edit in edits if edit not in found]
        if not left:
            break
        for edit, candidates in propose(left, originals, check):
            check()
            same = [path for path in candidates if moments.agree(edit, path) and _aligned(edit, path)]
            if same:
                found[edit] = tuple(same)
    return found


def _by_luma(
    edits: Sequence[Path], originals: Sequence[Path], check: Callable[[], None]
) -> list[tuple[Path, list[Path]]]:
    looks = _each(originals, small_luma, check)
    if not looks:
        return []
    paths, table = list(looks), np.stack([look.ravel() for look in looks.values()])
    found = []
    for edit, look in _each(edits, small_luma, check).items():
        likeness = table @ look.ravel() / SIDE**2
        best = np.argsort(-likeness)[:TRIED]
        found.append((edit, [paths[n] for n in best if likeness[n] >= ALIKE and paths[n] != edit]))
    return found


def _by_features(
    edits: Sequence[Path], originals: Sequence[Path], check: Callable[[], None]
) -> list[tuple[Path, list[Path]]]:
    described = _each(originals[:MOST_VOTING], _descriptors, check)
    if not described:
        return []
    paths, table = list(described), np.concatenate(list(described.values()))
    owner = np.repeat(np.arange(len(paths)), [len(rows) for rows in described.values()])
    found = []
    for edit, rows in _each(edits[:MOST_VOTING], _descriptors, check).items():
        check()
        votes = _votes(rows, table, owner, [n for n, path in enumerate(paths) if path == edit])
        ranked = [(n, count) for n, count in votes.most_common(TRIED) if count >= LEAST_VOTES]
        found.append((edit, [paths[n] for n, _ in ranked]))
    return found


def _votes(rows: np.ndarray, table: np.ndarray, owner: np.ndarray, own: Sequence[int]) -> Counter[int]:
    """For which photos the features of one vote; those that are as near to two photos do not."""
    # Root-SIFT has length 1, so that the products are the cosines.
    nearness = rows @ table.T
    nearness[:, np.isin(owner, own)] = -1
    best = nearness.argmax(axis=1)
    first = nearness[np.arange(len(rows)), best]
    nearness[owner[None, :] == owner[best][:, None]] = -1
    second = nearness.max(axis=1)
    clear = np.sqrt(np.maximum(2 - 2 * first, 0)) < RATIO * np.sqrt(np.maximum(2 - 2 * second, 1e-9))
    return Counter(owner[best][clear].tolist())


def _descriptors(photo: Path) -> np.ndarray | None:
    try:
        features = find_features(to_uint8(load_photo(photo, max_side=FEATURE_SIDE)), FEATURE_SIDE, FEATURES)
    except PieError:
        return None
    return features[1] if features is not None else None


def _each(
    photos: Sequence[Path], read: Callable[[Path], np.ndarray | None], check: Callable[[], None]
) -> dict[Path, np.ndarray]:
    """What there is to read of each photo."""
    found = {}
    for photo in photos:
        check()
        value = read(photo)
        if value is not None:
            found[photo] = value
    return found


def _aligned(edit: Path, original: Path) -> bool:
    try:
        images = (to_uint8(load_photo(path, max_side=ALIGNED_SIDE)) for path in (edit, original))
        edited, unedited = images
    except PieError:
        return False
    pair = align(edited, unedited)
    return isinstance(pair, AlignedPair) or np.array_equal(edited, unedited)


class _Moments:
    """When photos were taken, read once each."""

    def __init__(self) -> None:
        self._taken = lru_cache(maxsize=None)(_taken)

    def agree(self, a: Path, b: Path) -> bool:
        """Whether nothing says that the two were taken at different moments."""
        first, second = self._taken(a), self._taken(b)
        return first is None or second is None or abs((first - second).total_seconds()) < ONE_MOMENT


def _taken(photo: Path) -> datetime | None:
    try:
        return read_summary(photo).taken
    except PieError:
        return None
