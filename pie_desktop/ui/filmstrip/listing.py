"""Reading a folder off the GUI thread."""

from collections.abc import Sequence, Set
from dataclasses import dataclass
from pathlib import Path

from pie_desktop.imaging.formats import PhotoFiles, RawPairs, group_photos, scan_folder
from pie_desktop.ui.thumbnails import modified_time
from pie_desktop.workers.job import JobContext


@dataclass(frozen=True)
class FolderListing:
    """Photos and subfolders in natural order; `files` has those photos that are several files."""

    folder: Path
    photos: list[Path]
    subfolders: list[Path]
    files: dict[Path, PhotoFiles]


def read_folder(context: JobContext, folder: Path, show: RawPairs, wanted: Set[Path]) -> FolderListing:
    """List a folder; the function of a job.

    Args:
        folder: its path.
        show: what is shown of a RAW + JPEG photo.
        wanted: files that are shown of their photo whatever `show` says.

    Raises:
        PieError: the folder is missing or may not be read.
    """
    photos, subfolders = scan_folder(folder)
    grouped = [_shown_as(photo, wanted) for photo in group_photos(photos, show)]
    files = {photo.primary: photo for photo in grouped if photo.companions}
    return FolderListing(folder, [photo.primary for photo in grouped], subfolders, files)


def _shown_as(photo: PhotoFiles, wanted: Set[Path]) -> PhotoFiles:
    path = next((path for path in photo.companions if path in wanted), None)
    if path is None:
        return photo
    members = (photo.primary, *photo.companions)
    return PhotoFiles(path, tuple(member for member in members if member != path))


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
