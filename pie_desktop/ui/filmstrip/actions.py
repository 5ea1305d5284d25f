"""What can be done with the selected photos: the context menu of the filmstrip.

RAW + JPEG as one photo: which of the two files the filmstrip shows.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPoint, Qt
from PySide6.QtGui import QAction, QActionGroup, QGuiApplication, QKeySequence
from PySide6.QtWidgets import QMenu

from pie_desktop.errors import PieError
from pie_desktop.imaging.listing import RawPairs, is_raw
from pie_desktop.ui.dialogs import show_in_file_manager
from pie_desktop.ui.notifications import Notifier
from pie_desktop.ui.settings import Settings
from pie_desktop.ui.theme import icon

if TYPE_CHECKING:
    from pie_desktop.ui.filmstrip.filmstrip import Filmstrip


class PhotoActions(QObject):
    """Actions of a filmstrip; their shortcuts hold while it has the focus."""

    def __init__(self, strip: Filmstrip, notifier: Notifier) -> None:
        super().__init__(strip)
        self._strip = strip
        self._notifier = notifier
        self.export = self._action("Export selected…", "mdi6.export-variant", self._export)
        self.reference = self._action("Use as style reference", "mdi6.palette-outline", self._reference, "Ctrl+Shift+R")
        self.reveal = self._action("Show in file manager", "mdi6.folder-search-outline", self._reveal, "Ctrl+Shift+F")
        self.copy_path = self._action("Copy path", "mdi6.content-copy", self._copy_path, "Ctrl+C")
        self.refresh = self._action("Read folder again", "mdi6.refresh", strip.refresh, "F5")
        strip.view.customContextMenuRequested.connect(self._show_menu)

    def menu(self) -> QMenu:
        """The context menu for what is selected now."""
        menu = QMenu(self._strip)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        if self._strip.selected_paths():
            menu.addActions([self.export, self.reference])
            menu.addSeparator()
            menu.addActions([self.reveal, self.copy_path])
            menu.addSeparator()
        self._strip.raw_pairs.fill(menu)
        menu.addAction(self.refresh)
        return menu

    def _action(self, text: str, icon_name: str, run: Callable[[], None], shortcut: str = "") -> QAction:
        action = QAction(icon(icon_name), text, self)
        if shortcut:
            action.setShortcut(QKeySequence(shortcut))
            action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        action.triggered.connect(run)
        self._strip.addAction(action)
        return action

    def _show_menu(self, position: QPoint) -> None:
        self.menu().popup(self._strip.view.viewport().mapToGlobal(position))

    def _export(self) -> None:
        if paths := self._strip.selected_paths():
            self._strip.export_requested.emit(paths)

    def _reference(self) -> None:
        if paths := self._strip.selected_paths():
            self._strip.reference_requested.emit(paths)

    def _reveal(self) -> None:
        path = self._strip.current_path()
        if path is None:
            return
        try:
            show_in_file_manager(path)
        except PieError as error:
            self._notifier.error(str(error))

    def _copy_path(self) -> None:
        if paths := self._strip.selected_paths():
            QGuiApplication.clipboard().setText("\n".join(str(path) for path in paths))


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
