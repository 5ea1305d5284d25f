"""Undo and redo over everything that was done: the open photo's edits, and the steps that are not of one photo."""

import time
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from pie_desktop.edit.edit import Edit
from pie_desktop.edit.virtual_copy import NamedEdit
from pie_desktop.ui.editor.history import EditKeeper
from pie_desktop.ui.steps import Step, Steps


class UndoOrder(QObject):
    """Takes back what was done last, be it to the open photo or beyond it, and does again what was taken back last.

    The history of a photo says when each of its steps was made, so that nothing has to be noted a second time. A step
    beyond it that is part of one of these, such as a folder's style that follows what is chosen for a photo, goes with
    it. What is done after something was taken back ends what could be done again.

    Signals:
        changed: what can be undone is something else.
    """

    changed = Signal()

    def __init__(self, keeper: EditKeeper, steps: Steps) -> None:
        super().__init__(keeper)
        self._keeper = keeper
        self._steps = steps
        self._undone: dict[Path, list[float]] = {}  # when steps of each photo were taken back
        steps.latest_edit = lambda: self._place(self._edit_to_undo())
        steps.take_back_whole = self._take_back_whole
        keeper.changed.connect(self.changed)
        keeper.stepped.connect(self._on_stepped)
        keeper.moved.connect(self._on_moved)
        steps.changed.connect(self.changed)

    @property
    def can_undo(self) -> bool:
        return self._steps.last is not None or self._edit_to_undo() is not None

    @property
    def can_redo(self) -> bool:
        return self._steps.next is not None or self._edit_to_redo() is not None

    def undo(self) -> None:
        """Take back the latest step; nothing if there is none."""
        step, edit = self._steps.last, self._edit_to_undo()
        if edit is not None and (step is None or step.made < edit.made or self._is_part(step, edit)):
            self._undo_with_parts(edit)
        elif step is not None:
            self._steps.take_back(step)

    def redo(self) -> None:
        """Do again what was undone last; nothing if there is nothing."""
        step, edit = self._steps.next, self._edit_to_redo()
        if edit is not None and (step is None or step.undone <= self._undone_last()):
            self._keeper.redo()
            self._redo_parts(edit)
        elif step is not None:
            self._steps.do_again(step)

    def _take_back_whole(self, step: Step) -> None:
        edit = self._edit_to_undo()
        if step is self._steps.last and edit is not None and self._is_part(step, edit):
            self._undo_with_parts(edit)
        else:
            self._steps.take_back(step)

    def _undo_with_parts(self, edit: NamedEdit) -> None:
        """Its parts first, as a style must be there before a photo is shown in it again."""
        step = self._steps.last
        if step is not None and self._is_part(step, edit):
            self._steps.take_back(step, partial(self._undo_with_parts, edit))
        elif self._edit_to_undo() is edit:  # and no other photo was opened while a style was brought back
            self._keeper.undo()

    def _redo_parts(self, edit: NamedEdit) -> None:
        step = self._steps.next
        if step is not None and self._is_part(step, edit):
            self._steps.do_again(step, partial(self._redo_parts, edit))

    def _edit_to_undo(self) -> NamedEdit | None:
        history = self._keeper.history
        return history.copy.step if history is not None and history.can_undo else None

    def _edit_to_redo(self) -> NamedEdit | None:
        history, step = self._keeper.history, self._steps.last
        if history is None or (step is not None and step.made > self._undone_last() > 0):
            return None
        return history.copy.next_step

    def _undone_last(self) -> float:
        """When a step of the open photo was taken back last; 0 where that was before the start."""
        path = self._keeper.path
        times = self._undone.get(path) if path is not None else None
        return times[-1] if times else 0.0

    def _is_part(self, step: Step, edit: NamedEdit) -> bool:
        return step.edit is not None and step.edit == self._place(edit)

    def _place(self, edit: NamedEdit | None) -> tuple[Path | None, float] | None:
        return (self._keeper.path, edit.made) if edit is not None else None

    def _on_stepped(self, path: Path, _before: Edit, _step: NamedEdit) -> None:
        self._undone.pop(path, None)
        self._steps.forget_undone()

    def _on_moved(self, path: Path, _step: NamedEdit, backwards: bool) -> None:
        times = self._undone.setdefault(path, [])
        if backwards:
            times.append(time.time())
        elif times:
            times.pop()
