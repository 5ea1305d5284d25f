"""The preferences of styles: those that are known for the references and the bundle of now, and the next to be."""

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject

from pie_desktop.engine.style_report import StyleReport
from pie_desktop.styles.store import Style
from pie_desktop.ui.context import AppContext
from pie_desktop.ui.styles import jobs
from pie_desktop.ui.styles.operation import Operation
from pie_desktop.workers.job import Job
from pie_desktop.workers.lanes import LatestLane

Watch = Callable[[str, Job, Callable[[Any], None]], Operation]


class StylePreferences(QObject):
    """Computes one preference at a time; the one that was asked for last wins.

    A style is *ready* once its preference was computed for the references that it has now and the bundle in use.
    """

    def __init__(self, context: AppContext, watch: Watch, parent: QObject) -> None:
        """`watch` follows a job on behalf of a style's card; see `StyleController`."""
        super().__init__(parent)
        self._context = context
        self._watch = watch
        self._lane = context.add_lane(LatestLane("preference"))
        self._ready: dict[str, jobs.ReadyStyle] = {}
        self._computing: Operation | None = None

    def is_ready(self, style: Style | None) -> bool:
        return style is not None and self._of(style) is not None

    def report(self, style: Style) -> StyleReport | None:
        """What can be told of a style beyond its counts; None while it is not known."""
        ready = self._of(style)
        return ready.report if ready is not None else None

    def compute(self, style_id: str, on_result: Callable[[jobs.ReadyStyle], None]) -> bool:
        """Begin with the preference of a style; a computation for another style is given up.

        Returns:
            Whether it has begun: not while the window is being closed.
        """
        if self._lane.closed:
            return False
        context = self._context
        job = self._lane.submit(
            jobs.compute_preference, context.library, context.engine, style_id, title="Computing the preference"
        )
        given_up, self._computing = self._computing, self._watch(style_id, job, on_result)
        if given_up is not None and given_up.key != style_id:
            given_up.cancel()
        return True

    def take(self, ready: jobs.ReadyStyle) -> None:
        """A preference is known now."""
        self._ready[ready.style_id] = ready

    def forget(self) -> None:
        """Another bundle is in use."""
        self._ready.clear()

    def ended(self, operation: Operation) -> None:
        """A job has ended, perhaps that of the preference."""
        if self._computing is operation:
            self._computing = None

    def _of(self, style: Style) -> jobs.ReadyStyle | None:
        ready = self._ready.get(style.id)
        return ready if ready is not None and ready.fingerprint == style.fingerprint else None
