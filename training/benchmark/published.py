"""FiveK as the papers test with it: their splits, their numbers of preferred photos and draws, at their size.

Each (expert, number of photos, draw) is learned from once and judged on all test photos, which are decoded one after
the other: those of FiveK do not fit into memory. The rest of the benchmark compares at 256 px; nothing here is mixed
with it.
"""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import cv2
import numpy as np

from pie_desktop.errors import PieError
from pie_desktop.imaging.decode import load_photo
from pie_desktop.imaging.resize.resize import resize_long_side
from pie_desktop.imaging.stored import to_uint8
from training.benchmark.cases import SIDE, Pair
from training.benchmark.methods import MethodSet, Retouch, rank, shown, with_original
from training.benchmark.paper_metrics import PaperQuality, paper_quality
from training.data.fivek import Dataset
from training.data.preparing import split_photos
from training.running.pool import in_order

MODES = ("pairs", "after")


@dataclass(frozen=True)
class PaperProtocol:
    """How a paper tests.

    Attributes:
        title: with its source.
        refs: numbers of preferred photos.
        draws: of them, for every number.
        square: px of the square that photos are squeezed to; None compares at full size.
        blocks: whether draw n takes the n-th block of the photos by name; else photos are drawn at random.
    """

    title: str
    refs: tuple[int, ...] = (20, 50, 100)
    draws: int = 10
    square: int | None = None
    blocks: bool = False


PROTOCOLS = {
    "starenhancer": PaperProtocol(
        "StarEnhancer (Song, Qian and Du, ICCV 2021): all test photos, a4501 to a5000, at full size; preferred photos"
        " are drawn from those that train"
    ),
    "msm": PaperProtocol(
        "Masked Style Modeling (Kosugi and Yamasaki, IEEE TCSVT 2023): test photos squeezed to 512 x 512; preferred"
        " photos are blocks of test_ref, by name",
        square=512,
        blocks=True,
    ),
}


@dataclass(frozen=True)
class Person:
    """Somebody to test with: pairs of files, unedited and edited.

    Attributes:
        tested: photos that are compared.
        preferred: photos that may be shown.
    """

    name: str
    tested: Sequence[tuple[Path, Path]]
    preferred: Sequence[tuple[Path, Path]]


@dataclass(frozen=True)
class PaperRow:
    """One line: means over people of the means over their photos; `psnr_std` is the deviation over draws."""

    method: str
    mode: str
    refs: int
    psnr: float
    psnr_std: float
    ssim: float
    deab: float
    lpips: float | None
    people: int
    photos: int


def people_of(dataset: Dataset, only: Sequence[str] = ()) -> list[Person]:
    """Everybody with test photos: the experts of FiveK, or whoever else the data set tests with.

    Photos are preferred ones where the data set has some for the test, else those that train.

    Args:
        only: names of styles; all where it is empty.

    Raises:
        PieError: there is no style of a name, or nobody to test with.
    """
    unknown = [name for name in only if name not in dataset.styles]
    if unknown:
        raise PieError(f"{dataset.folder} has no style {unknown[0]}; it has {', '.join(dataset.styles)}.")
    found = []
    for name in only or dataset.styles:
        edited, unedited = dataset.styles[name], dataset.unedited(name)
        numbers = sorted(edited.keys() & unedited.keys())
        by_split: dict[str, list[tuple[Path, Path]]] = defaultdict(list)
        for number, split in zip(numbers, split_photos(numbers, dataset.splits), strict=True):
            by_split[split].append((unedited[number], edited[number]))
        preferred = by_split["reference"] or by_split["train"] + by_split["validation"]
        if by_split["test"] and preferred:
            found.append(Person(name, by_split["test"], preferred))
    if not found:
        raise PieError(
            f"{dataset.folder} has nobody with photos both to show and to test with; see `prepare --explain`."
        )
    return found


def run_protocol(
    people: Sequence[Person],
    protocol: PaperProtocol,
    methods: MethodSet,
    seed: int = 0,
    lpips: Path | None = None,
    progress: Callable[[str], None] = lambda _: None,
    workers: int = 1,
) -> list[PaperRow]:
    """Judge every method as a paper does, with pairs and with the edits alone.

    Args:
        seed: of draws that are random.
        lpips: see `paper_quality`.
        progress: called with one line per draw.
        workers: processes; the rows do not depend on it.

    Raises:
        PieError: nobody has enough photos for any number of preferred ones, or a photo cannot be read.
    """
    draws = [draw for person in people for draw in _draws(person, protocol, seed)]
    if not draws:
        fewest = min(protocol.refs)
        raise PieError(f"Nobody has {fewest} preferred photos; name smaller numbers with --refs.")
    found: dict[tuple[str, str, int], dict[int, dict[str, list[PaperQuality]]]] = defaultdict(lambda: defaultdict(dict))
    judge = partial(_judge, protocol=protocol, methods=methods, lpips=lpips)
    for draw, scores in zip(draws, in_order(judge, draws, workers), strict=True):
        for (method, mode), qualities in scores.items():
            found[method, mode, draw.count][draw.number][draw.person.name] = qualities
        progress(f"{draw.person.name}: {draw.count} preferred photos, draw {draw.number + 1} of {protocol.draws}")
    order = sorted(found, key=lambda key: (MODES.index(key[1]), key[2], rank(key[0])))
    return [_row(*key, found[key]) for key in order]


@dataclass(frozen=True)
class _Draw:
    person: Person
    count: int
    number: int
    chosen: Sequence[int]


def _draws(person: Person, protocol: PaperProtocol, seed: int) -> Iterator[_Draw]:
    there = len(person.preferred)
    for count in protocol.refs:
        if count > there:
            continue
        for number in range(protocol.draws):
            end = count * (number + 1)
            if protocol.blocks and end <= there:
                chosen = list(range(end - count, end))
            else:
                generator = np.random.default_rng([seed, count, number])
                chosen = generator.permutation(there)[:count].tolist()
            yield _Draw(person, count, number, chosen)


def _judge(
    draw: _Draw, protocol: PaperProtocol, methods: MethodSet, lpips: Path | None
) -> dict[tuple[str, str], list[PaperQuality]]:
    """All methods on all test photos, after one draw of preferred ones."""
    pairs = [_pair(files, SIDE) for files in (draw.person.preferred[number] for number in draw.chosen)]
    learned: dict[Hashable, Retouch | None] = {}
    asked: dict[tuple[str, str], Hashable] = {}
    for mode in MODES:
        flags = with_original(mode, draw.count)
        for method in methods.names:
            if method == "identity" and (draw.number or mode != MODES[0]):
                continue  # the same in all draws
            key = methods.what_counts(method, flags)
            if key not in learned:
                learned[key] = methods.learn(method, shown(pairs, flags))
            if learned[key] is not None:
                asked[method, mode] = key
    scores: dict[Hashable, list[PaperQuality]] = defaultdict(list)
    for files in draw.person.tested:
        before, after = _pair(files, None)
        if protocol.square is not None:
            size = (protocol.square, protocol.square)
            before, after = (cv2.resize(image, size, interpolation=cv2.INTER_LINEAR) for image in (before, after))
        for key, retouch in learned.items():
            if retouch is not None:
                scores[key].append(paper_quality(retouch(before, after), after, lpips))
    return {setting: scores[key] for setting, key in asked.items()}


def _pair(files: tuple[Path, Path], side: int | None) -> Pair:
    """A pair in one size, that of the edited photo."""
    before, after = (to_uint8(load_photo(path, max_side=None if side is None else 2 * side)) for path in files)
    if side is not None:
        before, after = resize_long_side(before, side), resize_long_side(after, side)
    if before.shape != after.shape:
        # versions of one photo differ by a pixel or two where programs round
        before = cv2.resize(before, after.shape[1::-1], interpolation=cv2.INTER_AREA)
    return before, after


def _row(method: str, mode: str, refs: int, draws: Mapping[int, Mapping[str, Sequence[PaperQuality]]]) -> PaperRow:
    def mean(of: Callable[[PaperQuality], float]) -> list[float]:
        """Of every draw: over people, of the means over their photos."""
        return [float(np.mean([np.mean([of(q) for q in found]) for found in by.values()])) for by in draws.values()]

    psnr = mean(lambda quality: quality.psnr)
    everything = [quality for by in draws.values() for found in by.values() for quality in found]
    measured = all(quality.lpips is not None for quality in everything)
    first = next(iter(draws.values()))
    return PaperRow(
        method,
        mode,
        refs,
        psnr=float(np.mean(psnr)),
        psnr_std=float(np.std(psnr)),
        ssim=float(np.mean(mean(lambda quality: quality.ssim))),
        deab=float(np.mean(mean(lambda quality: quality.deab))),
        lpips=float(np.mean(mean(lambda quality: quality.lpips or 0.0))) if measured else None,
        people=len(first),
        photos=sum(map(len, first.values())),
    )
