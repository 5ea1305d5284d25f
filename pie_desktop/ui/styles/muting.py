"""What muting a reference does to the open photo, said once the photo has changed."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject

from pie_desktop.edit.edit import Edit
from pie_desktop.edit.transform import Transform
from pie_desktop.imaging.color.difference import mean_delta_e
from pie_desktop.imaging.lut.apply import apply_lut
from pie_desktop.styles.style import Style
from pie_desktop.ui.context import AppContext
from pie_desktop.ui.editor.reading import Enhancement
from pie_desktop.ui.editor.session import EditSession
from pie_desktop.ui.styles.controller import StyleController
from pie_desktop.workers.job import JobContext
from pie_desktop.workers.lanes import LatestLane


class MutingEffect(QObject):
    """Says that a reference was muted, by how much that changes the open photo in its style, and offers to undo it."""

    def __init__(self, context: AppContext, session: EditSession, controller: StyleController, parent: QObject) -> None:
        super().__init__(parent)
        self._context, self._session, self._controller = context, session, controller
        self._lane = context.add_lane(LatestLane("muting"))
        self._before: Enhancement | None = None
        self._said = ""
        self._undo: Callable[[], object] = lambda: None
        controller.muted.connect(self._on_muted)
        controller.idle.connect(self._on_idle)
        session.enhanced.connect(self._on_enhanced)
        session.opening.connect(lambda _path: self._say())

    def _on_muted(self, style: Style, reference_id: str, undo: Callable[[], object]) -> None:
        self._say()  # what is still to be said of the one before
        reference = next((one for one in style.references if one.id == reference_id), None)
        if reference is None:
            return
        verb = "is muted" if reference.muted else "counts again"
        self._said, self._undo = f"“{Path(reference.source).name}” {verb} in “{style.name}”.", undo
        shown = self._session.enhancement
        if shown is not None and style.id in shown.styles:
            self._before = shown
        else:
            self._say()

    def _on_idle(self, key: str, problem: str) -> None:
        if problem and self._before is not None and key in self._before.styles:
            self._say()

    def _on_enhanced(self, enhancement: Enhancement) -> None:
        before = self._before
        if before is None or enhancement is before:
            return
        if enhancement.styles != before.styles:
            self._say()
            return
        self._before = None
        edit = self._session.edit
        job = self._lane.submit(_change, enhancement, before.transform, edit)
        job.result.connect(lambda change: self._say(f"This photo changes by ΔE {change:.1f} on average."))
        job.failed.connect(lambda _problem: self._say())

    def _say(self, effect: str = "") -> None:
        """Say what is still to be said, if anything, and what comes of it."""
        said, self._said, self._before = self._said, "", None
        if said:
            self._context.notifier.info(f"{said} {effect}".rstrip(), "Undo", self._undo)


def _change(context: JobContext, now: Enhancement, before: Transform, edit: Edit) -> float:
    """Mean CIEDE2000 between what two transforms make of a photo."""
    results = [apply_lut(now.proxy, transform.lut(edit.colors)) for transform in (before, now.transform)]
    return mean_delta_e(*results)
