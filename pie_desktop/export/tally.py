"""What came of the photos of an export so far: told to the journal and to who waits, and reported at the end."""

import time
from collections.abc import Callable, Sequence
from pathlib import Path

from pie_desktop.export.journal import Journal
from pie_desktop.export.photo_luts import PartPhoto
from pie_desktop.export.report import ExportItem, ExportProgress, ExportReport, Status


class Tally:
    """One item for each photo, by its place in the plan. Photos that are not to be written have theirs from the start.

    Args:
        photos: of all parts.
        journal: where there is one.
        progress: called whenever a photo is begun or done.
    """

    def __init__(
        self,
        photos: Sequence[PartPhoto],
        journal: Journal | None,
        progress: Callable[[ExportProgress], None] | None,
    ) -> None:
        self._photos = photos
        self._journal = journal
        self._progress = progress
        self._started = time.monotonic()
        self._done = 0
        self._current = ""
        self._items: dict[int, ExportItem] = {}
        for index, entry in enumerate(photos):
            photo = entry.photo
            if not photo.writes:
                status: Status = "skipped" if photo.action == "skip" else "failed"
                self._items[index] = ExportItem(photo.source, photo.target, status, photo.problem, copy=photo.copy)

    def __contains__(self, index: int) -> bool:
        return index in self._items

    def take_over(self, index: int, item: ExportItem) -> None:
        """A photo that an earlier run of this export has written."""
        self._items[index] = item

    def begun(self, index: int) -> None:
        """A photo is being read now."""
        photo = self._photos[index].photo
        self._current = photo.version.name
        self._tell(begun=photo.target)
        if self._journal is not None:
            self._journal.begun(index)

    def done(self, index: int, item: ExportItem) -> None:
        """What came of a photo."""
        if self._journal is not None:
            self._journal.ended(index, item)
        self._items[index] = item
        self._done += 1
        self._tell(item)

    def report(self) -> ExportReport:
        """Photos of which nothing came were cancelled."""
        for index, entry in enumerate(self._photos):
            if index not in self._items:
                message = "Cancelled before it was written."
                photo = entry.photo
                self._items[index] = ExportItem(photo.source, photo.target, "cancelled", message, copy=photo.copy)
        items = tuple(self._items[index] for index in range(len(self._photos)))
        notice = self._journal.problem if self._journal is not None else None
        return ExportReport(items, time.monotonic() - self._started, notice)

    def _tell(self, item: ExportItem | None = None, begun: Path | None = None) -> None:
        if self._progress is None:
            return
        remaining = None
        if self._done:
            per_photo = (time.monotonic() - self._started) / self._done
            remaining = per_photo * (len(self._photos) - len(self._items))
        self._progress(ExportProgress(len(self._items), len(self._photos), remaining, self._current, item, begun))
