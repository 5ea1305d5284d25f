"""Undo and redo of a photo's edits, and keeping them in the catalog."""

from pathlib import Path

from PySide6.QtCore import QObject, Signal

from pie_desktop.edit.edit import Edit
from pie_desktop.ui.context import AppContext
from pie_desktop.ui.editor.reading import keep_edit

LIMIT = 200


class EditHistory:
    """Edits of one photo in the order the user made them; the first is how the photo was opened."""

    def __init__(self, first: Edit) -> None:
        self._states = [first]
        self._place = 0

    @property
    def current(self) -> Edit:
        return self._states[self._place]

    @property
    def edited(self) -> bool:
        """Whether there is more than the first state."""
        return len(self._states) > 1

    @property
    def can_undo(self) -> bool:
        return self._place > 0

    @property
    def can_redo(self) -> bool:
        return self._place < len(self._states) - 1

    def push(self, state: Edit) -> bool:
        """Add a state after the current one, dropping what was undone; False if it is no change."""
        if state == self.current:
            return False
        del self._states[self._place + 1 :]
        self._states.append(state)
        del self._states[:-LIMIT]
        self._place = len(self._states) - 1
        return True

    def undo(self) -> Edit:
        self._place = max(0, self._place - 1)
        return self.current

    def redo(self) -> Edit:
        self._place = min(len(self._states) - 1, self._place + 1)
        return self.current


class EditKeeper(QObject):
    """Keeps what the user decides about the open photo: in its history, and in the catalog.

    It observes `CurrentEdit`. A slider that still moves is kept when it stops, or when the photo is left.

    Signals:
        changed: what can be undone changed.
    """

    changed = Signal()

    def __init__(self, context: AppContext) -> None:
        super().__init__()
        self._context = context
        self._current = context.current
        self._histories: dict[Path, EditHistory] = {}
        self._path: Path | None = None
        self._current.changed.connect(self._on_changed)

    def known(self, path: Path) -> Edit | None:
        """The edit of a photo that was edited since the start, when the catalog may still be behind; else None."""
        history = self._histories.get(path)
        return history.current if history is not None and history.edited else None

    def begin(self, path: Path, edit: Edit) -> None:
        """Show the edit of a photo that has been opened, and keep what becomes of it."""
        if path not in self._histories or self._histories[path].current != edit:
            self._histories[path] = EditHistory(edit)
        self._path = path
        self._current.show(edit)
        self.changed.emit()

    def end(self) -> None:
        """The photo is left; a slider move that has not settled yet counts."""
        self._keep()
        self._path = None
        self.changed.emit()

    @property
    def can_undo(self) -> bool:
        return self._path is not None and self._histories[self._path].can_undo

    @property
    def can_redo(self) -> bool:
        return self._path is not None and self._histories[self._path].can_redo

    def undo(self) -> None:
        if self._path is not None and self.can_undo:
            self._restore(self._path, self._histories[self._path].undo())

    def redo(self) -> None:
        if self._path is not None and self.can_redo:
            self._restore(self._path, self._histories[self._path].redo())

    def _on_changed(self, edit: Edit, moving: bool) -> None:
        if not moving:
            self._keep()

    def _restore(self, path: Path, edit: Edit) -> None:
        self._current.show(edit)
        self._save(path)
        self.changed.emit()

    def _keep(self) -> None:
        if self._path is not None and self._histories[self._path].push(self._current.edit):
            self._save(self._path)
            self.changed.emit()

    def _save(self, path: Path) -> None:
        context = self._context
        job = context.background.submit(keep_edit, context.catalog, path, self._current.edit)
        job.key = path  # if it does not come to its end, the photo is named
        context.report_failure(job).finished.connect(context.report_catalog_problems)
