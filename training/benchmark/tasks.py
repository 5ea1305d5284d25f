"""The tasks of the benchmark: users with references, and photos whose retouched version is known."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from pie_desktop.errors import PieError
from pie_desktop.imaging.decode import load_photo
from pie_desktop.imaging.listing import list_photos
from pie_desktop.imaging.lut.apply import apply_lut
from pie_desktop.imaging.lut.files import load_lut
from pie_desktop.imaging.pairs.find import PairGuess
from pie_desktop.imaging.resize.resize import resize_long_side
from pie_desktop.imaging.stored import to_uint8
from training.data.capture import degrade, sample_captures, sample_severity
from training.data.color import to_bytes
from training.data.pairs import checked_pairs, guess_pairs
from training.data.photos import finished_photos, square
from training.data.source import seeded
from training.data.users import UserMix, UserSimulator

Pair = tuple[np.ndarray, np.ndarray]
Report = Callable[[str], None]
SIDE = 256  # long side at which results are compared, px
NORMALISING = UserMix(perfect_capture=0.0, no_correction=0.0, full_correction=1.0, adaptive=0.0)  # correct every photo
_LUT_SUFFIXES = {".cube", ".png"}


@dataclass(frozen=True)
class Case:
    """One user.

    Attributes:
        name: for display.
        references: pairs (before, after) in the order in which they are given to the methods; uint8 images, sRGB.
            Empty where the photos are to be enhanced for nobody in particular.
        queries: pairs (before, after) to be retouched and compared.
    """

    name: str
    references: Sequence[Pair]
    queries: Sequence[Pair]


def _load(path: Path) -> np.ndarray:
    """The photo at `SIDE`, uint8, sRGB."""
    return to_uint8(resize_long_side(load_photo(path, max_side=2 * SIDE), SIDE))


class PhotoPool:
    """Test photos, decoded once at `SIDE`."""

    def __init__(self, folder: Path) -> None:
        self.paths = list_photos(folder)
        if len(self.paths) < 2:
            raise PieError(f"{folder} holds {len(self.paths)} photos; the benchmark needs at least 2.")
        self._images: dict[Path, np.ndarray] = {}

    def __len__(self) -> int:
        return len(self.paths)

    def image(self, number: int) -> np.ndarray:
        path = self.paths[number]
        if path not in self._images:
            self._images[path] = _load(path)
        return self._images[path]


def look_files(looks: Path) -> list[Path]:
    """The looks of a folder, sorted.

    Raises:
        PieError: there is none.
    """
    files = sorted(p for p in looks.iterdir() if p.suffix.lower() in _LUT_SUFFIXES) if looks.is_dir() else []
    if not files:
        raise PieError(f"No look (.cube or HaldCLUT .png) was found in {looks}.")
    return files


def look_cases(looks: Path, photos: Path, count: int, most: int, queries: int, seed: int) -> Iterator[Case]:
    """Users with a fixed look: film looks (`.cube`, HaldCLUT PNG) applied to photos.

    Args:
        count: at most this many looks, drawn with `seed`.
        most: references to prepare.
        queries: photos to compare per look, none of them a reference.
    """
    files = look_files(looks)
    pool = PhotoPool(photos)
    generator = np.random.default_rng(seed)
    for number in sorted(generator.permutation(len(files))[:count]):
        table = load_lut(files[number])
        order = np.random.default_rng([seed, number]).permutation(len(pool))
        pairs = [(p, apply_lut(p, table)) for p in map(pool.image, order[: most + queries])]
        yield Case(files[number].stem, pairs[queries:], pairs[:queries])


def user_cases(folder: Path, most: int, queries: int, seed: int, report: Report = lambda _: None) -> Iterator[Case]:
    """Real users: `<user>/before/<id>.*` and `<user>/after/<id>.*`, matched by file stem.

    Args:
        most: references to prepare.
        queries: photos to compare per user, none of them a reference.
        report: called with one sentence for each pair that is left out.
    """
    users = (
        sorted(p for p in folder.iterdir() if (p / "before").is_dir() and (p / "after").is_dir())
        if folder.is_dir()
        else []
    )
    if not users:
        raise PieError(f"No user was found in {folder}; it needs folders <user>/before and <user>/after.")
    for user in users:
        befores = {p.stem: p for p in list_photos(user / "before")}
        afters = {p.stem: p for p in list_photos(user / "after")}
        names = sorted(befores.keys() & afters.keys())
        if len(names) < 2:
            raise PieError(f"{user} has {len(names)} photos in both before and after; it needs at least 2.")
        order = np.random.default_rng(seed).permutation(len(names))
        guesses = [PairGuess(afters[names[i]], befores[names[i]], "") for i in order]
        pairs = _usable_pairs(guesses, most + queries, report)
        if len(pairs) < 2:
            raise PieError(f"{user} has {len(pairs)} usable pairs; it needs at least 2.")
        yield Case(user.name, pairs[queries:], pairs[:queries])


def own_case(
    edits: Path, originals: Path | None, most: int, queries: int, seed: int, report: Report = lambda _: None
) -> Case:
    """One user's own edits; up to `most` are references, up to `queries` others are compared.

    Args:
        report: called with one sentence for each pair that is left out.
    """
    guesses = [g for g in guess_pairs(edits, originals) if g.before is not None]
    order = np.random.default_rng(seed).permutation(len(guesses))
    pairs = _usable_pairs([guesses[i] for i in order], most + min(queries, max(1, len(order) - 1)), report)
    if len(pairs) < 2:
        raise PieError(f"Only {len(pairs)} edits with a usable original were found in {edits}; at least 2 are needed.")
    queries = min(queries, len(pairs) - 1)
    return Case(edits.name, pairs[queries:], pairs[:queries])


def _usable_pairs(guesses: Sequence[PairGuess], most: int, report: Report) -> list[Pair]:
    """The first `most` pairs (before, after) that pass the check, at `SIDE`; the others are reported."""
    pairs: list[Pair] = []
    for _, checked in checked_pairs(guesses, 2 * SIDE):
        for sentence in filter(None, (checked.problem, *checked.warnings)):
            report(sentence)
        if checked.pair is not None:
            both = (checked.pair.original, checked.pair.edited)
            before, after = (to_uint8(resize_long_side(image, SIDE)) for image in both)
            pairs.append((before, after))
        if len(pairs) == most:
            break
    return pairs


def simulated_cases(
    photos: Path, count: int, most: int, queries: int, seed: int, mix: UserMix | None = None
) -> Iterator[Case]:
    """Simulated users over photos that never trained, drawn from the population of `mix`."""
    side = 128
    pool = PhotoPool(photos)
    bank = np.stack([_center_square(pool.image(n), side) for n in range(len(pool))])
    simulator = UserSimulator(bank, side, mix)
    for number in range(count):
        group = simulator.group(1, most + queries, seeded(seed, number))
        x, y = (to_bytes(t[0].permute(0, 2, 3, 1)) for t in (group.input, group.target))
        pairs = list(zip(x, y, strict=True))
        yield Case(f"user {number}", pairs[queries:], pairs[:queries])


def capture_cases(photos: Path, count: int, seed: int) -> Iterator[Case]:
    """Finished photos and simulated captures of them, to be corrected without any reference.

    Args:
        count: captures; where there are fewer photos, some are captured several times, differently.
    """
    finished = finished_photos(photos)
    order = np.random.default_rng(seed).permutation(len(finished))
    for number in range(count):
        path = finished[order[number % len(finished)]]
        photo = _load(path)
        generator = seeded(seed, 3, number)
        capture = sample_captures(1, 1, generator, sample_severity(1, generator))
        colors = torch.from_numpy(photo).float().div(255).flatten(0, 1).T[None]
        degraded = to_bytes(degrade(colors, capture)[0].T).reshape(photo.shape)
        yield Case(path.stem, [], [(degraded, photo)])


def _center_square(image: np.ndarray, side: int) -> np.ndarray:
    """The largest centred square, at `side` px: what is compared is colour, so small ones may be enlarged."""
    height, width = image.shape[:2]
    edge = min(height, width)
    top, left = (height - edge) // 2, (width - edge) // 2
    return square(image[top : top + edge, left : left + edge], side)
