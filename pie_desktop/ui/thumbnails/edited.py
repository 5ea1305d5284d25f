"""Thumbnails of photos as edited: small images through the LUT of each photo, in the background, visible first."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QImage, QPixmap

from pie_desktop.catalog.store import Catalog
from pie_desktop.catalog.thumbnails import FileVersion, ThumbnailStore
from pie_desktop.edit.edit import Edit
from pie_desktop.edit.reduced import reduced_picture
from pie_desktop.edit.versions import PhotoVersion
from pie_desktop.engine.blending import gone_styles
from pie_desktop.engine.engine import Engine
from pie_desktop.errors import NewerEditError, PieError
from pie_desktop.imaging.decode import PROXY_SIDE, load_thumbnail, probe
from pie_desktop.imaging.development import AS_SHOT
from pie_desktop.imaging.lut.apply import apply_lut
from pie_desktop.imaging.resize.resize import resize_long_side
from pie_desktop.styles.store import StyleLibrary
from pie_desktop.ui.context import AppContext
from pie_desktop.ui.thumbnails.cache import Thumbnail, ThumbnailCache
from pie_desktop.ui.thumbnails.loader import CACHE_BYTES, ThumbnailLoader, qimage_of
from pie_desktop.workers.job import Job, JobContext
from pie_desktop.workers.lanes import QueueLane

SETTING = "photos.edited_thumbnails"


@dataclass(frozen=True)
class EditedThumbnail:
    """Result of a job.

    Attributes:
        version: the photo or virtual copy.
        image: the edited image, which may cross threads; None where there can be none.
        expected_error: what the model expects of this photo, in dE00; see `Transform`.
    """

    version: PhotoVersion
    image: QImage | None
    side: int
    expected_error: float | None = None


def kept_edit(catalog: Catalog, library: StyleLibrary, version: PhotoVersion) -> Edit:
    """What a photo or a virtual copy is shown and exported with, without a style that is gone.

    That is its own edit, or the style of its folder.

    Raises:
        PieError: the catalog cannot be used.
    """
    photo = version.path
    try:
        edit = catalog.copies(photo).get(version.copy) if version.copy else catalog.get(photo)
    except NewerEditError:
        edit = None
    if edit is None:
        chosen = catalog.folder_styles.get(photo.parent)
        edit = Edit.styled(chosen.style_id if chosen is not None else None)
    return edit.with_part(edit.style.without(gone_styles(library, edit)))


def make_edited(
    context: JobContext,
    photo: PhotoVersion,
    side: int,
    catalog: Catalog,
    library: StyleLibrary,
    engine: Engine,
    store: ThumbnailStore,
    display: np.ndarray | None,
) -> EditedThumbnail:
    """The thumbnail of a photo as edited; the function of a job. A photo that cannot be read is a result, not an error.

    The model looks at the thumbnail in place of the proxy, which it is nearly the same as.
    """
    try:
        edit, path = kept_edit(catalog, library, photo), photo.path
        # Those on disk are of photos as they were shot.
        version = FileVersion.of(path) if edit.development == AS_SHOT else None
        image = store.get(path, version, side) if version is not None else None
        if image is None:
            image = load_thumbnail(path, side, edit.development)
        context.check()
        preference = engine.preference_of(edit.style, None, context.should_cancel)
        transform = engine.transform(resize_long_side(image, min(PROXY_SIDE, max(image.shape[:2]))), preference)
        size = (image.shape[1], image.shape[0])
        if edit.local_parts:
            info = probe(path)
            size = (info.width, info.height)
        edited = reduced_picture(image, size, edit, transform)
    except (PieError, OSError, ValueError, MemoryError):  # the plain thumbnail, or the open photo, says why
        return EditedThumbnail(photo, None, side)
    shown = edited if display is None else apply_lut(edited, display)
    return EditedThumbnail(photo, qimage_of(shown), side, transform.expected_error_of(edit.style))


class EditedThumbnails(QObject):
    """One job at a time, so that the model is free for the open photo after a moment; none while that is being read.

    Signals:
        loaded: photo or virtual copy whose edited thumbnail is in the cache now.
        expected: (path, what the model expects of it in dE00, or None).
    """

    loaded = Signal(object)
    expected = Signal(object, object)

    def __init__(self, context: AppContext, plain: ThumbnailLoader, parent: QObject) -> None:
        super().__init__(parent)
        self._context = context
        self._plain = plain
        self._lane = context.add_lane(QueueLane("edited thumbnails"))
        self._job: Job | None = None
        self._wanted: list[PhotoVersion] = []
        self._making: tuple[PhotoVersion, ...] = ()
        self._stale: set[PhotoVersion] = set()
        self._paused = False
        self.on = context.settings.flag(SETTING, True)
        self.cache: ThumbnailCache[PhotoVersion] = ThumbnailCache(CACHE_BYTES)
        plain.loaded.connect(lambda path: self._go_on())
        context.edits_changed.connect(self.forget)
        for signal in (context.styles_changed, context.engine_changed, context.display.changed):
            signal.connect(self.forget_all)

    def set_on(self, on: bool) -> None:
        """Show photos as edited, or as they were taken."""
        self._context.settings.set(SETTING, on)
        self.on = on
        for version in list(self.cache.modified_times()):
            self.loaded.emit(version)
        self._go_on()

    def image(self, version: PhotoVersion) -> QPixmap | None:
        """The edited thumbnail, also one that is being made anew; None where the plain one has to do."""
        entry = self.cache.get(version) if self.on else None
        return entry.pixmap if entry is not None else None

    def want(self, photos: Iterable[PhotoVersion]) -> None:
        """Make these next, in this order; what was wanted before and has not begun is forgotten."""
        self._wanted = list(photos)
        self._go_on()

    def pause(self, paused: bool) -> None:
        """Begin nothing for now: the open photo comes first."""
        self._paused = paused
        self._go_on()

    def forget(self, photos: Iterable[Path]) -> None:
        """Make these and their virtual copies anew, since an edit or the file is another one.

        The old ones are shown meanwhile.
        """
        forgotten = set(photos)
        known = {*self.cache.modified_times(), *self._wanted, *self._making}
        self._stale.update(version for version in known if version.path in forgotten)
        self._go_on()

    def forget_all(self) -> None:
        self._stale.update(self.cache.modified_times())
        self._go_on()

    def _go_on(self) -> None:
        if self._job is not None or self._paused or not self.on or self._lane.closed:
            return
        side = self._plain.side
        version = next((one for one in self._wanted if self._is_missing(one, side)), None)
        if version is None:
            return
        self._stale.discard(version)
        self._making = (version,)
        context = self._context
        self._job = self._lane.submit(
            make_edited,
            version,
            side,
            context.catalog,
            context.library,
            context.engine,
            context.thumbnail_store,
            context.display.lut,
        )
        self._job.result.connect(self._on_made)
        self._job.finished.connect(self._on_finished)

    def _is_missing(self, version: PhotoVersion, side: int) -> bool:
        plain = self._plain.cache.peek(version.path)
        if plain is None or plain.pixmap is None or plain.placeholder:
            return False  # it would be read twice
        entry = self.cache.peek(version)
        return entry is None or entry.side < side or version in self._stale

    def _on_made(self, made: EditedThumbnail) -> None:
        pixmap = QPixmap.fromImage(made.image) if made.image is not None else None
        self.cache.put(made.version, Thumbnail(pixmap, made.side, 0))
        self.loaded.emit(made.version)
        if not made.version.copy:
            self.expected.emit(made.version.path, made.expected_error)

    def _on_finished(self) -> None:
        self._job = None
        self._go_on()
