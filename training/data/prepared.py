"""A prepared data set: every photo decoded once, small, unedited and in every style, in memory-mapped arrays.

A cache is a folder with `index.json`, `input.npy` and one `style-<n>.npy` per style, `(P, S, S, 3)` uint8 sRGB, the
whole photo squeezed to a square. The photos of a style are a range of the rows of `input.npy`: all of them, where all
styles are versions of the same photos; people with photos of their own have one each. `training.data.preparing` writes
it; the index comes last, so that an interrupted cache can be recognised.
"""

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import torch
from torch import Tensor

from pie_desktop import json_files
from pie_desktop.errors import PieError
from training.data.batch import Group
from training.data.photos import SMALLEST_VIEW
from training.data.source import Source, name_photos, pick_photos, seeded

INDEX = "index.json"
FORMAT = 3  # 1: versions of a photo were not aligned; 2: all styles were versions of the same photos
MAX_INDEX = 256 * 1024 * 1024


@dataclass(frozen=True)
class PreparedData:
    """A cache, opened.

    Attributes:
        folder: where it lies.
        side: S of its images, px.
        names: `(P,)` numbers of the photos.
        splits: `(P,)` `train`, `validation` or `test`; empty for rows that could not be decoded.
        styles: names of the styles.
        ranges: first row and the one after the last, for every style.
        before: `(P, S, S, 3)` uint8, memory-mapped.
        after: the same for every style, of its rows alone.
    """

    folder: Path
    side: int
    names: tuple[str, ...]
    splits: tuple[str, ...]
    styles: tuple[str, ...]
    ranges: tuple[tuple[int, int], ...]
    before: np.ndarray
    after: tuple[np.ndarray, ...]

    def rows(self, split: str, style: int | None = None) -> np.ndarray:
        """Rows of the photos of a split: those that any style has, or one of them."""
        found = np.flatnonzero(np.array(self.splits) == split)
        ranges = self.ranges if style is None else self.ranges[style : style + 1]
        return found[np.any([(first <= found) & (found < end) for first, end in ranges], axis=0)]

    def edited(self, style: int, rows: np.ndarray) -> np.ndarray:
        """What a style made of these rows, `(len(rows), S, S, 3)` uint8."""
        return self.after[style][rows - self.ranges[style][0]]

    def only(self, styles: Sequence[str]) -> "PreparedData":
        """The same with these styles only; with all of them where none is named.

        Raises:
            PieError: there is no style of that name.
        """
        if not styles:
            return self
        unknown = [name for name in styles if name not in self.styles]
        if unknown:
            raise PieError(f"{self.folder} has no style {unknown[0]}; it has {', '.join(self.styles)}.")
        places = [self.styles.index(name) for name in styles]
        ranges, after = tuple(self.ranges[n] for n in places), tuple(self.after[n] for n in places)
        return dataclasses.replace(self, styles=tuple(styles), ranges=ranges, after=after)

    def without(self, styles: Sequence[str]) -> "PreparedData":
        """The same without these styles, so that they can be tested with as people whom nobody trained on.

        Raises:
            PieError: there is no style of that name, or none is left.
        """
        self.only(styles)
        left = [name for name in self.styles if name not in styles]
        if not left:
            raise PieError(f"{self.folder} has no style left to train on; hold out fewer of {', '.join(self.styles)}.")
        return self.only(left)


def style_file(index: int) -> str:
    """File name of a style's images."""
    return f"style-{index}.npy"


def open_prepared(folder: Path) -> PreparedData:
    """Open a cache; its images are read from the disk when they are asked for.

    Raises:
        PieError: there is none, it is unfinished, damaged or of another version.
    """
    path = folder / INDEX
    if not path.exists():
        raise PieError(
            f"There is no finished cache in {folder}; make it with `python -m training prepare --dataset DIR --out"
            f" {folder}`, which also continues an interrupted one."
        )
    try:
        index = json_files.read_object(path, max_bytes=MAX_INDEX)
        if index["format"] != FORMAT:
            raise PieError(f"The cache {folder} was made by another version; build a new one in another folder.")
        names, splits, styles = tuple(index["photos"]), tuple(index["splits"]), tuple(index["styles"])
        ranges = tuple((int(first), int(end)) for first, end in index["ranges"])
        before = np.load(folder / "input.npy", mmap_mode="r")
        after = tuple(np.load(folder / style_file(n), mmap_mode="r") for n in range(len(styles)))
        if len(splits) != len(names) or len(ranges) != len(styles):
            raise ValueError("sizes do not agree")
        for images, (first, end) in zip((before, *after), ((0, len(names)), *ranges), strict=True):
            if not 0 <= first < end <= len(names):
                raise ValueError("a style has no photos")
            if images.shape != (end - first, index["side"], index["side"], 3) or images.dtype != np.uint8:
                raise ValueError("sizes do not agree")
    except (OSError, EOFError, ValueError, KeyError, TypeError) as error:
        raise PieError(f"The cache {folder} is damaged ({error}); delete it and build it again.") from error
    return PreparedData(folder, index["side"], names, splits, styles, ranges, before, after)


def take_views(
    stored: np.ndarray, index: np.ndarray, views: np.ndarray, side: int, device: torch.device | str = "cpu"
) -> Tensor:
    """Crops of stored images: `(B, 3, side, side)` float in [0, 1], sRGB-encoded, on `device`.

    Cut from the map and averaged down in bytes: only what is seen is read, and nothing is held at full size.

    Args:
        stored: `(P, S, S, 3)` uint8.
        index: `(B,)` rows of `stored`.
        views: `(B, 4)` from `draw_views`.
    """
    size = stored.shape[1]
    out = np.empty((len(index), side, side, 3), np.uint8)
    for target, row, (x, y, part, flip) in zip(out, index, views, strict=True):
        edge = max(1, round(part * size))
        left, top = round(x * (size - edge)), round(y * (size - edge))
        crop = stored[row, top : top + edge, left : left + edge]
        cv2.resize(crop, (side, side), dst=target, interpolation=cv2.INTER_AREA)
        if flip:
            target[:] = target[:, ::-1].copy()
    return torch.from_numpy(out).to(device).permute(0, 3, 1, 2).float().div_(255)


def draw_views(count: int, generator: torch.Generator) -> np.ndarray:
    """Random crops and flips `(count, 4)`: where left and top lie, 0 to 1, the share of the side, whether mirrored."""
    views = torch.rand(count, 4, generator=generator)
    views[:, 2] = SMALLEST_VIEW + (1 - SMALLEST_VIEW) * views[:, 2]
    views[:, 3] = (views[:, 3] < 0.5).float()
    return views.numpy()


class PreparedSource(Source):
    """Groups of real photos: every user of a group is a style, so an expert, with photos drawn at random.

    The styles of a group are as different as their number allows.

    Attributes:
        people: numbers of the styles that have photos of the split; the users.
        names: of their photos.
        fewest: photos of the user with the fewest.

    Args:
        data: the cache.
        side: side of the images, px.
        users, shots: of a group.
        seed: of what is drawn.
        split: whose photos are drawn.
        device: where groups stay; they are cut out on the CPU.

    Raises:
        PieError: the split holds no photos.
    """

    def __init__(
        self,
        data: PreparedData,
        side: int,
        users: int,
        shots: int,
        seed: int,
        split: str = "train",
        device: torch.device | str = "cpu",
    ) -> None:
        rows = [data.rows(split, style) for style in range(len(data.styles))]
        self.people = [style for style, found in enumerate(rows) if len(found)]
        if not self.people:
            raise PieError(f"The cache {data.folder} holds no photos to {split} with.")
        # whole arrays, with the first row of each: worker processes map the files themselves
        self.before, self.after = data.before, [data.after[style] for style in self.people]
        self._first = [data.ranges[style][0] for style in self.people]
        self._rows = [rows[style] for style in self.people]
        self._all_names = data.names
        self.names = [data.names[row] for row in data.rows(split)]
        self.fewest = min(map(len, self._rows))
        self.side, self.users, self.shots, self.seed, self.device = side, users, shots, seed, device

    def styles_of(self, number: int) -> np.ndarray:
        """Which style each of this process's users of a group has: `(U,)` places in `people`."""
        return self._styles(seeded(self.seed, 11, number))[self.share.rows(self.users)]

    def _styles(self, generator: torch.Generator) -> np.ndarray:
        rounds = -(-self.users // len(self.people))
        drawn = [torch.randperm(len(self.people), generator=generator) for _ in range(rounds)]
        return torch.cat(drawn)[: self.users].numpy()

    def _photos(self, styles: np.ndarray, generator: torch.Generator) -> np.ndarray:
        """Rows of the photos of every user, `(U, S)`."""
        mine = [self._rows[style] for style in styles]
        return np.stack([rows[pick_photos(len(rows), 1, self.shots, generator)] for rows in mine])

    def group(self, number: int) -> Group:
        generator = seeded(self.seed, 11, number)
        styles = self._styles(generator)
        photos = self._photos(styles, generator)
        views = draw_views(photos.size, generator).reshape(self.users, self.shots, 4)
        inputs, targets = [], []
        for user in range(*self.share.rows(self.users).indices(self.users)):
            style, rows, seen = styles[user], photos[user], views[user]
            inputs.append(take_views(self.before, rows, seen, self.side, self.device))
            targets.append(take_views(self.after[style], rows - self._first[style], seen, self.side, self.device))
        return Group(torch.stack(inputs), torch.stack(targets))

    def describe(self, number: int) -> str:
        generator = seeded(self.seed, 11, number)
        photos = self._photos(self._styles(generator), generator)
        return name_photos(number, self._all_names, photos.flatten())
