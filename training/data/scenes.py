"""Photos of one shooting or scene, which are held out together: near-duplicates of what trained prove nothing."""

from collections.abc import Sequence
from datetime import datetime
from itertools import pairwise

import numpy as np

from training.data.photos import Images

GAPS = (6 * 3600.0, 600.0, 60.0, 5.0, 0.0)  # seconds without a photo, after which another shooting or scene begins
FEWEST = 10  # groups that leave a choice
LARGEST = 0.2  # of the photos, in one group
SIDE = 12  # px, of what photos are compared by
BLOCK = 512  # photos in memory at a time: of 5,000, the products alone would be 100 MB
ALIKE = 0.97  # correlation from which two photos show the same


def find_scenes(times: Sequence[datetime | None], images: Images) -> np.ndarray:
    """Which photos belong together: those of one shooting, or where these are few or large, of one scene.

    Photos that nearly look the same are one group whatever their times; the others are parted by the longest gap
    between captures that leaves at least `FEWEST` groups, none with more than `LARGEST` of the photos. Photos without a
    time are groups of their own.

    Args:
        times: of the captures, None where a photo does not say.
        images: of the photos.

    Returns:
        `(P,)` int, the number of each photo's group, from 0.
    """
    count, pairs = images.shape[0], _alike(images)
    timed = sorted((time, index) for index, time in enumerate(times) if time is not None)
    groups = np.arange(count)
    for gap in GAPS:
        near = [(a, b) for (first, a), (second, b) in pairwise(timed) if (second - first).total_seconds() < gap]
        groups = _joined(count, [*pairs, *near])
        sizes = np.bincount(groups)
        if len(sizes) >= FEWEST and sizes.max() <= LARGEST * count:
            return groups
    # All look alike, or are too few to be parted so.
    return groups if groups.max(initial=0) > 1 else np.arange(count)


def hold_out(groups: np.ndarray, counts: Sequence[int], seed: int) -> list[np.ndarray]:
    """Draw sets of photos, whole groups each.

    Args:
        groups: of `find_scenes`.
        counts: photos of each set; one that has to take a large group may get half as many more.
        seed: of the draw.

    Returns:
        What is in no set, and then the sets: indices in random order, disjoint.
    """
    generator = np.random.default_rng(seed)
    left = [np.flatnonzero(groups == number) for number in generator.permutation(groups.max(initial=-1) + 1)]
    sets = []
    for count in counts:
        chosen: list[np.ndarray] = []
        taken = 0
        for group in sorted(left, key=lambda one: len(one) > max(1, 1.5 * count)):  # too large ones come last
            if taken >= count or (taken and taken + len(group) > max(1, 1.5 * count)):
                continue
            chosen.append(group)
            taken += len(group)
        left = [group for group in left if not any(group is one for one in chosen)]
        sets.append(generator.permutation(np.concatenate(chosen)) if chosen else np.empty(0, int))
    rest = generator.permutation(np.concatenate(left)) if left else np.empty(0, int)
    return [rest, *sets]


def _alike(images: Images) -> list[tuple[int, int]]:
    """Pairs of photos that nearly look the same, by the correlation of their reduced pixels."""
    count, side = images.shape[0], images.shape[1]
    edges = np.linspace(0, side, SIDE + 1).astype(int)[:-1]
    looks = np.empty((count, SIDE * SIDE * 3), np.float32)
    for start in range(0, count, BLOCK):
        block = images[np.arange(start, min(start + BLOCK, count))].astype(np.float32)
        reduced = np.add.reduceat(np.add.reduceat(block, edges, axis=1), edges, axis=2)
        looks[start : start + BLOCK] = reduced.reshape(len(block), -1)
    looks -= looks.mean(axis=1, keepdims=True)
    looks /= np.maximum(np.linalg.norm(looks, axis=1, keepdims=True), 1e-6)
    found = []
    for start in range(0, count, BLOCK):
        block = looks[start : start + BLOCK] @ looks.T
        rows, columns = np.nonzero(block > ALIKE)
        found += [(start + row, column) for row, column in zip(rows.tolist(), columns.tolist(), strict=True)]
    return [(a, b) for a, b in found if a < b]


def _joined(count: int, pairs: Sequence[tuple[int, int]]) -> np.ndarray:
    """Numbers of the groups that pairs make of `count` things, in the order of their first members."""
    parent = list(range(count))

    def root(index: int) -> int:
        while parent[index] != index:
            parent[index] = parent[parent[index]]
            index = parent[index]
        return index

    for a, b in pairs:
        first, second = sorted((root(a), root(b)))
        parent[second] = first
    return np.unique([root(index) for index in range(count)], return_inverse=True)[1].astype(int)
