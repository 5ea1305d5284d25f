"""The pairs that a run would learn from: found and checked in the background, shown as a table."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, QSize, Qt

from pie_desktop.imaging.pairs.check import CheckedPair, read_pair
from pie_desktop.imaging.pairs.find import PairGuess, pairs_in_folder
from pie_desktop.ui.widgets.plain_text import plain
from pie_desktop.ui.widgets.table import HeadedTableModel, Index, ThumbnailColumn
from pie_desktop.workers.job import JobContext
from pie_desktop.workers.lanes import PriorityLane

THUMBNAIL = QSize(60, 40)
BATCH = 8  # pairs that are checked between two updates of the table: about half a second


def find_training_pairs(context: JobContext, edits: Path, originals: Path | None) -> list[PairGuess]:
    """Every edit in the folder with the original that was found for it, if any; a job for a lane.

    Raises:
        DecodeError: a folder cannot be read.
        Cancelled: another folder was chosen meanwhile.
    """
    pairs = pairs_in_folder(edits, originals)
    context.check()
    return pairs


def check_training_pairs(context: JobContext, pairs: Sequence[PairGuess]) -> list[tuple[PairGuess, CheckedPair]]:
    """What the check that training makes says of these pairs, which have originals; a job for a lane.

    Raises:
        Cancelled: another folder was chosen meanwhile.
    """
    results = []
    for pair in pairs:
        context.check()
        assert pair.before is not None
        checked = read_pair(pair.before, pair.after)
        results.append((pair, CheckedPair(None, checked.problem, checked.warnings)))  # without the images
    return results


class PairTableModel(HeadedTableModel):
    """Edits with an original first; the others are listed after them, as they are not used."""

    HEADERS = ("Edit", "Original", "Found by")

    def __init__(self, thumbnails: PriorityLane, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._pairs: list[PairGuess] = []
        self._rows: dict[Path, list[tuple[int, int]]] = {}
        self._checked: dict[PairGuess, CheckedPair] = {}
        self._thumbnails = ThumbnailColumn(thumbnails, self)
        self._thumbnails.loaded.connect(self._on_loaded)

    def set_pairs(self, pairs: Sequence[PairGuess]) -> None:
        self.beginResetModel()
        self._pairs = sorted(pairs, key=lambda pair: pair.before is None)
        self._rows, self._checked = {}, {}
        for row, pair in enumerate(self._pairs):
            for column, path in enumerate((pair.after, pair.before)):
                if path is not None:
                    self._rows.setdefault(path, []).append((row, column))
        self.endResetModel()

    def set_checked(self, results: Sequence[tuple[PairGuess, CheckedPair]]) -> None:
        """Show what the check says of these pairs."""
        rows = {pair: row for row, pair in enumerate(self._pairs)}
        for pair, checked in results:
            self._checked[pair] = checked
            self.announce(rows[pair], rows[pair])

    def unchecked(self) -> Iterator[PairGuess]:
        """The pairs that have not been checked yet, in the order of the table."""
        return (pair for pair in self._pairs if pair.before is not None and pair not in self._checked)

    @property
    def checked(self) -> int:
        """How many pairs have been checked."""
        return len(self._checked)

    @property
    def left_out(self) -> int:
        """How many pairs did not pass the check."""
        return sum(checked.problem is not None for checked in self._checked.values())

    @property
    def complete(self) -> int:
        """How many edits have an original."""
        return sum(pair.before is not None for pair in self._pairs)

    @property
    def unpaired(self) -> int:
        return len(self._pairs) - self.complete

    def row_total(self) -> int:
        return len(self._pairs)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        pair = self._pairs[index.row()]
        path = (pair.after, pair.before, None)[index.column()]
        if index.column() == 2 and role == Qt.ItemDataRole.DisplayRole:
            return self._warning(pair, every=False)
        if index.column() == 2 and role == Qt.ItemDataRole.ToolTipRole:
            return plain(self._warning(pair, every=True))
        if role == Qt.ItemDataRole.DisplayRole:
            return path.name if path is not None else "—"
        if role == Qt.ItemDataRole.ToolTipRole and path is not None:
            return plain(str(path))
        if role == Qt.ItemDataRole.DecorationRole and path is not None:
            return self._thumbnails.icon(path, THUMBNAIL)
        return None

    def _warning(self, pair: PairGuess, every: bool) -> str:
        """How the original was found, or what the check says; all of that where `every`, in lines."""
        if pair.before is None:
            return "no original, not used"
        checked = self._checked.get(pair)
        said = [] if checked is None else [s for s in (checked.problem, *checked.warnings) if s is not None]
        return "\n".join(said) if every else (said[0] if said else pair.how)

    def _on_loaded(self, path: Path) -> None:
        for row, column in self._rows.get(path, ()):
            index = self.index(row, column)
            self.dataChanged.emit(index, index, [Qt.ItemDataRole.DecorationRole])
