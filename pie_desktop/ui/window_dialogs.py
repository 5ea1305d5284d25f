"""The windows and dialogs that the menu and keys open above the main window, each made when it is wanted."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMainWindow

from pie_desktop.ui.about import AboutDialog
from pie_desktop.ui.actions.commands import Commands
from pie_desktop.ui.actions.palette import CommandList
from pie_desktop.ui.actions.shortcuts import ShortcutsDialog
from pie_desktop.ui.context import AppContext
from pie_desktop.ui.filmstrip.actions import RawPairChoice
from pie_desktop.ui.help import HelpWindow
from pie_desktop.ui.recent import RecentFolders
from pie_desktop.ui.thumbnails.clearing import ThumbnailClearing


class WindowDialogs:
    """Commands, help, shortcuts, preferences and what is said about the program, for one main window."""

    def __init__(
        self,
        window: QMainWindow,
        context: AppContext,
        commands: Commands,
        clearing: ThumbnailClearing,
        raw_pairs: RawPairChoice,
        recent: RecentFolders,
    ) -> None:
        self._window = window
        self._context = context
        self._commands = commands
        self._clearing = clearing
        self._raw_pairs = raw_pairs
        self._recent = recent
        self._help: HelpWindow | None = None

    def show_commands(self) -> None:
        """The list of all commands (Ctrl+K)."""
        self._clearing.update_size()
        self._commands.refresh()
        dialog = CommandList(self._commands, self._window)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.show()
        dialog.field.setFocus()

    def show_help(self) -> None:
        self._help_window().show_page()

    def show_shortcuts(self) -> None:
        self._help_window().show_shortcuts()

    def show_about(self) -> None:
        """Version, model, device and licences."""
        dialog = AboutDialog(self._context.engine, self._window)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()

    def change_shortcuts(self) -> None:
        """The dialog in which every action gets its keys."""
        dialog = ShortcutsDialog(self._context.keys, self._window)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()

    def show_preferences(self) -> None:
        from pie_desktop.ui.preferences import Preferences  # not before it is wanted

        dialog = Preferences(self._context, self._raw_pairs, self._recent, self._commands, self._window)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()

    def close_help(self) -> None:
        """Close the window of the help, which may be open beside the main window."""
        if self._help is not None:
            self._help.close()

    def _help_window(self) -> HelpWindow:
        if self._help is None:
            self._help = HelpWindow(self._window, self._context.keys)
        return self._help
