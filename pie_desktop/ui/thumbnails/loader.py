"""Loads thumbnails in the background, what is visible first."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QImage, QPixmap

from pie_desktop.catalog.thumbnails import FileVersion, ThumbnailStore
from pie_desktop.errors import PieError
from pie_desktop.imaging.decode import load_placeholder, load_thumbnail
from pie_desktop.imaging.lut.apply import apply_lut
from pie_desktop.ui.display import DisplayColors
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
    placeholder: bool = False


def read_thumbnail(
    context: JobContext,
    path: Path,
    side: int,
    placeholder: bool = False,
    store: ThumbnailStore | None = None,
    display: np.ndarray | None = None,
) -> LoadedThumbnail:
    """Read or make one thumbnail; a photo that cannot be read is a result, not an error.

    Args:
        placeholder: the small image in the file's header will do for now, if it has one.
        store: of thumbnails that were made earlier.
        display: LUT from sRGB to the colours of the monitor.
    """

    def qimage(image: np.ndarray) -> QImage:
        return qimage_of(image if display is None else apply_lut(image, display))

    context.check()
    version = FileVersion.of(path)
    modified = version.modified if version is not None else 0
    kept = store.get(path, version, side) if store is not None and version is not None else None
    if kept is not None:
        return LoadedThumbnail(path, qimage(kept), side, modified)
    try:
        small = load_placeholder(path, side) if placeholder else None
        if small is not None:
            return LoadedThumbnail(path, qimage(small), side, modified, placeholder=True)
        image = load_thumbnail(path, side)
    except PieError as error:
        return LoadedThumbnail(path, None, side, modified, str(error))
    except (OSError, ValueError, MemoryError) as error:
        return LoadedThumbnail(path, None, side, modified, f"{path.name} cannot be read ({error}).")
    if store is not None and version is not None and version == FileVersion.of(path):  # not changed meanwhile
        store.put(path, version, side, image)
    return LoadedThumbnail(path, qimage(image), side, modified)


def qimage_of(image: np.ndarray) -> QImage:
    """QImage with its own memory from an image `(H, W, 3)` uint8 sRGB."""
    pixels = np.ascontiguousarray(image)
    height, width = pixels.shape[:2]
    qimage = QImage(pixels.data, width, height, 3 * width, QImage.Format.Format_RGB888)
    return qimage.convertToFormat(QImage.Format.Format_RGB32)


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

    def __init__(
        self,
        lane: PriorityLane,
        parent: QObject | None = None,
        capacity: int = CACHE_BYTES,
        store: ThumbnailStore | None = None,
        display: DisplayColors | None = None,
    ) -> None:
        super().__init__(parent)
        self._display = display
        self._store = store
        self.cache: ThumbnailCache[Path] = ThumbnailCache(capacity)
        self.side = SIDES[1]
        self._lane = lane
        self._in_flight: dict[Path, Job] = {}
        self._soon: list[Path] = []
        self._later: Iterator[Path] = iter(())
        if display is not None:
            display.changed.connect(lambda: self.forget(list(self.cache.modified_times())))

    def want(self, visible: Iterable[Path], nearby: Iterable[Path], rest: Iterable[Path] = ()) -> None:
        """Replace what is to be loaded; earlier requests that have not started are forgotten.

        First every photo is asked for an image that is quick to make; then placeholders are replaced by proper
        thumbnails. A photo whose quick one takes long does not keep those of others waiting: of one photo they come in
        this order, of several each as soon as it is there.
        `rest` gets the quick ones, while the cache has room to spare, so that it never pushes out what was seen.
        """
        self._soon = [*visible, *nearby]
        self._later = iter(rest)
        self._fill()

    def forget(self, paths: Iterable[Path]) -> None:
        """Drop thumbnails whose file has changed; the next `want` loads them again."""
        for path in paths:
            self.cache.discard(path)

    def _fill(self) -> None:
        while len(self._in_flight) < IN_FLIGHT and not self._lane.closed:
            wanted = self._next()
            if wanted is None:
                return
            self._start(*wanted)

    def _next(self) -> tuple[Path, bool] | None:
        for placeholder in (True, False):
            for path in self._soon:
                if self._is_missing(path, placeholder):
                    return path, placeholder
        if self.cache.used < 0.8 * self.cache.capacity:
            for path in self._later:
                if self._is_missing(path, True):
                    return path, True
        return None

    def _is_missing(self, path: Path, placeholder: bool) -> bool:
        if path in self._in_flight:
            return False
        entry = self.cache.peek(path)
        if entry is None:
            return True
        return entry.pixmap is not None and (entry.side < self.side or (entry.placeholder and not placeholder))

    def _start(self, path: Path, placeholder: bool) -> None:
        key = (id(self), path)
        lut = self._display.lut if self._display is not None else None
        job = self._lane.submit(read_thumbnail, path, self.side, placeholder, self._store, lut, key=key)
        self._in_flight[path] = job
        job.result.connect(self._on_result)
        job.finished.connect(self._on_finished)

    def _on_result(self, result: LoadedThumbnail) -> None:
        pixmap = QPixmap.fromImage(result.image) if result.image is not None else None
        entry = Thumbnail(pixmap, result.side, result.modified, result.problem, result.placeholder)
        self.cache.put(result.path, entry)
        self.loaded.emit(result.path)

    def _on_finished(self) -> None:
        for path in [path for path, job in self._in_flight.items() if job.done]:
            del self._in_flight[path]
        self._fill()
