"""Targets of exported photos: never outside the destination folder, never the file of another photo, never an original.

Originals are the sources of the export and the camera's JPEG beside a RAW photo.
"""

import os
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from pie_desktop.errors import PieError
from pie_desktop.export.facts import size_text
from pie_desktop.export.names import RenderedName, collision_key
from pie_desktop.imaging.listing import is_raw

_MAX_PATH = 259 if os.name == "nt" else 4000


@dataclass(frozen=True)
class Target:
    """A file to write.

    Attributes:
        path: absolute.
        taken: whether another photo of the export has the name that was wanted, so that this one is numbered.
        taken_by: that photo, where it is known.
        mended: whether the name had to be changed for it to be one on every system.
    """

    path: Path
    taken: bool
    mended: bool
    taken_by: Path | None = None


class TargetNames:
    """The names of one export in one destination, each given once."""

    def __init__(self, destination: Path) -> None:
        self.destination = destination
        self._real = Path(os.path.realpath(destination))
        self._given: dict[str, Path | None] = {}  # names with the photos that they were given to
        self._next: dict[str, int] = {}  # where counting goes on for a name that many photos want
        self._folders: dict[Path, str | None] = {}
        self._replaced: set[str] = set()

    def keep(self, path: Path, photo: Path) -> None:
        """Give nobody else the name of a file that an earlier export made of a photo."""
        self._given.setdefault(collision_key(str(path)), photo)

    def give(
        self, name: RenderedName, suffix: str, *, avoid_existing: bool = False, photo: Path | None = None
    ) -> Target:
        """`name`, else `name-1`, `name-2` …: one that this export does not have, compared as the strictest disks do."""
        folder = self.destination.joinpath(*name.parts[:-1])
        wanted = collision_key(str(folder / name.parts[-1]) + suffix)
        number = self._next.get(wanted, 0)
        while True:
            path = folder / f"{name.parts[-1]}{f'-{number}' if number else ''}{suffix}"
            key = collision_key(str(path))
            given = key in self._given
            if not given and not (avoid_existing and os.path.lexists(path)):
                self._given[key] = photo
                self._next[wanted] = number + 1
                return Target(path, number > 0, name.mended, self._given.get(wanted) if number else None)
            number += 1

    def problem(self, target: Path) -> str | None:
        """One sentence: why no new file may be made there; None when all is well."""
        if len(str(target)) > _MAX_PATH:
            return f"The path of {target.name} would be too long; shorten the name template or the destination."
        folder = target.parent
        if folder not in self._folders:
            self._folders[folder] = self._folder_problem(folder)
        return self._folders[folder]

    def replace(self, target: Path) -> str | None:
        """Take a file that exists, to be replaced by this export. One sentence: why that cannot be; else None."""
        if self._leads_out(target):
            return f"{target.name} is a link that leads out of the destination; remove it or use another name."
        file = os.path.realpath(target)
        if file in self._replaced:
            return f"{target.name} is a link to a place where another photo of this export is written; remove the link."
        self._replaced.add(file)
        return None

    def _leads_out(self, target: Path) -> bool:
        """Whether a file is a link to one outside the destination: writing would follow it."""
        return target.is_symlink() and not Path(os.path.realpath(target)).is_relative_to(self._real)

    def _folder_problem(self, folder: Path) -> str | None:
        if not Path(os.path.realpath(folder)).is_relative_to(self._real):
            return f"The folder {folder} is a link that leads out of the destination; remove it or use another name."
        while folder != self.destination:
            if os.path.lexists(folder) and not folder.is_dir():
                return f"{folder} is a file, so no folder of that name can be created; use another name template."
            folder = folder.parent
        return None


_Identity = tuple[int, int]


class Originals:
    """Of one plan: `path in originals` looks at the file behind a name, which may be a link or differ in case."""

    def __init__(self, photos: Iterable[Path]) -> None:
        self._files: set[_Identity] = set()
        self._names: set[tuple[_Identity, str]] = set()  # of the files beside RAW photos: folder and name
        folders: dict[Path, _Identity | None] = {}
        for photo in photos:
            if (file := _identity(photo)) is not None:
                self._files.add(file)
            if is_raw(photo):
                if photo.parent not in folders:
                    folders[photo.parent] = _identity(photo.parent)
                if (folder := folders[photo.parent]) is not None:
                    self._names.add((folder, collision_key(photo.stem)))

    def __contains__(self, path: Path) -> bool:
        folder = _identity(path.parent)
        beside_raw = folder is not None and (folder, collision_key(path.stem)) in self._names
        return beside_raw or _identity(path) in self._files


def _identity(path: Path) -> _Identity | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino


# Only an export that cannot possibly fit is refused beforehand: files may come out much smaller than estimated.
_LEAST_SHARE = 0.15


def destination_problem(destination: Path) -> str | None:
    """One sentence: why nothing can be written to a folder, which need not exist yet; else None."""
    existing = _existing_part(destination)
    if not existing.is_dir():
        return f"{existing} is not a folder; choose another destination."
    if not os.access(existing, os.W_OK | os.X_OK):
        return f"The folder {existing} is write-protected; choose another destination."
    return None


def _existing_part(folder: Path) -> Path:
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    return folder


def space_problem(destination: Path, needed: int) -> str | None:
    """One sentence when about `needed` bytes cannot possibly fit on the disk of a folder; else None."""
    try:
        free = shutil.disk_usage(_existing_part(destination)).free
    except OSError:
        return None
    if needed * _LEAST_SHARE <= free:
        return None
    return (
        f"The disk of {destination} has only {size_text(free)} left, but about {size_text(needed)} is needed; "
        "free some space or choose another disk."
    )


def prepare_destination(folder: Path) -> None:
    """Make the destination.

    Raises:
        PieError: it cannot be made.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise PieError(f"The folder {folder} could not be made ({error.strerror or error}).") from error
