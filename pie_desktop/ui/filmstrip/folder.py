"""Reading a folder off the GUI thread, and watching it for changes."""

import time
from collections.abc import Sequence, Set
from dataclasses import dataclass, replace
from pathlib import Path

from PySide6.QtCore import QFileSystemWatcher, QObject, QTimer, Signal

from pie_desktop.imaging.arriving import Sighting, is_complete, sight
from pie_desktop.imaging.listing import PhotoFiles, RawPairs, group_photos, scan_folder
from pie_desktop.ui.thumbnails import modified_time
from pie_desktop.workers.job import Job, JobContext
from pie_desktop.workers.lanes import PriorityLane

LOOK_DELAY = 200  # ms between two looks at photos that are arriving
RELIST_DELAY = 500  # ms: an export that writes into the shown folder must not relist it for every file


@dataclass(frozen=True)
class FolderListing:
    """Photos and subfolders in natural order; `files` has the photos that consist of several files."""

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


def look_at(context: JobContext, photos: Sequence[Path]) -> dict[Path, Sighting | None]:
    """See how far files are that are arriving; the function of a job."""
    return {path: sight(path) for path in photos}


def is_there(context: JobContext, folder: Path) -> bool:
    """Whether a folder exists; the function of a job."""
    return folder.is_dir()


@dataclass
class _Arrival:
    """A photo that is not listed yet: how it was seen first as it is now, and when."""

    seen: Sighting | None = None
    since: float = 0.0


class FolderReader(QObject):
    """Lists one folder at a time and watches the one that was listed last.

    A photo that appears in a watched folder is left out of the listings until it is complete. The folder around it is
    watched as well, since a folder that is renamed does not say so itself.

    Signals:
        listed: a `FolderListing`.
        failed: one sentence; the folder cannot be read.
        outdated: photos whose thumbnail is older than they are.
        touched: something in the watched folder has changed; once for a burst of changes.
    """

    listed = Signal(object)
    failed = Signal(str)
    outdated = Signal(object)
    touched = Signal()

    def __init__(self, lane: PriorityLane, parent: QObject) -> None:
        super().__init__(parent)
        self._lane = lane
        self._job: Job | None = None
        self._watcher = QFileSystemWatcher(self)
        self._listed_folder: Path | None = None
        self._complete: set[Path] = set()
        self._arriving: dict[Path, _Arrival] = {}
        self._look_timer = QTimer(self, singleShot=True, interval=LOOK_DELAY)
        self._look_timer.timeout.connect(self._look)
        self._relist_timer = QTimer(self, singleShot=True, interval=RELIST_DELAY)
        self._relist_timer.timeout.connect(self.touched)
        self._watcher.directoryChanged.connect(self._on_touched)

    @property
    def closed(self) -> bool:
        """Whether nothing is read any more, because the program is ending."""
        return self._lane.closed

    def read(self, folder: Path, show: RawPairs, wanted: Set[Path]) -> None:
        """List a folder, before anything else that the lane has to do; arguments as in `read_folder`."""
        self.cancel()
        job = self._lane.submit(read_folder, folder, show, wanted, key=self)
        self._lane.prioritise([self])
        job.result.connect(self._on_listed)
        job.failed.connect(self._on_failed)
        self._job = job

    def cancel(self) -> None:
        """Give up the listing that is being made."""
        if self._job is not None:
            self._job.cancel()

    def watch(self, folder: Path | None) -> None:
        """Watch this folder from now on, and no other."""
        if watched := self._watcher.directories():
            self._watcher.removePaths(watched)
        self._relist_timer.stop()
        if folder is None:
            self._listed_folder = None
        if folder is not None:
            self._watcher.addPaths([str(folder), str(folder.parent)])

    def look_for_changes(self, known: Sequence[tuple[Path, int]]) -> None:
        """Find the photos that have changed since their thumbnail was made; argument as in `find_outdated`."""
        if known:
            job = self._lane.submit(find_outdated, known, key=(self, "changes"))
            job.result.connect(self.outdated)

    def _on_listed(self, listing: FolderListing) -> None:
        files = {path: listing.files.get(path) or PhotoFiles(path) for path in listing.photos}
        there = {member for one in files.values() for member in (one.primary, *one.companions)}
        if listing.folder != self._listed_folder:
            self._complete, self._arriving = there, {}
        self._listed_folder = listing.folder
        arriving = there - self._complete
        self._complete &= there
        self._arriving = {path: self._arriving.get(path, _Arrival()) for path in arriving}
        self.watch(listing.folder)
        if arriving:
            self._look_timer.start()
            whole = [path for path in listing.photos if not arriving & {path, *files[path].companions}]
            listing = replace(listing, photos=whole)
        self.listed.emit(listing)

    def _look(self) -> None:
        if self._arriving and not self.closed:
            job = self._lane.submit(look_at, list(self._arriving), key=(self, "arriving"))
            self._lane.prioritise([(self, "arriving")])
            job.result.connect(self._on_seen)

    def _on_seen(self, seen: dict[Path, Sighting | None]) -> None:
        now, clock = time.monotonic(), time.time_ns()
        complete = set()
        for path, sighting in seen.items():
            arrival = self._arriving.get(path)
            if arrival is None:
                continue
            if sighting is None:
                del self._arriving[path]
            elif is_complete(sighting, arrival.seen, now - arrival.since, clock):
                complete.add(path)
                del self._arriving[path]
            elif sighting != arrival.seen:
                arrival.seen, arrival.since = sighting, now
        self._complete |= complete
        if complete:
            self.touched.emit()
        elif self._arriving:
            self._look_timer.start()

    def _on_failed(self, problem: str) -> None:
        self.watch(None)
        self.failed.emit(problem)

    def _on_touched(self, touched: str) -> None:
        folder = self._listed_folder
        if folder is None or self.closed:
            return
        if Path(touched) == folder:
            self._relist_soon()
        else:
            job = self._lane.submit(is_there, folder, key=(self, "there"))
            job.result.connect(lambda there: None if there or folder != self._listed_folder else self._relist_soon())

    def _relist_soon(self) -> None:
        if not self._relist_timer.isActive():
            self._relist_timer.start()
