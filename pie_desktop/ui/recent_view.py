"""The folders that were open last, on the start page: one click or key away, with how many photos each has."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QToolButton, QVBoxLayout, QWidget

from pie_desktop.errors import PieError
from pie_desktop.imaging.listing import scan_folder
from pie_desktop.ui.context import AppContext
from pie_desktop.ui.recent import RecentFolders
from pie_desktop.ui.theme import COLORS, SPACE, icon
from pie_desktop.ui.widgets.labels import counted
from pie_desktop.ui.widgets.plain_text import PlainLabel, plain
from pie_desktop.workers.job import JobContext
from pie_desktop.workers.lanes import LatestLane

SHOWN = 5
WIDTH = 520


@dataclass(frozen=True)
class SeenFolder:
    """What a look at a folder found.

    Attributes:
        photos: how many there are; None where the folder is gone or away.
    """

    folder: Path
    photos: int | None


def look_at(context: JobContext, folders: Sequence[Path]) -> list[SeenFolder]:
    """Count the photos of folders; the function of a job, as a network drive may let it wait."""
    found = []
    for folder in folders:
        context.check()
        try:
            found.append(SeenFolder(folder, len(scan_folder(folder)[0])))
        except PieError:
            found.append(SeenFolder(folder, None))
    return found


class FolderRow(QWidget):
    """One folder: a button that opens it, and one that forgets it.

    Signals:
        opened, forgotten: the folder.
    """

    opened = Signal(object)
    forgotten = Signal(object)

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.folder = folder
        self.button = QPushButton(icon("mdi6.folder-outline"), "")
        self.button.setFlat(True)
        self.button.setAutoDefault(True)  # Enter presses it, not only Space
        self.button.setStyleSheet("text-align: left;")
        self.button.setToolTip(plain(str(folder)))
        self.button.clicked.connect(lambda: self.opened.emit(folder))
        self.count = PlainLabel()
        self.count.setProperty("role", "muted")
        self.forget = QToolButton()
        self.forget.setIcon(icon("mdi6.close"))
        self.forget.setAutoRaise(True)
        self.forget.setToolTip("Take this folder off the list (Del); the folder itself stays.")
        self.forget.setAccessibleName(f"Forget {folder.name or folder}")
        self.forget.clicked.connect(lambda: self.forgotten.emit(folder))
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(SPACE)
        layout.addWidget(self.button, 1)
        layout.addWidget(self.count)
        layout.addWidget(self.forget)

    def show_found(self, found: SeenFolder | None, name: str) -> None:
        """Show what is known; None before the first look."""
        there = found is None or found.photos is not None
        shown = self.button.fontMetrics().elidedText(name, Qt.TextElideMode.ElideMiddle, WIDTH // 2)
        said = "" if found is None else "gone or away" if found.photos is None else counted(found.photos, "photo")
        self.button.setText(shown.replace("&", "&&"))
        self.button.setEnabled(there)
        self.button.setAccessibleName(f"Open {name}, {said}" if said else f"Open {name}")
        self.button.setIcon(icon("mdi6.folder-outline" if there else "mdi6.folder-off-outline", COLORS.text_muted))
        self.count.setText(said)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.forgotten.emit(self.folder)
        else:
            super().keyPressEvent(event)


class RecentView(QWidget):
    """The list; hidden while there is nothing to list."""

    def __init__(self, context: AppContext, after: QWidget) -> None:
        """`after` is the control that the keyboard comes from."""
        super().__init__()
        self._after = after
        self._lane = context.add_lane(LatestLane("recent folders"))
        self._recent: RecentFolders | None = None
        self._found: dict[Path, SeenFolder] = {}
        self.rows: list[FolderRow] = []
        self.setFixedWidth(WIDTH)
        title = PlainLabel("Recent folders")
        title.setProperty("role", "muted")
        self._list = QVBoxLayout(self)
        self._list.setContentsMargins(0, 0, 0, 0)
        self._list.setSpacing(0)
        self._list.addWidget(title)
        self.hide()

    def follow(self, recent: RecentFolders) -> None:
        """Show these folders, now and whenever they change."""
        self._recent = recent
        recent.changed.connect(self._fill)
        self._fill()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._look()

    def _fill(self) -> None:
        assert self._recent is not None
        folders = self._recent.folders[:SHOWN]
        focused = next((number for number, row in enumerate(self.rows) if row.isAncestorOf(self.focusWidget())), None)
        for row in self.rows:
            self._list.removeWidget(row)
            row.deleteLater()
        self.rows = [FolderRow(folder) for folder in folders]
        for row in self.rows:
            row.opened.connect(self._recent.chosen)
            row.forgotten.connect(self._recent.remove)
            self._list.addWidget(row)
        self._show_found()
        self.setVisible(bool(folders))
        before = self._after
        for row in self.rows:  # new controls stand last in the window otherwise
            for control in (row.button, row.forget):
                self.setTabOrder(before, control)
                before = control
        if focused is not None and self.rows:  # the one that took the place of a row that was taken off
            row = self.rows[min(focused, len(self.rows) - 1)]
            (row.button if row.button.isEnabled() else row.forget).setFocus()
        if self.isVisible():
            self._look()

    def _look(self) -> None:
        if self.rows and not self._lane.closed:
            self._lane.submit(look_at, [row.folder for row in self.rows]).result.connect(self._on_found)

    def _on_found(self, found: list[SeenFolder]) -> None:
        self._found = {one.folder: one for one in found}
        self._show_found()

    def _show_found(self) -> None:
        names = [row.folder.name for row in self.rows]
        for row in self.rows:
            name = row.folder.name
            row.show_found(self._found.get(row.folder), name if name and names.count(name) == 1 else str(row.folder))
