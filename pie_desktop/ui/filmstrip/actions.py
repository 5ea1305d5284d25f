"""What can be done with the selected photos: the context menu of the filmstrip."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPoint, Qt
from PySide6.QtGui import QAction, QGuiApplication, QKeySequence
from PySide6.QtWidgets import QMenu

from pie_desktop.errors import PieError
from pie_desktop.ui.file_manager import show_in_file_manager
from pie_desktop.ui.notifier import Notifier
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
