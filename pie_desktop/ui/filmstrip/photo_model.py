"""The photos of a folder as a list model; images come from the thumbnail cache, nothing is decoded here."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import QAbstractListModel, QMimeData, QModelIndex, QObject, QPersistentModelIndex, Qt, QUrl

from pie_desktop.catalog.culling import PhotoFacts
from pie_desktop.edit.versions import PhotoVersion, Source
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
    """Rows are photos, each followed by its virtual copies.

    A row has a name, a thumbnail pixmap (or None while it is loading), what is wrong with it, and a badge: the name of
    the copy, or, such as `RAW+JPEG`, that a photo consists of several files. The facts are what else is known of it.
    """

    def __init__(
        self,
        loader: ThumbnailLoader,
        parent: QObject | None = None,
        facts: Callable[[PhotoVersion], PhotoFacts] | None = None,
    ) -> None:
        super().__init__(parent)
        self._facts = facts or (lambda version: PhotoFacts())
        self._loader = loader
        self._edited: EditedThumbnails | None = None
        self._versions: list[PhotoVersion] = []
        self._rows: dict[PhotoVersion, int] = {}
        self._files: Mapping[Path, PhotoFiles] = {}
        loader.loaded.connect(self._on_loaded)

    def show_edited(self, edited: EditedThumbnails) -> None:
        """Show photos as edited where that image is there, else the plain one."""
        self._edited = edited
        edited.loaded.connect(lambda version: self._on_loaded(version.path))

    @property
    def versions(self) -> list[PhotoVersion]:
        """What each row is."""
        return self._versions

    @property
    def paths(self) -> list[Path]:
        """The photos, without their virtual copies."""
        return [version.path for version in self._versions if not version.copy]

    def set_versions(self, versions: Sequence[PhotoVersion]) -> None:
        """Show other photos; selection and scroll position are lost."""
        self.beginResetModel()
        self._versions = list(versions)
        self._number_rows()
        self.endResetModel()

    def update_versions(self, versions: Sequence[PhotoVersion]) -> bool:
        """Show other photos so that selection and scroll position stay; False where these are lost.

        Rows are put in and taken out where the order stays; rows in another order move; where both change, or many
        rows do, the list begins anew.
        """
        wanted, versions = set(versions), list(versions)
        if wanted == self._rows.keys():
            self._reorder(versions)
            return True
        gone = runs_of([row for row, version in enumerate(self._versions) if version not in wanted])
        new = runs_of([row for row, version in enumerate(versions) if version not in self._rows])
        kept = [version for version in self._versions if version in wanted]
        if len(gone) + len(new) > MAX_STEPS or kept != [version for version in versions if version in self._rows]:
            self.set_versions(versions)
            return False
        for rows in reversed(gone):
            self.beginRemoveRows(QModelIndex(), rows.start, rows.stop - 1)
            del self._versions[rows.start : rows.stop]
            self._number_rows()
            self.endRemoveRows()
        for rows in new:
            self.beginInsertRows(QModelIndex(), rows.start, rows.stop - 1)
            self._versions[rows.start : rows.start] = versions[rows.start : rows.stop]
            self._number_rows()
            self.endInsertRows()
        return True

    def _reorder(self, versions: list[PhotoVersion]) -> None:
        if versions == self._versions:
            return
        self.layoutAboutToBeChanged.emit()
        before = self.persistentIndexList()
        moved = [self._versions[index.row()] for index in before]
        self._versions = versions
        self._number_rows()
        self.changePersistentIndexList(before, [self.index(self._rows[version]) for version in moved])
        self.layoutChanged.emit()

    def show_facts(self, photos: Iterable[Path]) -> None:
        """Paint photos anew, of which something else is known now."""
        rows = sorted(row for path in photos for row in self._rows_of(path))
        for run in runs_of(rows):
            self.dataChanged.emit(self.index(run.start), self.index(run.stop - 1), [FACTS_ROLE])

    def set_files(self, files: Mapping[Path, PhotoFiles]) -> None:
        """Set which photos consist of several files, by the path that is shown of each."""
        self._files = dict(files)
        if self._versions:
            self.dataChanged.emit(self.index(0), self.index(len(self._versions) - 1), [BADGE_ROLE])

    def files_of(self, path: Path | None) -> PhotoFiles | None:
        """All files of a photo that is shown; None for another path."""
        if path is None or self.row_of(path) is None:
            return None
        return self._files.get(path) or PhotoFiles(path)

    def row_of(self, source: Source) -> int | None:
        """The row of a photo or a virtual copy."""
        return self._rows.get(source if isinstance(source, PhotoVersion) else PhotoVersion(source))

    def versions_of(self, path: Path) -> list[PhotoVersion]:
        """A photo and its virtual copies as they are shown; nothing for one that is not."""
        return [self._versions[row] for row in self._rows_of(path)]

    def _rows_of(self, path: Path) -> Iterator[int]:
        """The rows of a photo and its virtual copies."""
        row = self.row_of(path)
        while row is not None and row < len(self._versions) and self._versions[row].path == path:
            yield row
            row += 1

    def rowCount(self, parent: AnyIndex = QModelIndex()) -> int:
        return 0 if parent.isValid() else len(self._versions)

    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid() or index.row() >= len(self._versions):
            return None
        version = self._versions[index.row()]
        path = version.path
        if role == Qt.ItemDataRole.DisplayRole:
            return path.name
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{version.name}, {said}" if (said := describe(self._facts(version))) else version.name
        if role == FACTS_ROLE:
            return self._facts(version)
        if role == PATH_ROLE:
            return path
        if role == BADGE_ROLE:
            return version.copy or (self._files[path].badge if path in self._files else "")
        if role == Qt.ItemDataRole.ToolTipRole:
            return plain(self._tool_tip(version))
        if role in (Qt.ItemDataRole.DecorationRole, PROBLEM_ROLE):
            thumbnail = self._loader.cache.get(path)
            if role == Qt.ItemDataRole.DecorationRole:
                edited = self._edited.image(version) if self._edited is not None else None
                if edited is not None:
                    return edited
                return thumbnail.pixmap if thumbnail else None
            return thumbnail.problem if thumbnail else ""
        return None

    def _tool_tip(self, version: PhotoVersion) -> str:
        path = version.path
        thumbnail = self._loader.cache.get(path)
        others = self._files[path].companions if path in self._files else ()
        lines = [version.whole, *(f"with {other.name}" for other in others), describe(self._facts(version))]
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
        paths = dict.fromkeys(self._versions[row].path for row in rows)
        mime.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
        return mime

    def _number_rows(self) -> None:
        self._rows = {version: row for row, version in enumerate(self._versions)}

    def _on_loaded(self, path: Path) -> None:
        for row in self._rows_of(path):
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
