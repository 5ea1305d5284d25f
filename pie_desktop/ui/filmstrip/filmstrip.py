"""The folder browser: breadcrumb, thumbnails, selection."""

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import (
    QFileSystemWatcher,
    QModelIndex,
    QObject,
    Qt,
    QTimer,
    Signal,
)
from PySide6.QtWidgets import QFileDialog, QLabel, QStackedWidget, QVBoxLayout, QWidget

from pie_desktop.ui.context import AppContext
from pie_desktop.ui.filmstrip.actions import PhotoActions, RawPairChoice
from pie_desktop.ui.filmstrip.header import FolderHeader
from pie_desktop.ui.filmstrip.photo_model import PATH_ROLE, FolderListing, PhotoModel, find_outdated, read_folder
from pie_desktop.ui.filmstrip.view import ThumbnailView
from pie_desktop.ui.thumbnails import ThumbnailLoader, side_for
from pie_desktop.ui.widgets.labels import EmptyState
from pie_desktop.workers.job import Job

NOTHING_OPEN = "Drop photos or a folder on the window, or open a folder."
NEARBY_SCREENS = 1
BUSY_DELAY = 300  # ms: a quick listing shows no message that is gone before it can be read
RELIST_DELAY = 500  # ms: an export that writes into the shown folder must not relist it for every file


class Filmstrip(QWidget):
    """Photos of one folder, or an explicit list of photos.

    The folder is listed and the thumbnails are read off the GUI thread; nothing is written beside the photos.

    Signals:
        photo_selected: path of the photo that became the current one.
        selection_changed: paths of all selected photos, in the order shown.
        folder_changed: the folder that is shown now.
        export_requested: paths to export, from the context menu.
        reference_requested: paths of edits to use as a style, from the context menu.
    """

    photo_selected = Signal(object)
    selection_changed = Signal(list)
    folder_changed = Signal(object)
    export_requested = Signal(list)
    reference_requested = Signal(list)

    def __init__(self, context: AppContext, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self._folder: Path | None = None
        self._select_next: Path | None = None
        self._shown: Path | None = None
        self._listing: Job | None = None
        self._replacing = False
        self._loader = ThumbnailLoader(context.thumbnails, self, store=context.thumbnail_store, display=context.display)
        self.model = PhotoModel(self._loader, self)
        self.view = ThumbnailView()
        self.view.setModel(self.model)
        self.setFocusProxy(self.view)
        self.header = FolderHeader()
        self.empty = EmptyState("mdi6.folder-image", "Open folder…")
        self._busy = QLabel("Reading the folder…")
        self._busy.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._busy.setProperty("role", "muted")
        self._pages = QStackedWidget()
        for page in (self.view, self.empty, self._busy):
            self._pages.addWidget(page)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.header)
        layout.addWidget(self._pages, 1)
        self._watcher = QFileSystemWatcher(self)
        self._relist_timer = delayed(self, RELIST_DELAY, self.refresh)
        self._busy_timer = delayed(self, BUSY_DELAY, lambda: self._pages.setCurrentWidget(self._busy))
        self.raw_pairs = RawPairChoice(self, context.settings)
        self.actions_of_photos = PhotoActions(self, context.notifier)
        self._connect()
        self._show_empty(NOTHING_OPEN)

    def _connect(self) -> None:
        selection = self.view.selectionModel()
        selection.selectionChanged.connect(self._announce_selection)
        selection.currentChanged.connect(self._on_current_changed)
        self.view.visible_changed.connect(self._request_thumbnails)
        self.header.folder_chosen.connect(self.set_folder)
        self.header.open_button.clicked.connect(self.choose_folder)
        self._context.display.changed.connect(self.view.announce_visible)
        self.empty.button.clicked.connect(self.choose_folder)
        self._watcher.directoryChanged.connect(self._on_folder_touched)

    @property
    def folder(self) -> Path | None:
        """The folder that is shown, None for an explicit list of photos."""
        return self._folder

    def set_folder(self, folder: Path, select: Path | None = None) -> None:
        """Show the photos of `folder`; the first one, or `select`, becomes the current one.

        `select` is shown even where another file of the same photo would be by the choice for RAW + JPEG.
        """
        folder = Path(folder)
        if folder == self._folder and select is not None and self.model.row_of(select) is not None:
            self.select(select)
            return
        if folder != self._folder:
            self.model.set_paths([])
            self._watch(None)
            self._pages.setCurrentWidget(self.view)
            self._busy_timer.start()
            self.raw_pairs.wanted = frozenset()
        self._folder = folder
        self._select_next = select
        if select is not None:
            self.raw_pairs.want(select)
        self.header.set_folder(folder)
        self.refresh()

    def set_photos(self, paths: Sequence[Path]) -> None:
        """Show exactly these photos, in this order; the first becomes the current one."""
        if self._listing is not None:
            self._listing.cancel()
        self._folder = self._select_next = None
        self.model.set_files({})
        self._watch(None)
        self.header.set_folder(None)
        self.model.set_paths([])
        self._show_paths(list(dict.fromkeys(Path(path) for path in paths)))
        if not paths:
            self._show_empty(NOTHING_OPEN)

    def refresh(self, select: Path | None = None) -> None:
        """Read the shown folder again, keeping the selection, or selecting a photo; changed ones get new thumbnails."""
        if self._folder is None or self._context.thumbnails.closed:
            return
        if self._listing is not None:
            self._listing.cancel()
        self._select_next = select or self._select_next
        show, wanted = self.raw_pairs.show, self.raw_pairs.wanted
        job = self._context.thumbnails.submit(read_folder, self._folder, show, wanted, key=self)
        self._context.thumbnails.prioritise([self])
        job.result.connect(self._on_listed)
        job.failed.connect(self._on_listing_failed)
        self._listing = job

    def choose_folder(self) -> None:
        """Ask for a folder and show it."""
        start = str(self._folder or Path.home())
        chosen = QFileDialog.getExistingDirectory(self, "Open folder", start)
        if chosen:
            self.set_folder(Path(chosen))

    def current_path(self) -> Path | None:
        return self.view.currentIndex().data(PATH_ROLE)

    def selected_paths(self) -> list[Path]:
        """Selected photos in the order shown."""
        rows = sorted(index.row() for index in self.view.selectionModel().selectedIndexes())
        return [self.model.paths[row] for row in rows]

    def select(self, path: Path) -> bool:
        """Make `path` the only selected and the current photo; False if it is not in the list."""
        row = self.model.row_of(Path(path))
        if row is None:
            return False
        self.view.setCurrentIndex(self.model.index(row))
        self.view.scrollTo(self.view.currentIndex())
        return True

    def select_next(self) -> None:
        self._step(1)

    def select_previous(self) -> None:
        self._step(-1)

    def _step(self, by: int) -> None:
        row = self.view.currentIndex().row() + by
        if 0 <= row < self.model.rowCount():
            self.select(self.model.paths[row])

    def _on_listed(self, listing: FolderListing) -> None:
        if listing.folder != self._folder:
            return
        self.header.set_folder(listing.folder, listing.subfolders)
        self._watch(listing.folder)
        self._show_paths(listing.photos)
        self.model.set_files(listing.files)
        if not listing.photos:
            name = listing.folder.name or str(listing.folder)
            self._show_empty(f"There are no photos in “{name}”. Open another folder.")
        self.folder_changed.emit(listing.folder)
        self._look_for_changes(listing.photos)

    def _look_for_changes(self, photos: Sequence[Path]) -> None:
        """Make the thumbnails of photos that have changed since they were made anew."""
        times = self._loader.cache.modified_times()
        known = [(path, times[path]) for path in photos if path in times]
        if known:
            job = self._context.thumbnails.submit(find_outdated, known, key=(self, "changes"))
            job.result.connect(self._on_outdated)

    def _on_outdated(self, paths: list[Path]) -> None:
        if paths:
            self._loader.forget(paths)
            self.view.announce_visible()

    def _on_folder_touched(self, folder: str) -> None:
        if not self._relist_timer.isActive():
            self._relist_timer.start()

    def _on_listing_failed(self, problem: str) -> None:
        self._watch(None)
        self._show_paths([])
        self._show_empty(problem)

    def _show_paths(self, paths: list[Path]) -> None:
        """Show these photos; current and selected ones that are still there stay so, else a neighbour is selected."""
        row = max(self.view.currentIndex().row(), 0)
        self._replacing = True
        if self.model.rowCount():
            self.model.update_paths(paths)
        else:
            self.model.set_paths(paths)
        self._busy_timer.stop()
        self._pages.setCurrentWidget(self.view)
        wanted, self._select_next = self._select_next, None
        if (wanted is None or not self.select(wanted)) and paths and not self.view.selectionModel().hasSelection():
            self.select(paths[min(row, len(paths) - 1)])
        self._replacing = False
        self.view.announce_visible()
        self._announce_selection()

    def _show_empty(self, text: str) -> None:
        self.empty.set_text(text)
        self._pages.setCurrentWidget(self.empty)

    def _watch(self, folder: Path | None) -> None:
        if watched := self._watcher.directories():
            self._watcher.removePaths(watched)
        self._relist_timer.stop()
        if folder is not None:
            self._watcher.addPath(str(folder))

    def _request_thumbnails(self) -> None:
        rows = self.view.visible_rows()
        paths = self.model.paths
        self._loader.side = side_for(self.view.image_side())
        visible = [paths[row] for row in rows]
        around = (paths[row] for row in self.view.rows_around(rows))
        nearby = [path for path, _ in zip(around, range(2 * NEARBY_SCREENS * len(rows)), strict=False)]
        self._loader.want(visible, nearby, around)

    def _on_current_changed(self, current: QModelIndex, previous: QModelIndex) -> None:
        self._announce_current()

    def _announce_selection(self) -> None:
        if self._replacing:
            return
        selected = self.selected_paths()
        self.header.set_count(self.model.rowCount(), len(selected))
        self.selection_changed.emit(selected)
        self._announce_current()

    def _announce_current(self) -> None:
        current = self.current_path()
        if not self._replacing and current is not None and current != self._shown:
            self._shown = current
            self.photo_selected.emit(current)


def delayed(parent: QObject, milliseconds: int, call: Callable[[], None]) -> QTimer:
    """A timer that calls once, so long after its latest start."""
    timer = QTimer(parent)
    timer.setSingleShot(True)
    timer.setInterval(milliseconds)
    timer.timeout.connect(call)
    return timer
