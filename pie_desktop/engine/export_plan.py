"""What an export will write, worked out before anything is written."""

import os
import shutil
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, get_args

from pie_desktop.errors import PieError
from pie_desktop.imaging.encode import EncodeOptions
from pie_desktop.imaging.formats import list_photos

Conflict = Literal["skip", "unique", "overwrite"]
Action = Literal["write", "overwrite", "skip", "fail"]

# Bytes written per byte read, far below what is usual: only an export that cannot possibly fit is refused beforehand.
_LEAST_GROWTH = {"jpeg": 0.05, "png": 0.5, "tiff": 0.5, "webp": 0.02, "heic": 0.02, "avif": 0.02}


@dataclass(frozen=True)
class ExportSettings:
    """One export.

    Attributes:
        destination: folder, made when it is missing.
        encode: format, size, colour space, metadata.
        on_conflict: when a file of the name exists: `skip` the photo, write under a `unique` name, or `overwrite`.
        strength: how strongly the preference counts, 0 to 1.5.
        amount: how much of the whole edit is applied, 0 to 1.
    """

    destination: Path
    encode: EncodeOptions = field(default_factory=EncodeOptions)
    on_conflict: Conflict = "skip"
    strength: float = 1.0
    amount: float = 1.0

    def __post_init__(self) -> None:
        if self.on_conflict not in get_args(Conflict):
            raise ValueError(f"on_conflict must be one of {', '.join(get_args(Conflict))}, got {self.on_conflict}")


@dataclass(frozen=True)
class PlannedPhoto:
    """What will happen to one photo.

    Attributes:
        source: the photo.
        target: the file to write.
        action: `write` (never replaces a file), `overwrite`, `skip` or `fail`.
        problem: one sentence: why it is skipped or cannot be written, or that it gets another name; else None.
    """

    source: Path
    target: Path
    action: Action
    problem: str | None = None


def plan_export(sources: Iterable[Path], settings: ExportSettings) -> list[PlannedPhoto]:
    """Decide for each photo where it goes; looks at names and sizes only, writes nothing.

    No two photos of a plan get the same target, and no target is a source, whatever `on_conflict` says. The names do
    not depend on what the destination holds, so that a repeated export with `skip` skips what is done.

    Args:
        sources: photos and folders; of a folder its photos are taken. Doubles are dropped.
        settings: the export.

    Raises:
        DecodeError: a folder among the sources cannot be read.
    """
    photos = _expand(sources)
    destination = settings.destination.absolute()
    blocked = _destination_problem(destination, photos, settings)
    protected = {identity for photo in photos if (identity := _identity(photo)) is not None}
    names: set[str] = set()
    targets = [_unique(destination, photo.stem, settings.encode.suffix, names) for photo in photos]
    plan = []
    for photo, target in zip(photos, targets, strict=True):
        problem = _source_problem(photo) or blocked
        if problem is not None:
            plan.append(PlannedPhoto(photo, target, "fail", problem))
        else:
            plan.append(_resolve(photo, target, settings.on_conflict, names, protected))
    return plan


def _expand(sources: Iterable[Path]) -> list[Path]:
    photos: dict[Path, None] = {}
    for source in sources:
        source = Path(source).absolute()  # noqa: PLW2901
        photos.update(dict.fromkeys(list_photos(source) if source.is_dir() else [source]))
    return list(photos)


def _resolve(
    photo: Path, target: Path, conflict: Conflict, names: set[str], protected: set[tuple[int, int]]
) -> PlannedPhoto:
    if not target.exists() and not target.is_symlink():
        return PlannedPhoto(photo, target, "write")
    if conflict == "skip":
        return PlannedPhoto(photo, target, "skip", f"{target.name} exists already and was left as it is.")
    if conflict == "overwrite" and target.is_dir():
        return PlannedPhoto(photo, target, "fail", f"{target} is a folder; choose another destination.")
    if conflict == "overwrite" and _identity(target) not in protected:
        return PlannedPhoto(photo, target, "overwrite")
    free = _unique(target.parent, photo.stem, target.suffix, names, avoid_existing=True)
    problem = None
    if conflict == "overwrite":
        problem = f"{target.name} is an original and is never replaced; {photo.name} is written as {free.name}."
    return PlannedPhoto(photo, free, "write", problem)


def _unique(folder: Path, stem: str, suffix: str, names: set[str], avoid_existing: bool = False) -> Path:
    """`stem`, else `stem-1`, `stem-2` …: not among `names` (compared without case, as some disks do), then added."""
    number = 0
    while True:
        target = folder / f"{stem}{f'-{number}' if number else ''}{suffix}"
        key = target.name.casefold()
        if key not in names and not (avoid_existing and os.path.lexists(target)):
            names.add(key)
            return target
        number += 1


def _identity(path: Path) -> tuple[int, int] | None:
    """The file behind a name: also equal for links and for names that differ in case only."""
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino


def _source_problem(photo: Path) -> str | None:
    try:
        empty = photo.stat().st_size == 0
    except FileNotFoundError:
        return f"{photo} does not exist any more; was it moved or deleted?"
    except OSError as error:
        return f"{photo} could not be read ({error.strerror or error})."
    return f"{photo.name} is empty (0 bytes); restore it from a backup or the memory card." if empty else None


def _destination_problem(destination: Path, photos: Sequence[Path], settings: ExportSettings) -> str | None:
    existing = destination
    while not existing.exists() and existing != existing.parent:
        existing = existing.parent
    if not existing.is_dir():
        return f"{existing} is not a folder; choose another destination."
    if not os.access(existing, os.W_OK | os.X_OK):
        return f"The folder {existing} is write-protected; choose another destination."
    if not settings.encode.resizes:
        sizes = [photo.stat().st_size for photo in photos if photo.is_file()]
        needed = sum(sizes) * _LEAST_GROWTH[settings.encode.container]
        free = shutil.disk_usage(existing).free
        if needed > free:
            megabytes = round(free / 1e6)
            return f"The disk of {destination} has only {megabytes} MB left; free some space or choose another disk."
    return None


def prepare_destination(folder: Path) -> None:
    """Make the destination.

    Raises:
        PieError: it cannot be made.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise PieError(f"The folder {folder} could not be made ({error.strerror or error}).") from error
