"""Where every action gets its keys: a list with a search field, a field that records a key, and what is in the way."""

from PySide6.QtCore import QModelIndex, QSortFilterProxyModel, Qt
from PySide6.QtGui import QStandardItem, QStandardItemModel
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QHeaderView,
    QKeySequenceEdit,
    QLineEdit,
    QPushButton,
    QTreeView,
    QVBoxLayout,
    QWidget,
)

from pie_desktop.ui.actions import registry
from pie_desktop.ui.actions.keys import KeyMap, normal, shown
from pie_desktop.ui.theme import SPACE
from pie_desktop.ui.widgets.plain_text import PlainLabel, plain

ID_ROLE = Qt.ItemDataRole.UserRole + 1
NOTHING_CHOSEN = "Choose an action, then press the key that it is to have."


class ShortcutsPage(QWidget):
    """All actions with their keys, which can be changed; what is changed holds at once and is kept in the settings."""

    def __init__(self, keys: KeyMap, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._keys = keys
        self.search = QLineEdit(placeholderText="Search actions and keys", clearButtonEnabled=True)
        self.search.setAccessibleName("Search actions and keys")
        self._model = QStandardItemModel(0, 3, self)
        self._model.setHorizontalHeaderLabels(["Action", "Keys", "Menu"])
        self._found = QSortFilterProxyModel(self, filterKeyColumn=-1)
        self._found.setFilterCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self._found.setSourceModel(self._model)
        self.list = QTreeView(rootIsDecorated=False, uniformRowHeights=True)
        self.list.setAccessibleName("Actions and their keys")
        self.list.setObjectName("commands")
        self.list.setModel(self._found)
        self.list.setEditTriggers(QTreeView.EditTrigger.NoEditTriggers)
        self.recorder = QKeySequenceEdit(maximumSequenceLength=1)
        self.recorder.setAccessibleName("New key")
        self.use = QPushButton("Use this key")
        self.add = QPushButton("Use it as well")
        self.none = QPushButton("No key")
        self.reset = QPushButton("Default")
        self.reset_all = QPushButton("Defaults for all")
        self.said = PlainLabel(NOTHING_CHOSEN, wordWrap=True)
        self.said.setProperty("role", "muted")
        self.said.setMinimumHeight(2 * self.said.fontMetrics().lineSpacing())
        self._lay_out()
        self.search.textChanged.connect(self._found.setFilterFixedString)
        self.list.selectionModel().currentRowChanged.connect(self._on_row)
        self.recorder.keySequenceChanged.connect(self._show_state)
        self.use.clicked.connect(lambda: self._set((self._recorded(),)))
        self.add.clicked.connect(lambda: self._set((*keys.of(self._current()), self._recorded())))
        self.none.clicked.connect(lambda: self._set(()))
        self.reset.clicked.connect(lambda: keys.reset(self._current()))
        self.reset_all.clicked.connect(self._keys.reset_all)
        keys.changed.connect(self._show_keys)
        self._fill()
        self._show_state()

    def select(self, action_id: str) -> None:
        """Choose an action, as a click on its row does."""
        self.search.clear()
        rows = (self._found.index(row, 0) for row in range(self._found.rowCount()))
        self.list.setCurrentIndex(next((row for row in rows if row.data(ID_ROLE) == action_id), QModelIndex()))

    def shown_names(self) -> list[str]:
        """The names in the list, from top to bottom."""
        return [str(self._found.index(row, 0).data()) for row in range(self._found.rowCount())]

    def _lay_out(self) -> None:
        header = self.list.header()
        header.setStretchLastSection(False)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        row = QHBoxLayout()
        row.setSpacing(SPACE)
        row.addWidget(self.recorder, 1)
        for button in (self.use, self.add, self.none, self.reset):
            row.addWidget(button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(SPACE)
        layout.addWidget(self.search)
        layout.addWidget(self.list, 1)
        layout.addWidget(self.said)
        layout.addLayout(row)

    def _fill(self) -> None:
        for menu in registry.MENUS:
            for action in menu.actions:
                name = QStandardItem(action.name)
                name.setToolTip(plain(action.help))
                name.setData(action.id, ID_ROLE)
                self._model.appendRow([name, QStandardItem(), QStandardItem(menu.title)])
        self._show_keys()
        for column in (1, 2):
            self.list.resizeColumnToContents(column)
        self.list.setColumnWidth(1, max(self.list.columnWidth(1), self.fontMetrics().averageCharWidth() * 24))

    def _show_keys(self) -> None:
        for row in range(self._model.rowCount()):
            action_id = self._model.item(row, 0).data(ID_ROLE)
            item = self._model.item(row, 1)
            item.setText(", ".join(map(shown, self._keys.of(action_id))))
            font = item.font()
            font.setBold(not self._keys.is_default(action_id))
            item.setFont(font)
        self._show_state()

    def _current(self) -> str:
        """The id of the chosen action; empty for none."""
        return str(self.list.currentIndex().siblingAtColumn(0).data(ID_ROLE) or "")

    def _recorded(self) -> str:
        return normal(self.recorder.keySequence())

    def _on_row(self) -> None:
        self.recorder.clear()
        self._show_state()

    def _show_state(self) -> None:
        action_id, key = self._current(), self._recorded()
        for button in (self.use, self.add):
            button.setEnabled(bool(action_id and key))
        self.recorder.setEnabled(bool(action_id))
        self.none.setEnabled(bool(action_id) and bool(self._keys.of(action_id)))
        self.reset.setEnabled(bool(action_id) and not self._keys.is_default(action_id))
        self.said.setText(self._sentence(action_id, key))

    def _sentence(self, action_id: str, key: str) -> str:
        if not action_id:
            return NOTHING_CHOSEN
        name = registry.action(action_id).name
        if not key:
            return f"Press the key that “{name}” is to have: {registry.action(action_id).help.lower()}."
        others = " and ".join(f"“{other.name}”" for other in self._keys.holders(action_id, key))
        if others:
            return f"{shown(key)} is the key of {others}, which would lose it."
        return f"{shown(key)} is free."

    def _set(self, keys: tuple[str, ...]) -> None:
        self._keys.set(self._current(), keys)
        self.recorder.clear()


class ShortcutsDialog(QDialog):
    """The page of keys in a window of its own."""

    def __init__(self, keys: KeyMap, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle("Keyboard shortcuts")
        self.resize(720, 560)
        self.page = ShortcutsPage(keys)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.addButton(self.page.reset_all, QDialogButtonBox.ButtonRole.ResetRole)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.addWidget(self.page, 1)
        layout.addWidget(buttons)
        # Enter belongs to the recorder and to the list.
        for button in self.findChildren(QPushButton):
            button.setAutoDefault(False)
