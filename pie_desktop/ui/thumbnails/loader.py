"""Loads thumbnails in the background, what is visible first."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

import numpy as np
from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QImage, QPixmap

from pie_desktop.errors import PieError
from pie_desktop.imaging.decode import load_thumbnail
from pie_desktop.ui.thumbnails.cache import Thumbnail, ThumbnailCache
from pie_desktop.workers.job import Job, JobContext
from pie_desktop.workers.lanes import PriorityLane

CACHE_BYTES = 256 * 2**20
IN_FLIGHT = 4
SIDES = (128, 192, 256, 384, 512)  # the few sizes that are made, so that a resized panel rarely reloads


@dataclass(frozen=True)
class LoadedThumbnail:
    """Result of a job: an image that may cross threads, or the reason why there is none."""

    path: Path
    image: QImage | None
    side: int
    modified: int
    problem: str = ""


def read_thumbnail(context: JobContext, path: Path, side: int) -> LoadedThumbnail:
    """Decode one thumbnail; a photo that cannot be read is a result too, not an error."""
    context.check()
    modified = modified_time(path)
    try:
        return LoadedThumbnail(path, image_from_picture(load_thumbnail(path, side)), side, modified)
    except PieError as error:
        return LoadedThumbnail(path, None, side, modified, str(error))
    except (OSError, ValueError, MemoryError) as error:
        return LoadedThumbnail(path, None, side, modified, f"{path.name} cannot be read ({error}).")


def image_from_picture(picture: np.ndarray) -> QImage:
    """QImage with its own memory from a picture `(H, W, 3)` uint8 sRGB."""
    pixels = np.ascontiguousarray(picture)
    height, width = pixels.shape[:2]
    image = QImage(pixels.data, width, height, 3 * width, QImage.Format.Format_RGB888)
    return image.convertToFormat(QImage.Format.Format_RGB32)


def modified_time(path: Path) -> int:
    """Modification time in nanoseconds, 0 if the file is gone."""
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0


def side_for(pixels: float) -> int:
    """Smallest of the sizes made that covers `pixels` device pixels."""
    return next((side for side in SIDES if side >= pixels), SIDES[-1])


class ThumbnailLoader(QObject):
    """Keeps a few jobs in flight and picks what to load next only when one of them ends.

    So a folder of thousands costs nothing up front, and after a jump in the list what is visible now is
    at most `IN_FLIGHT` jobs away.

    Signals:
        loaded: path whose thumbnail (or problem) is in the cache now.
    """

    loaded = Signal(object)

    def __init__(self, lane: PriorityLane, parent: QObject | None = None, capacity: int = CACHE_BYTES) -> None:
        super().__init__(parent)
        self.cache = ThumbnailCache(capacity)
        self.side = SIDES[1]
        self._lane = lane
        self._in_flight: dict[Path, Job] = {}
        self._wanted: Iterator[Path] = iter(())
        self._later: Iterator[Path] = iter(())

    def want(self, visible: Iterable[Path], nearby: Iterable[Path], rest: Iterable[Path] = ()) -> None:
        """Replace what is to be loaded; earlier requests that have not started are forgotten.

        `rest` is loaded only while the cache has room to spare, so that it never pushes out what was seen.
        """
        self._wanted = chain(visible, nearby)
        self._later = iter(rest)
        self._fill()

    def forget(self, paths: Iterable[Path]) -> None:
        """Drop thumbnails whose file has changed; the next `want` loads them again."""
        for path in paths:
            self.cache.discard(path)

    def _fill(self) -> None:
        while len(self._in_flight) < IN_FLIGHT and not self._lane.closed:
            path = self._next()
            if path is None:
                return
            self._start(path)

    def _next(self) -> Path | None:
        for path in self._wanted:
            if self._is_missing(path):
                return path
        if self.cache.used < 0.8 * self.cache.capacity:
            for path in self._later:
                if self._is_missing(path):
                    return path
        return None

    def _is_missing(self, path: Path) -> bool:
        if path in self._in_flight:
            return False
        entry = self.cache.peek(path)
        return entry is None or (entry.side < self.side and entry.pixmap is not None)

    def _start(self, path: Path) -> None:
        job = self._lane.submit(read_thumbnail, path, self.side, key=(id(self), path))
        self._in_flight[path] = job
        job.result.connect(self._on_result)
        job.finished.connect(self._on_finished)

    def _on_result(self, result: LoadedThumbnail) -> None:
        pixmap = QPixmap.fromImage(result.image) if result.image is not None else None
        self.cache.put(result.path, Thumbnail(pixmap, result.side, result.modified, result.problem))
        self.loaded.emit(result.path)

    def _on_finished(self) -> None:
        for path in [path for path, job in self._in_flight.items() if job.done]:
            del self._in_flight[path]
        self._fill()
