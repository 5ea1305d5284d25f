"""The open photo: reads it, computes its transform, keeps its edit and the history."""

from pathlib import Path

import numpy as np
from PySide6.QtCore import QObject, Signal

from pie_desktop.edit.edit import Edit
from pie_desktop.imaging.decode import PhotoInfo
from pie_desktop.ui.canvas.layer import Source
from pie_desktop.ui.context import AppContext
from pie_desktop.ui.editor.developing import Developed, Developer
from pie_desktop.ui.editor.folder_style import FolderStyleKeeper
from pie_desktop.ui.editor.full_decode import FullDecode
from pie_desktop.ui.editor.history import EditKeeper
from pie_desktop.ui.editor.in_styles import PhotoInStyles
from pie_desktop.ui.editor.notices import EditNotices
from pie_desktop.ui.editor.reading import (
    PREVIEWED,
    Enhancement,
    OpenedPhoto,
    Pixels,
    compute_enhancement,
    identify,
    load_model,
    read_preview,
    read_source,
)
from pie_desktop.ui.editor.several import SeveralPhotos
from pie_desktop.workers.job import Job
from pie_desktop.workers.lanes import LatestLane


class EditSession(QObject):
    """One photo at a time, from opening to its saved edit.

    A photo opens in this order: header and kept edit; then, side by side, a reduced decode and the transform; later the
    full decode, and with it the transform anew, from all pixels: from there on it is that of the export, bit for bit.
    RAW and HEIC photos show the preview in the file before the decode; a RAW photo is decoded anew for another
    development. Every step belongs to a lane in which the latest wins: what arrives is of the photo that is open.

    Signals:
        leaving: the photo is about to be left; what is under way counts.
        opening: path of the photo that is being opened; nothing of the one before is valid any more.
        opened: an `OpenedPhoto`.
        previewed: the preview in the file as a `Source`; `reduced` follows.
        reduced: the reduced decode as a `Source`.
        full: the full decode as a `Source`.
        enhanced: an `Enhancement`.
        closed: there is no photo now, or for a moment none.
        failed: one sentence; there is no photo now.
        busy: what is being waited for, or empty.
    """

    leaving = Signal()
    opening = Signal(object)
    opened = Signal(object)
    previewed = Signal(object)
    reduced = Signal(object)
    full = Signal(object)
    enhanced = Signal(object)
    closed = Signal()
    failed = Signal(str)
    busy = Signal(str)

    def __init__(self, context: AppContext, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self.keeper = EditKeeper(context, self)
        self.several = SeveralPhotos(context, self.keeper, self)
        self.in_styles = PhotoInStyles(context, self)
        self.folder_style = FolderStyleKeeper(context, self.several, self)
        self.folder_style.changed.connect(self._on_folder_style)
        self._notices = EditNotices(context.notifier)
        self._reduced_side = 2560
        self._enhancement_job: Job | None = None
        self._proxy: np.ndarray | None = None
        self._waiting: dict[str, str] = {}
        self.path: Path | None = None
        self._copy = ""
        self.photo: OpenedPhoto | None = None
        self.enhancement: Enhancement | None = None
        # Latest wins in each: what arrives is of the photo that is open.
        self._open_lane = context.add_lane(LatestLane("open"))
        self._enhancement_lane = context.add_lane(LatestLane("enhancement"))
        self._full = FullDecode(context, self)
        self._full.decoded.connect(self._on_full)
        self._full.ended.connect(lambda: self._wait_for("full", ""))
        self._developer = Developer(context, self._open_lane, self)
        self._developer.developed.connect(self._on_developed)
        self._developer.failed.connect(self._on_failed)
        self._current = context.current
        self._current.style_changed.connect(self._compute_enhancement)
        self._current.blend_changed.connect(self._compute_enhancement)
        self._current.style_chosen.connect(self._on_style_chosen)
        self._current.changed.connect(self._on_edit)
        context.styles_changed.connect(self._compute_enhancement)
        context.engine_changed.connect(self._compute_enhancement)

    def load_model(self) -> None:
        """Load the model in the background, unless a photo already asks for it."""
        if not self._enhancement_lane.open_jobs:
            self._context.report_failure(self._enhancement_lane.submit(load_model, self._context.engine))

    def set_reduced_side(self, pixels: int) -> None:
        """Long side of the first decode of photos opened from now on: the size of the canvas."""
        self._reduced_side = max(640, pixels)

    def open(self, path: Path, copy: str = "") -> None:
        """Open a photo, or the virtual copy of that name; what is known of the one before is dropped at once.

        Another copy of the open photo is another edit of what is on the canvas already.
        """
        self._copy = copy
        self.folder_style.of_copy = bool(copy)
        if path == self.path:
            self.keeper.choose_copy(copy)
            return
        self.close()
        self.path = path
        self.opening.emit(path)
        self._wait_for("reduced", "Opening…")
        context, known = self._context, self.keeper.known(path)
        folder = self.folder_style.known(path.parent)
        job = self._open_lane.submit(identify, context.catalog, context.library, path, known, folder)
        job.result.connect(self._on_identified)
        job.failed.connect(self._on_failed)

    def close(self) -> None:
        """Leave the photo, if there is one; a slider move that has not settled yet counts."""
        if self.photo is not None:
            self.leaving.emit()
        self.keeper.end()
        self._open_lane.cancel_all()
        self._enhancement_lane.cancel_all()
        self._full.drop()
        self.path = self.photo = self.enhancement = self._proxy = self._enhancement_job = None
        self._waiting = {}
        self.in_styles.end()
        self._report_busy()
        self.closed.emit()

    @property
    def edit(self) -> Edit:
        """The edit of the open photo; see `CurrentEdit`."""
        return self._current.edit

    def read_full(self) -> None:
        """Decode the photo in full now, because the zoom needs it; nothing if that is done, or comes too early.

        The reduced decode takes the place of every decode before it: one in full that was ready sooner would be lost.
        """
        if self.photo is not None and "reduced" not in self._waiting:
            self._full.now(self.photo.info, self._developer.development)
        if self._full.busy:
            self._wait_for("full", "Reading full resolution…")

    def _on_full(self, pixels: Pixels) -> None:
        self.full.emit(pixels.source)
        self._take_proxy(pixels.proxy)

    def _on_identified(self, photo: OpenedPhoto) -> None:
        path = photo.info.path
        self._context.report_catalog_problems()
        # Before there is a photo, so that its transform is computed once, below.
        self.folder_style.open(path.parent, photo.folder_style, photo.folder_style_gone)
        self.keeper.begin(path, photo.edit or self._current.unedited(), photo.history, self._copy)
        self.photo = photo
        self._developer.begin(photo.info)
        self._notices.tell(photo)
        self.opened.emit(photo)
        if photo.info.format in PREVIEWED:
            job = self._open_lane.submit(read_preview, photo.info, self._reduced_side)
            job.result.connect(self._on_previewed)
        else:
            self._start_reduced(photo.info)
        self._compute_enhancement()

    def _on_folder_style(self) -> None:
        """A photo without an edit of its own shows the style of its folder."""
        photo, edit = self.photo, self._current.unedited()
        if photo is None or photo.info.path.parent != self.folder_style.folder:
            return
        if photo.edit is None and not photo.edit_is_newer and not self.keeper.edited:
            self.keeper.begin(photo.info.path, edit)

    def _on_style_chosen(self) -> None:
        """Whoever chooses a style, or none, for a photo whose own was deleted has decided what it shows."""
        if self.photo is not None and self.photo.style_gone:
            self.keeper.keep_as_shown()

    def _on_previewed(self, preview: Source | None) -> None:
        if self.photo is None:
            return
        if preview is not None:
            self.previewed.emit(preview)
            self._wait_for("reduced", "Developing…")
        self._start_reduced(self.photo.info)

    def _start_reduced(self, info: PhotoInfo) -> None:
        job = self._open_lane.submit(read_source, info, self._reduced_side, self._developer.development)
        job.result.connect(self._on_reduced)
        job.failed.connect(self._on_failed)

    def _on_reduced(self, pixels: Pixels) -> None:
        self._wait_for("reduced", "")
        self.reduced.emit(pixels.source)
        self._take_proxy(pixels.proxy)
        if self.photo is not None and pixels.source.scale < 1:
            self._full.later(self.photo.info, self._developer.development)

    def _on_failed(self, message: str) -> None:
        self.close()
        self.failed.emit(message)

    def _on_edit(self, edit: Edit, moving: bool) -> None:
        """Decode a RAW photo anew, but not at each step of a slider; the old picture stays until it is there."""
        if self.photo is not None and not moving and self._developer.is_stale(self.photo.info):
            self._develop(self.photo.info)

    def _develop(self, info: PhotoInfo) -> None:
        self._enhancement_lane.cancel_all()
        self._full.drop()
        self._enhancement_job = self._proxy = None
        self._waiting = {"reduced": "Developing…"}
        self._report_busy()
        self._developer.start(info, self._reduced_side)

    def _on_developed(self, developed: Developed) -> None:
        self.enhancement, self._proxy = developed.enhancement or self.enhancement, developed.proxy
        self._on_reduced(developed.pixels)
        if developed.enhancement is not None:
            self._on_enhanced(developed.enhancement)
        else:
            self._on_enhancement_failed(developed.problem)

    def _compute_enhancement(self) -> None:
        if self.photo is None:
            return
        if self._developer.busy:  # where the model is asked, too
            self._develop(self.photo.info)
            return
        known = self.enhancement.proxy if self._proxy is None and self.enhancement is not None else self._proxy
        styled = self.in_styles.known(self.edit.style_id) if self.edit.style.blend_id is None else None
        if styled is not None and styled.proxy is known:
            self._enhancement_lane.cancel_all()
            self._enhancement_job = None
            return self._on_enhanced(styled)
        self._wait_for("enhancement", "Enhancing…")
        self._start_enhancement(known)

    def _start_enhancement(self, known: np.ndarray | None) -> None:
        assert self.photo is not None
        context, path, development = self._context, self.photo.info.path, self._developer.development
        job = self._enhancement_lane.submit(
            compute_enhancement, context.engine, context.library, path, self.edit, known, development
        )
        self._enhancement_job = job
        job.result.connect(self._on_enhanced)
        job.failed.connect(self._on_enhancement_failed)
        job.progress.connect(lambda fraction, text: self._wait_for("enhancement", text or "Enhancing…"))

    def _on_enhanced(self, enhancement: Enhancement) -> None:
        self.enhancement = enhancement
        self._notices.tell_blend(self.path, enhancement)
        self.in_styles.begin(self.path, enhancement.proxy)
        self._wait_for("enhancement", "")
        self.enhanced.emit(enhancement)
        self._refine()

    def _take_proxy(self, proxy: np.ndarray | None) -> None:
        """The proxy from all pixels is here."""
        if proxy is not None and self.photo is not None:
            self._proxy = proxy
            if self._enhancement_job is None or self._enhancement_job.done:
                self._refine()

    def _refine(self) -> None:
        """Once more from all pixels, quietly: the difference is a level here and there."""
        if (
            self._proxy is not None
            and self.enhancement is not None
            and not np.array_equal(self._proxy, self.enhancement.proxy)
        ):
            self._start_enhancement(self._proxy)

    def _on_enhancement_failed(self, message: str) -> None:
        self._wait_for("enhancement", "")
        self._context.notifier.error(message)

    def _wait_for(self, what: str, text: str) -> None:
        """Say that something is being waited for; an empty text ends it."""
        if text:
            self._waiting[what] = text
        else:
            self._waiting.pop(what, None)
        self._report_busy()

    def _report_busy(self) -> None:
        self.busy.emit(next(iter(self._waiting.values()), ""))
