"""A wall of one's own finished photos: those that are liked become a style, as edits alone."""

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QItemSelection, QObject, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QFileDialog,
    QHBoxLayout,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from pie_desktop.edit.versions import PhotoVersion
from pie_desktop.engine.liked import Enough, LikedPhotos
from pie_desktop.imaging.listing import list_photos, looks_like_photo
from pie_desktop.ui.context import AppContext
from pie_desktop.ui.filmstrip.photo_model import PhotoModel
from pie_desktop.ui.filmstrip.view import ThumbnailView
from pie_desktop.ui.styles.dropping import local_paths
from pie_desktop.ui.theme import SPACE, set_flag
from pie_desktop.ui.thumbnails import ThumbnailLoader
from pie_desktop.ui.thumbnails.loader import side_for
from pie_desktop.ui.widgets.buttons import explain_buttons
from pie_desktop.ui.widgets.plain_text import PlainLabel
from pie_desktop.workers.job import JobContext
from pie_desktop.workers.lanes import LatestLane, QueueLane

_SIZE = QSize(1160, 680)
_QUIET_MS = 400  # after the last choice, before the model is asked
_FOLDER = "styles.liked_folder"  # the setting for the last folder
_INVITATION = (
    "Click the photos that you like as they are, finished by you or by others whose taste is yours. They become a "
    "style; photos with their originals would teach it more."
)


def _list(context: JobContext, chosen: Sequence[Path]) -> list[Path]:
    """Photos and those in folders, of any size, each once."""
    found: dict[Path, None] = {}
    for path in chosen:
        context.check()
        found.update(dict.fromkeys(list_photos(path, recursive=True) if path.is_dir() else [path]))
    return [path for path in found if looks_like_photo(path)]


def _enough(context: JobContext, photos: LikedPhotos, liked: Sequence[Path], others: Sequence[Path]) -> Enough:
    return photos.enough(liked, others, context.progress, context.should_cancel)


class WallDialog(QDialog):
    """Thumbnails to click, and a line that says how many liked ones are enough.

    Args:
        photos: to begin with.
        lists: lane that reads folders.
        asks: lane in which the model is asked; only the last question counts.

    Signals:
        chosen: the liked photos, of which a style is to be made.
    """

    chosen = Signal(object)

    def __init__(
        self, context: AppContext, lists: QueueLane, asks: LatestLane, photos: Sequence[Path], parent: QWidget
    ) -> None:
        super().__init__(parent)
        self._context, self._lists, self._asks = context, lists, asks
        self._liked_photos = LikedPhotos(context.engine)
        self.setWindowTitle("Pick what you like")
        self.setAcceptDrops(True)
        self.resize(_SIZE.boundedTo(parent.window().size()))
        self._loader = ThumbnailLoader(context.thumbnails, self, store=context.thumbnail_store, display=context.display)
        self.model = PhotoModel(self._loader, self)
        self.view = ThumbnailView()
        self.view.setSelectionMode(QAbstractItemView.SelectionMode.MultiSelection)
        self.view.setDragEnabled(False)
        self.view.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)
        self.view.setModel(self.model)
        self.text = PlainLabel(_INVITATION)
        self.text.setWordWrap(True)
        self.text.setMinimumHeight(2 * self.fontMetrics().lineSpacing())
        self.folder = QPushButton("Choose folder…")
        self.none = QPushButton("Like none")
        self.make = QPushButton("Make a style")
        self.make.setProperty("primary", True)
        self.stop = QPushButton("Close")
        self._quiet = QTimer(self, singleShot=True, interval=_QUIET_MS)
        self._quiet.timeout.connect(self._ask)
        self._lay_out()
        self.view.visible_changed.connect(self._load_images)
        self.view.selectionModel().selectionChanged.connect(self._on_chosen)
        self.folder.clicked.connect(self.choose_folder)
        self.none.clicked.connect(self.view.clearSelection)
        self.make.clicked.connect(self.finish)
        self.stop.clicked.connect(self.reject)
        self._enable()
        self.show_photos(photos)

    @property
    def liked(self) -> list[Path]:
        """In the order of the wall."""
        rows = sorted(index.row() for index in self.view.selectionModel().selectedIndexes())
        return [self.model.paths[row] for row in rows]

    def show_photos(self, photos: Sequence[Path]) -> None:
        """Show these photos and what is in these folders; a choice made before is lost."""
        job = self._lists.submit(_list, list(photos), title="Looking for photos")
        job.result.connect(self._on_listed)
        job.failed.connect(lambda message: self._say(message, doubtful=True))

    def choose_folder(self) -> None:
        """Ask for a folder of finished photos."""
        settings = self._context.settings
        folder = QFileDialog.getExistingDirectory(self, "Folder of finished photos", settings.text(_FOLDER))
        if folder:
            settings.set(_FOLDER, folder)
            self.show_photos([Path(folder)])

    def finish(self) -> None:
        """Make a style of what is liked."""
        liked = self.liked
        if liked:
            self.chosen.emit(liked)
            self.accept()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if local_paths(event.mimeData()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        event.acceptProposedAction()
        self.show_photos(local_paths(event.mimeData()))

    def done(self, result: int) -> None:
        self._quiet.stop()
        self._asks.cancel_all()
        super().done(result)

    def _on_listed(self, photos: list[Path]) -> None:
        self.model.set_versions([PhotoVersion(photo) for photo in photos])
        self.view.announce_visible()
        self._enable()
        self._say(_INVITATION if photos else "There are no photos here; choose or drop a folder of your finished ones.")

    def _on_chosen(self, selected: QItemSelection, deselected: QItemSelection) -> None:
        count = len(self.view.selectionModel().selectedIndexes())
        self._asks.cancel_all()
        self._say(Enough(count, None).text if count else _INVITATION)
        self._quiet.start()
        self._enable()

    def _ask(self) -> None:
        liked = self.liked
        if not liked or self._asks.closed:
            return
        known = set(liked)
        others = [path for path in self.model.paths if path not in known]
        job = self._asks.submit(_enough, self._liked_photos, liked, others, title="Comparing what you like")
        job.result.connect(lambda enough: self._say(enough.text))
        job.failed.connect(lambda message: self._say(message, doubtful=True))

    def _load_images(self) -> None:
        rows, paths = self.view.visible_rows(), self.model.paths
        self._loader.side = side_for(self.view.image_side())
        around = (paths[row] for row in self.view.rows_around(rows))
        nearby = [path for path, _ in zip(around, range(2 * len(rows)), strict=False)]
        self._loader.want([paths[row] for row in rows], nearby)

    def _say(self, text: str, *, doubtful: bool = False) -> None:
        self.text.setText(text)
        set_flag(self.text, "role", "warning" if doubtful else "")

    def _enable(self) -> None:
        count = len(self.view.selectionModel().selectedIndexes())
        self.make.setEnabled(count > 0)
        self.none.setEnabled(count > 0)

    def _lay_out(self) -> None:
        explain_buttons(
            {
                self.folder: "Show the photos of another folder, and of those in it; or drop one here",
                self.none: "Take all choices back",
                self.make: "Make a style of the photos that you like",
                self.stop: "Close without making a style (Esc)",
            }
        )
        self.view.setAccessibleName("Photos to like")
        bottom = QHBoxLayout()
        bottom.setSpacing(SPACE)
        for button in (self.folder, self.none):
            bottom.addWidget(button)
        bottom.addStretch(1)
        for button in (self.stop, self.make):
            bottom.addWidget(button)
        column = QVBoxLayout(self)
        column.setContentsMargins(2 * SPACE, 2 * SPACE, 2 * SPACE, 2 * SPACE)
        column.setSpacing(SPACE)
        column.addWidget(self.text)
        column.addWidget(self.view, 1)
        column.addLayout(bottom)


class Liking(QObject):
    """Opens the wall.

    Attributes:
        dialog: the last one that was opened.

    Args:
        photos: gives those of the folder that is open.
        use: is given the liked photos.
    """

    def __init__(
        self,
        context: AppContext,
        window: QWidget,
        photos: Callable[[], Sequence[Path]],
        use: Callable[[Sequence[Path]], None],
    ) -> None:
        super().__init__(window)
        self._context, self._window, self._photos, self._use = context, window, photos, use
        self._lists, self._asks = context.add_lane(QueueLane("wall")), context.add_lane(LatestLane("liked"))
        self.dialog: WallDialog | None = None

    def open(self) -> None:
        """Show the photos of the open folder."""
        if self.dialog is not None:
            self.dialog.close()
            self.dialog.deleteLater()
        self.dialog = WallDialog(self._context, self._lists, self._asks, self._photos(), self._window)
        self.dialog.chosen.connect(self._use)
        self.dialog.open()
