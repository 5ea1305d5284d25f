"""The menus, made from the declared actions, and the bar above the pages."""

from PySide6.QtWidgets import QFrame, QHBoxLayout, QMenuBar, QPushButton, QTabBar, QToolButton

from pie_desktop.ui.actions import registry
from pie_desktop.ui.actions.commands import ActionTip, Command, Commands
from pie_desktop.ui.actions.declared.file import FILE
from pie_desktop.ui.pages import TABS
from pie_desktop.ui.recent import RecentFolders
from pie_desktop.ui.theme import COLORS, SPACE, icon
from pie_desktop.ui.thumbnails.clearing import ThumbnailClearing
from pie_desktop.ui.widgets.plain_text import plain


def build_menus(bar: QMenuBar, commands: Commands, clearing: ThumbnailClearing, recent: RecentFolders) -> None:
    """Fill the menu bar with what is declared.

    Args:
        bar: that of the window.
        commands: with all of them bound.
        clearing: measures the cache when the File menu is opened.
        recent: the folders that were open last.
    """
    for declared in registry.MENUS:
        if not declared.in_bar:
            continue
        menu = bar.addMenu(f"&{declared.title}")
        menu.aboutToShow.connect(commands.refresh)
        for entry in declared.entries:
            if entry is None:
                menu.addSeparator()
            elif entry.in_menu and not entry.held:
                menu.addAction(commands[entry.id])
                if entry.id == "open_folder":
                    recent.menu(menu)
        if declared is FILE:
            menu.aboutToShow.connect(clearing.update_size)


class TopBar(QFrame):
    """One tab for every page of `TABS`, in their order.

    Attributes:
        tabs: the tabs; choosing one does nothing by itself.
    """

    def __init__(self, commands: Commands) -> None:
        super().__init__()
        self.tabs = QTabBar()
        for index, tab in enumerate(TABS):
            self.tabs.addTab(tab)
            self._show_tip(index, commands[f"tab_{tab.lower()}"])
        self.tabs.setDrawBase(False)
        self.tabs.setExpanding(False)
        self.tabs.setAccessibleName("Pages")
        search = QPushButton(icon("mdi6.magnify", COLORS.text_muted), "Commands")
        search.setProperty("flat", True)
        ActionTip(search, commands.keys, "commands")

        def show_key() -> None:
            search.setText(f"Commands   {commands.keys.hint('commands')}".rstrip())

        commands["commands"].changed.connect(show_key)
        show_key()
        search.clicked.connect(commands["commands"].trigger)
        help_button = QToolButton()
        help_button.setDefaultAction(commands["help"])
        row = QHBoxLayout(self)
        row.setContentsMargins(SPACE, 0, SPACE, 0)
        row.addWidget(self.tabs)
        row.addStretch(1)
        row.addWidget(search)
        row.addWidget(help_button)

    def _show_tip(self, index: int, command: Command) -> None:
        command.changed.connect(lambda: self.tabs.setTabToolTip(index, plain(command.toolTip())))
        self.tabs.setTabToolTip(index, plain(command.toolTip()))
