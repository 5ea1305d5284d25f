"""The widths of a table's columns: what is short gets all that it needs, long texts share what is left."""

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QHeaderView, QStyle, QStyleOptionHeader, QTableView

PADDING = 30  # around the text of a cell
MEASURED = 40  # texts of a column that are measured, the longest by their letters


def shared_widths(needs: Mapping[int, int], least: Mapping[int, int], room: int) -> dict[int, int]:
    """Widths of columns that share a room: each its least, and of the rest equal shares, as far as it needs them.

    Args:
        needs: widths in pixels, by column.
        least: smallest widths of columns that need more.
        room: pixels for all of them.
    """
    widths = {column: min(need, least[column]) for column, need in needs.items()}
    room -= sum(widths.values())
    wanting = sorted(needs, key=lambda column: needs[column] - widths[column])
    for position, column in enumerate(wanting):
        more = min(needs[column] - widths[column], max(room, 0) // (len(wanting) - position))
        widths[column] += more
        room -= more
    return widths


class ColumnFitter(QObject):
    """Fits the columns of a table when it is resized and when `fit` is called; a column that was dragged stays so."""

    def __init__(self, table: QTableView, flexible: Mapping[int, int]) -> None:
        """`flexible` are the columns that may be narrower than their texts, with their smallest widths."""
        super().__init__(table)
        self._table = table
        self._flexible = dict(flexible)
        self._extra: dict[int, int] = {}
        self._needs: dict[int, int] = {}
        self._dragged: dict[int, int] = {}
        self._fitting = False
        table.horizontalHeader().sectionResized.connect(self._on_resized)
        table.viewport().installEventFilter(self)

    def set_texts(self, texts: Mapping[int, Sequence[str]], extra: Mapping[int, int]) -> None:
        """What stands in the columns, and how much more than their texts some need, such as for a thumbnail."""
        metrics = self._table.fontMetrics()
        header = self._table.horizontalHeader()
        self._needs = {}
        for column, shown in texts.items():
            longest = sorted(set(shown), key=len)[-MEASURED:]
            widths = [metrics.horizontalAdvance(text) for text in longest]
            self._needs[column] = max(max(widths, default=0) + PADDING, _header_width(header, column))
        self._extra = dict(extra)
        self.fit()

    def fit(self) -> None:
        """Give the columns their widths."""
        header = self._table.horizontalHeader()
        shown = [column for column in self._needs if not self._table.isColumnHidden(column)]
        extra = {column: self._extra.get(column, 0) for column in shown}
        fixed = {column: self._dragged.get(column, self._needs[column] + extra[column]) for column in shown}
        flexible = {c: self._needs[c] for c in shown if c in self._flexible and c not in self._dragged}
        taken = sum(extra[column] if column in flexible else width for column, width in fixed.items())
        room = self._table.viewport().width() - taken
        self._fitting = True
        shared = {c: width + extra[c] for c, width in shared_widths(flexible, self._flexible, room).items()}
        for column, width in (fixed | shared).items():
            header.resizeSection(column, width)
        self._fitting = False

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize:
            self.fit()
        return super().eventFilter(watched, event)

    def _on_resized(self, column: int, before: int, width: int) -> None:
        header = self._table.horizontalHeader()
        # The last one is stretched by the header itself; one that comes or goes was not dragged.
        if not self._fitting and before and width and header.visualIndex(column) != header.count() - 1:
            self._dragged[column] = width


def _header_width(header: QHeaderView, column: int) -> int:
    """Of the title with the arrow that says how the table is sorted."""
    title = str(header.model().headerData(column, header.orientation()))
    arrow = header.style().pixelMetric(QStyle.PixelMetric.PM_HeaderMarkSize, QStyleOptionHeader(), header)
    return header.fontMetrics().horizontalAdvance(title) + arrow + PADDING
