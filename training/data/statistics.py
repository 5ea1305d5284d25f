"""What the people of a data set do to their photos, in numbers: a first look before anything is trained on it."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np

from pie_desktop.errors import PieError
from pie_desktop.imaging.color.difference import delta_e_2000_lab, to_lab
from pie_desktop.imaging.color.spaces import LUMA
from pie_desktop.imaging.decode import load_photo, probe
from pie_desktop.model.features import square
from training.data.fivek import Dataset, find_dataset
from training.data.prepared import INDEX, open_prepared

SIDE = 128  # px, of the squares that are compared
LEFT_ALONE = 1.0  # mean dE00 below which nobody sees a change
Item = TypeVar("Item")
Pair = tuple[np.ndarray, np.ndarray]  # before and after, `(S, S, 3)` uint8, sRGB


@dataclass(frozen=True)
class PersonStatistics:
    """One style of a data set: an expert, or a person with photos of their own.

    Changes are means over the photos looked at, after less before.

    Attributes:
        name: of the style.
        photos: edited photos with an original.
        looked_at: photos compared.
        smallest, median, largest: sizes of these photos, width and height in px, by their area.
        luma: change of mean luma (Rec. 709, sRGB-encoded), percent of white.
        contrast: change of the standard deviation of luma, percent of white.
        chroma: change of mean CIELAB chroma.
        de00: mean CIEDE2000 difference.
        left_alone: share of photos with a mean difference below 1.
    """

    name: str
    photos: int
    looked_at: int
    smallest: tuple[int, int]
    median: tuple[int, int]
    largest: tuple[int, int]
    luma: float
    contrast: float
    chroma: float
    de00: float
    left_alone: float


def dataset_statistics(
    folder: Path, most: int = 200, progress: Callable[[float], None] = lambda _: None
) -> list[PersonStatistics]:
    """Statistics of every style of a folder with a data set, or with a cache that `training prepare` made of one.

    Args:
        folder: of either.
        most: photos of each style to look at, evenly over their names.
        progress: called with the share of styles looked at.

    Raises:
        PieError: the folder holds neither, a photo cannot be read, or its versions differ in shape.
    """
    people = _of_cache(folder, most) if (folder / INDEX).exists() else _of_files(find_dataset(folder), most)
    found = []
    for person, share in people:
        found.append(person)
        progress(share)
    return found


def _of_cache(folder: Path, most: int) -> Iterator[tuple[PersonStatistics, float]]:
    data = open_prepared(folder)
    used = np.array([bool(split) for split in data.splits])
    for style, (name, (first, end)) in enumerate(zip(data.styles, data.ranges, strict=True)):
        there = first + np.flatnonzero(used[first:end])
        rows = _some(there.tolist(), most)
        pairs = ((data.before[row], data.edited(style, np.array([row]))[0]) for row in rows)
        sizes = [(data.side, data.side)] * len(rows)
        yield _statistics(name, len(there), sizes, pairs), (style + 1) / len(data.styles)


def _of_files(dataset: Dataset, most: int) -> Iterator[tuple[PersonStatistics, float]]:
    for number, (name, edited) in enumerate(dataset.styles.items()):
        unedited = dataset.unedited(name)
        there = sorted(edited.keys() & unedited.keys())
        files = [(unedited[photo], edited[photo]) for photo in _some(there, most)]
        headers = [probe(after) for _, after in files]
        sizes = [(header.width, header.height) for header in headers]
        yield _statistics(name, len(there), sizes, map(_load, files)), (number + 1) / len(dataset.styles)


def _some(photos: Sequence[Item], most: int) -> Sequence[Item]:
    """At most so many, evenly."""
    return photos[:: -(-len(photos) // most) or 1]


def _load(files: tuple[Path, Path]) -> Pair:
    before, after = (load_photo(path, max_side=4 * SIDE) for path in files)
    if abs(np.log(before.shape[1] * after.shape[0] / (before.shape[0] * after.shape[1]))) > 0.02:
        raise PieError(f"{files[1]} and {files[0]} differ in shape; `training prepare` says which photos are no pairs.")
    return before, after


def _statistics(name: str, photos: int, sizes: Sequence[tuple[int, int]], pairs: Iterator[Pair]) -> PersonStatistics:
    rows = np.array([_changes(square(before, SIDE), square(after, SIDE)) for before, after in pairs])
    luma, contrast, chroma, de00 = rows.mean(0).tolist()
    by_area = sorted(sizes, key=lambda size: size[0] * size[1])
    extremes = by_area[0], by_area[len(by_area) // 2], by_area[-1]
    left_alone = float((rows[:, 3] < LEFT_ALONE).mean())
    return PersonStatistics(name, photos, len(rows), *extremes, luma, contrast, chroma, de00, left_alone)


def _changes(before: np.ndarray, after: np.ndarray) -> tuple[float, float, float, float]:
    """Changes of luma, contrast and chroma, and the mean difference."""
    lumas = [image @ np.array(LUMA) / 2.55 for image in (before, after)]
    labs = [to_lab(image) for image in (before, after)]
    chromas = [np.hypot(lab[..., 1], lab[..., 2]).mean() for lab in labs]
    return (
        float(lumas[1].mean() - lumas[0].mean()),
        float(lumas[1].std() - lumas[0].std()),
        float(chromas[1] - chromas[0]),
        float(delta_e_2000_lab(*labs).mean()),
    )
