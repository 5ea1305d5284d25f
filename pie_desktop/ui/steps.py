"""What was done that is not of one photo's history: to styles, to folders, to the marks of photos, to many photos."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal

LIMIT = 100

Then = Callable[[], None]
Move = Callable[[Then], object]


def at_once(move: Callable[[], object]) -> Move:
    """A move that is over when it returns."""

    def moved(then: Then) -> None:
        move()
        then()

    return moved


@dataclass(eq=False)
class Step:
    """Something that was done.

    Attributes:
        undo: takes it back, and calls what it is given once that is done; not where it fails.
        redo: does it again, likewise.
        made: when it was done, in seconds since 1970.
        undone: when it was undone last, likewise.
        edit: names the step of a photo's history that it belongs to, so that both are undone as one; None for neither.
    """

    undo: Move
    redo: Move
    made: float
    undone: float = 0.0
    edit: object = None


class Steps(QObject):
    """What was done since the start, and what of it was undone.

    Attributes:
        latest_edit: names the latest step in the history of the open photo; None without one.
        take_back_whole: undoes a step with the step of the photo that it belongs to, see `UndoOrder`.

    Signals:
        changed: something was done, undone or done again.
    """

    changed = Signal()

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._done: list[Step] = []
        self._undone: list[Step] = []
        self.latest_edit: Callable[[], object] = lambda: None
        self.take_back_whole: Callable[[Step], None] = self.take_back

    @property
    def last(self) -> Step | None:
        """What undoing takes back."""
        return self._done[-1] if self._done else None

    @property
    def next(self) -> Step | None:
        """What redoing does again."""
        return self._undone[-1] if self._undone else None

    def add(self, undo: Move, redo: Move, with_edit: bool = False) -> Step:
        """Remember what was done; what was undone before cannot be done again after that.

        Args:
            with_edit: the latest step of the open photo is a part of it.
        """
        step = Step(undo, redo, time.time(), edit=self.latest_edit() if with_edit else None)
        self._done = [*self._done[1 - LIMIT :], step]
        self._undone = []
        self.changed.emit()
        return step

    def drop(self, step: Step) -> None:
        """Forget a step that turned out to have done nothing."""
        if step in self._done:
            self._done.remove(step)
            self.changed.emit()

    def forget_undone(self) -> None:
        """Something else was done."""
        if self._undone:
            self._undone = []
            self.changed.emit()

    def take_back(self, step: Step, then: Then = lambda: None) -> None:
        """Undo a step, be it the last one or not; nothing if it has been undone."""
        if step in self._done:
            self._done.remove(step)
            self._undone.append(step)
            step.undone = time.time()
            step.undo(then)
            self.changed.emit()

    def do_again(self, step: Step, then: Then = lambda: None) -> None:
        """Do a step again; nothing unless it has been undone."""
        if step in self._undone:
            self._undone.remove(step)
            self._done.append(step)
            step.redo(then)
            self.changed.emit()
