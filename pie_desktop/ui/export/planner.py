"""The planner: makes the plan of an export in the background, a moment after the last change of the form."""

from collections.abc import Sequence

from PySide6.QtCore import QObject, QTimer, Signal

from pie_desktop.edit.versions import Source
from pie_desktop.export.photo_edits import unapplied_in
from pie_desktop.ui.context import AppContext
from pie_desktop.ui.export.form import ExportChoice
from pie_desktop.ui.export.job import FoundPlan, Services, find_plan
from pie_desktop.workers.lanes import LatestLane

DELAY_MS = 120


class Planner(QObject):
    """One plan at a time; the latest wins.

    Signals:
        due: it is time to plan what was asked for by `wait` or `plan_later`.
        found: a `FoundPlan`.
        failed: one sentence.
    """

    due = Signal()
    found = Signal(object)
    failed = Signal(str)

    def __init__(self, context: AppContext, parent: QObject) -> None:
        super().__init__(parent)
        self._lane = context.add_lane(LatestLane("export plan"))
        self._context = context
        self._busy = False
        self._told: str | None = None
        self._timer = QTimer(self, singleShot=True, interval=DELAY_MS)
        self._timer.timeout.connect(self.due)

    @property
    def busy(self) -> bool:
        """Whether the plan that is shown is not the one for the settings of now."""
        return self._busy

    def wait(self) -> None:
        """Ask for a plan soon; the one that is shown stays valid until then."""
        self._timer.start()

    def plan_later(self) -> None:
        """Ask for a plan soon, as the settings have changed."""
        self._busy = True
        # A plan that is still being made is for the settings before: it must not be shown, let alone exported.
        self._lane.cancel_all()
        self._timer.start()

    def plan(self, services: Services, sources: Sequence[Source], choice: ExportChoice) -> None:
        """Make the plan now."""
        self._timer.stop()
        self._busy = True
        job = self._lane.submit(find_plan, services, tuple(sources), choice)
        job.result.connect(self._on_found)
        job.failed.connect(self._on_failed)

    def stop(self) -> None:
        """Make no plan any more, until the next one is asked for."""
        self._lane.cancel_all()
        self._timer.stop()
        self._busy = False

    def _on_found(self, plan: FoundPlan) -> None:
        self._busy = False
        told = unapplied_in(plan.edits)
        if told is not None and told != self._told:
            self._told = told
            self._context.notifier.warning(told)
        self.found.emit(plan)

    def _on_failed(self, problem: str) -> None:
        self._busy = False
        self.failed.emit(problem)
