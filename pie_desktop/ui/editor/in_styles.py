"""What the model says of the open photo in styles other than its own: asked for once, kept while the photo is open."""

import logging
from pathlib import Path

import numpy as np
from PySide6.QtCore import QObject, Signal

from pie_desktop.edit.edit import Edit
from pie_desktop.ui.context import AppContext
from pie_desktop.ui.editor.reading import Enhancement, compute_enhancement
from pie_desktop.workers.lanes import PriorityLane

_log = logging.getLogger(__name__)


class PhotoInStyles(QObject):
    """Asks the model about one photo in one style after the other.

    Signals:
        found: an `Enhancement`, in a style that was asked for.
        failed: id of the style, None for neutral, and one sentence that says why there is none.
        stale: what was known holds no more: another photo, more of its pixels, other styles or another model. What is
            still wanted has to be asked for again.
    """

    found = Signal(object)
    failed = Signal(object, str)
    stale = Signal()

    def __init__(self, context: AppContext, parent: QObject) -> None:
        super().__init__(parent)
        self._context = context
        self._lane = context.add_lane(PriorityLane("photo in styles"))
        self._photo: tuple[Path, np.ndarray] | None = None
        self._known: dict[str | None, Enhancement] = {}
        context.styles_changed.connect(self.forget)
        context.engine_changed.connect(self.forget)

    @property
    def ready(self) -> bool:
        """Whether anything can be asked: a photo is open, and the model has seen it."""
        return self._photo is not None

    def begin(self, path: Path | None, proxy: np.ndarray) -> None:
        """Answer for this photo from now on, of which the model sees `proxy`; nothing without a photo."""
        if path is not None and (self._photo is None or self._photo[1] is not proxy):
            self._photo = (path, proxy)
            self.forget()

    def end(self) -> None:
        """There is no photo for now."""
        if self._photo is not None:
            self._photo = None
            self.forget()

    def known(self, style_id: str | None) -> Enhancement | None:
        """The photo in a style, None for neutral; None where it is not known."""
        return self._known.get(style_id)

    def ask(self, style_id: str | None) -> None:
        """Ask for a style, None for neutral, before all that was asked for earlier; nothing if it is known."""
        if self._photo is None or style_id in self._known:
            return
        context, (path, proxy) = self._context, self._photo
        key = (style_id,)
        if not any(job.key == key and not job.cancelled for job in self._lane.open_jobs):
            edit = Edit.styled(style_id)
            job = self._lane.submit(compute_enhancement, context.engine, context.library, path, edit, proxy, key=key)
            job.result.connect(self._on_found)
            job.failed.connect(lambda problem: self._on_failed(style_id, problem))
        self._lane.prioritise([key])

    def give_up(self, style_id: str | None) -> None:
        """Whoever asked for a style does not want it any more."""
        self._lane.cancel((style_id,))

    def _on_found(self, enhancement: Enhancement) -> None:
        self._known[enhancement.style_id] = enhancement
        self.found.emit(enhancement)

    def _on_failed(self, style_id: str | None, problem: str) -> None:
        _log.info("A style cannot be shown: %s", problem)
        self.failed.emit(style_id, problem)

    def forget(self) -> None:
        """What is known holds no more."""
        self._lane.cancel_all()
        self._known.clear()
        self.stale.emit()
