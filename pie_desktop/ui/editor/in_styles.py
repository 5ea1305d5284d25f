"""What is said of the open photo in styles other than its own, and by other models: asked for once, kept while the
photo is open."""

import logging
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
from PySide6.QtCore import QObject, Signal

from pie_desktop.edit.edit import Edit
from pie_desktop.engine.engine import Engine
from pie_desktop.styles.store import StyleLibrary
from pie_desktop.ui.context import AppContext
from pie_desktop.ui.editor.reading import Enhancement, compute_enhancement
from pie_desktop.workers.job import JobContext
from pie_desktop.workers.lanes import PriorityLane

_log = logging.getLogger(__name__)


class Rendered(NamedTuple):
    """What can be asked for: a style, None for neutral, and the bundle of a model, None for the one in use."""

    style_id: str | None
    model: Path | None = None


class PhotoInStyles(QObject):
    """Asks the model in use, or another one, about one photo in one style after the other.

    Signals:
        found: an `Enhancement` that was asked for.
        failed: a `Rendered` that was asked for, and one sentence that says why there is none.
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
        self._known: dict[Rendered, Enhancement] = {}
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

    def known(self, style_id: str | None, model: Path | None = None) -> Enhancement | None:
        """The photo in a style, None for neutral, by a model, None for the one in use; None where it is not known."""
        return self._known.get(Rendered(style_id, model))

    def ask(self, style_id: str | None, model: Path | None = None) -> None:
        """Ask for a style, None for neutral, before all that was asked for earlier; nothing if it is known."""
        wanted = Rendered(style_id, model)
        if self._photo is None or wanted in self._known:
            return
        context, (path, proxy) = self._context, self._photo
        if not any(job.key == wanted and not job.cancelled for job in self._lane.open_jobs):
            job = self._lane.submit(_render, context.engine, context.library, path, proxy, wanted, key=wanted)
            job.result.connect(self._on_found)
            job.failed.connect(lambda problem: self._on_failed(wanted, problem))
        self._lane.prioritise([wanted])

    def give_up(self, style_id: str | None) -> None:
        """Whoever asked for a style by the model in use does not want it any more."""
        self._lane.cancel(Rendered(style_id))

    def _on_found(self, enhancement: Enhancement) -> None:
        self._known[Rendered(enhancement.style_id, enhancement.model)] = enhancement
        self.found.emit(enhancement)

    def _on_failed(self, wanted: Rendered, problem: str) -> None:
        _log.info("A style cannot be shown: %s", problem)
        self.failed.emit(wanted, problem)

    def forget(self) -> None:
        """What is known holds no more."""
        self._lane.cancel_all()
        self._known.clear()
        self.stale.emit()


def _render(
    context: JobContext, engine: Engine, library: StyleLibrary, path: Path, proxy: np.ndarray, wanted: Rendered
) -> Enhancement:
    asked = engine if wanted.model is None else engine.beside(wanted.model)
    found = compute_enhancement(context, asked, library, path, Edit.styled(wanted.style_id), proxy)
    return replace(found, model=wanted.model)
