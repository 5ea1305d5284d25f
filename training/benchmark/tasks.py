"""The tasks of the benchmark over test photos: users whose retouched version of any photo is known."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path

import numpy as np
import torch

from pie_desktop.errors import PieError
from pie_desktop.imaging.decode import load_photo
from pie_desktop.imaging.listing import list_photos
from pie_desktop.imaging.lut.apply import apply_lut
from pie_desktop.imaging.lut.files import load_lut
from pie_desktop.imaging.resize.resize import resize_long_side
from pie_desktop.imaging.stored import to_uint8
from pie_desktop.model.features import square, to_bytes
from training.benchmark.cases import SIDE, Case, Draws, Pair
from training.data.capture import degrade, sample_captures, sample_severity
from training.data.photos import finished_photos
from training.data.source import seeded
from training.data.teachers import Teacher, load_teachers
from training.data.users import UserMix, UserSimulator

SIMULATED_SIDE = 128  # of simulated users' photos, which are squares, px
NORMALISING = UserMix(perfect_capture=0.0, no_correction=0.0, full_correction=1.0, adaptive=0.0)  # correct every photo
TARGETS = UserMix(schools=1.0)  # bring every photo nearer to targets of their own
SHADING = UserMix(schools=1.0, local=1.0)  # and work on parts of the photo, which no LUT can do
SIMULATED = {"simulated": UserMix(), "normalising": NORMALISING, "targets": TARGETS, "shading": SHADING}
_LUT_SUFFIXES = {".cube", ".png"}
# streams of random numbers, apart from those of simulated users
_CAPTURES, _RETOUCHERS = 3, 4


class PhotoPool:
    """Test photos, decoded once at `SIDE`: uint8, sRGB.

    Args:
        photos: their files.

    Raises:
        PieError: there are fewer than two.
    """

    def __init__(self, folder: Path, photos: Callable[[Path], Sequence[Path]] = list_photos) -> None:
        self.paths = photos(folder)
        if len(self.paths) < 2:
            raise PieError(f"{folder} holds {len(self.paths)} photos; the benchmark needs at least 2.")
        self._images: dict[Path, np.ndarray] = {}

    def __len__(self) -> int:
        return len(self.paths)

    def image(self, number: int) -> np.ndarray:
        path = self.paths[number]
        if path not in self._images:
            self._images[path] = to_uint8(resize_long_side(load_photo(path, max_side=2 * SIDE), SIDE))
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


def look_cases(looks: Path, photos: Path, count: int, draws: Draws) -> Iterator[Case]:
    """Users with a fixed look: film looks (`.cube`, HaldCLUT PNG) applied to photos.

    Args:
        count: at most this many looks, drawn with the seed of `draws`.

    Raises:
        PieError: there is no look, or too few photos.
    """
    files, pool = look_files(looks), PhotoPool(photos)
    chosen = sorted(np.random.default_rng(draws.seed).permutation(len(files))[:count].tolist())

    def cases() -> Iterator[Case]:
        for number in chosen:
            pair = partial(_with_look, pool, load_lut(files[number]))
            yield from draws.cases(files[number].stem, len(pool), pair, number)

    return cases()


def _with_look(pool: PhotoPool, table: np.ndarray, number: int) -> Pair:
    return pool.image(number), apply_lut(pool.image(number), table)


def simulated_cases(photos: Path, count: int, draws: Draws, mix: UserMix | None = None) -> Iterator[Case]:
    """Simulated users over photos that never trained, drawn from the population of `mix`.

    Raises:
        PieError: there are too few photos.
    """
    pool = PhotoPool(photos)

    def cases() -> Iterator[Case]:
        bank = np.stack([_center_square(pool.image(n), SIMULATED_SIDE) for n in range(len(pool))])
        simulator = UserSimulator(bank, SIMULATED_SIDE, mix)
        # a photo serves several draws of a user before it is shown in a second view
        shots = max(draws.photos, min(len(bank), draws.count * draws.photos))
        for number in range(count):
            group = simulator.group(1, shots, seeded(draws.seed, number))
            x, y = (to_bytes(t[0].permute(0, 2, 3, 1)) for t in (group.input, group.target))
            pairs = list(zip(x, y, strict=True))
            yield from draws.cases(f"user {number}", shots, pairs.__getitem__, number)

    return cases()


def retoucher_cases(folder: Path, photos: Path, draws: Draws, at_least: int = 0) -> Iterator[Case]:
    """Learned retouchers, given simulated captures of finished photos, each by a camera of its own.

    People send a retoucher photos of many cameras: what is the same in all pairs is the retoucher's alone.

    Args:
        folder: of their networks, see `training.data.teachers`.
        at_least: cases in all: retouchers are few, and are drawn more often where that is needed for so many.

    Raises:
        PieError: there is no usable retoucher, or too few photos.
    """
    teachers, pool = load_teachers(folder), PhotoPool(photos, finished_photos)
    count = max(draws.count, -(-at_least // len(teachers)))

    def cases() -> Iterator[Case]:
        for number, teacher in enumerate(teachers):
            for draw in range(count):
                pair = _captured(pool, teacher, seeded(draws.seed, _RETOUCHERS, number, draw))
                case = draws.case(teacher.name, len(pool), pair, number, draw)
                assert case is not None  # the pool has two photos
                yield case

    return cases()


def _captured(pool: PhotoPool, teacher: Teacher, generator: torch.Generator) -> Callable[[int], Pair]:
    """Photos as they were captured, and what a learned retoucher makes of them."""
    cameras = len(pool)
    captures = sample_captures(cameras, 1, generator, sample_severity(cameras, generator))

    def pair(number: int) -> Pair:
        photo = pool.image(number)
        capture = degrade(_colors(photo), captures.rows(slice(number, number + 1)))
        before = to_bytes(capture[0].T).reshape(photo.shape)
        image = _colors(before).reshape(1, 3, *photo.shape[:2])
        return before, to_bytes(teacher(image)[0].permute(1, 2, 0))

    return pair


def capture_cases(photos: Path, count: int, seed: int) -> Iterator[Case]:
    """Finished photos and simulated captures of them, to be corrected without any reference.

    Args:
        count: captures; where there are fewer photos, some are captured several times, differently.

    Raises:
        PieError: there are too few photos.
    """
    pool = PhotoPool(photos, finished_photos)
    order = np.random.default_rng(seed).permutation(len(pool))

    def cases() -> Iterator[Case]:
        for number in range(count):
            chosen = int(order[number % len(order)])
            photo = pool.image(chosen)
            generator = seeded(seed, _CAPTURES, number)
            capture = sample_captures(1, 1, generator, sample_severity(1, generator))
            degraded = to_bytes(degrade(_colors(photo), capture)[0].T).reshape(photo.shape)
            yield Case(pool.paths[chosen].stem, [], [(degraded, photo)])

    return cases()


def photo_tasks(
    photos: Path,
    draws: Draws,
    looks: Path | None = None,
    look_count: int = 40,
    populations: Mapping[str, int] | None = None,
    retouchers: Path | None = None,
    captures: int = 0,
) -> dict[str, Iterator[Case]]:
    """The tasks that are asked for, by name.

    Args:
        photos: folder of test photos.
        looks, look_count: see `look_cases`; no such task where `looks` is None.
        populations: numbers of simulated users by names of `SIMULATED`.
        retouchers: see `retoucher_cases`; no such task where it is None.
        captures: see `capture_cases`.

    Raises:
        PieError: a folder lacks what is needed.
    """
    tasks: dict[str, Iterator[Case]] = {}
    if looks is not None:
        tasks["looks"] = look_cases(looks, photos, look_count, draws)
    for name, count in (populations or {}).items():
        if count:
            tasks[name] = simulated_cases(photos, count, draws, SIMULATED[name])
    if retouchers is not None:
        tasks["learned retouchers"] = retoucher_cases(retouchers, photos, draws)
    if captures:
        tasks["captures"] = capture_cases(photos, captures, draws.seed)
    return tasks


def _colors(image: np.ndarray) -> torch.Tensor:
    """The pixels of a uint8 image as `(1, 3, M)` in [0, 1]."""
    return torch.from_numpy(image).float().div(255).flatten(0, 1).T[None]


def _center_square(image: np.ndarray, side: int) -> np.ndarray:
    """The largest centred square, at `side` px: what is compared is colour, so small ones may be enlarged."""
    height, width = image.shape[:2]
    edge = min(height, width)
    top, left = (height - edge) // 2, (width - edge) // 2
    return square(image[top : top + edge, left : left + edge], side)
