"""The folder browser: breadcrumb, filter and thumbnails."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QMenu, QVBoxLayout, QWidget

from pie_desktop.catalog.culling import arrange
from pie_desktop.edit.versions import PhotoVersion, Source, path_of
from pie_desktop.ui.context import AppContext
from pie_desktop.ui.filmstrip.actions import PhotoActions, RawPairChoice
from pie_desktop.ui.filmstrip.filter_bar import FilterBar
from pie_desktop.ui.filmstrip.folder import FolderListing, FolderReader
from pie_desktop.ui.filmstrip.header import FolderHeader
from pie_desktop.ui.filmstrip.index import PhotoIndex
from pie_desktop.ui.filmstrip.pages import PhotoPages
from pie_desktop.ui.filmstrip.photo_model import PhotoModel
from pie_desktop.ui.filmstrip.requests import ThumbnailRequests
from pie_desktop.ui.filmstrip.selection import PhotoSelection
from pie_desktop.ui.filmstrip.view import ThumbnailView
from pie_desktop.ui.thumbnails import ThumbnailLoader, modified_time
from pie_desktop.ui.thumbnails.edited import EditedThumbnails

NOTHING_OPEN = "Drop photos or a folder onto the window, or open a folder."
ARRANGE_DELAY = 80  # ms: facts come in quick succession while a folder is read
FOLLOW = "photos.follow_new"


class Filmstrip(QWidget):
    """Photos of one folder, or an explicit list of photos.

    The folder is listed and the thumbnails are read off the GUI thread; nothing is written beside the photos.

    Attributes:
        listed: all photos, also those that the filter hides.

    Signals:
        photo_selected: (path, copy) of the photo or virtual copy that became the current one; `copy` is its name.
        selection_changed: paths of all selected photos, in the order shown.
        folder_changed: the folder that is shown now.
        export_requested: photos and virtual copies to export, from the context menu.
        reference_requested: paths of edits to use as a style, from the context menu.
    """

    photo_selected = Signal(object, str)
    selection_changed = Signal(list)
    folder_changed = Signal(object)
    export_requested = Signal(list)
    reference_requested = Signal(list)

    def __init__(self, context: AppContext, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self._folder: Path | None = None
        self._select_next: Source | None = None
        self._loader = ThumbnailLoader(context.thumbnails, self, store=context.thumbnail_store, display=context.display)
        self.index = PhotoIndex(context, self)
        self.listed: list[Path] = []
        self.model = PhotoModel(self._loader, self, self.index.of)
        self.edited = EditedThumbnails(context, self._loader, self)
        self.edited.expected.connect(self.index.expect)
        self.model.show_edited(self.edited)
        self.view = ThumbnailView()
        self.view.setModel(self.model)
        self.selection = PhotoSelection(self.view, self.model, self)
        self._requests = ThumbnailRequests(self.view, self.model, self.index, self._loader, self.edited)
        self.setFocusProxy(self.view)
        self.header = FolderHeader()
        self.filters = FilterBar(self.index.choices)
        self._pages = PhotoPages(self.view)
        self.empty, self.nothing_left = self._pages.empty, self._pages.nothing_left
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.header)
        bar = QHBoxLayout()
        bar.addWidget(self.filters, 1)
        bar.addStretch(0)
        layout.addLayout(bar)
        layout.addWidget(self._pages, 1)
        self._reader = FolderReader(context.thumbnails, self)
        self._arrange_timer = QTimer(self, singleShot=True, interval=ARRANGE_DELAY)
        self._arrange_timer.timeout.connect(self._arrange)
        keys = context.keys
        self.raw_pairs = RawPairChoice(context.settings, keys, lambda: self.model.files_of(self.current_path()), self)
        self.photo_actions = PhotoActions(self, keys, self.selected_paths, self.current_path, context.notifier)
        self._connect()
        self._pages.show_empty(NOTHING_OPEN)

    def _connect(self) -> None:
        self.selection.changed.connect(self._on_selection)
        self.selection.current_changed.connect(lambda version: self.photo_selected.emit(*version))
        self.view.visible_changed.connect(self._request_thumbnails)
        self.header.folder_chosen.connect(self.set_folder)
        self.header.open_button.clicked.connect(self.choose_folder)
        self._context.display.changed.connect(self.view.announce_visible)
        self.empty.button.clicked.connect(self.choose_folder)
        self._reader.listed.connect(self._on_listed)
        self._reader.failed.connect(self._on_listing_failed)
        self._reader.outdated.connect(self._on_outdated)
        self._reader.touched.connect(self.refresh)
        self.raw_pairs.changed.connect(self.refresh)
        self.photo_actions.export_requested.connect(lambda: self.export_requested.emit(self.selection.versions()))
        self.photo_actions.reference_requested.connect(self.reference_requested)
        self.photo_actions.refresh_requested.connect(self.refresh)
        self.view.customContextMenuRequested.connect(self._show_menu)
        self.filters.changed.connect(self._arrange)
        self.nothing_left.button.clicked.connect(self.filters.clear)
        self.index.changed.connect(self._on_facts)

    @property
    def folder(self) -> Path | None:
        """The folder that is shown, None for an explicit list of photos."""
        return self._folder

    @property
    def is_filtered(self) -> bool:
        """Whether photos are hidden by the filter."""
        return len(self.model.paths) < len(self.listed)

    def set_folder(self, folder: Path, select: Path | None = None) -> None:
        """Show the photos of `folder`; the first one, or `select`, becomes the current one.

        `select` is shown even where another file of the same photo would be by the choice for RAW + JPEG.
        """
        folder = Path(folder)
        if folder == self._folder and select is not None and self.model.row_of(select) is not None:
            self.select(select)
            return
        if folder != self._folder:
            self._forget()
            self._pages.show_reading()
            self.raw_pairs.wanted = frozenset()
        self._folder = folder
        self._select_next = select
        if select is not None:
            self.raw_pairs.want(select)
        self.header.set_folder(folder)
        self.refresh()

    def set_photos(self, paths: Sequence[Path]) -> None:
        """Show exactly these photos, in this order; the first becomes the current one."""
        self._reader.cancel()
        self._folder = self._select_next = None
        self.header.set_folder(None)
        self._forget()
        self.model.set_files({})
        self._show_paths(list(dict.fromkeys(Path(path) for path in paths)))
        if not paths:
            self._pages.show_empty(NOTHING_OPEN)

    def _forget(self) -> None:
        """Show no photos, before others come."""
        self.listed = []
        self.filters.clear()
        self.model.set_versions([])
        self._reader.watch(None)

    def refresh(self, select: Path | None = None) -> None:
        """Read the shown folder again, keeping the selection, or selecting a photo; changed ones get new thumbnails."""
        if self._folder is None or self._reader.closed:
            return
        self._select_next = select or self._select_next
        self._reader.read(self._folder, self.raw_pairs.show, self.raw_pairs.wanted)

    def choose_folder(self) -> None:
        """Ask for a folder and show it."""
        if chosen := QFileDialog.getExistingDirectory(self, "Open folder", str(self._folder or Path.home())):
            self.set_folder(Path(chosen))

    def context_menu(self) -> QMenu:
        """What can be done with the photos that are selected now."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.photo_actions.fill(menu)
        self.raw_pairs.fill(menu)
        menu.addAction(self.photo_actions.refresh)
        return menu

    def current_path(self) -> Path | None:
        return self.selection.current()

    def selected_paths(self) -> list[Path]:
        """Selected photos in the order shown."""
        return self.selection.paths()

    def select(self, source: Source) -> bool:
        """Make a photo or virtual copy the only selected and the current one; False if it is not in the list."""
        return self.selection.select(source)

    def show_open(self, version: PhotoVersion) -> None:
        """Make the photo or virtual copy that is open the current one, where another one of the photo is."""
        path = version.path
        if self.current_path() != path:
            return
        with self.selection.changing():
            if self.index.versions(path) != self.model.versions_of(path):
                self._select_next = version
                self._arrange()
            if self.selection.version() != version:
                self.select(version)

    def _show_menu(self, position: QPoint) -> None:
        self.context_menu().popup(self.view.viewport().mapToGlobal(position))

    def _on_listed(self, listing: FolderListing) -> None:
        if listing.folder != self._folder:
            return
        self.header.set_folder(listing.folder, listing.subfolders)
        before = set(self.listed)
        new = [path for path in listing.photos if path not in before] if before else []
        if new and self.follows and self._select_next is None:
            self._select_next = max(new, key=modified_time)
        self._show_paths(listing.photos)
        self.model.set_files(listing.files)
        if not listing.photos:
            name = listing.folder.name or str(listing.folder)
            self._pages.show_empty(f"There are no photos in “{name}”. Open another folder.")
        self.folder_changed.emit(listing.folder)
        times = self._loader.cache.modified_times()
        self._reader.look_for_changes([(path, times[path]) for path in listing.photos if path in times])

    def _on_outdated(self, paths: list[Path]) -> None:
        self._loader.forget(paths)
        self.edited.forget(paths)
        self.view.announce_visible()

    def _on_listing_failed(self, problem: str) -> None:
        self._show_paths([])
        self._pages.show_empty(problem)

    def _show_paths(self, paths: list[Path]) -> None:
        """Show these photos as filter and order want; a filter that hides the photo that is asked for gives way."""
        self.listed = paths
        self.index.set_photos(paths)
        wanted = path_of(self._select_next) if self._select_next is not None else None
        if wanted in paths and wanted not in self._filtered():
            self.filters.clear()
        self._arrange()

    def _filtered(self) -> list[Path]:
        filters = self.filters
        return arrange(self.listed, self.index.facts, filters.filter, filters.key, filters.descending)

    def _arrange(self) -> None:
        """Show the listed photos; current and selected ones that are still there stay so, else a neighbour is."""
        self._arrange_timer.stop()
        versions = [version for path in self._filtered() for version in self.index.versions(path)]
        selection = self.selection
        row = max(selection.row(), 0)
        current, selected = selection.version(), selection.versions()
        with selection.changing():
            if not self.model.rowCount():
                self.model.set_versions(versions)
            elif not self.model.update_versions(versions):
                selection.restore(current, selected)
            self._pages.show_photos(any_left=bool(versions) or not self.listed)
            wanted, self._select_next = self._select_next, None
            found = wanted is not None and self.select(wanted)
            if not found and versions and not self.view.selectionModel().hasSelection():
                self.select(versions[min(row, len(versions) - 1)])
            self.view.announce_visible()

    @property
    def follows(self) -> bool:
        """Whether a photo that appears in the folder is opened."""
        return self._context.settings.flag(FOLLOW)

    def set_follows(self, on: bool) -> None:
        self._context.settings.set(FOLLOW, on)

    def review(self) -> None:
        """Step through the photos that the model is least sure of: they come first, and the first one is opened.

        What it has not been asked about yet stands behind, and finds its place as the answers come.
        """
        self.filters.set_order("warning")
        self.view.announce_visible()
        if self.model.paths:
            self.select(self.model.paths[0])

    def _on_facts(self, photos: list[Path]) -> None:
        self.model.show_facts(photos)
        copied = any(self.index.versions(path) != self.model.versions_of(path) for path in photos)
        if copied or self.filters.filter.active or self.filters.key != "name":
            self._arrange_timer.start()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.index.refresh_exported()  # perhaps the Export page was shown meanwhile

    def _request_thumbnails(self) -> None:
        self._requests.make(self.listed if self.filters.reviewing else ())

    def _on_selection(self) -> None:
        shown = len(self.model.paths)
        self.header.set_count(shown, len(self.selection.versions()), len(self.listed) - shown)
        self.selection_changed.emit(self.selection.paths())
