"""What can be done with a style: shortcuts and the context menu of the panel.

Edits that are dragged to the style panel and dropped there.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QMimeData, QObject, QPoint, Qt
from PySide6.QtGui import QAction, QDropEvent, QKeySequence
from PySide6.QtWidgets import QMenu

from pie_desktop.ui.styles.card import StyleCard
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


class EditDrops(QObject):
    """Receives the drags of a style panel: marks where they would go and adds the edits when they are dropped."""

    def __init__(self, panel: StylePanel) -> None:
        super().__init__(panel)
        self._panel = panel
        self._marked: StyleCard | None = None
        panel.setAcceptDrops(True)
        panel.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.DragLeave:
            self._unmark()
            return True
        if not isinstance(event, QDropEvent):  # of which entering and moving are subclasses
            return False
        paths = local_paths(event.mimeData())
        if not paths:
            event.ignore()
            return True
        target = self._target(event.position().toPoint())
        if event.type() == QEvent.Type.Drop:
            self._unmark()
            self._panel.add_edits(paths, target)
        else:
            self._mark(target)
        event.setDropAction(Qt.DropAction.CopyAction)
        event.accept()
        return True

    def _target(self, position: QPoint) -> str | None:
        """The own style under a position; elsewhere a new style is made, also on those that cannot be changed."""
        panel = self._panel
        if panel.shows_details:
            style_id = panel.details.style_id
        else:
            card = panel.gallery.card_at(panel.mapToGlobal(position))
            style_id = card.style_id if card is not None else None
        style = panel.controller.style(style_id)
        return style.id if style is not None and not style.builtin else None

    def _mark(self, style_id: str | None) -> None:
        self._unmark()
        if style_id is None:
            self._panel.drop_zone.set_marked("Drop to make a new style")
        elif self._panel.shows_details:
            self._panel.drop_zone.set_marked("Drop to add to this style")
        else:
            self._marked = self._panel.gallery.cards[style_id]
            self._marked.set_drop_target(True)

    def _unmark(self) -> None:
        self._panel.drop_zone.set_marked("")
        if self._marked is not None:
            self._marked.set_drop_target(False)
            self._marked = None


def local_paths(mime: QMimeData) -> list[Path]:
    """Files and folders of a drag, without those that are not on this machine."""
    return [Path(url.toLocalFile()) for url in mime.urls() if url.isLocalFile()]
