"""The view of one run: progress, step rate, remaining time, curves, and what was wrong if it failed."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QFontDatabase, QGuiApplication
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QPlainTextEdit,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from pie_desktop.ui.status_bar import duration_text
from pie_desktop.ui.theme import SPACE, set_flag
from pie_desktop.ui.train.curves import CurvesView
from pie_desktop.ui.train.history import RunHistory
from pie_desktop.ui.train.runs import TrainingRun
from pie_desktop.ui.widgets.plain_text import PlainLabel

STATES = {
    "done": "complete",
    "stopped": "stopped",
    "failed": "failed",
    "interrupted": "interrupted",
}
REMARKS_HEIGHT = 72  # px, three lines or four; the rest is scrolled to


class RunMonitor(QWidget):
    """Shows the run in progress or one from the list."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._run: TrainingRun | None = None
        self._running = self._stopping = False
        self.title = PlainLabel("No run yet")
        self.title.setProperty("role", "title")
        self.status = PlainLabel()
        self.status.setProperty("role", "muted")
        self.rate = PlainLabel()
        self.rate.setProperty("role", "muted")
        self.rate.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.progress = QProgressBar()
        self.progress.setTextVisible(False)
        self.progress.setRange(0, 1000)
        self.remarks = QPlainTextEdit()
        self.remarks.setReadOnly(True)
        self.remarks.setMaximumHeight(REMARKS_HEIGHT)
        self.remarks.setAccessibleName("Remarks about the pairs")
        self.remarks.hide()
        self.curves = CurvesView()
        self.failure = QFrame()
        self.failure.setProperty("role", "card")
        self.failure_text = PlainLabel()
        self.failure_text.setProperty("role", "error")
        self.failure_text.setWordWrap(True)
        self.last_lines = QPlainTextEdit()
        self.last_lines.setReadOnly(True)
        self.last_lines.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self.last_lines.setMaximumHeight(120)
        self.last_lines.setAccessibleName("Last lines of the training process")
        self._build()
        self.set_hint("")

    def set_hint(self, text: str) -> None:
        """What to do next, while no run is shown."""
        if self._run is None:
            self.status.setText(text)
            self.failure.hide()

    def show_run(self, run: TrainingRun, running: bool, stopping: bool = False) -> None:
        self._run = run
        self.curves.show_history(run.history)
        self.set_running(run, running, stopping)

    def set_running(self, run: TrainingRun, running: bool, stopping: bool) -> None:
        """The state of `run` has changed; without effect while another run is shown."""
        if run is self._run:
            self._running, self._stopping = running, stopping
            self._show_texts()

    def refresh(self, run: TrainingRun) -> None:
        """The run has new numbers."""
        if run is self._run:
            self.curves.refresh()
            self._show_texts()

    def _show_texts(self) -> None:
        assert self._run is not None
        history = self._run.history
        self.title.setText(self._run.name)
        state = STATES.get(history.state, history.state)
        if self._running:
            state = "training" if history.step else "starting…"
            if self._stopping:
                state = "stopping, writing a checkpoint…"
        self.status.setText(" · ".join([state, *_facts(history)]))
        remarks = "\n".join((*history.problems, *history.warnings))
        if remarks != self.remarks.toPlainText():  # else it would scroll back at every step
            self.remarks.setPlainText(remarks)
        self.remarks.setVisible(bool(remarks))
        self.rate.setText(_speed(history) if self._running else "")
        self.progress.setValue(round(1000 * _fraction(self._run)))
        told = not self._running and bool(history.message) and history.state in ("failed", "done")
        self.failure.setVisible(told)
        if told:
            set_flag(self.failure_text, "role", "error" if history.state == "failed" else "")
            self.failure_text.setText(history.message)
            self.last_lines.setPlainText("\n".join(history.last_lines))
            self.last_lines.setVisible(bool(history.last_lines))
            self.last_lines.verticalScrollBar().setValue(self.last_lines.verticalScrollBar().maximum())

    def _build(self) -> None:
        texts = QHBoxLayout()
        texts.addWidget(self.status, 1)
        texts.addWidget(self.rate)
        copy = QPushButton("Copy")
        copy.setToolTip("Copies the message and the last lines, for a bug report.")
        copy.clicked.connect(self._copy_failure)
        headline = QHBoxLayout()
        headline.addWidget(self.failure_text, 1)
        headline.addWidget(copy, 0, Qt.AlignmentFlag.AlignTop)
        inside = QVBoxLayout(self.failure)
        inside.addLayout(headline)
        inside.addWidget(self.last_lines)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(2 * SPACE, 2 * SPACE, 2 * SPACE, SPACE)
        layout.setSpacing(SPACE)
        layout.addWidget(self.title)
        layout.addLayout(texts)
        layout.addWidget(self.progress)
        layout.addWidget(self.failure)
        layout.addWidget(self.remarks)
        layout.addWidget(self.curves, 1)

    def _copy_failure(self) -> None:
        QGuiApplication.clipboard().setText(f"{self.failure_text.text()}\n{self.last_lines.toPlainText()}")


def _fraction(run: TrainingRun) -> float:
    return 1.0 if run.history.state == "done" else run.history.fraction


def _facts(history: RunHistory) -> list[str]:
    facts = []
    if history.step:
        of_all = f" of {history.total:,}" if history.total else ""  # else it is not known when it ends
        facts.append(f"step {history.step:,}{of_all}")
    if history.train_pairs:
        facts.append(f"{history.train_pairs:,} pairs to learn from, {history.validation_pairs:,} held out")
    if history.problems:
        facts.append(f"{len(history.problems):,} left out")
    if history.warnings:
        facts.append(f"{len(history.warnings):,} to look at")
    if history.device:
        facts.append(history.device)
    if history.gain is not None:
        said = f": {history.verdict}" if history.verdict else ""  # a gain alone may be chance
        facts.append(f"{history.gain:+.2f} dB on held-out photos{said}")
    return facts


def _speed(history: RunHistory) -> str:
    parts = [f"{history.rate:.1f} steps/s"] if history.rate else []
    if history.eta is not None:
        parts.append(f"{duration_text(history.eta)} left")
    return " · ".join(parts)
