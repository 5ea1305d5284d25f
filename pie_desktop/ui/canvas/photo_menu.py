"""The menu of a right click on the photo: what is done to it most, and what it tells its style."""

from PySide6.QtCore import QObject, QPoint, Qt
from PySide6.QtWidgets import QMenu

from pie_desktop.ui.actions.commands import Commands
from pie_desktop.ui.canvas.canvas import Canvas

ENTRIES: tuple[str | None, ...] = (
    "more_like_this",
    "less_like_that",
    "teach_style",
    None,
    "copy_edit",
    "paste_edit",
    "reset",
    None,
    "zoom_fit",
    "zoom_actual",
    None,
    "export",
    "show_in_file_manager",
)


class PhotoMenu(QObject):
    """Opens the menu by the mouse or the Menu key; not while a tool has the mouse."""

    def __init__(self, canvas: Canvas, commands: Commands) -> None:
        super().__init__(canvas)
        self._canvas, self._commands = canvas, commands
        canvas.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        canvas.customContextMenuRequested.connect(self._open)

    def menu(self) -> QMenu:
        """The actions, as they are enabled now."""
        menu = QMenu(self._canvas)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for entry in ENTRIES:
            if entry is None:
                menu.addSeparator()
            else:
                menu.addAction(self._commands[entry])
        return menu

    def _open(self, position: QPoint) -> None:
        if self._canvas.tool is None and self._commands["more_like_this"].isEnabled():
            self.menu().popup(self._canvas.mapToGlobal(position))
