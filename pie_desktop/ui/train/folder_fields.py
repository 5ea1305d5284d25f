"""Several folders: a field each, and a button for one more."""

from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QFileDialog, QPushButton, QVBoxLayout, QWidget

from pie_desktop.ui.theme import HALF_SPACE, icon
from pie_desktop.ui.widgets.form import FolderField, dropped_folders

MOST = 20


class FolderFields(QWidget):
    """The first field is always there; the others go when they are emptied. Folders may be dropped, too.

    Signals:
        changed: other folders are chosen.
    """

    changed = Signal()

    def __init__(self, title: str, placeholder: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._title = title
        self._first = self._field(placeholder)
        self._more: list[FolderField] = []
        self.add_button = QPushButton("Add a folder…")
        self.add_button.setIcon(icon("mdi6.plus"))
        self.add_button.setFlat(True)
        self.add_button.setAccessibleName(f"Add to: {title}")
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(HALF_SPACE)
        self._layout.addWidget(self._first)
        self._layout.addWidget(self.add_button)
        self.setFocusProxy(self._first)
        self.setAcceptDrops(True)
        self._first.changed.connect(self._on_changed)
        self.add_button.clicked.connect(self._browse)
        self._show_button()

    def paths(self) -> tuple[Path, ...]:
        """The folders, each once, the first field's first."""
        found = (field.path() for field in (self._first, *self._more))
        return tuple(dict.fromkeys(path for path in found if path is not None))

    def set_path(self, path: Path | None) -> None:
        """Choose one folder in the place of all."""
        self.set_paths(() if path is None else (path,))

    def set_paths(self, paths: tuple[Path, ...]) -> None:
        """Choose these folders in the place of all."""
        before = self.paths()
        self.blockSignals(True)
        for field in list(self._more):
            self._remove(field)
        self._first.set_path(paths[0] if paths else None)
        for path in paths[1:MOST]:
            self._append(path)
        self.blockSignals(False)
        self._show_button()
        if self.paths() != before:
            self.changed.emit()

    def add_paths(self, paths: tuple[Path, ...]) -> None:
        """Choose these folders, too."""
        self.set_paths(tuple(dict.fromkeys((*self.paths(), *paths))))

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if dropped_folders(event):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        self.add_paths(tuple(dropped_folders(event)))
        event.acceptProposedAction()

    def _browse(self) -> None:
        last = next(reversed(self.paths()), None)
        folder = QFileDialog.getExistingDirectory(self.window(), self._title, "" if last is None else str(last.parent))
        if folder:
            self.add_paths((Path(folder),))

    def _field(self, placeholder: str) -> FolderField:
        field = FolderField(self._title, placeholder, clearable=True)
        field.setAcceptDrops(False)  # several may be dropped
        return field

    def _append(self, path: Path) -> None:
        field = self._field("")
        field.set_path(path)
        field.changed.connect(lambda: self._on_emptied(field))
        self._more.append(field)
        self._layout.insertWidget(len(self._more), field)

    def _on_emptied(self, field: FolderField) -> None:
        if field.path() is None and field in self._more:
            self._remove(field)
        self._on_changed()

    def _on_changed(self) -> None:
        self._show_button()
        self.changed.emit()

    def _show_button(self) -> None:
        self.add_button.setVisible(bool(self.paths()) and len(self._more) < MOST - 1)

    def _remove(self, field: FolderField) -> None:
        self._more.remove(field)
        self._layout.removeWidget(field)
        field.hide()
        field.deleteLater()
