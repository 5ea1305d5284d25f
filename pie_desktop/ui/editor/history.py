"""Undo and redo of a photo's edits, its snapshots and virtual copies, and keeping all of them in the catalog."""

import time
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal

from pie_desktop.edit.edit import Edit
from pie_desktop.edit.history import PhotoHistory
from pie_desktop.edit.naming import name_of_change
from pie_desktop.edit.versions import PhotoVersion
from pie_desktop.edit.virtual_copy import NamedEdit
from pie_desktop.errors import StyleError
from pie_desktop.ui.context import AppContext
from pie_desktop.ui.editor.reading import keep_history

CHANGED_ELSEWHERE = "Changed elsewhere"
AGAIN_MS = 5000  # between attempts to save what could not be saved


class EditKeeper(QObject):
    """Keeps what the user decides about the open photo: in its history, and in the catalog.

    It observes `CurrentEdit`. A slider that still moves is kept when it stops, or when the photo is left.

    Attributes:
        group_of_step: the group of the step that is being made; empty for one of the open photo alone.

    Signals:
        changed: the history is another one.
        stepped: (photo, edit before, `NamedEdit` after): the user changed the open photo.
        moved: (photo, `NamedEdit`, whether backwards): the user undid that step of the open photo, or did it again.
        copies_changed: (photo, the edits of its virtual copies by name), perhaps the same as before.
    """

    changed = Signal()
    stepped = Signal(object, object, object)
    moved = Signal(object, object, bool)
    copies_changed = Signal(object, object)

    def __init__(self, context: AppContext, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self._current = context.current
        self._histories: dict[Path, PhotoHistory] = {}
        self._path: Path | None = None
        self._named: tuple[str, str] | None = None  # name and group of the step that is being made, if they are known
        self._pending: dict[Path, int] = {}  # saves under way
        self._unsaved: set[Path] = set()
        self._refused = ""  # what was said about them
        self.group_of_step: Callable[[], str] = lambda: ""
        self._again = QTimer(self, singleShot=True, interval=AGAIN_MS)
        self._again.timeout.connect(self.save_again)
        self._current.changed.connect(self._on_changed)

    @property
    def history(self) -> PhotoHistory | None:
        """That of the open photo."""
        return None if self._path is None else self._histories[self._path]

    @property
    def path(self) -> Path | None:
        """The open photo, once its edit is known."""
        return self._path

    @property
    def edited(self) -> bool:
        """Whether anything was done to the open photo, now or earlier."""
        return self.history is not None and self.history.edited

    @property
    def version(self) -> PhotoVersion | None:
        """The open photo or virtual copy, once its edit is known."""
        return None if self._path is None else PhotoVersion(self._path, self._histories[self._path].copy_name)

    def known_edits(self) -> dict[Path, Edit]:
        """The edits of photos that were edited since the start, and of the open one, or of its open copy."""
        found = {path: history.photo_edit for path, history in self._histories.items() if history.edited}
        return found if self._path is None else found | {self._path: self._current.edit}

    def known_history(self, path: Path) -> PhotoHistory | None:
        """That of a photo that was edited since the start, when the catalog may still be behind; from any thread."""
        found = self._histories.get(path)
        return found if found is not None and found.edited else None

    def adopt(self, histories: Mapping[Path, PhotoHistory], before: Mapping[Path, Edit]) -> None:
        """Take histories that were changed and kept elsewhere.

        Args:
            histories: by photo.
            before: the edits that they were made from; a photo that has another one now was edited since, and stays.
        """
        for path, history in histories.items():
            known = self._histories.get(path)
            if known is not None and known.edited and known.photo_edit not in (before[path], history.photo_edit):
                continue
            if path != self._path:
                self._histories[path] = history
            elif known is not None and self._current.edit == known.edit:
                self._histories[path] = shown = history.choose_named(known.copy_name)
                self._current.show(shown.edit)
                self._tell()

    def known(self, path: Path) -> Edit | None:
        """The edit of a photo itself that is not saved yet, so that the catalog is behind; else None."""
        return self._histories[path].photo_edit if self._is_behind(path) else None

    def _is_behind(self, path: Path) -> bool:
        return path in self._pending or path in self._unsaved

    def begin(self, path: Path, edit: Edit, stored: PhotoHistory | None = None, copy: str = "") -> None:
        """Show the edit of a photo that has been opened, or of a virtual copy, and keep what becomes of it.

        Args:
            path: the photo.
            edit: that of the photo itself.
            stored: its history in the catalog; an edit that is not its last is a step of its own.
            copy: name of the copy to show, empty for the photo itself, which also takes the place of one that is gone.
        """
        known, now = self._histories.get(path), time.time()
        # What another window did to the photo is in the catalog.
        is_newer = stored is not None and not self._is_behind(path)
        if known is None or known.photo_edit != edit or is_newer:
            kept = known if known is not None and known.edited and not is_newer else stored
            earlier = kept or PhotoHistory.begin(edit, now)
            known = earlier.at("", lambda history: history.push(CHANGED_ELSEWHERE, edit, now))
        self._histories[path] = known = known.choose_named(copy)
        self._path = path
        self._current.show(known.edit)
        self._tell()

    def keep_as_shown(self) -> None:
        """Keep the edit of the open photo although it is as it was opened: the user has said that it is right."""
        self._keep()
        if self._path is not None:
            self._save(self._path)

    def end(self) -> None:
        """The photo is left; a slider move that has not settled yet counts."""
        self._keep()
        self._path = None
        self.changed.emit()

    @property
    def can_undo(self) -> bool:
        return self.history is not None and self.history.can_undo

    @property
    def can_redo(self) -> bool:
        return self.history is not None and self.history.can_redo

    def undo(self) -> None:
        if self.history is not None and self.can_undo:
            self._go(self.history.undo(), self.history.copy.step, backwards=True)

    def redo(self) -> None:
        if self.history is not None and (step := self.history.copy.next_step) is not None:
            self._go(self.history.redo(), step, backwards=False)

    def go(self, place: int) -> None:
        """Return to a step of the history; those behind it can be redone until something else is changed."""
        if self.history is not None and place != self.history.copy.place:
            self._take(self.history.go(place))

    def apply(self, name: str, edit: Edit, group: str | None = None) -> None:
        """Change the open photo's edit in one step of this name; nothing without a photo.

        Args:
            group: that of the step; None for the usual one, see `group_of_step`.
        """
        if self._path is not None:
            self._keep()
            self._named = name, self.group_of_step() if group is None else group
            self._current.change(edit)
            self._named = None

    def add_snapshot(self) -> str:
        """Keep the edit as it is now under a name of its own, which is returned; empty without a photo."""
        self._keep()
        if self.history is None:
            return ""
        name = self.history.free_snapshot_name()
        self._take(self.history.with_snapshot(name, time.time()))
        return name

    def rename_snapshot(self, name: str, other: str) -> None:
        if self.history is not None:
            self._take(self.history.renamed_snapshot(name, other))

    def remove_snapshot(self, name: str) -> None:
        if self.history is not None:
            self._take(self.history.without_snapshot(name))

    def add_copy(self) -> None:
        """Make a virtual copy of the edit as it is now, and go on with it."""
        self._keep()
        if self.history is not None:
            self._take(self.history.with_copy(self.history.free_copy_name(), time.time()))

    def choose_copy(self, name: str) -> None:
        """Show a virtual copy of the open photo, or the photo itself for an empty name."""
        self._keep()
        if self.history is not None and name != self.history.copy_name:
            self._take(self.history.choose_named(name))

    def change_history(self, path: Path, change: Callable[[PhotoHistory], PhotoHistory]) -> None:
        """Change the history of a photo that was edited since the start, be it open or not."""
        if path == self._path:
            self._keep()
            self._take(change(self._histories[path]))
        else:
            self._histories[path] = change(self._histories[path])
            self._save(path)
            self.copies_changed.emit(path, self._histories[path].copy_edits)

    def _go(self, history: PhotoHistory, step: NamedEdit, backwards: bool) -> None:
        path = self._path
        self._take(history)
        self.moved.emit(path, step, backwards)

    def _take(self, history: PhotoHistory) -> None:
        """Show and keep what a person chose of the history."""
        assert self._path is not None
        if history is self._histories[self._path]:
            return
        self._histories[self._path] = history
        if history.edit != self._current.edit:
            self._current.show(history.edit)
        self._save(self._path)
        self._tell()

    def _tell(self) -> None:
        """The history of the open photo is another one."""
        if self._path is not None:
            self.copies_changed.emit(self._path, self._histories[self._path].copy_edits)
        self.changed.emit()

    def _on_changed(self, edit: Edit, moving: bool) -> None:
        if not moving:
            self._keep()

    def _keep(self) -> None:
        history, edit = self.history, self._current.edit
        if history is None or self._path is None or edit == history.edit:
            return
        named = self._named or (name_of_change(history.edit, edit, self._name_of_style), self.group_of_step())
        name, group = named
        pushed = history.push(name, edit, time.time(), group)
        self._histories[self._path] = pushed
        self._save(self._path)
        self.changed.emit()
        self.stepped.emit(self._path, history.edit, pushed.copy.step)

    def _name_of_style(self, style_id: str) -> str | None:
        try:
            return self._context.library.get(style_id).name
        except StyleError:
            return None

    def _save(self, path: Path) -> None:
        context = self._context
        self._pending[path] = self._pending.get(path, 0) + 1
        job = context.background.submit(keep_history, context.catalog, path, self._histories[path])
        job.key = path  # if it does not come to its end, the photo is named
        job.result.connect(partial(self._on_saved, path))
        job.failed.connect(partial(self._on_not_saved, path))
        job.finished.connect(lambda: context.edits_changed.emit([path]))
        job.finished.connect(context.report_catalog_problems)

    def _on_saved(self, path: Path, kept: tuple[PhotoHistory, PhotoHistory]) -> None:
        self._settle(path)
        self._refused = ""
        given, merged = kept
        if merged != given and self._histories.get(path) is given:
            self._histories[path] = merged
            self.changed.emit()

    def _on_not_saved(self, path: Path, problem: str) -> None:
        """Said once; tried again until it works, or the program ends."""
        self._settle(path)
        self._unsaved.add(path)
        self._again.start()
        if problem != self._refused:
            self._refused = problem
            self._context.notifier.error(f"{problem} Your edits are kept here and saved as soon as that works.")

    def _settle(self, path: Path) -> None:
        self._pending[path] -= 1
        if not self._pending[path]:
            del self._pending[path]

    def save_again(self) -> None:
        """Try once more to save what could not be saved."""
        unsaved, self._unsaved = self._unsaved, set()
        for path in unsaved:
            self._save(path)
