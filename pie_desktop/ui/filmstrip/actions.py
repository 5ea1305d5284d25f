"""Actions of the filmstrip: on the selected photos, and for which file of a RAW + JPEG photo is shown."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QAction, QActionGroup, QGuiApplication
from PySide6.QtWidgets import QMenu, QWidget

from pie_desktop.errors import PieError
from pie_desktop.imaging.listing import PhotoFiles, RawPairs, is_raw
from pie_desktop.ui.actions import registry
from pie_desktop.ui.actions.commands import Command
from pie_desktop.ui.actions.keys import KeyMap
from pie_desktop.ui.dialogs import show_in_file_manager
from pie_desktop.ui.notifications import Notifier
from pie_desktop.ui.settings import Settings
from pie_desktop.ui.theme import icon


class PhotoActions(QObject):
    """Actions on the selected photos; their keys have effect while `widget` has the focus.

    Args:
        widget: gets the actions.
        keys: of the context.
        selected: gives the selected photos.
        current: gives the current photo, or None.

    Signals:
        export_requested, reference_requested: the selected photos, at least one.
        refresh_requested: the folder should be read again.
    """

    export_requested = Signal(list)
    reference_requested = Signal(list)
    refresh_requested = Signal()

    def __init__(
        self,
        widget: QWidget,
        keys: KeyMap,
        selected: Callable[[], list[Path]],
        current: Callable[[], Path | None],
        notifier: Notifier,
    ) -> None:
        super().__init__(widget)
        self._selected = selected
        self._current = current
        self._notifier = notifier
        self.export = QAction(icon("mdi6.export-variant"), registry.action("export").label, self)
        self.export.triggered.connect(lambda _checked=False: self._export())
        self.reference = Command(keys, "use_as_reference", self._reference, widget)
        self.reveal = Command(keys, "show_in_file_manager", self._reveal, widget)
        self.copy_path = Command(keys, "copy_path", self._copy_path, widget)
        self.refresh = Command(keys, "reload_folder", self.refresh_requested.emit, widget)

    def fill(self, menu: QMenu) -> None:
        """Add the actions on the selected photos to a context menu; nothing while none is selected."""
        if self._selected():
            menu.addActions([self.export, self.reference])
            menu.addSeparator()
            menu.addActions([self.reveal, self.copy_path])
            menu.addSeparator()

    def _export(self) -> None:
        if paths := self._selected():
            self.export_requested.emit(paths)

    def _reference(self) -> None:
        if paths := self._selected():
            self.reference_requested.emit(paths)

    def _reveal(self) -> None:
        path = self._current()
        if path is None:
            return
        try:
            show_in_file_manager(path)
        except PieError as error:
            self._notifier.error(str(error))

    def _copy_path(self) -> None:
        if paths := self._selected():
            QGuiApplication.clipboard().setText("\n".join(str(path) for path in paths))


SETTING = "photos.raw_pairs"
CHOICES: tuple[RawPairs, ...] = ("raw", "jpeg", "both")


class RawPairChoice(QObject):
    """The choice for all photos, kept in the settings, and exceptions for single photos of the folder that is shown.

    Args:
        settings: keeps the choice for all photos.
        keys: of the context.
        current: gives all files of the current photo, or None.

    Attributes:
        actions: one for each of `CHOICES`, one of them checked.
        other: shows the other file of the current photo.
        wanted: files that are shown although the choice for all says otherwise; until another folder is shown.

    Signals:
        changed: the folder should be listed again; with the file to select, or None to keep the selection.
    """

    changed = Signal(object)

    def __init__(
        self, settings: Settings, keys: KeyMap, current: Callable[[], PhotoFiles | None], parent: QWidget
    ) -> None:
        super().__init__(parent)
        self._settings = settings
        self._current = current
        self.wanted: frozenset[Path] = frozenset()
        group = QActionGroup(self)
        self.actions: list[Command] = []
        for choice in CHOICES:
            action = Command(keys, f"raw_pairs_{choice}", partial(self.set_show, choice), parent)
            action.setChecked(choice == self.show)
            group.addAction(action)
            self.actions.append(action)
        self.other = QAction(self)
        self.other.triggered.connect(self.show_other)

    @property
    def show(self) -> RawPairs:
        """What is shown of a RAW + JPEG photo."""
        kept = self._settings.get(SETTING)
        return next((choice for choice in CHOICES if choice == kept), "raw")

    def set_show(self, choice: RawPairs) -> None:
        """Choose for all photos; the current photo stays the current one."""
        files = self._current()
        self._settings.set(SETTING, choice)
        self.actions[CHOICES.index(choice)].setChecked(True)
        self.wanted = frozenset()
        members = (files.primary, *files.companions) if files is not None else ()
        as_chosen = [path for path in members if choice == "both" or is_raw(path) == (choice == "raw")]
        self.changed.emit(as_chosen[0] if as_chosen else None)

    def want(self, path: Path) -> None:
        """Show this file of its photo from the next listing on."""
        name = path.stem.casefold()
        self.wanted = frozenset(other for other in self.wanted if other.stem.casefold() != name) | {path}

    def show_other(self) -> None:
        """Show the next file of the current photo in its place."""
        files = self._current()
        if files is not None and files.companions:
            self.want(files.companions[0])
            self.changed.emit(files.companions[0])

    def fill(self, menu: QMenu) -> None:
        """Add what can be chosen for the current photo and for all photos to a context menu."""
        files = self._current()
        if files is None:
            return
        if files.companions:
            self.other.setText(f"Show {files.companions[0].name}")
            menu.addAction(self.other)
        menu.addActions(self.actions)
        menu.addSeparator()
