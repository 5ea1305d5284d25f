"""The edits that a run may learn from and what became of each: found and looked at in the background, as a table."""

from collections.abc import Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, QSize, Qt, Signal
from PySide6.QtGui import QColor

from pie_desktop.imaging.pairs.decisions import CHOSEN, Decisions
from pie_desktop.imaging.pairs.find import CAPTURE, PairGuess
from pie_desktop.imaging.pairs.folders import CONTENT, pairs_in_folders
from pie_desktop.imaging.pairs.index import PairIndex
from pie_desktop.imaging.pairs.inventory import SIDE, PairRow, inventory, judge_missing
from pie_desktop.imaging.pairs.kinds import PairKind
from pie_desktop.ui.theme import COLORS
from pie_desktop.ui.widgets.plain_text import plain
from pie_desktop.ui.widgets.table import HeadedTableModel, Index, ThumbnailColumn
from pie_desktop.workers.job import JobContext
from pie_desktop.workers.lanes import PriorityLane

THUMBNAIL = QSize(120, 80)
BATCH = 8  # pairs that are looked at between two updates of the table: about a second
PARTS = 40  # updates of a table of thousands, at most
USE, EDIT, ORIGINAL, KIND, REMARK = range(5)


def find_training_pairs(context: JobContext, folders: Sequence[Path], originals: Path | None) -> list[PairGuess]:
    """Every edit in the folders with the original that was found for it, if any; a job for a lane.

    Raises:
        DecodeError: a folder cannot be read.
        Cancelled: other folders were chosen meanwhile.
    """
    index = PairIndex.of_program(SIDE)
    index.refresh()
    return pairs_in_folders(folders, originals, context.check, index.originals)


def look_at_pairs(context: JobContext, found: Sequence[PairGuess], decisions: Decisions) -> list[PairRow]:
    """Look at some more of the pairs, and tell what is known of all; a job for a lane.

    Raises:
        PieError: the index of pairs cannot be written.
        Cancelled: other folders were chosen meanwhile.
    """
    index = PairIndex.of_program(SIDE)
    index.refresh()
    guesses = [decisions.apply(guess) for guess in found]
    missing = (guess for guess in guesses if guess.before is not None and index.find(guess) is None)
    for _ in judge_missing(islice(missing, max(BATCH, len(guesses) // PARTS)), index):
        context.check()
    return inventory(guesses, index, decisions)


class PairTableModel(HeadedTableModel):
    """Edits with an original first. A check mark says which train; a click on it, or the space bar, decides.

    Attributes:
        rows: all edits, whatever is shown.

    Signals:
        decided: the edits that are to be used, or not to be, and which of both.
    """

    HEADERS = ("Use", "Edit", "Original", "Kind", "Remark")
    decided = Signal(object, bool)

    def __init__(self, thumbnails: PriorityLane, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.rows: list[PairRow] = []
        self._shown: list[PairRow] = []
        self._kind: PairKind | None = None
        self._places: dict[Path, list[tuple[int, int]]] = {}
        self._thumbnails = ThumbnailColumn(thumbnails, self)
        self._thumbnails.loaded.connect(self._on_loaded)

    def set_rows(self, rows: Sequence[PairRow]) -> None:
        """Show these; what is selected stays so where the edits are the same ones."""
        self.rows = sorted(rows, key=lambda row: row.guess.before is None)
        shown = [row for row in self.rows if self._kind is None or row.kind is self._kind]
        if [row.guess.after for row in shown] != [row.guess.after for row in self._shown]:
            self._reset(shown)
            return
        self._shown = shown
        self._note_places()
        if shown:
            self.announce(0, len(shown) - 1)

    def show_kind(self, kind: PairKind | None) -> None:
        """Show the edits of one kind only, or all."""
        self._kind = kind
        self._reset([row for row in self.rows if kind is None or row.kind is kind])

    def row_at(self, number: int) -> PairRow:
        """The edit in a row of the table."""
        return self._shown[number]

    @property
    def usable(self) -> int:
        """How many pairs train."""
        return sum(row.used for row in self.rows)

    @property
    def pending(self) -> int:
        """How many pairs were not looked at yet."""
        return sum(row.pending for row in self.rows)

    def row_total(self) -> int:
        return len(self._shown)

    def flags(self, index: Index) -> Qt.ItemFlag:
        flags = super().flags(index)
        row = self._shown[index.row()]
        if index.column() == USE and row.usable and not row.pending:
            flags |= Qt.ItemFlag.ItemIsUserCheckable
        return flags

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        if role != Qt.ItemDataRole.CheckStateRole or index.column() != USE:
            return False
        self.decided.emit([self._shown[index.row()]], Qt.CheckState(value) == Qt.CheckState.Checked)
        return True

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        row, column = self._shown[index.row()], index.column()
        path = {EDIT: row.guess.after, ORIGINAL: row.guess.before}.get(column)
        if role == Qt.ItemDataRole.DisplayRole:
            return _text(row, column)
        if role == Qt.ItemDataRole.ToolTipRole:
            return plain(str(path) if path is not None else "\n".join(_remarks(row)))
        if role == Qt.ItemDataRole.DecorationRole and path is not None:
            return self._thumbnails.icon(path, THUMBNAIL)
        if role == Qt.ItemDataRole.CheckStateRole and column == USE:
            return Qt.CheckState.Checked if row.used else Qt.CheckState.Unchecked
        if role == Qt.ItemDataRole.ForegroundRole and column == KIND:
            unsure = row.kind is PairKind.UNSURE and not row.decided
            return QColor(COLORS.warning if unsure else COLORS.text if row.used else COLORS.text_muted)
        if role == Qt.ItemDataRole.AccessibleTextRole and column == USE:
            return f"{row.guess.after.name}, {'used' if row.used else 'not used'}"
        return None

    def _reset(self, shown: list[PairRow]) -> None:
        self.beginResetModel()
        self._shown = shown
        self._note_places()
        self.endResetModel()

    def _note_places(self) -> None:
        self._places = {}
        for number, row in enumerate(self._shown):
            for column, path in ((EDIT, row.guess.after), (ORIGINAL, row.guess.before)):
                if path is not None:
                    self._places.setdefault(path, []).append((number, column))

    def _on_loaded(self, path: Path) -> None:
        for number, column in self._places.get(path, ()):
            index = self.index(number, column)
            self.dataChanged.emit(index, index, [Qt.ItemDataRole.DecorationRole])


def _text(row: PairRow, column: int) -> str:
    if column == EDIT:
        return row.guess.after.name
    if column == ORIGINAL:
        return row.guess.before.name if row.guess.before is not None else "—"
    if column == KIND:
        return "…" if row.pending else row.kind.label
    return _remarks(row)[0] if column == REMARK else ""


def _remarks(row: PairRow) -> list[str]:
    """What there is to say of an edit, the most important first."""
    if row.pending:
        return ["Not looked at yet."]
    said = [sentence for sentence in (row.reason, *row.warnings) if sentence]
    if row.guess.before is not None:
        said.append(_found_by(row.guess.how))
    return said or [""]


def _found_by(how: str) -> str:
    """Where the original is from, as a sentence."""
    known = {
        CAPTURE: "Original found by the time of capture.",
        CONTENT: "Original found by what it shows.",
        CHOSEN: "Original chosen by you.",
        "same folder": "Original in the same folder.",
    }
    return known.get(how, f"Original in the folder “{how.removeprefix('folder ')}”.")
