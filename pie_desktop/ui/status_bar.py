"""The status bar: the open photo, running tasks with a way to stop them, and the device that the model runs on."""

from functools import partial

from PySide6.QtCore import QPoint, Qt, QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QMenu, QProgressBar, QPushButton, QToolButton, QWidget

from pie_desktop.ui.context import AppContext
from pie_desktop.ui.editor.reading import OpenedPhoto
from pie_desktop.ui.editor.session import EditSession
from pie_desktop.ui.theme import COLORS, SPACE, icon, numeric_font
from pie_desktop.ui.widgets.labels import ElidedLabel
from pie_desktop.ui.widgets.plain_text import PlainLabel, plain
from pie_desktop.ui.window_size import BoundedStatusBar
from pie_desktop.workers.job import Job
from pie_desktop.workers.lane import Lane


def duration_text(seconds: float) -> str:
    """For instance `45 s`, `3 min 20 s`, `2 h 05 min`; coarser the longer, so that the text does not flicker."""
    whole = max(0, round(seconds))
    if whole < 60:
        return f"{whole} s"
    if whole < 600:
        return f"{whole // 60} min {whole % 60 // 5 * 5:02d} s"
    if whole < 3600:
        return f"{whole // 60} min"
    return f"{whole // 3600} h {whole % 3600 // 60:02d} min"


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
        self._text = PlainLabel()
        self._bar = QProgressBar(textVisible=False)
        self._bar.setFixedWidth(120)
        self._bar.setRange(0, PER_MILLE)
        self.cancel_button = QToolButton()
        self.cancel_button.setIcon(icon("mdi6.close", COLORS.text_muted))
        self.cancel_button.setToolTip("Stop this task")
        self.cancel_button.setAccessibleName("Stop this task")
        self.cancel_button.clicked.connect(self._stop_first)
        self._more = QPushButton(flat=True)
        self._more.setToolTip("All tasks")
        self._more.setAccessibleName("All tasks")
        self._more.clicked.connect(self._show_menu)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(SPACE)
        for widget in (self._more, self._text, self._bar, self.cancel_button):
            layout.addWidget(widget)
        self.hide()
        for lane in context.lanes:
            self._watch(lane)
        context.lane_added.connect(self._watch)

    def _watch(self, lane: Lane) -> None:
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
        self._text.setToolTip(plain(text))
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


GAP = "   ·   "


class StatusBar(BoundedStatusBar):
    """Photo facts on the left; tasks and device on the right."""

    def __init__(self, context: AppContext, session: EditSession) -> None:
        super().__init__()
        self._context = context
        self._reported_notice: str | None = None
        self.setSizeGripEnabled(False)
        self.setContentsMargins(SPACE, 0, SPACE, 0)
        self.photo = ElidedLabel(mode=Qt.TextElideMode.ElideMiddle)
        self.photo.setFont(numeric_font(self.font()))
        self.tasks = TaskBar(context)
        self.device = PlainLabel()
        self.addWidget(self.photo, 1)
        self.addPermanentWidget(self.tasks)
        self.addPermanentWidget(self.device)
        session.opening.connect(lambda path: self.photo.set_full_text(path.name))
        self._session = session
        session.opened.connect(self._describe_photo)
        context.current.changed.connect(self._describe_photo)
        session.failed.connect(lambda message: self.photo.set_full_text(""))
        session.enhanced.connect(lambda enhancement: self.show_device())
        context.engine_changed.connect(self.show_device)

    def _describe_photo(self) -> None:
        photo = self._session.photo
        if photo is not None:
            size = (photo.info.width, photo.info.height)
            self.photo.set_full_text(describe(photo, self._session.edit.placement(size).size))

    def show_device(self) -> None:
        """Say where the model runs; a notice of the engine is also shown once as a message."""
        device, notice = self._context.engine.device, self._context.engine.notice
        if device is None:
            text = ""
        elif device == "cpu":
            text = "CPU"
        else:
            text = f"GPU: {device}"
        self.device.setText(text)
        self.device.setToolTip(plain(notice or "Where the model runs"))
        if notice and notice != self._reported_notice:
            self._context.notifier.warning(notice)
        self._reported_notice = notice


def describe(photo: OpenedPhoto, picture: tuple[int, int]) -> str:
    """Name, size and camera data in one line; what is not known is left out.

    Args:
        photo: the photo.
        picture: width and height of what its edit shows of it.
    """
    info, summary = photo.info, photo.summary
    megapixels = picture[0] * picture[1] / 1e6
    cropped = f" → {picture[0]} × {picture[1]}" if picture != (info.width, info.height) else ""
    facts = [
        info.path.name,
        f"{info.width} × {info.height}{cropped}",
        f"{megapixels:.1f} MP",
        f"{info.bit_depth} bit" if info.bit_depth != 8 else None,
        info.icc_name,
        summary.camera,
        summary.lens,
        f"{summary.focal_length:g} mm" if summary.focal_length else None,
        f"f/{summary.aperture:g}" if summary.aperture else None,
        summary.shutter_text,
        f"ISO {summary.iso}" if summary.iso else None,
    ]
    return GAP.join(fact for fact in facts if fact)
