"""The current style of the folder whose photos are open: what photos without an edit of their own open in."""

from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from pie_desktop.catalog.folder_styles import FolderStyle
from pie_desktop.catalog.store import Catalog
from pie_desktop.ui.context import AppContext
from pie_desktop.ui.editor.several import SeveralPhotos
from pie_desktop.ui.steps import at_once
from pie_desktop.workers.job import JobContext


class FolderStyleKeeper(QObject):
    """Follows the style that the user chooses, unless the folder's is pinned, and keeps it in the catalog.

    A style that is chosen for several selected photos, or for a virtual copy, is for these, and not the folder's.
    Sliders, and styles that photos have from earlier, never become the folder's: only a choice does. A style that is
    chosen while nothing is open becomes that of the next folder which has none.

    Attributes:
        folder: that of the open photo, None before the first.
        of_copy: whether a virtual copy of the photo is open.

    Signals:
        changed: another folder, or another style of it.
        kept: the folder whose style in the catalog is another one now.
    """

    changed = Signal()
    kept = Signal(object)

    def __init__(self, context: AppContext, several: SeveralPhotos, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self._several = several
        self._known: dict[Path, FolderStyle] = {}  # of this session: the catalog may still be behind
        self._again = False
        self._waiting: FolderStyle | None = None
        self.folder: Path | None = None
        self.of_copy = False
        context.current.chosen_again.connect(self._on_chosen_again)
        context.current.style_chosen.connect(self._on_chosen)

    @property
    def style(self) -> FolderStyle:
        """That of the folder; neutral where none was chosen."""
        found = self._known.get(self.folder) if self.folder is not None else self._waiting
        return found or FolderStyle(None)

    def known(self, folder: Path) -> FolderStyle | None:
        """The style of a folder if it was opened or chosen in this session; else None."""
        return self._known.get(folder)

    def open(self, folder: Path, stored: FolderStyle | None, gone: bool = False) -> None:
        """A photo of a folder was opened.

        Args:
            folder: the folder.
            stored: what the catalog, or `known`, says of it.
            gone: that style does not exist any more: the photos are neutral, until it comes back.
        """
        before = self.folder, self.style
        self.folder = folder
        if stored is not None:
            self._known[folder] = stored
        elif self._waiting is not None:
            self._put(folder, self._waiting)
        self._waiting = None
        self._context.current.set_unedited(None if gone else self.style.style_id)
        if (self.folder, self.style) != before:
            self.changed.emit()

    def choose(self, style_id: str | None) -> None:
        """Make a style the folder's, whatever is chosen for photos later."""
        self._take(FolderStyle(style_id, pinned=True))

    def pin(self, pinned: bool) -> None:
        """Whether the folder keeps its style when another is chosen for a photo."""
        self._take(FolderStyle(self.style.style_id, pinned))

    def _on_chosen_again(self, _style_id: str | None) -> None:
        self._again = True

    def _on_chosen(self, style_id: str | None) -> None:
        # The choice is a step of the open photo, too, unless the photo had that style already.
        with_edit, self._again = not self._again, False
        if not self.style.pinned and not self.of_copy and self._several.count == 1:
            self._take(FolderStyle(style_id), with_edit)

    def _take(self, style: FolderStyle, with_edit: bool = False) -> None:
        before, folder = self.style, self.folder
        if folder is None:
            self._waiting = style
        elif before != style:
            self._context.steps.add(
                at_once(partial(self._set, folder, before)), at_once(partial(self._set, folder, style)), with_edit
            )
        self._set(folder, style)

    def _set(self, folder: Path | None, style: FolderStyle) -> None:
        """Give a folder a style, be it open or not."""
        if folder is not None and self._known.get(folder) != style:
            self._put(folder, style)
        if folder == self.folder:
            self._context.current.set_unedited(style.style_id)
            self.changed.emit()

    def _put(self, folder: Path, style: FolderStyle) -> None:
        self._known[folder] = style
        job = self._context.background.submit(_keep, self._context.catalog, folder, style)
        job.finished.connect(lambda: self.kept.emit(folder))
        self._context.report_failure(job).finished.connect(self._context.report_catalog_problems)


def _keep(_context: JobContext, catalog: Catalog, folder: Path, style: FolderStyle) -> None:
    """Keep the style of a folder; raises PieError."""
    catalog.folder_styles.put(folder, style)
