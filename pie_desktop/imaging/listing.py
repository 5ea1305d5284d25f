"""Lists of photos: which files of a folder are photos, by their suffix, and which of them belong together."""

import os
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pie_desktop.errors import DecodeError
from pie_desktop.imaging.formats.registry import by_suffix, raw_suffixes, readable_suffixes, recognise

RawPairs = Literal["raw", "jpeg", "both"]
_NUMBER = re.compile(r"(\d+)")


def is_photo(path: Path) -> bool:
    """Whether the name is that of a photo that can be opened; hidden files (also macOS' `._name.jpg`) are not."""
    path = Path(path)
    return path.suffix.lower() in readable_suffixes() and not path.name.startswith(".")


def looks_like_photo(path: Path) -> bool:
    """Whether a file that somebody chose is to be opened: by its name, or else by its content.

    One that has the name of a photo but another content is refused with a reason when it is read.
    """
    if is_photo(path):
        return True
    try:
        recognise(path)
    except DecodeError:
        return False
    return True


def natural_key(path: Path) -> list[tuple[int, int, str]]:
    """Sort key under which `img2.jpg` comes before `img10.jpg`, letters compared without case."""
    return [
        (0, int(part), "") if part.isdecimal() else (1, 0, part.casefold())
        for part in _NUMBER.split(Path(path).name)
        if part
    ]


def list_photos(folder: Path, recursive: bool = False) -> list[Path]:
    """Photos of a folder in natural order, folder by folder; hidden folders and linked folders are not entered.

    Raises:
        DecodeError: the folder is missing or may not be read.
    """
    photos, subfolders = scan_folder(folder)
    if recursive:
        for subfolder in subfolders:
            if not subfolder.is_symlink():
                photos += list_photos(subfolder, recursive=True)
    return photos


def scan_folder(folder: Path) -> tuple[list[Path], list[Path]]:
    """Photos and folders of a folder in natural order, without the hidden ones; only names and kinds are read.

    Raises:
        DecodeError: as `list_photos`.
    """
    photos, subfolders = [], []
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                path = Path(entry.path)
                if is_photo(path):
                    # By its kind in the listing: asking each of 5,000 files takes minutes on a slow disk.
                    if _is(entry.is_file):
                        photos.append(path)
                elif not entry.name.startswith(".") and _is(entry.is_dir):
                    subfolders.append(path)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise DecodeError(f"The folder {folder} could not be read ({reason}).") from error
    return sorted(photos, key=natural_key), sorted(subfolders, key=natural_key)


def distinct_files(paths: Iterable[Path]) -> list[Path]:
    """Each file once, under the first of its spellings: through a link, with `..`, in another case.

    Two names of one file (hard links) are two files. What is not there counts by its path.
    """
    found: dict[tuple[int, int] | str, Path] = {}
    for path in paths:
        try:
            status = path.stat()
            single = status.st_ino and status.st_nlink == 1
            key = (status.st_dev, status.st_ino) if single else os.path.realpath(path)
        except (OSError, ValueError):
            key = str(path)
        found.setdefault(key, path)
    return list(found.values())


@dataclass(frozen=True)
class PhotoFiles:
    """The files of one photo.

    Attributes:
        primary: the one that is shown and edited.
        companions: the others: a RAW photo and what the camera or the photographer made of it under the same name.
    """

    primary: Path
    companions: tuple[Path, ...] = ()

    @property
    def badge(self) -> str:
        """Such as `RAW+JPEG`, or empty for a single file."""
        if not self.companions:
            return ""
        found = (by_suffix(path) for path in (self.primary, *self.companions))
        kinds = {known.title for known in found if known is not None}
        return "+".join(sorted(kinds, key=lambda kind: (kind != "RAW", kind)))


def is_raw(path: Path) -> bool:
    """Whether the name is that of a RAW photo."""
    return Path(path).suffix.lower() in raw_suffixes()


def group_photos(paths: Iterable[Path], show: RawPairs = "raw") -> list[PhotoFiles]:
    """A RAW photo and a JPEG or HEIC of the same name in the same folder are one photo.

    The RAW photo is the primary one by default: it holds all that the camera saw, the JPEG has a look already. Other
    kinds (TIFF, PSD, PNG) are work in its own right and stay photos of their own; so does a second RAW of the name.

    Args:
        paths: files, in the order to keep; a photo takes the place of its first file.
        show: `raw` or `jpeg` for what is the primary file of such a photo, `both` to keep them apart.
    """
    paths = list(paths)
    groups: dict[tuple[Path, str], list[Path]] = {}
    for path in paths:
        known = by_suffix(path)
        if known is not None and (known.goes_with_raw or is_raw(path)):
            groups.setdefault((path.parent, path.stem.casefold()), []).append(path)
    found: dict[Path, PhotoFiles] = {}
    for files in groups.values():
        raws, images = [path for path in files if is_raw(path)], [path for path in files if not is_raw(path)]
        if show != "both" and raws and images:
            members = [raws[0], *images] if show == "raw" else [images[0], raws[0], *images[1:]]
            found.update(dict.fromkeys(members, PhotoFiles(members[0], tuple(members[1:]))))
    return list(dict.fromkeys(found.get(path) or PhotoFiles(path) for path in paths))


def one_per_photo(paths: Iterable[Path], show: RawPairs = "raw") -> list[Path]:
    """The primary files of `group_photos`."""
    return [photo.primary for photo in group_photos(paths, show)]


def _is(kind: Callable[[], bool]) -> bool:
    """The answer of a directory entry; no for a link that leads in a circle, which must not cost the folder."""
    try:
        return kind()
    except OSError:
        return False
