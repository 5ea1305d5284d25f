"""The history of the open photo: its steps by name, its snapshots, and its virtual copies."""

from PySide6.QtCore import QSignalBlocker, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QKeyEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from pie_desktop.edit.history import PhotoHistory
from pie_desktop.ui.editor.history import EditKeeper
from pie_desktop.ui.editor.versions import Versions
from pie_desktop.ui.theme import COLORS, HALF_SPACE, SPACE, icon
from pie_desktop.ui.widgets.labels import heading
from pie_desktop.ui.widgets.plain_text import PlainLabel, plain

NO_PHOTO = "Open a photo to see what was done to it."
PLACE_ROLE = Qt.ItemDataRole.UserRole
SNAPSHOTS_SHOWN = 5


class HistoryPanel(QWidget):
    """Shows what the keeper keeps; clicking a step or a snapshot goes to it.

    The newest step is at the top. Steps that were undone stand above the present one, muted, until something else is
    changed.
    """

    def __init__(self, keeper: EditKeeper, versions: Versions) -> None:
        super().__init__()
        self._keeper = keeper
        self._shown: PhotoHistory | None = None
        self.copies = QComboBox()
        self.copies.setAccessibleName("Virtual copies")
        self.copies.setToolTip("Which of the photo's edits is shown and edited; each is exported as a file of its own")
        self.copies.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.new_copy = _button("mdi6.content-duplicate", "New virtual copy: a second edit of the same photo")
        self.remove_copy = _button("mdi6.delete-outline", "Delete this virtual copy")
        self.new_snapshot = _button("mdi6.camera-plus-outline", "Take a snapshot: keep this edit under a name")
        self.snapshots = _SnapshotList()
        self.snapshots.setAccessibleName("Snapshots")
        self.snapshots.setToolTip("Click to return to a snapshot, F2 to rename, Delete to remove it")
        self.steps = QListWidget()
        self.steps.setSpacing(1)
        self.steps.setAccessibleName("Steps")
        self.steps.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.steps.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._hint = PlainLabel(NO_PHOTO)
        self._hint.setProperty("role", "muted")
        self._hint.setWordWrap(True)
        self._title = heading("HISTORY")
        self._snapshots_title = heading("SNAPSHOTS")
        self._lay_out()
        self.setFocusProxy(self.steps)
        self.copies.activated.connect(lambda index: keeper.choose_copy(self.copies.itemText(index) if index else ""))
        self.new_copy.clicked.connect(versions.new_copy)
        self.remove_copy.clicked.connect(versions.delete_copy)
        self.new_snapshot.clicked.connect(self.take_snapshot)
        for signal in (self.steps.itemClicked, self.steps.itemActivated):
            signal.connect(lambda item: keeper.go(item.data(PLACE_ROLE)))
        for signal in (self.snapshots.itemClicked, self.snapshots.itemActivated):
            signal.connect(self._apply)
        self.snapshots.itemChanged.connect(self._on_renamed)
        self.snapshots.removed.connect(keeper.remove_snapshot)
        keeper.changed.connect(self._show)
        self._show()

    def take_snapshot(self) -> None:
        """Take one; its name can be typed at once."""
        name = self._keeper.add_snapshot()
        found = self.snapshots.findItems(name, Qt.MatchFlag.MatchExactly)
        if name and found and self.isVisible():
            self.snapshots.setCurrentItem(found[0])
            self.snapshots.editItem(found[0])

    def set_titled(self, titled: bool) -> None:
        """Whether a heading says what this is, where no tab does."""
        self._title.setVisible(titled)

    def _lay_out(self) -> None:
        top = QHBoxLayout()
        top.setSpacing(HALF_SPACE)
        top.addWidget(self.copies, 1)
        for button in (self.remove_copy, self.new_copy, self.new_snapshot):
            top.addWidget(button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(SPACE, HALF_SPACE, SPACE, SPACE)
        layout.setSpacing(HALF_SPACE)
        layout.addWidget(self._title)
        layout.addLayout(top)
        for widget in (self._snapshots_title, self.snapshots, self._hint):
            layout.addWidget(widget)
        layout.addWidget(self.steps, 1)

    def _apply(self, item: QListWidgetItem) -> None:
        history, name = self._keeper.history, item.data(PLACE_ROLE)
        found = next((one for one in history.snapshots if one.name == name), None) if history is not None else None
        if found is not None:
            self._keeper.apply(f"Snapshot “{name}”", found.edit)

    def _show(self) -> None:
        history = self._keeper.history
        if history is self._shown and history is not None:
            return
        self._shown = history
        self._hint.setVisible(history is None)
        for button in (self.new_copy, self.new_snapshot, self.copies):
            button.setEnabled(history is not None)
        self.remove_copy.setVisible(history is not None and len(history.copies) > 1)
        self.remove_copy.setEnabled(history is not None and history.active > 0)
        with QSignalBlocker(self.copies):
            self.copies.clear()
            for copy in history.copies if history is not None else ():
                self.copies.addItem(copy.name)
            self.copies.setCurrentIndex(history.active if history is not None else -1)
        self._show_snapshots(history)
        self._show_steps(history)

    def _show_steps(self, history: PhotoHistory | None) -> None:
        self.steps.clear()
        if history is None:
            return
        for place in reversed(range(len(history.copy.steps))):
            name = history.copy.steps[place].name
            item = QListWidgetItem(name)
            item.setData(PLACE_ROLE, place)
            item.setToolTip(plain(name))
            if place > history.copy.place:
                item.setForeground(QColor(COLORS.text_disabled))
            self.steps.addItem(item)
        self.steps.setCurrentRow(len(history.copy.steps) - 1 - history.copy.place)

    def _show_snapshots(self, history: PhotoHistory | None) -> None:
        snapshots = history.snapshots if history is not None else ()
        with QSignalBlocker(self.snapshots):
            self.snapshots.clear()
            for one in snapshots:
                item = QListWidgetItem(icon("mdi6.bookmark-outline", COLORS.text_muted), one.name)
                item.setData(PLACE_ROLE, one.name)
                item.setFlags(item.flags() | Qt.ItemFlag.ItemIsEditable)
                self.snapshots.addItem(item)
        for widget in (self._snapshots_title, self.snapshots):
            widget.setVisible(bool(snapshots))
        row = max(self.snapshots.sizeHintForRow(0), self.fontMetrics().height() + SPACE)
        self.snapshots.setFixedHeight(row * min(max(len(snapshots), 1), SNAPSHOTS_SHOWN) + HALF_SPACE)

    def _on_renamed(self, item: QListWidgetItem) -> None:
        name, other = item.data(PLACE_ROLE), " ".join(item.text().split())

        def rename() -> None:
            self._shown = None  # a name that is refused goes back to what it was
            self._keeper.rename_snapshot(name, other)
            self._show()

        # The field of the list is still open; the list may not be filled anew below it.
        QTimer.singleShot(0, self, rename)


class _SnapshotList(QListWidget):
    """Delete removes the current snapshot, F2 or a double click renames it.

    Signals:
        removed: name of the snapshot to remove.
    """

    removed = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        triggers = QAbstractItemView.EditTrigger
        self.setEditTriggers(triggers.EditKeyPressed | triggers.DoubleClicked)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        item = self.currentItem()
        if event.key() == Qt.Key.Key_Delete and item is not None:
            self.removed.emit(item.data(PLACE_ROLE))
        else:
            super().keyPressEvent(event)


def _button(name: str, tip: str) -> QToolButton:
    button = QToolButton()
    button.setIcon(icon(name))
    button.setToolTip(plain(tip))
    button.setAccessibleName(tip.split(":")[0])
    return button
