"""Which photos of the list are selected, which one is the current one, and who hears of it."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from PySide6.QtCore import QItemSelection, QItemSelectionModel, QObject, Signal

from pie_desktop.edit.versions import PhotoVersion, Source
from pie_desktop.ui.filmstrip.photo_model import PATH_ROLE, PhotoModel, runs_of
from pie_desktop.ui.filmstrip.view import ThumbnailView

_Flag = QItemSelectionModel.SelectionFlag


class PhotoSelection(QObject):
    """The selection of a view by its photos and their virtual copies.

    Args:
        view: shows the model already.
        model: the photos.

    Signals:
        current_changed: the `PhotoVersion` that became the current one; each once, however often the list begins anew.
        changed: the selection is another one.
    """

    current_changed = Signal(object)
    changed = Signal()

    def __init__(self, view: ThumbnailView, model: PhotoModel, parent: QObject) -> None:
        super().__init__(parent)
        self._view = view
        self._model = model
        self._announced: PhotoVersion | None = None
        self._held = 0
        selection = view.selectionModel()
        selection.selectionChanged.connect(self.announce)
        selection.currentChanged.connect(self._announce_current)

    def current(self) -> Path | None:
        """The current photo, which is the one that is open."""
        return self._view.currentIndex().data(PATH_ROLE)

    def version(self) -> PhotoVersion | None:
        """The current photo or virtual copy."""
        row = self.row()
        return self._model.versions[row] if 0 <= row < len(self._model.versions) else None

    def row(self) -> int:
        """The place of the current photo; -1 without one."""
        return self._view.currentIndex().row()

    def versions(self) -> list[PhotoVersion]:
        """Selected photos and virtual copies in the order shown."""
        rows = sorted(index.row() for index in self._view.selectionModel().selectedIndexes())
        return [self._model.versions[row] for row in rows]

    def paths(self) -> list[Path]:
        """The photos that are selected, or a virtual copy of which is, in the order shown."""
        return list(dict.fromkeys(version.path for version in self.versions()))

    def select(self, source: Source) -> bool:
        """Make a photo or virtual copy the only selected and the current one; False if it is not in the list."""
        row = self._model.row_of(source)
        if row is None:
            return False
        # The view's own way would extend the selection while Ctrl or Shift is held, as with Ctrl+Right.
        self._view.selectionModel().setCurrentIndex(self._model.index(row), _Flag.ClearAndSelect)
        self._view.scrollTo(self._view.currentIndex())
        return True

    def select_also(self, photos: Sequence[Path]) -> None:
        """Select these photos, and no others; the current one stays the current one."""
        with self.changing():
            self.restore(self.version(), list(photos))

    def can_step(self, by: int) -> bool:
        """Whether there is a photo so many places after the current one."""
        return 0 <= self.row() + by < self._model.rowCount()

    def step(self, by: int) -> None:
        """Go to the photo so many places after the current one, if there is one."""
        if self.can_step(by):
            self.select(self._model.versions[self.row() + by])

    @contextmanager
    def changing(self) -> Iterator[None]:
        """Announce nothing until the end, and then what has come of it."""
        self._held += 1
        try:
            yield
        finally:
            self._held -= 1
        self.announce()

    def restore(self, current: Source | None, selected: Sequence[Source]) -> None:
        """Select again what is still there of photos, after the list began anew."""
        rows = sorted(row for path in selected if (row := self._model.row_of(path)) is not None)
        selection = QItemSelection()
        for run in runs_of(rows):
            selection.select(self._model.index(run.start), self._model.index(run.stop - 1))
        chosen = self._view.selectionModel()
        chosen.select(selection, _Flag.ClearAndSelect)
        row = self._model.row_of(current) if current is not None else None
        row = row if row is not None else (rows[0] if rows else None)
        if row is not None:
            chosen.setCurrentIndex(self._model.index(row), _Flag.NoUpdate)
            self._view.scrollTo(self._model.index(row))

    def announce(self) -> None:
        """Say which photos are selected now, and which one is the current one if that is another than before."""
        if not self._held:
            self.changed.emit()
            self._announce_current()

    def _announce_current(self) -> None:
        current = self.version()
        if not self._held and current is not None and current != self._announced:
            self._announced = current
            self.current_changed.emit(current)
