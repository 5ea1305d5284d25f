"""From what was dropped to the photos in it."""

from collections.abc import Iterable
from pathlib import Path

from pie_desktop.errors import StyleError
from pie_desktop.imaging.formats import list_photos


def expand_folders(paths: Iterable[Path]) -> list[Path]:
    """The paths with each folder replaced by the photos in it and below, each photo once.

    Raises:
        PieError: a folder cannot be read, or there is nothing in it.
    """
    found: dict[Path, None] = {}
    folders = []
    for path in paths:
        if path.is_dir():
            folders.append(path)
            found.update(dict.fromkeys(list_photos(path, recursive=True)))
        else:
            found[path] = None
    if not found:
        names = ", ".join(folder.name for folder in folders) or "what was dropped"
        raise StyleError(f"There are no photos in {names}; drop edited photos or a folder of them.")
    return list(found)
