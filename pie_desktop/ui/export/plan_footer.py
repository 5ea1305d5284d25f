"""Below the plan of an export: how far it is, what came of it, and where to see that."""

from pathlib import Path

from PySide6.QtCore import Qt, QUrl, Signal
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QPushButton, QVBoxLayout, QWidget

from pie_desktop.errors import PieError
from pie_desktop.export.job import ExportProgress, ExportReport
from pie_desktop.ui.dialogs import show_in_file_manager
from pie_desktop.ui.status_bar import duration_text
from pie_desktop.ui.theme import SPACE, icon, set_flag
from pie_desktop.ui.widgets.labels import counted
from pie_desktop.ui.widgets.plain_text import PlainLabel


class PlanFooter(QWidget):
    """Progress bar, a sentence, the number of problems, and buttons for the results.

    Signals:
        failed: one sentence.
    """

    failed = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._result: Path | None = None
        self._receipt: Path | None = None
        self.progress = QProgressBar()
        self.progress.setTextVisible(False)
        self.message = PlainLabel()
        self.message.setProperty("role", "muted")
        self.message.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.problems = QPushButton()
        self.problems.setProperty("role", "problems")
        self.problems.setToolTip("Shows the photos that this is about.")
        self.remaining = PlainLabel()
        self.remaining.setProperty("role", "muted")
        self.open_button = QPushButton(icon("mdi6.folder-open-outline"), "Open folder")
        self.receipt_button = QPushButton(icon("mdi6.receipt-text-outline"), "Receipt")
        self.receipt_button.setToolTip("Shows in the browser what was written, from which photo and how.")
        bottom = QHBoxLayout()
        bottom.addWidget(self.message)
        bottom.addWidget(self.problems)
        bottom.addStretch(1)
        bottom.addWidget(self.remaining)
        bottom.addWidget(self.receipt_button)
        bottom.addWidget(self.open_button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(SPACE)
        layout.addWidget(self.progress)
        layout.addLayout(bottom)
        self.end()
        self.show_problems(0, "problem")
        self.hide_results()
        self.open_button.clicked.connect(self._open)
        self.receipt_button.clicked.connect(self._open_receipt)

    def begin(self, total: int) -> None:
        self.progress.setRange(0, total)
        self.progress.setVisible(True)
        self.show_message("Preparing…")
        self.hide_results()

    def show_progress(self, progress: ExportProgress) -> None:
        self.progress.setMaximum(progress.total)
        self.progress.setValue(progress.done)
        self.show_message(f"{progress.done:,} of {progress.total:,}  ·  {progress.current}")
        left = "" if progress.remaining is None else f"{duration_text(progress.remaining)} left"
        self.remaining.setText(left)

    def show_report(self, report: ExportReport, failed: int, destination: Path | None) -> None:
        """Say what came of an export.

        Args:
            report: of the export.
            failed: how many photos of the plan failed.
            destination: the folder, for opening it.
        """
        self.show_message(f"{report.others_summary} in {duration_text(report.seconds)}.")
        self.show_problems(failed, "failed")
        written = next((item.target for item in report.items if item.status == "written"), None)
        self._result = written or (destination and destination / "x")
        self.open_button.setVisible(written is not None)
        self._receipt = report.receipt
        self.receipt_button.setVisible(report.receipt is not None)

    def show_message(self, text: str, error: bool = False) -> None:
        set_flag(self.message, "role", "error" if error else "muted")
        self.message.setText(text)

    def end(self) -> None:
        """The export is over, or none has begun."""
        self.progress.reset()
        self.progress.setVisible(False)
        self.remaining.clear()

    def show_problems(self, count: int, word: str) -> None:
        """How many there are, such as `3 problems` or `2 failed`; nothing for none."""
        self.problems.setVisible(count > 0)
        self.problems.setText(f"{count:,} {word}" if word == "failed" else counted(count, word))

    def hide_results(self) -> None:
        self.open_button.hide()
        self.receipt_button.hide()

    def _open_receipt(self) -> None:
        if self._receipt is None or not QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._receipt))):
            self.failed.emit(f"No program could be started to show the receipt; it is in {self._receipt}.")

    def _open(self) -> None:
        if self._result is None:
            return
        try:
            show_in_file_manager(self._result)
        except PieError as error:
            self.failed.emit(str(error))
