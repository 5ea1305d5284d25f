"""The line above the thumbnails: the folder as buttons, the number of photos, and opening another folder."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QMenu, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from pie_desktop.ui.theme import HALF_SPACE, SPACE, icon
from pie_desktop.ui.widgets.labels import counted
from pie_desktop.ui.widgets.plain_text import PlainLabel, plain

MAX_PARTS = 4


class Breadcrumb(QWidget):
    """The last parts of a path as flat buttons, as many as fit.

    Signals:
        folder_chosen: a folder to show.
    """

    folder_chosen = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.buttons: list[QToolButton] = []
        self._layout = QHBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(0)
        self._layout.addStretch(1)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def set_folder(self, folder: Path | None, subfolders: Sequence[Path] = ()) -> None:
        for button in self.buttons:
            self._layout.removeWidget(button)
            button.hide()
            button.deleteLater()
        parts = [] if folder is None else [folder, *folder.parents][:MAX_PARTS]
        self.buttons = [self._button(part) for part in reversed(parts)]
        if self.buttons:
            self._make_current(self.buttons[-1], subfolders)
        for place, button in enumerate(self.buttons):
            self._layout.insertWidget(place, button)
        self._fit()

    def sizeHint(self) -> QSize:
        return QSize(160, self.fontMetrics().height() + 12)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        """Show as many of the last parts as fit; the very last one is shortened rather than left out."""
        room = self.width()
        for button in reversed(self.buttons):
            last = button is self.buttons[-1]
            full = button.property("full")
            button.setText(full.replace("&", "&&"))
            needed = button.sizeHint().width()
            if last and needed > room:
                spare = room - (needed - button.fontMetrics().horizontalAdvance(full))
                shown = button.fontMetrics().elidedText(full, Qt.TextElideMode.ElideMiddle, max(spare, 0))
                button.setText(shown.replace("&", "&&"))
            button.setVisible(last or needed <= room)
            room = room - needed if needed <= room else 0

    def _button(self, part: Path) -> QToolButton:
        button = QToolButton(self)
        button.setAutoRaise(True)
        button.setToolTip(plain(str(part)))
        button.setProperty("full", f"{part.name or part} ›")
        button.setProperty("path", str(part))
        button.clicked.connect(lambda: self.folder_chosen.emit(part))
        return button

    def _make_current(self, button: QToolButton, subfolders: Sequence[Path]) -> None:
        """The folder itself: reads it again when clicked, or offers its subfolders."""
        font = button.font()
        font.setBold(True)
        button.setFont(font)
        name = str(button.property("full")).removesuffix(" ›")
        button.setProperty("full", f"{name} ▾" if subfolders else name)
        if not subfolders:
            return
        menu = QMenu(button)
        for subfolder in subfolders:
            action = menu.addAction(subfolder.name.replace("&", "&&"))
            action.triggered.connect(lambda _=False, folder=subfolder: self.folder_chosen.emit(folder))
        button.setMenu(menu)
        button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        button.setToolTip(plain(f"{counted(len(subfolders), 'folder')} in {button.property('path')}"))


class FolderHeader(QWidget):
    """Breadcrumb, number of photos and the button for opening a folder.

    Signals:
        folder_chosen: a folder was clicked in the breadcrumb.
    """

    folder_chosen = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.breadcrumb = Breadcrumb()
        self.breadcrumb.folder_chosen.connect(self.folder_chosen)
        self.open_button = QToolButton()
        self.open_button.setIcon(icon("mdi6.folder-open-outline"))
        self.open_button.setToolTip("Open folder")
        self.open_button.setAccessibleName("Open folder")
        self.count = PlainLabel()
        self.count.setProperty("role", "muted")
        top = QHBoxLayout()
        top.setSpacing(HALF_SPACE)
        top.addWidget(self.breadcrumb, 1)
        top.addWidget(self.open_button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, HALF_SPACE, HALF_SPACE, HALF_SPACE)
        # Below the text of the breadcrumb's flat buttons, which have a margin of their own.
        self.count.setContentsMargins(SPACE + HALF_SPACE, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(top)
        layout.addWidget(self.count)
        self.set_folder(None)
        self.set_count(0, 0)

    def set_folder(self, folder: Path | None, subfolders: Sequence[Path] = ()) -> None:
        self.breadcrumb.set_folder(folder, subfolders)

    def set_count(self, photos: int, selected: int, hidden: int = 0) -> None:
        """Say how many photos are shown and selected, and that a filter hides some."""
        total = f"{photos:,} of {counted(photos + hidden, 'photo')}" if hidden else counted(photos, "photo")
        chosen = f"{selected:,} selected, {total}" if hidden else f"{selected:,} of {total} selected"
        self.count.setText(chosen if selected > 1 else total)
        self.count.setVisible(photos + hidden > 0)
