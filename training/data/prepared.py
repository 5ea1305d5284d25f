"""A prepared data set: every photo decoded once, small, unedited and in every style, in memory-mapped arrays.

A cache is a folder with `index.json`, `input.npy` and one `style-<n>.npy` per style, `(P, S, S, 3)` uint8 sRGB, the
whole photo squeezed to a square. `training.data.preparing` writes it; the index comes last, so that an interrupted
cache can be recognised.
"""

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
FORMAT = 2  # 1: versions of a photo were not aligned
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
        before: `(P, S, S, 3)` uint8, memory-mapped.
        after: the same for every style.
    """

    folder: Path
    side: int
    names: tuple[str, ...]
    splits: tuple[str, ...]
    styles: tuple[str, ...]
    before: np.ndarray
    after: tuple[np.ndarray, ...]

    def rows(self, split: str) -> np.ndarray:
        """Rows of the photos of a split."""
        return np.flatnonzero(np.array(self.splits) == split)

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
        after = tuple(self.after[self.styles.index(name)] for name in styles)
        return PreparedData(self.folder, self.side, self.names, self.splits, tuple(styles), self.before, after)


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
        before = np.load(folder / "input.npy", mmap_mode="r")
        after = tuple(np.load(folder / style_file(n), mmap_mode="r") for n in range(len(styles)))
        shape = (len(names), index["side"], index["side"], 3)
        if len(splits) != len(names) or any(a.shape != shape or a.dtype != np.uint8 for a in (before, *after)):
            raise ValueError("sizes do not agree")
    except (OSError, EOFError, ValueError, KeyError, TypeError) as error:
        raise PieError(f"The cache {folder} is damaged ({error}); delete it and build it again.") from error
    return PreparedData(folder, index["side"], names, splits, styles, before, after)


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
        self.before, self.after = data.before, data.after
        self.rows = data.rows(split)
        if not len(self.rows):
            raise PieError(f"The cache {data.folder} holds no photos to {split} with.")
        self.names = [data.names[row] for row in self.rows]
        self.side, self.users, self.shots, self.seed, self.device = side, users, shots, seed, device

    def styles_of(self, number: int) -> np.ndarray:
        """Which style each of this process's users of a group has: `(U,)` indices into the cache's styles."""
        return self._styles(seeded(self.seed, 11, number))[self.share.rows(self.users)]

    def _styles(self, generator: torch.Generator) -> np.ndarray:
        rounds = -(-self.users // len(self.after))
        drawn = [torch.randperm(len(self.after), generator=generator) for _ in range(rounds)]
        return torch.cat(drawn)[: self.users].numpy()

    def _photos(self, generator: torch.Generator) -> np.ndarray:
        return pick_photos(len(self.rows), self.users, self.shots, generator)

    def group(self, number: int) -> Group:
        generator = seeded(self.seed, 11, number)
        styles, photos = self._styles(generator), self._photos(generator).reshape(self.users, self.shots)
        views = draw_views(photos.size, generator).reshape(self.users, self.shots, 4)
        inputs, targets = [], []
        for user in range(*self.share.rows(self.users).indices(self.users)):
            rows, seen = self.rows[photos[user]], views[user]
            inputs.append(take_views(self.before, rows, seen, self.side, self.device))
            targets.append(take_views(self.after[styles[user]], rows, seen, self.side, self.device))
        return Group(torch.stack(inputs), torch.stack(targets))

    def describe(self, number: int) -> str:
        generator = seeded(self.seed, 11, number)
        self._styles(generator)
        return name_photos(number, self.names, self._photos(generator))
