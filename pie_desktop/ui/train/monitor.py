"""The view of one run: its state, times and numbers, what can be done with it, curves, and what went wrong."""

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QFontDatabase, QGuiApplication
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QPlainTextEdit,
    QProgressBar,
    QPushButton,
    QSizePolicy,
    QStackedWidget,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from pie_desktop.ui.context import AppContext
from pie_desktop.ui.theme import COLORS, SPACE, icon, set_flag
from pie_desktop.ui.train import telling
from pie_desktop.ui.train.curves import CurvesView
from pie_desktop.ui.train.map_view import MapView
from pie_desktop.ui.train.photos_view import PhotosView
from pie_desktop.ui.train.runs import TrainingRun
from pie_desktop.ui.train.telling import Now
from pie_desktop.ui.widgets.labels import ElidedLabel
from pie_desktop.ui.widgets.plain_text import PlainLabel, plain

NOTHING = "No run yet"
BODY_HEIGHT = 190  # px, of curves and pictures, at least
NO_RUN, NUMBERS, NEVER_BEGUN = range(3)  # pages below the head


class RunMonitor(QWidget):
    """Shows the run in progress or one from the list.

    Signals:
        pause_asked: True to pause, False to go on.
        stop_asked: for a checkpoint and the end.
    """

    pause_asked = Signal(bool)
    stop_asked = Signal()

    def __init__(self, context: AppContext, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._run: TrainingRun | None = None
        self._now = Now()
        self.title = PlainLabel(NOTHING)
        self.title.setProperty("role", "title")
        self.pause_button = QPushButton("Pause")
        self.stop_button = QPushButton("Stop")
        self.stop_button.setToolTip("Keeps what is done and stops; Resume goes on from there.")
        self.status = ElidedLabel()
        self.status.setProperty("role", "muted")
        self.progress = QProgressBar()
        self.progress.setTextVisible(False)
        self.progress.setRange(0, 1000)
        self.progress.setAccessibleName("Progress of the training, by time")
        self.numbers = Numbers()
        self.end = EndCard()
        self.curves = CurvesView()
        self.photos, self.map = PhotosView(context), MapView(context)
        self.remarks = _text_field("Remarks about the pairs and the run")
        self.last_lines = _text_field("Last lines of the training process")
        self.last_lines.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self.aside = QTabWidget()
        self.aside.setDocumentMode(True)
        self.aside.tabBar().setDrawBase(False)
        self.aside.setAccessibleName("Photos, map, loss and remarks of the run")
        parts = (
            (self.photos, "Held-out photos"),
            (self.map, "Map"),
            (self.curves.loss, "Loss"),
            (self.remarks, "Remarks"),
            (self.last_lines, "Output"),
        )
        for part, title in parts:
            self.aside.addTab(part, title)
        self.hint = PlainLabel(wordWrap=True)
        self.hint.setProperty("role", "muted")
        self._build()
        self.pause_button.clicked.connect(lambda: self.pause_asked.emit(not self._paused))
        self.stop_button.clicked.connect(self.stop_asked)
        self.end.copy_asked.connect(self._copy_end)
        self.set_hint("")

    def set_hint(self, text: str) -> None:
        """What to do next, while no run is shown."""
        if self._run is None:
            self.hint.setText(text)
            for part in (self.status, self.progress, self.numbers, self.end, self.pause_button, self.stop_button):
                part.hide()
            self._pages.setCurrentIndex(NO_RUN)

    def show_run(self, run: TrainingRun, running: bool, stopping: bool = False) -> None:
        self._run = run
        self.curves.show_history(run.history)
        self.photos.show_run(run.folder, run.history)
        self.map.show_run(run.folder, run.history)
        self.set_running(run, running, stopping)

    def set_running(self, run: TrainingRun, running: bool, stopping: bool) -> None:
        """The state of `run` has changed; without effect while another run is shown."""
        if run is self._run:
            self._now = Now(running, stopping)
            self._show_texts()

    def refresh(self, run: TrainingRun) -> None:
        """The run has new numbers."""
        if run is self._run:
            self.curves.refresh()
            self.photos.refresh()
            self.map.refresh()
            self._show_texts()

    def minimumSizeHint(self) -> QSize:
        """With the room that the sentences take at this width, which Qt leaves out: splitters would cut some off."""
        hint, layout = super().minimumSizeHint(), self.layout()
        height = 0 if layout is None else layout.minimumHeightForWidth(self.width())
        return hint.expandedTo(QSize(0, height))

    @property
    def _paused(self) -> bool:
        return self._now.running and self._run is not None and self._run.history.state == "paused"

    def _show_texts(self) -> None:
        assert self._run is not None
        history, now = self._run.history, self._now
        self.title.setText(self._run.name)
        said = [telling.state(history, now), *telling.times(history, now), *telling.about(history)]
        text = " · ".join(said)
        self.status.set_full_text(text[:1].upper() + text[1:])
        self.status.show()
        self.progress.setVisible(now.running or history.state != "done")
        # Before the first step it is not known how long it takes: the bar says that something is done.
        self.progress.setRange(0, 0 if now.running and not history.step and history.indexed is None else 1000)
        done, total = history.indexed or (history.shown, 1)
        self.progress.setValue(round(1000 * done / max(total, 1)))
        self.numbers.show_numbers(telling.numbers(history, now))
        self._show_buttons()
        self._pages.setCurrentIndex(NUMBERS if now.running or history.begun else NEVER_BEGUN)
        told = not now.running and bool(history.message) and history.state in ("failed", "done", "stopped")
        self.end.setVisible(told)
        if told:
            self.end.show_message(history.message, history.state == "failed")
        _set_lines(self.last_lines, history.last_lines)
        self.aside.setTabVisible(self.aside.indexOf(self.last_lines), not now.running and bool(history.last_lines))
        remarks = (*history.problems, *history.warnings)
        _set_lines(self.remarks, remarks or ("Nothing was remarked about the pairs or the run.",))
        title = f"Remarks ({len(remarks)})" if remarks else "Remarks"
        self.aside.setTabText(self.aside.indexOf(self.remarks), title)
        self.updateGeometry()

    def _copy_end(self) -> None:
        QGuiApplication.clipboard().setText(f"{self.end.text.text()}\n{self.last_lines.toPlainText()}")

    def _show_buttons(self) -> None:
        now, paused = self._now, self._paused
        for button in (self.pause_button, self.stop_button):
            button.setVisible(now.running)
        begun = self._run is not None and self._run.history.step > 0
        self.pause_button.setEnabled(begun and not now.stopping)
        self.pause_button.setText("Go on" if paused else "Pause")
        self.pause_button.setIcon(icon("mdi6.play" if paused else "mdi6.pause"))
        self.pause_button.setToolTip(
            "Training goes on from where it waits."
            if paused
            else "Saves a checkpoint and waits, so that the computer is all yours; nothing is lost."
        )
        self.stop_button.setText("End now" if now.stopping else "Stop")

    def _build(self) -> None:
        head = QHBoxLayout()
        head.addWidget(self.title, 1)
        head.addWidget(self.pause_button)
        head.addWidget(self.stop_button)
        body = QWidget()
        halves = QHBoxLayout(body)
        halves.setContentsMargins(0, 0, 0, 0)
        halves.setSpacing(2 * SPACE)
        for half in (self.curves, self.aside):
            half.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Expanding)
            halves.addWidget(half, 1)
        self._pages = QStackedWidget()
        for page in (self._placeholder(), body, QWidget()):
            self._pages.addWidget(page)
        self._pages.setMinimumHeight(BODY_HEIGHT)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(2 * SPACE, 2 * SPACE, 2 * SPACE, SPACE)
        layout.setSpacing(SPACE)
        layout.addLayout(head)
        for part in (self.status, self.progress, self.numbers, self.end):
            layout.addWidget(part)
        layout.addWidget(self._pages, 1)

    def _placeholder(self) -> QWidget:
        image = PlainLabel()
        image.setPixmap(icon("mdi6.chart-bell-curve-cumulative", COLORS.text_disabled).pixmap(40, 40))
        promise = PlainLabel(
            "While a run trains, you see here how near it comes to photos that it does not learn from, these photos "
            "before and after, and how long it takes.",
            wordWrap=True,
        )
        promise.setProperty("role", "muted")
        page = QWidget()
        layout = QVBoxLayout(page)
        layout.addStretch(2)
        for part in (image, self.hint, promise):
            part.setAlignment(Qt.AlignmentFlag.AlignCenter)
            layout.addWidget(part)
        layout.addStretch(3)
        return page


def _text_field(name: str) -> QPlainTextEdit:
    field = QPlainTextEdit()
    field.setReadOnly(True)
    field.setFrameShape(QFrame.Shape.NoFrame)
    field.setAccessibleName(name)
    return field


def _set_lines(field: QPlainTextEdit, lines: Sequence[str]) -> None:
    text = "\n".join(lines)
    if text != field.toPlainText():  # else it would scroll back at every step
        field.setPlainText(text)
        field.verticalScrollBar().setValue(field.verticalScrollBar().maximum())


class Numbers(QWidget):
    """A few numbers side by side, each with its label above; digits of equal width."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._cells: list[tuple[QWidget, PlainLabel, PlainLabel]] = []
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(3 * SPACE)
        self._row.addStretch(1)

    def show_numbers(self, numbers: list[tuple[str, str, str]]) -> None:
        """Show labels, numbers and explanations."""
        while len(self._cells) < len(numbers):
            self._add_cell()
        for (cell, *_), used in zip(self._cells, range(len(self._cells)), strict=True):
            cell.setVisible(used < len(numbers))
        for (cell, label, number), (name, text, why) in zip(self._cells, numbers, strict=False):
            label.setText(name)
            number.setText(text)
            cell.setToolTip(plain(why))
            cell.setAccessibleName(f"{name}: {text}")
        self.setVisible(bool(numbers))

    def texts(self) -> dict[str, str]:
        """The numbers shown, by their labels."""
        return {label.text(): number.text() for cell, label, number in self._cells if not cell.isHidden()}

    def _add_cell(self) -> None:
        cell, label, number = QWidget(), PlainLabel(), PlainLabel()
        label.setProperty("role", "muted")
        layout = QVBoxLayout(cell)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(label)
        layout.addWidget(number)
        self._row.insertWidget(len(self._cells), cell)
        self._cells.append((cell, label, number))


class EndCard(QFrame):
    """What a run said at its end."""

    copy_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "card")
        self.text = PlainLabel(wordWrap=True)
        self.text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        copy = QPushButton("Copy")
        copy.setToolTip("Copies the message and the last lines of the process, for a bug report.")
        copy.clicked.connect(self.copy_asked)
        layout = QHBoxLayout(self)
        layout.addWidget(self.text, 1)
        layout.addWidget(copy, 0, Qt.AlignmentFlag.AlignTop)

    def show_message(self, message: str, failed: bool) -> None:
        set_flag(self.text, "role", "error" if failed else "")
        self.text.setText(message)
