"""All runs, newest first: how each ended, and whether it can go on."""

from typing import Any

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QColor

from pie_desktop.ui.table_model import HeadedTableModel, Index
from pie_desktop.ui.theme import COLOURS
from pie_desktop.ui.train.runs import TrainingRun

STATES = {"done": "complete", "stopped": "stopped", "failed": "failed", "interrupted": "interrupted"}


class RunTableModel(HeadedTableModel):
    """The runs; the one in progress is marked by `running`."""

    HEADERS = ("Run", "Started", "State", "Step", "PSNR", "Gain")

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.runs: list[TrainingRun] = []
        self._running: TrainingRun | None = None

    def set_runs(self, runs: list[TrainingRun], running: TrainingRun | None = None) -> None:
        self.beginResetModel()
        self.runs, self._running = runs, running
        self.endResetModel()

    def refresh(self, run: TrainingRun) -> None:
        """The run has new numbers."""
        row = next((row for row, other in enumerate(self.runs) if other is run), None)
        if row is not None:
            self.announce(row, row)

    def row_total(self) -> int:
        return len(self.runs)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        run = self.runs[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return self._text(run, index.column())
        if role == Qt.ItemDataRole.ToolTipRole:
            return "\n".join(filter(None, (run.history.message, str(run.options.pairs))))
        if role == Qt.ItemDataRole.ForegroundRole and index.column() == 2 and run is not self._running:
            failed = run.history.state == "failed"
            return QColor(COLOURS.error if failed else COLOURS.text)
        return None

    def _text(self, run: TrainingRun, column: int) -> str:
        history = run.history
        psnr = history.final_psnr if history.final_psnr is not None else (history.psnr[-1] if history.psnr else None)
        return (
            run.name,
            f"{run.created:%Y-%m-%d %H:%M}",
            "in progress" if run is self._running else STATES.get(history.state, history.state),
            f"{history.step:,} of {history.total:,}" if history.total else "—",
            "—" if psnr is None else f"{psnr:.2f} dB",
            "—" if history.gain is None else f"{history.gain:+.2f} dB",
        )[column]
