"""Reading a folder off the GUI thread."""

import os
from dataclasses import dataclass
from pathlib import Path

from pie_desktop.imaging.formats import list_photos
from pie_desktop.ui.thumbnails import modified_time
from pie_desktop.workers.job import JobContext


@dataclass(frozen=True)
class FolderListing:
    """Photos in natural order, the subfolders, and which cached thumbnails of these photos are outdated."""

    folder: Path
    photos: list[Path]
    subfolders: list[Path]
    outdated: list[Path]


def read_folder(context: JobContext, folder: Path, known: dict[Path, int]) -> FolderListing:
    """List a folder; the function of a job.

    Args:
        known: photos with the modification time in nanoseconds that their thumbnail was made at.

    Raises:
        PieError: the folder is missing or may not be read.
    """
    photos = list_photos(folder)
    context.check()
    with os.scandir(folder) as entries:
        names = [entry.name for entry in entries if not entry.name.startswith(".") and entry.is_dir()]
    context.check()
    inside = set(photos)
    outdated = [path for path, modified in known.items() if path in inside and modified_time(path) != modified]
    return FolderListing(folder, photos, [folder / name for name in sorted(names, key=str.casefold)], outdated)
