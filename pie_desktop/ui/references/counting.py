"""How much each reference of its style counts for the open photo, for all who show it."""

from collections.abc import Sequence

from PySide6.QtCore import QObject, Signal

from pie_desktop.ui.context import AppContext
from pie_desktop.ui.editor.reading import Enhancement
from pie_desktop.ui.editor.session import EditSession
from pie_desktop.ui.references.jobs import Counted, count_references
from pie_desktop.workers.lanes import LatestLane


class ReferenceCounting(QObject):
    """Asks the model once for each enhancement of the photo, and only while somebody wants to know.

    Attributes:
        counted: the references, those that count most first; empty where that cannot be told, None while not known.

    Signals:
        changed: `counted` is another one.
    """

    changed = Signal()

    def __init__(self, context: AppContext, session: EditSession, parent: QObject) -> None:
        super().__init__(parent)
        self._context, self._session = context, session
        self._lane = context.add_lane(LatestLane("counting"))
        self._wanted_by: set[QObject] = set()
        self._asked: tuple[Enhancement, float] | None = None
        self.counted: Sequence[Counted] | None = None
        session.enhanced.connect(self._ask)
        context.current.changed.connect(lambda _edit, moving: None if moving else self._ask())
        session.closed.connect(self._forget)

    def want(self, who: QObject, wanted: bool) -> None:
        """Somebody wants to know from now on, or not any more."""
        if wanted:
            self._wanted_by.add(who)
            self._ask()
        else:
            self._wanted_by.discard(who)

    def _ask(self, _enhancement: object = None) -> None:
        enhancement, second = self._session.enhancement, self._session.edit.style.share
        if not self._wanted_by or enhancement is None or (enhancement, second) == self._asked:
            return
        if self._asked is None or enhancement.styles != self._asked[0].styles:
            self._take(None)
        self._asked = enhancement, second
        context = self._context
        job = self._lane.submit(count_references, context.library, context.engine, enhancement, second)
        job.result.connect(self._take)
        job.failed.connect(lambda _problem: self._take(()))  # the enhancement said so, or will

    def _take(self, counted: Sequence[Counted] | None) -> None:
        self.counted = counted
        self.changed.emit()

    def _forget(self) -> None:
        self._lane.cancel_all()
        self._asked = None
        self._take(None)
