"""What the tables of the pages have in common: fixed column headers over rows of their own."""

from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt

Index = QModelIndex | QPersistentModelIndex


class HeadedTableModel(QAbstractTableModel):
    """A flat table; subclasses name `HEADERS` and answer `row_total` and `data`."""

    HEADERS: tuple[str, ...] = ()

    def row_total(self) -> int:
        """How many rows there are."""
        return 0

    def rowCount(self, parent: Index = QModelIndex()) -> int:
        return 0 if parent.isValid() else self.row_total()

    def columnCount(self, parent: Index = QModelIndex()) -> int:
        return 0 if parent.isValid() else len(self.HEADERS)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if role == Qt.ItemDataRole.DisplayRole and orientation == Qt.Orientation.Horizontal:
            return self.HEADERS[section]
        return None

    def announce(self, first: int, last: int) -> None:
        """Say that these rows have changed."""
        self.dataChanged.emit(self.index(first, 0), self.index(last, len(self.HEADERS) - 1))
