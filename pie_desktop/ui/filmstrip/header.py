"""Above the thumbnails: where we are, how many photos there are, and opening another folder."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QToolButton, QVBoxLayout, QWidget

from pie_desktop.ui.filmstrip.breadcrumb import Breadcrumb
from pie_desktop.ui.theme import HALF_SPACE, SPACE, icon


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
        self.count = QLabel()
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

    def set_count(self, photos: int, selected: int) -> None:
        total = "1 photo" if photos == 1 else f"{photos:,} photos"
        self.count.setText(f"{selected:,} of {total} selected" if selected > 1 else total)
        self.count.setVisible(photos > 0)
