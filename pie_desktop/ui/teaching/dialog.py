"""The dialog that shows what a style would change once it has learned, before it does."""

import numpy as np
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QDialog, QGridLayout, QHBoxLayout, QProgressBar, QPushButton, QVBoxLayout, QWidget

from pie_desktop.engine.teaching import Change
from pie_desktop.imaging.lut.apply import apply_lut
from pie_desktop.ui.teaching.jobs import Preview
from pie_desktop.ui.teaching.words import described, overall
from pie_desktop.ui.theme import HALF_SPACE, SPACE
from pie_desktop.ui.thumbnails.loader import qimage_of
from pie_desktop.ui.widgets.labels import ElidedLabel, counted
from pie_desktop.ui.widgets.plain_text import PlainLabel
from pie_desktop.workers.job import Job

COLUMNS = 2
_SIDE = 168  # of a picture, at most
_WIDTH = 2 * COLUMNS * (_SIDE + HALF_SPACE) + (COLUMNS + 1) * 2 * SPACE


class TeachingDialog(QDialog):
    """A few other photos as they are now and as they would be; nothing is changed before it is accepted.

    Args:
        job: gives the `Preview`; it is cancelled with the dialog.
        display: LUT of the monitor, or None.

    Attributes:
        teach_button: accepts; there is something to accept once the preview is there.

    Signals:
        failed: one sentence; the dialog closes itself.
    """

    failed = Signal(str)

    def __init__(self, job: Job, display: np.ndarray | None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._job = job
        self._display = display
        self.setWindowTitle("Add to style")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setFixedWidth(_WIDTH)
        self.heading = PlainLabel("Looking at what would change…")
        self.heading.setWordWrap(True)
        self.summary = PlainLabel()
        self.summary.setWordWrap(True)
        self.summary.setProperty("role", "muted")
        self.progress = QProgressBar()
        self.progress.setRange(0, 1000)
        self.progress.setTextVisible(False)
        self.progress.setAccessibleName("Progress")
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(2 * SPACE)
        self._grid.setVerticalSpacing(SPACE + HALF_SPACE)
        self.teach_button = QPushButton("Add to style")
        self.teach_button.setProperty("primary", True)
        self.teach_button.setDefault(True)
        self.teach_button.setEnabled(False)
        self.teach_button.clicked.connect(self.accept)
        self.cancel_button = QPushButton("Cancel")
        self.cancel_button.clicked.connect(self.reject)
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        buttons.addWidget(self.cancel_button)
        buttons.addWidget(self.teach_button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(2 * SPACE, 2 * SPACE, 2 * SPACE, 2 * SPACE)
        layout.setSpacing(SPACE)
        layout.addWidget(self.heading)
        layout.addWidget(self.summary)
        layout.addWidget(self.progress)
        layout.addLayout(self._grid)
        layout.addStretch(1)
        layout.addLayout(buttons)
        job.progress.connect(self._on_progress)
        job.result.connect(self._on_preview)
        job.failed.connect(self._on_failed)
        self.finished.connect(lambda _: job.cancel())

    def _on_progress(self, fraction: float, text: str) -> None:
        self.progress.setRange(0, 1000 if fraction >= 0 else 0)
        self.progress.setValue(round(1000 * max(0.0, fraction)))
        self.summary.setText(text)

    def _on_failed(self, problem: str) -> None:
        self.failed.emit(problem)
        self.reject()

    def _on_preview(self, preview: Preview) -> None:
        self.progress.hide()
        learns = f"learns from {counted(preview.photos, 'photo')} that you edited by hand."
        who = f"{'A copy of ' if preview.copied else ''}“{preview.name}”" if preview.name else "A new style"
        self.heading.setText(f"{who} {learns}")
        self.summary.setText(overall(preview.changes))
        for number, change in enumerate(preview.changes):
            self._grid.addLayout(self._cell(change), number // COLUMNS, number % COLUMNS)
        self.teach_button.setEnabled(True)
        self.teach_button.setFocus()
        self.adjustSize()

    def _cell(self, change: Change) -> QVBoxLayout:
        words = described(change.difference, change.shift)
        pictures = QHBoxLayout()
        pictures.setSpacing(HALF_SPACE)
        for image, when in ((change.now, "now"), (change.then, "then")):
            pictures.addLayout(self._picture(image, when, f"{change.photo.name} {when}"))
        pictures.addStretch(1)
        cell = QVBoxLayout()
        cell.setSpacing(2)
        cell.addLayout(pictures)
        name = ElidedLabel(change.photo.name, Qt.TextElideMode.ElideMiddle)
        cell.addWidget(name)
        told = PlainLabel(f"{words[:1].upper()}{words[1:]}")
        told.setProperty("role", "muted")
        cell.addWidget(told)
        cell.addStretch(1)
        return cell

    def _picture(self, image: np.ndarray, when: str, name: str) -> QVBoxLayout:
        shown = image if self._display is None else apply_lut(image, self._display)
        ratio = self.devicePixelRatioF()
        pixmap = QPixmap.fromImage(qimage_of(shown)).scaled(
            round(_SIDE * ratio),
            round(_SIDE * 0.75 * ratio),
            Qt.AspectRatioMode.KeepAspectRatio,
            Qt.TransformationMode.SmoothTransformation,
        )
        pixmap.setDevicePixelRatio(ratio)
        picture = PlainLabel()
        picture.setPixmap(pixmap)
        picture.setAccessibleName(name)
        caption = PlainLabel("Now" if when == "now" else "Then")
        caption.setProperty("role", "muted")
        column = QVBoxLayout()
        column.setSpacing(0)
        column.addWidget(caption)
        column.addWidget(picture)
        column.addStretch(1)
        return column
