"""Files that an export never replaces, whatever it was asked: its sources, and the camera's JPEG beside a RAW photo."""

from collections.abc import Iterable
from pathlib import Path

from pie_desktop.engine.file_names import collision_key
from pie_desktop.imaging.formats import is_raw

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
