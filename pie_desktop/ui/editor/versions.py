"""Making and deleting virtual copies of the open photo, so that each can be undone and done again."""

from pathlib import Path

from PySide6.QtCore import QObject

from pie_desktop.edit.history import PhotoHistory
from pie_desktop.edit.virtual_copy import VirtualCopy
from pie_desktop.ui.editor.history import EditKeeper
from pie_desktop.ui.steps import Steps, at_once


class Versions(QObject):
    """What the actions on virtual copies do.

    Args:
        keeper: of the open photo.
        steps: get what was done, so that it can be undone.
    """

    def __init__(self, keeper: EditKeeper, steps: Steps, parent: QObject) -> None:
        super().__init__(parent)
        self._keeper = keeper
        self._steps = steps

    @property
    def copy_is_open(self) -> bool:
        """Whether a virtual copy is open, and not the photo itself."""
        version = self._keeper.version
        return version is not None and bool(version.copy)

    def new_copy(self) -> None:
        """Make a virtual copy of the edit as it is now, and go on with it; nothing without a photo."""
        self._keeper.add_copy()
        if (version := self._keeper.version) is not None:
            made = _Copy(self._keeper, *version)
            self._steps.add(at_once(made.take_away), at_once(made.bring_back))

    def delete_copy(self) -> None:
        """Delete the virtual copy that is open; nothing where the photo itself is."""
        if (version := self._keeper.version) is not None and version.copy:
            deleted = _Copy(self._keeper, *version)
            deleted.take_away()
            self._steps.add(at_once(deleted.bring_back), at_once(deleted.take_away))


class _Copy:
    """A virtual copy that comes and goes with all of its history; its photo need not be open."""

    def __init__(self, keeper: EditKeeper, path: Path, name: str) -> None:
        self._keeper = keeper
        self._path = path
        self._name = name
        self._taken: tuple[VirtualCopy, int] | None = None

    def take_away(self) -> None:
        def change(history: PhotoHistory) -> PhotoHistory:
            there = history.choose_named(self._name)
            if not there.active:
                return history
            self._taken = there.copy, there.active
            return history.without_copy(there.active)

        self._keeper.change_history(self._path, change)

    def bring_back(self) -> None:
        def change(history: PhotoHistory) -> PhotoHistory:
            if self._taken is None:
                return history
            with_it = history.with_removed(*self._taken)
            self._name, self._taken = with_it.copy_name, None
            return with_it

        self._keeper.change_history(self._path, change)
