"""Building the cache of a data set: once, in worker processes, resumable where it was interrupted."""

import contextlib
import hashlib
import json
import shutil
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.lib.format import open_memmap

from pie_desktop import json_files
from pie_desktop.errors import PieError
from pie_desktop.imaging.atomic import atomic_write
from pie_desktop.imaging.decode import load_photo
from pie_desktop.imaging.pairs.check import CHECK_SIDE, LEFT_OUT, prepare_versions
from pie_desktop.imaging.stored import to_uint8
from pie_desktop.model.features import square
from training.data.fivek import Dataset, Versions
from training.data.inspection import FEWEST
from training.data.prepared import FORMAT, INDEX, MAX_INDEX, style_file
from training.running.pool import in_order

TESTED, VALIDATED = 0.1, 0.05  # of the photos where folders do not say; of those that train
_BUILDING = "building.json"
_DONE = "done.npy"
_FLUSH = 64  # photos between two points from which an interrupted run can go on


@dataclass(frozen=True)
class PrepareReport:
    """What was done.

    Attributes:
        photos: in the cache.
        made: decoded now; the others were there.
        left_out: one sentence for each photo that could not be decoded, or whose versions are no pairs.
    """

    photos: int
    made: int
    left_out: tuple[str, ...]


def split_photos(numbers: list[str], known: dict[str, str]) -> list[str]:
    """`train`, `validation` or `test` for every photo.

    What folders say counts. Else a tenth is for testing, and of the photos to train with a twentieth for validation,
    one at least each: chosen by a hash of the number, so that it depends neither on the other photos' order nor a seed.
    """
    order = sorted(numbers, key=lambda number: hashlib.sha256(number.encode()).digest())
    splits = {number: known.get(number, "train") for number in order}
    train = [number for number in order if splits[number] == "train"]
    if "test" not in splits.values():
        tested = max(1, round(TESTED * len(train)))
        splits |= dict.fromkeys(train[:tested], "test")
        train = train[tested:]
    if "validation" not in splits.values():
        splits |= dict.fromkeys(train[: max(1, round(VALIDATED * len(train)))], "validation")
    return [splits[number] for number in numbers]


@dataclass(frozen=True)
class _Refused:
    """A photo that is left out: why, as one sentence, and whether its files could be decoded at all."""

    sentence: str
    decoded: bool


def _decoded(paths: tuple[Path, ...], side: int) -> np.ndarray | _Refused:
    """The versions of one photo in one frame, `(V, side, side, 3)` uint8, or why not."""
    try:
        before, *afters = (to_uint8(load_photo(path, max_side=max(CHECK_SIDE, side))) for path in paths)
    except PieError as error:
        return _Refused(str(error), decoded=False)
    versions = prepare_versions(before, afters)
    if isinstance(versions, tuple):
        number, reason = versions
        return _Refused(reason.sentence(_shown(paths[number + 1]), _shown(paths[0]), LEFT_OUT), decoded=True)
    return np.stack([square(version, side) for version in versions])


def _shown(path: Path) -> str:
    """Folder and name: the versions of one photo have the same name."""
    return f"{path.parent.name}/{path.name}"


class _Cache:
    """The files of a cache while it is built.

    Attributes:
        before, after: `(P, side, side, 3)` uint8 maps, for every style that of its rows alone.
        done: `(P,)` stamps of the files whose images are on the disk; 0 for none.
    """

    def __init__(self, out: Path, photos: int, ranges: Mapping[str, tuple[int, int]], side: int) -> None:
        paths = [out / "input.npy", *(out / style_file(n) for n in range(len(ranges)))]
        if not all(path.exists() for path in paths):
            (out / _DONE).unlink(missing_ok=True)
        shown = [(0, photos), *ranges.values()]
        self.before, *after = (
            self._map(path, np.dtype(np.uint8), (end - first, side, side, 3))
            for path, (first, end) in zip(paths, shown, strict=True)
        )
        self.after, self._ranges = dict(zip(ranges, after, strict=True)), ranges
        self.done = self._map(out / _DONE, np.dtype(np.uint64), (photos,))
        # a map takes disk as it is written, and one that runs out of it ends the process without a word
        needed = sum(int((self.done[first:end] == 0).sum()) for first, end in shown) * side * side * 3
        free = shutil.disk_usage(out).free
        if needed > free:
            raise PieError(
                f"The cache needs {needed / 1e9:.2f} GB and there are {free / 1e9:.2f} GB left on the disk of {out};"
                " make room, or prepare a smaller --side."
            )

    @staticmethod
    def _map(path: Path, dtype: np.dtype, shape: tuple[int, ...]) -> np.memmap:
        with contextlib.suppress(OSError, ValueError):
            kept = open_memmap(path, mode="r+")
            if kept.shape == shape and kept.dtype == dtype:
                return kept
        return open_memmap(path, mode="w+", dtype=dtype, shape=shape)

    def put(self, row: int, styles: Iterable[str], images: np.ndarray) -> None:
        """Keep a photo `(V, side, side, 3)`: unedited, and in each of these styles."""
        self.before[row] = images[0]
        for style, edited in zip(styles, images[1:], strict=True):
            self.after[style][row - self._ranges[style][0]] = edited

    def flush(self, stamps: dict[int, int]) -> None:
        """Images first: what is marked as done is on the disk."""
        for images in (self.before, *self.after.values()):
            images.flush()
        for row, stamp in stamps.items():
            self.done[row] = stamp
        self.done.flush()
        stamps.clear()


def _stamp(paths: tuple[Path, ...]) -> int:
    """A number that differs between files of one name, and between versions of a file; never 0."""
    about = [(str(path.resolve()), path.stat().st_size, path.stat().st_mtime_ns) for path in paths]
    return int.from_bytes(hashlib.sha256(repr(about).encode()).digest()[:8], "big") >> 1 or 1  # JSON holds 63 bits


def _read(path: Path) -> dict[str, Any]:
    try:
        return json_files.read_object(path, max_bytes=MAX_INDEX)
    except (OSError, json_files.DamagedJsonError):
        return {}


def _write(path: Path, values: dict[str, Any]) -> None:
    with atomic_write(path) as temporary:
        temporary.write_text(json.dumps(values), encoding="utf-8")


def _ranges(dataset: Dataset, photos: Sequence[Versions]) -> dict[str, tuple[int, int]]:
    """First row and the one after the last of every style that has photos: photos of one set follow each other."""
    found: dict[str, tuple[int, int]] = {}
    for row, versions in enumerate(photos):
        for style in versions.after:
            found[style] = (found.get(style, (row, row))[0], row + 1)
    return {style: found[style] for style in dataset.styles if style in found}


def prepare(
    dataset: Dataset,
    photos: Sequence[Versions],
    out: Path,
    side: int,
    workers: int = 1,
    skip_bad: bool = False,
    progress: Callable[[float], None] = lambda _: None,
) -> PrepareReport:
    """Decode photos into a cache, or go on with one that was interrupted.

    Args:
        dataset: where the photos are.
        photos: those to decode, set by set, see `Inspection.whole`.
        out: folder of the cache; made if missing.
        side: of the stored images, px.
        workers: processes that decode.
        skip_bad: leave out photos that cannot be decoded; else the first one stops. Photos whose versions are no pairs
            are always left out.
        progress: called with the share of photos that are there.

    Raises:
        PieError: a photo cannot be decoded, too few are usable, the folder holds another cache or is not writable, or
            a worker died.
    """
    numbers, ranges = [versions.number for versions in photos], _ranges(dataset, photos)
    try:
        stamps = [_stamp(versions.paths) for versions in photos]
        plan = {"format": FORMAT, "side": side, "styles": list(ranges), "photos": numbers}
        plan["ranges"] = [list(rows) for rows in ranges.values()]
        finished = _read(out / INDEX)
        if finished and finished | plan | {"stamps": stamps} != finished:
            raise PieError(f"{out} holds the cache of other photos, styles or another size; choose another folder.")
        if finished:
            return PrepareReport(sum(map(bool, finished["splits"])), 0, tuple(finished.get("left_out", ())))
        out.mkdir(parents=True, exist_ok=True)
        if _read(out / _BUILDING) != plan:
            (out / _DONE).unlink(missing_ok=True)
            _write(out / _BUILDING, plan)
        cache = _Cache(out, len(photos), ranges, side)
        found, made, problems = _build(cache, photos, stamps, side, workers, skip_bad, progress)
        if sum(found) < FEWEST:
            raise PieError(" ".join([f"Only {sum(found)} photos of {dataset.folder} can be used.", *problems[:5]]))
        splits = split_photos([number for number, there in zip(numbers, found, strict=True) if there], dataset.splits)
        by_row = iter(splits)
        kept = [next(by_row) if there else "" for there in found]
        _write(out / INDEX, plan | {"stamps": stamps, "splits": kept, "left_out": problems})
    except OSError as error:
        raise PieError(f"The cache cannot be written to {out}: {error.strerror or error}.") from error
    for name in (_BUILDING, _DONE):
        (out / name).unlink(missing_ok=True)
    return PrepareReport(len(splits), made, tuple(problems))


def _build(
    cache: _Cache,
    photos: Sequence[Versions],
    stamps: list[int],
    side: int,
    workers: int,
    skip_bad: bool,
    progress: Callable[[float], None],
) -> tuple[list[bool], int, list[str]]:
    """Decode what is missing or has changed: which rows are there, how many are new, why others cannot be."""
    there = [bool(done == stamp) for done, stamp in zip(cache.done.tolist(), stamps, strict=True)]
    todo = [row for row, known in enumerate(there) if not known]
    problems: list[str] = []
    new: dict[int, int] = {}
    try:
        decoding = in_order(partial(_decoded, side=side), (photos[row].paths for row in todo), workers)
        for count, (row, result) in enumerate(zip(todo, decoding, strict=True)):
            if isinstance(result, _Refused):
                if not result.decoded and not skip_bad:
                    raise PieError(
                        f"{result.sentence} Fix it and start again, or leave out such photos with --skip-bad."
                    )
                problems.append(result.sentence)
                continue
            cache.put(row, photos[row].after, result)
            new[row], there[row] = stamps[row], True
            if len(new) >= _FLUSH:
                cache.flush(new)
            progress((len(photos) - len(todo) + count + 1) / len(photos))
    finally:
        # an interruption costs nothing that was decoded
        cache.flush(new)
    return there, len(todo) - len(problems), problems
