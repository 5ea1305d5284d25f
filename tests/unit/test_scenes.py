"""What is held out are whole scenes: neither a near-duplicate nor a neighbour in time of a held-out photo trains."""

from datetime import datetime, timedelta
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from training.data.scenes import find_scenes, hold_out

NOON = datetime(2026, 5, 1, 12)


def photos(count: int, seed: int = 3) -> np.ndarray:
    """Random fields, which do not look alike."""
    return np.random.default_rng(seed).integers(0, 256, (count, 24, 24, 3), dtype=np.uint8)


def groups_of(numbers: np.ndarray) -> list[list[int]]:
    return [np.flatnonzero(numbers == number).tolist() for number in range(numbers.max() + 1)]


def test_shootings_are_kept_together_where_there_are_enough() -> None:
    times = [NOON + timedelta(days=day, minutes=7 * shot) for day in range(12) for shot in range(4)]
    found = groups_of(find_scenes(times, photos(48)))
    assert found == [list(range(4 * day, 4 * day + 4)) for day in range(12)]


def test_one_long_shooting_is_parted_at_its_breaks() -> None:
    """Twenty scenes of three photos, eleven minutes apart: parted by ten minutes, since the day leaves no choice."""
    times = [NOON + timedelta(minutes=11 * scene, seconds=20 * shot) for scene in range(20) for shot in range(3)]
    found = groups_of(find_scenes(times, photos(60)))
    assert found == [[3 * scene, 3 * scene + 1, 3 * scene + 2] for scene in range(20)]


def test_near_duplicates_are_together_without_any_times() -> None:
    images = photos(20)
    images[13] = np.clip(images[4].astype(int) + 6, 0, 255)  # a little brighter
    images[17] = images[13][:, ::-1]  # mirrored is another photo
    found = groups_of(find_scenes([None] * 20, images))
    assert [4, 13] in found and len(found) == 19


def test_photos_that_all_look_alike_are_still_parted() -> None:
    images = np.repeat(photos(1), 12, axis=0)
    assert len(groups_of(find_scenes([None] * 12, images))) == 12


@given(
    sizes=st.lists(st.integers(1, 12), min_size=3, max_size=40),
    counts=st.lists(st.integers(1, 10), min_size=1, max_size=2),
    seed=st.integers(0, 99),
)
@settings(max_examples=60, deadline=None)
def test_sets_are_disjoint_whole_groups_of_about_the_wanted_size(
    sizes: list[int], counts: list[int], seed: int
) -> None:
    groups = np.repeat(np.arange(len(sizes)), sizes)
    sets = hold_out(groups, counts, seed)
    together = np.concatenate(sets)
    assert sorted(together.tolist()) == list(range(len(groups)))
    owners = [set(groups[one].tolist()) for one in sets]
    assert all(not first & second for first, second in pairwise(owners))
    smallest = min(sizes)
    for count, found in zip(counts, sets[1:], strict=True):
        assert len(found) <= max(1, 1.5 * count) or len(set(groups[found].tolist())) == 1
        if sum(sizes) > 4 * sum(counts) and smallest == 1:
            assert len(found) >= 1


@pytest.mark.parametrize("seed", [0, 1])
def test_the_same_seed_draws_the_same_sets(seed: int) -> None:
    groups = np.repeat(np.arange(30), 2)
    first, second = hold_out(groups, (9, 9), seed), hold_out(groups, (9, 9), seed)
    assert all(np.array_equal(a, b) for a, b in zip(first, second, strict=True))
    assert [len(one) for one in first] == [40, 10, 10]
