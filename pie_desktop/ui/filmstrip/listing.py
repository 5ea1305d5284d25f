"""Reading a folder off the GUI thread."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pie_desktop.imaging.formats import scan_folder
from pie_desktop.ui.thumbnails import modified_time
from pie_desktop.workers.job import JobContext


@dataclass(frozen=True)
class FolderListing:
    """Photos and subfolders in natural order."""

    folder: Path
    photos: list[Path]
    subfolders: list[Path]


def read_folder(context: JobContext, folder: Path) -> FolderListing:
    """List a folder; the function of a job.

    Raises:
        PieError: the folder is missing or may not be read.
    """
    photos, subfolders = scan_folder(folder)
    return FolderListing(folder, photos, subfolders)


def find_outdated(context: JobContext, known: Sequence[tuple[Path, int]]) -> list[Path]:
    """Photos that have changed since their thumbnail was made; the function of a job.

    A job of its own, as it asks the disk for every one of them, which the listing must not wait for.

    Args:
        known: photos with the modification time in nanoseconds that their thumbnail was made at.
    """
    outdated = []
    for path, modified in known:
        context.check()
        if modified_time(path) != modified:
            outdated.append(path)
    return outdated
