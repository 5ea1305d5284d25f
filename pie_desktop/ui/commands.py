"""The commands of the window, each defined once for menu, keys and the command list, and that list itself."""

from collections.abc import Callable

from PySide6.QtCore import QObject, QRegularExpression, QSortFilterProxyModel, Qt
from PySide6.QtGui import QAction, QKeyEvent, QKeySequence, QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QDialog, QHeaderView, QLineEdit, QMainWindow, QTreeView, QVBoxLayout

from pie_desktop.ui.theme import icon
from pie_desktop.ui.widgets.plain_text import plain


class Commands(QObject):
    """Named actions of one window; tooltips carry the shortcut."""

    def __init__(self, window: QMainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._actions: dict[str, QAction] = {}

    def add(
        self,
        name: str,
        text: str,
        run: Callable[[], object],
        *shortcuts: str | QKeySequence.StandardKey,
        icon_name: str = "",
        tip: str = "",
        checkable: bool = False,
    ) -> QAction:
        """Define a command.

        Args:
            text: as in the menu; its tooltip without an ellipsis unless `tip` says more.
            run: called without arguments.
            shortcuts: the first one is shown.
        """
        action = QAction(text, self._window)
        if icon_name:
            action.setIcon(icon(icon_name))
        keys: list[QKeySequence] = []
        for shortcut in shortcuts:
            bound = [QKeySequence(shortcut)] if isinstance(shortcut, str) else QKeySequence.keyBindings(shortcut)[:1]
            # What is standard on one system is the extra key on another; twice the same would be ambiguous.
            keys += [key for key in bound if key not in keys]
        action.setShortcuts(keys)
        shown = keys[0].toString(QKeySequence.SequenceFormat.NativeText) if keys else ""
        said = tip or text.replace("&", "").rstrip("…")
        action.setToolTip(plain(f"{said} ({shown})" if shown else said))
        action.setCheckable(checkable)
        action.triggered.connect(lambda checked=False: run())
        self._window.addAction(action)
        self._actions[name] = action
        return action

    def include(self, *actions: QAction) -> None:
        """List actions that other widgets made, too."""
        for action in actions:
            self._actions[action.text()] = action

    def __getitem__(self, name: str) -> QAction:
        return self._actions[name]

    def available(self) -> list[QAction]:
        """What can be run now."""
        return [action for action in self._actions.values() if action.isEnabled()]


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


def _name(action: QAction) -> str:
    return action.text().replace("&", "").rstrip("…")


def _model(actions: list[QAction], parent: QObject) -> QStandardItemModel:
    """Name and keys of each action; only the name is searched."""
    model = QStandardItemModel(0, 2, parent)
    for action in actions:
        name = QStandardItem(action.icon(), _name(action))
        keys = QStandardItem(action.shortcut().toString(QKeySequence.SequenceFormat.NativeText))
        keys.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        model.appendRow([name, keys])
    return model
