"""The folders that were open last, for the File menu and the start page."""

from pathlib import Path

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QMenu

from pie_desktop.ui.settings import Settings
from pie_desktop.ui.widgets.plain_text import plain

SETTING = "open.recent"
KEPT = 12
WIDTH = 400  # px of the longest name


class RecentFolders(QObject):
    """The newest first, each once; kept in the settings.

    Signals:
        chosen: a folder to open.
        changed: the folders are others.
    """

    chosen = Signal(object)
    changed = Signal()

    def __init__(self, settings: Settings, parent: QObject) -> None:
        super().__init__(parent)
        self._settings = settings

    @property
    def folders(self) -> list[Path]:
        """Those that were opened last; some may be gone, and say so when they are opened."""
        kept = self._settings.get(SETTING)
        return [Path(one) for one in kept if isinstance(one, str)][:KEPT] if isinstance(kept, list) else []

    def add(self, folder: Path) -> None:
        """A folder was opened."""
        others = [one for one in self.folders if one != folder]
        self._put([folder, *others])

    def remove(self, folder: Path) -> None:
        """Forget one of them."""
        self._put([one for one in self.folders if one != folder])

    def clear(self) -> None:
        """Forget them all."""
        self._put([])

    def _put(self, folders: list[Path]) -> None:
        self._settings.set(SETTING, [str(one) for one in folders][:KEPT])
        self.changed.emit()

    def menu(self, parent: QMenu) -> QMenu:
        """A submenu that is filled whenever its parent is opened."""
        menu = parent.addMenu("Open recent folder")
        parent.aboutToShow.connect(lambda: self._fill(menu))
        self._fill(menu)
        return menu

    def _fill(self, menu: QMenu) -> None:
        menu.clear()
        folders = self.folders
        menu.setEnabled(bool(folders))
        names = [folder.name for folder in folders]
        for folder in folders:
            named = folder.name if names.count(folder.name) == 1 and folder.name else str(folder)
            shown = menu.fontMetrics().elidedText(named, Qt.TextElideMode.ElideMiddle, WIDTH)
            action = menu.addAction(shown.replace("&", "&&"))
            action.setToolTip(plain(str(folder)))
            action.triggered.connect(lambda _=False, folder=folder: self.chosen.emit(folder))
        menu.setToolTipsVisible(True)
        menu.addSeparator()
        menu.addAction("Forget these folders").triggered.connect(self.clear)
