"""The bar above the pages: the tabs, the list of commands, help."""

from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QTabBar, QToolButton

from pie_desktop.ui.commands import Commands
from pie_desktop.ui.menus import TABS
from pie_desktop.ui.theme import COLOURS, SPACE, icon


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
            self.tabs.setTabToolTip(index, commands[f"tab_{tab.lower()}"].toolTip())
        self.tabs.setDrawBase(False)
        self.tabs.setExpanding(False)
        self.tabs.setAccessibleName("Pages")
        keys = commands["commands"].shortcut().toString(QKeySequence.SequenceFormat.NativeText)
        search = QPushButton(icon("mdi6.magnify", COLOURS.text_muted), f"Commands   {keys}")
        search.setProperty("flat", True)
        search.setToolTip(commands["commands"].toolTip())
        search.clicked.connect(commands["commands"].trigger)
        help_button = QToolButton()
        help_button.setDefaultAction(commands["help"])
        row = QHBoxLayout(self)
        row.setContentsMargins(SPACE, 0, SPACE, 0)
        row.addWidget(self.tabs)
        row.addStretch(1)
        row.addWidget(search)
        row.addWidget(help_button)
