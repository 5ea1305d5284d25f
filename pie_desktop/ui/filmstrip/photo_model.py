"""The photos of a folder as a list model; images come from the thumbnail cache, nothing is decoded here."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import QAbstractListModel, QMimeData, QModelIndex, QObject, QPersistentModelIndex, Qt, QUrl

from pie_desktop.catalog.culling import PhotoFacts
from pie_desktop.imaging.listing import PhotoFiles
from pie_desktop.imaging.metadata.marks import Mark
from pie_desktop.ui.thumbnails import ThumbnailLoader
from pie_desktop.ui.thumbnails.edited import EditedThumbnails
from pie_desktop.ui.widgets.plain_text import plain

PATH_ROLE = Qt.ItemDataRole.UserRole
PROBLEM_ROLE = Qt.ItemDataRole.UserRole + 1
BADGE_ROLE = Qt.ItemDataRole.UserRole + 2
FACTS_ROLE = Qt.ItemDataRole.UserRole + 3

MAX_STEPS = 16  # beyond, putting rows in and taking them out one after the other takes longer than beginning anew

AnyIndex = QModelIndex | QPersistentModelIndex


class PhotoModel(QAbstractListModel):
    """Rows are photos: name, thumbnail pixmap (or None while it is loading), what is wrong with it, and a badge.

    The badge, such as `RAW+JPEG`, shows that a photo consists of several files; the facts are what else is known of it.
    """

    def __init__(
        self, loader: ThumbnailLoader, parent: QObject | None = None, facts: Callable[[Path], PhotoFacts] | None = None
    ) -> None:
        super().__init__(parent)
        self._facts = facts or (lambda path: PhotoFacts())
        self._loader = loader
        self._edited: EditedThumbnails | None = None
        self._paths: list[Path] = []
        self._rows: dict[Path, int] = {}
        self._files: Mapping[Path, PhotoFiles] = {}
        loader.loaded.connect(self._on_loaded)

    def show_edited(self, edited: EditedThumbnails) -> None:
        """Show photos as edited where that image is there, else the plain one."""
        self._edited = edited
        edited.loaded.connect(self._on_loaded)

    @property
    def paths(self) -> list[Path]:
        return self._paths

    def set_paths(self, paths: Sequence[Path]) -> None:
        """Show other photos; selection and scroll position are lost."""
        self.beginResetModel()
        self._paths = list(paths)
        self._number_rows()
        self.endResetModel()

    def update_paths(self, paths: Sequence[Path]) -> bool:
        """Show other photos so that selection and scroll position stay; False where these are lost.

        Rows are put in and taken out where the order stays; rows in another order move; where both change, or many
        rows do, the list begins anew.
        """
        wanted, paths = set(paths), list(paths)
        if wanted == self._rows.keys():
            self._reorder(paths)
            return True
        gone = runs_of([row for row, path in enumerate(self._paths) if path not in wanted])
        new = runs_of([row for row, path in enumerate(paths) if path not in self._rows])
        kept = [path for path in self._paths if path in wanted]
        if len(gone) + len(new) > MAX_STEPS or kept != [path for path in paths if path in self._rows]:
            self.set_paths(paths)
            return False
        for rows in reversed(gone):
            self.beginRemoveRows(QModelIndex(), rows.start, rows.stop - 1)
            del self._paths[rows.start : rows.stop]
            self._number_rows()
            self.endRemoveRows()
        for rows in new:
            self.beginInsertRows(QModelIndex(), rows.start, rows.stop - 1)
            self._paths[rows.start : rows.start] = paths[rows.start : rows.stop]
            self._number_rows()
            self.endInsertRows()
        return True

    def _reorder(self, paths: list[Path]) -> None:
        if paths == self._paths:
            return
        self.layoutAboutToBeChanged.emit()
        before = self.persistentIndexList()
        moved = [self._paths[index.row()] for index in before]
        self._paths = paths
        self._number_rows()
        self.changePersistentIndexList(before, [self.index(self._rows[path]) for path in moved])
        self.layoutChanged.emit()

    def show_facts(self, photos: Iterable[Path]) -> None:
        """Paint photos anew, of which something else is known now."""
        rows = sorted(self._rows[path] for path in photos if path in self._rows)
        for run in runs_of(rows):
            self.dataChanged.emit(self.index(run.start), self.index(run.stop - 1), [FACTS_ROLE])

    def set_files(self, files: Mapping[Path, PhotoFiles]) -> None:
        """Set which photos consist of several files, by the path that is shown of each."""
        self._files = dict(files)
        if self._paths:
            self.dataChanged.emit(self.index(0), self.index(len(self._paths) - 1), [BADGE_ROLE])

    def files_of(self, path: Path | None) -> PhotoFiles | None:
        """All files of a photo that is shown; None for another path."""
        if path is None or path not in self._rows:
            return None
        return self._files.get(path) or PhotoFiles(path)

    def row_of(self, path: Path) -> int | None:
        return self._rows.get(path)

    def rowCount(self, parent: AnyIndex = QModelIndex()) -> int:
        return 0 if parent.isValid() else len(self._paths)

    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid() or index.row() >= len(self._paths):
            return None
        path = self._paths[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return path.name
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{path.name}, {said}" if (said := describe(self._facts(path))) else path.name
        if role == FACTS_ROLE:
            return self._facts(path)
        if role == PATH_ROLE:
            return path
        if role == BADGE_ROLE:
            return self._files[path].badge if path in self._files else ""
        if role == Qt.ItemDataRole.ToolTipRole:
            return plain(self._tool_tip(path))
        if role in (Qt.ItemDataRole.DecorationRole, PROBLEM_ROLE):
            thumbnail = self._loader.cache.get(path)
            if role == Qt.ItemDataRole.DecorationRole:
                edited = self._edited.image(path) if self._edited is not None else None
                if edited is not None:
                    return edited
                return thumbnail.pixmap if thumbnail else None
            return thumbnail.problem if thumbnail else ""
        return None

    def _tool_tip(self, path: Path) -> str:
        thumbnail = self._loader.cache.get(path)
        others = self._files[path].companions if path in self._files else ()
        lines = [str(path), *(f"with {other.name}" for other in others), describe(self._facts(path))]
        return (thumbnail.problem if thumbnail else "") or "\n".join(line for line in lines if line)

    def flags(self, index: AnyIndex) -> Qt.ItemFlag:
        if not index.isValid():
            return Qt.ItemFlag.NoItemFlags
        return (
            Qt.ItemFlag.ItemIsEnabled
            | Qt.ItemFlag.ItemIsSelectable
            | Qt.ItemFlag.ItemIsDragEnabled
            | Qt.ItemFlag.ItemNeverHasChildren
        )

    def supportedDragActions(self) -> Qt.DropAction:
        return Qt.DropAction.CopyAction

    def mimeTypes(self) -> list[str]:
        return ["text/uri-list"]

    def mimeData(self, indexes: Sequence[QModelIndex]) -> QMimeData:
        mime = QMimeData()
        rows = sorted(index.row() for index in indexes)
        mime.setUrls([QUrl.fromLocalFile(str(self._paths[row])) for row in rows])
        return mime

    def _number_rows(self) -> None:
        self._rows = {path: row for row, path in enumerate(self._paths)}

    def _on_loaded(self, path: Path) -> None:
        row = self._rows.get(path)
        if row is not None:
            index = self.index(row)
            self.dataChanged.emit(index, index, [Qt.ItemDataRole.DecorationRole, Qt.ItemDataRole.ToolTipRole])


def describe(facts: PhotoFacts) -> str:
    """What the badges say, in words; empty where there are none."""
    said = [facts.mark.text] if facts.mark != Mark() else []
    if facts.style:
        said.append(f"style “{facts.style}”")
    for is_so, word in ((facts.edited, "edited"), (facts.exported, "exported"), (facts.unsure, "the model is unsure")):
        said += [word] if is_so else []
    return ", ".join(said)


def runs_of(rows: Sequence[int]) -> list[range]:
    """Ascending numbers as ranges of neighbours."""
    runs: list[range] = []
    for row in rows:
        if runs and runs[-1].stop == row:
            runs[-1] = range(runs[-1].start, row + 1)
        else:
            runs.append(range(row, row + 1))
    return runs
