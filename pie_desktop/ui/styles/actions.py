"""What can be done with a style: shortcuts and the context menu of the panel."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPoint, Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu

from pie_desktop.ui.theme import icon

if TYPE_CHECKING:
    from pie_desktop.ui.styles.panel import StylePanel


class StyleActions(QObject):
    """Actions of a style panel; they apply to its current style, their shortcuts hold while it has the focus."""

    def __init__(self, panel: StylePanel) -> None:
        super().__init__(panel)
        self._panel = panel
        controller = panel.controller
        self.new = self._action("New style…", "mdi6.plus", panel.choose_edits, "Ctrl+Shift+N")
        self.add = self._action("Add edits…", "mdi6.image-plus", self._on_own(panel.choose_edits))
        open_details = self._on_any(panel.open_details)
        self.details = self._action("References…", "mdi6.format-list-bulleted", open_details, "Alt+Return")
        self.rename = self._action("Rename", "mdi6.form-textbox", self._on_own(self._rename), "F2")
        duplicate = self._on_any(controller.duplicate)
        self.duplicate = self._action("Duplicate", "mdi6.content-duplicate", duplicate, "Ctrl+D")
        self.look = self._action("Export look…", "mdi6.cube-outline", self._on_any(panel.look_asked.emit))
        self.delete = self._action("Delete", "mdi6.trash-can-outline", self._on_own(self._delete), "Del")
        self.undo = self._action("Undo delete", "mdi6.undo", controller.undo_delete, "Ctrl+Z")

    def show_menu(self, style_id: str, position: QPoint) -> None:
        self.menu(style_id).popup(position)

    def menu(self, style_id: str) -> QMenu:
        """The context menu for a style, which gets the focus, so that the actions apply to it."""
        self._panel.gallery.show_card(style_id)
        style = self._panel.controller.style(style_id)
        menu = QMenu(self._panel)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        own = style is not None and not style.builtin
        menu.addActions([self.details, self.add] if own else [self.details])
        menu.addSeparator()
        menu.addActions([self.rename, self.duplicate] if own else [self.duplicate])
        menu.addSeparator()
        menu.addAction(self.look)
        if own:
            menu.addSeparator()
            menu.addAction(self.delete)
        return menu

    def _action(self, text: str, icon_name: str, run: Callable[[], None], shortcut: str = "") -> QAction:
        action = QAction(icon(icon_name), text, self)
        if shortcut:
            action.setShortcut(QKeySequence(shortcut))
            action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        action.triggered.connect(lambda _checked: run())
        self._panel.addAction(action)
        return action

    def _on_any(self, run: Callable[[str], None]) -> Callable[[], None]:
        """Do it to the current style."""

        def call() -> None:
            style_id = self._panel.current_id()
            if style_id is not None:
                run(style_id)

        return call

    def _on_own(self, run: Callable[[str], None]) -> Callable[[], None]:
        """Do it to the current style unless it comes with the program."""

        def call(style_id: str) -> None:
            style = self._panel.controller.style(style_id)
            if style is not None and not style.builtin:
                run(style_id)

        return self._on_any(call)

    def _rename(self, style_id: str) -> None:
        if self._panel.shows_details:
            self._panel.details.name.edit()
        else:
            self._panel.gallery.cards[style_id].name.edit()

    def _delete(self, style_id: str) -> None:
        if self._panel.shows_details:
            self._panel.details.remove_focused()
        else:
            self._panel.controller.delete(style_id)
