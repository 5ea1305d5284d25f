"""RAW + JPEG as one photo: which of the two files the filmstrip shows."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu

from pie_desktop.imaging.formats import RawPairs, is_raw
from pie_desktop.ui.settings import Settings

if TYPE_CHECKING:
    from pie_desktop.ui.filmstrip.filmstrip import Filmstrip

SETTING = "photos.raw_pairs"
CHOICES: dict[RawPairs, str] = {
    "raw": "RAW + JPEG: show the RAW",
    "jpeg": "RAW + JPEG: show the JPEG",
    "both": "RAW + JPEG: show both files",
}


class RawPairChoice(QObject):
    """The choice for all photos, kept in the settings, and that for single photos of the folder that is shown.

    Attributes:
        actions: one for each of `CHOICES`, one of them checked.
        other: shows the other file of the current photo.
        wanted: files that are shown although the choice for all says otherwise; until another folder is shown.
    """

    def __init__(self, strip: Filmstrip, settings: Settings) -> None:
        super().__init__(strip)
        self._strip = strip
        self._settings = settings
        self.wanted: frozenset[Path] = frozenset()
        group = QActionGroup(self)
        self.actions: list[QAction] = []
        for choice, text in CHOICES.items():
            action = QAction(text, self, checkable=True, checked=choice == self.show)
            action.triggered.connect(lambda checked=False, choice=choice: self.set_show(choice))
            group.addAction(action)
            self.actions.append(action)
        self.other = QAction(self)
        self.other.triggered.connect(self.show_other)

    @property
    def show(self) -> RawPairs:
        """What is shown of a RAW + JPEG photo."""
        kept = self._settings.get(SETTING)
        return next((choice for choice in CHOICES if choice == kept), "raw")

    def set_show(self, choice: RawPairs) -> None:
        """Choose for all photos; the current photo stays the current one."""
        files = self._strip.model.files_of(self._strip.current_path())
        self._settings.set(SETTING, choice)
        self.actions[list(CHOICES).index(choice)].setChecked(True)
        self.wanted = frozenset()
        members = (files.primary, *files.companions) if files is not None else ()
        as_chosen = [path for path in members if choice == "both" or is_raw(path) == (choice == "raw")]
        self._strip.refresh(select=as_chosen[0] if as_chosen else None)

    def want(self, path: Path) -> None:
        """Show this file of its photo from the next listing on."""
        name = path.stem.casefold()
        self.wanted = frozenset(other for other in self.wanted if other.stem.casefold() != name) | {path}

    def show_other(self) -> None:
        """Show the next file of the current photo in its place."""
        files = self._strip.model.files_of(self._strip.current_path())
        if files is not None and files.companions:
            self.want(files.companions[0])
            self._strip.refresh(select=files.companions[0])

    def fill(self, menu: QMenu) -> None:
        """Add what can be chosen for the current photo and for all to its context menu."""
        files = self._strip.model.files_of(self._strip.current_path())
        if files is None:
            return
        if files.companions:
            self.other.setText(f"Show {files.companions[0].name}")
            menu.addAction(self.other)
        menu.addActions(self.actions)
        menu.addSeparator()
