"""Undo and redo over everything that was done: the open photo's edits, changes of styles, and marks of photos."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from PySide6.QtCore import QObject, Signal

from pie_desktop.ui.editor.history import EditKeeper

LIMIT = 100


@dataclass
class Step:
    """Something that was done and can be undone once.

    Attributes:
        undo: takes it back.
        time: when it was done, in seconds since the epoch.
    """

    undo: Callable[[], object]
    time: float = field(default_factory=time.time)


class Steps(QObject):
    """What was done to the styles and to the marks of photos, the latest last.

    Signals:
        changed: there is another step, or one less.
    """

    changed = Signal()

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._steps: list[Step] = []

    @property
    def last(self) -> Step | None:
        return self._steps[-1] if self._steps else None

    def add(self, undo: Callable[[], object]) -> Callable[[], None]:
        """Remember what was done; returns what undoes it, which does so only once, wherever it is called from."""
        step = Step(undo)
        self._steps = [*self._steps[1 - LIMIT :], step]
        self.changed.emit()
        return lambda: self.take_back(step)

    def take_back(self, step: Step) -> None:
        """Undo a step; nothing if it has been undone."""
        if step in self._steps:
            self._steps.remove(step)
            step.undo()
            self.changed.emit()


class UndoOrder(QObject):
    """Takes back what was done last, be it to the open photo, to a style or to the marks of photos.

    The history of a photo says when each step was made, so that nothing has to be noted a second time.

    Signals:
        changed: what can be undone is something else.
    """

    changed = Signal()

    def __init__(self, keeper: EditKeeper, steps: Steps) -> None:
        super().__init__(keeper)
        self._keeper = keeper
        self._steps = steps
        keeper.changed.connect(self.changed)
        steps.changed.connect(self.changed)

    @property
    def can_undo(self) -> bool:
        return self._keeper.can_undo or self._steps.last is not None

    @property
    def can_redo(self) -> bool:
        return self._keeper.can_redo

    def undo(self) -> None:
        """Take back the latest step; nothing if there is none."""
        step = self._steps.last
        if step is not None and step.time >= self._last_edit():
            self._steps.take_back(step)
        else:
            self._keeper.undo()

    def redo(self) -> None:
        """Do again what was undone last in the history of the photo."""
        self._keeper.redo()

    def _last_edit(self) -> float:
        """When the step of the photo that undo would take back was made; 0 without one."""
        history = self._keeper.history
        if history is None or not history.can_undo:
            return 0.0
        return history.copy.steps[history.copy.place].made
