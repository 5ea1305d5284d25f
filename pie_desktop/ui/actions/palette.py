"""The command list: every action that can be run now, found by a few letters of its name."""

from PySide6.QtCore import QObject, QRegularExpression, QSortFilterProxyModel, Qt
from PySide6.QtGui import QKeyEvent, QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QDialog, QHeaderView, QLineEdit, QMainWindow, QTreeView, QVBoxLayout

from pie_desktop.ui.actions import registry
from pie_desktop.ui.actions.commands import Command, Commands
from pie_desktop.ui.widgets.plain_text import plain

SEARCHED_ROLE = Qt.ItemDataRole.UserRole + 1


class CommandList(QDialog):
    """Type a few letters of a command, Enter runs it."""

    def __init__(self, commands: Commands, window: QMainWindow) -> None:
        super().__init__(window, Qt.WindowType.Popup)
        self.setAccessibleName("Commands")
        self._available = sorted(commands.available(), key=_name)
        self.field = QLineEdit(placeholderText="Type a command")
        self.field.setAccessibleName("Command")
        self._matches = QSortFilterProxyModel(self)
        self._matches.setSourceModel(_model(self._available, self))
        self._matches.setFilterRole(SEARCHED_ROLE)
        self._matches.setFilterCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self._list = QTreeView()
        self._list.setObjectName("commands")
        self._list.setModel(self._matches)
        self._list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._list.setUniformRowHeights(True)
        self._list.setRootIsDecorated(False)
        self._list.setHeaderHidden(True)
        self._list.header().setStretchLastSection(False)
        self._list.header().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self._list.header().setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 8, 8, 8)
        layout.addWidget(self.field)
        layout.addWidget(self._list)
        self.field.textChanged.connect(self._filter)
        self.field.returnPressed.connect(self._run)
        self._list.clicked.connect(lambda index: self._run())
        self._select(0)
        self.resize(480, 360)
        centre = window.mapToGlobal(window.rect().center())
        self.move(centre.x() - 240, window.mapToGlobal(window.rect().topLeft()).y() + 96)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps: dict[int, int] = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}
        step = steps.get(event.key())
        if step is None:
            super().keyPressEvent(event)
        else:
            self._select(self._list.currentIndex().row() + step)

    def shown_names(self) -> list[str]:
        """The names in the list, from top to bottom."""
        return [str(self._matches.index(row, 0).data()) for row in range(self._matches.rowCount())]

    def _filter(self, text: str) -> None:
        # All words in any order.
        words = [f"(?=.*{QRegularExpression.escape(word)})" for word in text.split()]
        self._matches.setFilterRegularExpression("".join(words))
        self._select(0)

    def _select(self, row: int) -> None:
        row = min(max(row, 0), self._matches.rowCount() - 1)
        self._list.setCurrentIndex(self._matches.index(row, 0))

    def _run(self) -> None:
        index = self._list.currentIndex()
        self.accept()
        if index.isValid():
            self._available[self._matches.mapToSource(index).row()].trigger()


def _name(command: Command) -> str:
    return command.text().replace("&", "").rstrip("…")


def _model(commands: list[Command], parent: QObject) -> QStandardItemModel:
    """Name and keys of each action; it is found by its name, its menu and the other words for it."""
    menus = {action.id: menu.title for menu in registry.MENUS for action in menu.actions}
    model = QStandardItemModel(0, 2, parent)
    for command in commands:
        declared = command.declared
        name = QStandardItem(command.icon(), _name(command))
        name.setToolTip(plain(declared.help))
        name.setData(f"{_name(command)} {menus[declared.id]} {declared.words}", SEARCHED_ROLE)
        keys = QStandardItem(command.shown_keys())
        keys.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        model.appendRow([name, keys])
    return model
