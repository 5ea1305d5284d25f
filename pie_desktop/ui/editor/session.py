"""The open photo: reads it, computes its transform, keeps its edit and the history."""

from pathlib import Path

import numpy as np
from PySide6.QtCore import QObject, QTimer, Signal

from pie_desktop.edit.edit import Edit
from pie_desktop.imaging.decode import PhotoInfo
from pie_desktop.ui.canvas.layer import Source
from pie_desktop.ui.context import AppContext
from pie_desktop.ui.editor.history import EditHistory
from pie_desktop.ui.editor.reading import (
    PREVIEWED,
    Look,
    OpenedPhoto,
    Pixels,
    compute_look,
    identify,
    keep_edit,
    load_model,
    read_preview,
    read_source,
)
from pie_desktop.workers.job import Job
from pie_desktop.workers.lanes import LatestLane

# The full decode starts once the user has stayed on a photo for so long, so that stepping through a folder stays quick.
FULL_DELAY_MS = 400
# Larger photos are decoded in full only once the zoom asks for it: that takes memory that fit does not need.
FULL_UNASKED_PIXELS = 64_000_000


class EditSession(QObject):
    """One photo at a time, from opening to its saved edit.

    A photo opens in this order: header and kept edit; then, side by side, a reduced decode and the look; later the full
    decode, and with it the look anew, from all pixels: from there on it is the one of the export, bit for bit. RAW and
    HEIC photos show the preview in the file before the decode. Every step belongs to a lane in which the latest wins:
    what arrives is of the photo that is open.

    Signals:
        opening: path of the photo that is being opened; nothing of the one before is valid any more.
        opened: an `OpenedPhoto`.
        previewed: the preview in the file as a `Source`; `reduced` follows.
        reduced: the reduced decode as a `Source`.
        full: the full decode as a `Source`.
        looked: a `Look`.
        history_changed: what can be undone changed.
        failed: one sentence; there is no photo now.
        busy: what is being waited for, or empty.
    """

    opening = Signal(object)
    opened = Signal(object)
    previewed = Signal(object)
    reduced = Signal(object)
    full = Signal(object)
    looked = Signal(object)
    history_changed = Signal()
    failed = Signal(str)
    busy = Signal(str)

    def __init__(self, context: AppContext) -> None:
        super().__init__()
        self._context = context
        self._histories: dict[Path, EditHistory] = {}
        self._reduced_side = 2560
        self._full_timer = QTimer(self, singleShot=True, interval=FULL_DELAY_MS)
        self._full_timer.timeout.connect(self._start_full)
        self._full_job: Job | None = None
        self._look_job: Job | None = None
        self._proxy: np.ndarray | None = None
        self._waiting: dict[str, str] = {}
        self.path: Path | None = None
        self.photo: OpenedPhoto | None = None
        self.look: Look | None = None
        # Latest wins in each: what arrives is of the photo that is open.
        self._open_lane = context.add_lane(LatestLane("open"))
        self._look_lane = context.add_lane(LatestLane("look"))
        self._full_lane = context.add_lane(LatestLane("full"))
        self._current = context.current
        self._current.changed.connect(self._on_edit_changed)
        self._current.style_changed.connect(self._compute_look)
        context.styles_changed.connect(self._compute_look)
        context.engine_changed.connect(self._compute_look)

    def load_model(self) -> None:
        """Load the model in the background, unless a photo already asks for it."""
        if not self._look_lane.open_jobs:
            self._context.report_failure(self._look_lane.submit(load_model, self._context.engine))

    def set_reduced_side(self, pixels: int) -> None:
        """Long side of the first decode of photos opened from now on: the size of the canvas."""
        self._reduced_side = max(640, pixels)

    def open(self, path: Path) -> None:
        """Open a photo; what is known of the one before is dropped at once."""
        self.close()
        self.path = path
        self.opening.emit(path)
        self._wait_for("reduced", "Opening…")
        history = self._histories.get(path)
        known = history.current if history is not None and history.edited else None
        job = self._open_lane.submit(identify, self._context.catalog, self._context.library, path, known)
        job.result.connect(self._on_identified)
        job.failed.connect(self._on_failed)

    def close(self) -> None:
        """Leave the photo, if there is one; a slider move that has not settled yet counts."""
        self._keep()
        self._full_timer.stop()
        for lane in (self._open_lane, self._look_lane, self._full_lane):
            lane.cancel_all()
        self.path = self.photo = self.look = self._proxy = self._full_job = self._look_job = None
        self._waiting = {}
        self._report_busy()
        self.history_changed.emit()

    @property
    def edit(self) -> Edit:
        """The edit of the open photo; see `CurrentEdit`."""
        return self._current.edit

    @property
    def can_undo(self) -> bool:
        history = self._history()
        return history is not None and history.can_undo

    @property
    def can_redo(self) -> bool:
        history = self._history()
        return history is not None and history.can_redo

    def undo(self) -> None:
        history = self._history()
        if history is not None and history.can_undo:
            self._restore(history.undo())

    def redo(self) -> None:
        history = self._history()
        if history is not None and history.can_redo:
            self._restore(history.redo())

    def read_full(self) -> None:
        """Decode the photo in full now, because the zoom needs it; nothing if that is done."""
        self._start_full()
        if self._full_job is not None and not self._full_job.done:
            self._wait_for("full", "Reading full resolution…")

    def _start_full(self) -> None:
        self._full_timer.stop()
        if self.photo is None or self._full_job is not None:
            return
        self._full_job = self._full_lane.submit(read_source, self.photo.info, None)
        self._full_job.result.connect(self._on_full)
        self._full_job.failed.connect(self._context.notifier.error)
        self._full_job.finished.connect(self._on_full_finished)

    def _on_full(self, pixels: Pixels) -> None:
        self.full.emit(pixels.source)
        self._take_proxy(pixels.proxy)

    def _on_full_finished(self) -> None:
        # A job of the photo before may end after the next one has begun.
        if self._full_job is None or self._full_job.done:
            self._wait_for("full", "")

    def _history(self) -> EditHistory | None:
        return self._histories.get(self.path) if self.photo is not None and self.path is not None else None

    def _on_identified(self, photo: OpenedPhoto) -> None:
        path = photo.info.path
        edit = photo.edit or self._current.unedited()
        if path not in self._histories or self._histories[path].current != edit:
            self._histories[path] = EditHistory(edit)
        self._current.show(edit)  # before there is a photo: its look is computed once, below
        self.photo = photo
        if photo.style_gone:
            self._context.notifier.info(f"The style of {path.name} was deleted; the photo is shown without one.")
        self.opened.emit(photo)
        if photo.info.format in PREVIEWED:
            job = self._open_lane.submit(read_preview, photo.info, self._reduced_side)
            job.result.connect(self._on_previewed)
        else:
            self._start_reduced(photo.info)
        self._compute_look()
        self.history_changed.emit()

    def _on_previewed(self, preview: Source | None) -> None:
        if self.photo is None:
            return
        if preview is not None:
            self.previewed.emit(preview)
            self._wait_for("reduced", "Developing…")
        self._start_reduced(self.photo.info)

    def _start_reduced(self, info: PhotoInfo) -> None:
        job = self._open_lane.submit(read_source, info, self._reduced_side)
        job.result.connect(self._on_reduced)
        job.failed.connect(self._on_failed)

    def _on_reduced(self, pixels: Pixels) -> None:
        source = pixels.source
        self.reduced.emit(source)
        self._take_proxy(pixels.proxy)
        self._wait_for("reduced", "")
        if self.photo is not None and source.scale < 1:
            info = self.photo.info
            if info.width * info.height <= FULL_UNASKED_PIXELS:
                self._full_timer.start()

    def _on_failed(self, message: str) -> None:
        self.close()
        self.failed.emit(message)

    def _compute_look(self) -> None:
        if self.photo is None:
            return
        known = self._proxy
        if known is None and self.look is not None:
            known = self.look.proxy
        self._wait_for("look", "Enhancing…")
        self._start_look(known)

    def _start_look(self, known: np.ndarray | None) -> None:
        assert self.photo is not None
        context, path = self._context, self.photo.info.path
        job = self._look_lane.submit(compute_look, context.engine, context.library, path, self.edit.style_id, known)
        self._look_job = job
        job.result.connect(self._on_look)
        job.failed.connect(self._on_look_failed)
        job.progress.connect(lambda fraction, text: self._wait_for("look", text or "Enhancing…"))

    def _on_look(self, look: Look) -> None:
        self.look = look
        self._wait_for("look", "")
        self.looked.emit(look)
        self._refine_look()

    def _take_proxy(self, proxy: np.ndarray | None) -> None:
        """The proxy from all pixels is here."""
        if proxy is not None and self.photo is not None:
            self._proxy = proxy
            if self._look_job is None or self._look_job.done:
                self._refine_look()

    def _refine_look(self) -> None:
        """Once more from all pixels, quietly: the difference is a level here and there."""
        if self._proxy is not None and self.look is not None and not np.array_equal(self._proxy, self.look.proxy):
            self._start_look(self._proxy)

    def _on_look_failed(self, message: str) -> None:
        self._wait_for("look", "")
        self._context.notifier.error(message)

    def _on_edit_changed(self, edit: Edit, moving: bool) -> None:
        if not moving:
            self._keep()

    def _restore(self, edit: Edit) -> None:
        """Go to an edit of the history."""
        self._current.show(edit)
        self._save()
        self.history_changed.emit()

    def _keep(self) -> None:
        history = self._history()
        if history is not None and history.push(self.edit):
            self._save()
            self.history_changed.emit()

    def _wait_for(self, what: str, text: str) -> None:
        """Say that something is being waited for; an empty text ends it."""
        if text:
            self._waiting[what] = text
        else:
            self._waiting.pop(what, None)
        self._report_busy()

    def _report_busy(self) -> None:
        self.busy.emit(next(iter(self._waiting.values()), ""))

    def _save(self) -> None:
        if self.path is not None:
            context = self._context
            job = context.background.submit(keep_edit, context.catalog, self.path, self.edit)
            job.key = self.path  # if it does not come to its end, the photo is named
            context.report_failure(job).finished.connect(context.report_catalog_problems)
