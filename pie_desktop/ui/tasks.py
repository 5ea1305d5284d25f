"""Long work in the status bar: what runs, how far it is, and a way to stop it."""

from functools import partial

from PySide6.QtCore import QPoint, Qt, QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QMenu, QProgressBar, QPushButton, QToolButton, QWidget

from pie_desktop.ui.context import AppContext
from pie_desktop.ui.theme import COLOURS, SPACE, icon
from pie_desktop.workers.job import Job

# Work that is over sooner does not make the status bar flicker.
SHOW_AFTER_MS = 400
PER_MILLE = 1000
TEXT_WIDTH = 320


class TaskBar(QWidget):
    """The oldest running job that has a title; a menu lists the others.

    Signals:
        changed: the number of running jobs changed.
    """

    changed = Signal()

    def __init__(self, context: AppContext) -> None:
        super().__init__()
        self.jobs: list[Job] = []
        self._progress: dict[int, tuple[float, str]] = {}
        self._text = QLabel()
        self._bar = QProgressBar(textVisible=False)
        self._bar.setFixedWidth(120)
        self._bar.setRange(0, PER_MILLE)
        self.cancel_button = QToolButton()
        self.cancel_button.setIcon(icon("mdi6.close", COLOURS.text_muted))
        self.cancel_button.setToolTip("Stop this task")
        self.cancel_button.setAccessibleName("Stop this task")
        self.cancel_button.clicked.connect(self._stop_first)
        self._more = QPushButton(flat=True)
        self._more.setToolTip("All tasks")
        self._more.clicked.connect(self._show_menu)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(SPACE)
        for widget in (self._more, self._text, self._bar, self.cancel_button):
            layout.addWidget(widget)
        self.hide()
        for lane in context.lanes:
            lane.submitted.connect(self._on_submitted)

    def _on_submitted(self, job: Job) -> None:
        if job.title:
            self.jobs.append(job)
            job.progress.connect(partial(self._on_progress, job))
            job.finished.connect(partial(self._on_finished, job))
            QTimer.singleShot(SHOW_AFTER_MS, self, self._show)
            self.changed.emit()

    def _on_progress(self, job: Job, fraction: float, text: str) -> None:
        self._progress[id(job)] = (fraction, text)
        if self.isVisible():
            self._show()

    def _on_finished(self, job: Job) -> None:
        self.jobs.remove(job)
        self._progress.pop(id(job), None)
        if self.isVisible():
            self._show()
        self.changed.emit()

    def _show(self) -> None:
        self.setVisible(bool(self.jobs))
        if not self.jobs:
            return
        job = self.jobs[0]
        fraction, text = self._progress.get(id(job), (-1.0, ""))
        self._text.setText(self._describe(job))
        self._text.setToolTip(text)
        if fraction < 0:
            self._bar.setRange(0, 0)
        else:
            self._bar.setRange(0, PER_MILLE)
            self._bar.setValue(round(fraction * PER_MILLE))
        self.cancel_button.setEnabled(not job.cancelled)
        self._more.setVisible(len(self.jobs) > 1)
        self._more.setText(f"{len(self.jobs)} tasks")

    def _describe(self, job: Job) -> str:
        if job.cancelled:
            return f"{job.title}: stopping…"
        text = self._progress.get(id(job), (0.0, ""))[1] or job.title
        return self.fontMetrics().elidedText(text, Qt.TextElideMode.ElideMiddle, TEXT_WIDTH)

    def _stop_first(self) -> None:
        if self.jobs:
            self.jobs[0].cancel()
            self._show()

    def _show_menu(self) -> None:
        menu = QMenu(self)
        for job in self.jobs:
            action = menu.addAction(icon("mdi6.close"), f"Stop: {self._describe(job)}")
            action.triggered.connect(lambda checked=False, job=job: job.cancel())
        menu.exec(self._more.mapToGlobal(QPoint(0, -menu.sizeHint().height())))
        menu.deleteLater()
