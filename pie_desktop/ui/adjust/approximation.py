"""The dialog that shows an edit as adjustments: sliders that come near to it, and how near."""

from dataclasses import dataclass
from itertools import groupby

import numpy as np
from PySide6.QtCore import QObject, QSize, Qt
from PySide6.QtGui import QGuiApplication, QPixmap
from PySide6.QtWidgets import QDialog, QFrame, QGridLayout, QHBoxLayout, QPushButton, QScrollArea, QVBoxLayout, QWidget

from pie_desktop import json_files
from pie_desktop.edit.approximation import Approximation, as_adjustments
from pie_desktop.edit.edit import Edit
from pie_desktop.edit.part import part_type
from pie_desktop.imaging.lut.apply import apply_any
from pie_desktop.imaging.resize.resize import resize_long_side
from pie_desktop.ui.canvas.layer import Source, to_uint8
from pie_desktop.ui.canvas.panes import as_image
from pie_desktop.ui.canvas.renderer import PreviewRenderer
from pie_desktop.ui.context import AppContext
from pie_desktop.ui.editor.reading import Enhancement
from pie_desktop.ui.editor.session import EditSession
from pie_desktop.ui.theme import HALF_SPACE, SPACE, numeric_font
from pie_desktop.ui.widgets.labels import heading
from pie_desktop.ui.widgets.plain_text import PlainLabel
from pie_desktop.workers.job import JobContext
from pie_desktop.workers.lanes import LatestLane

STEP = "As adjustments"
PICTURE = 340  # px, long side
LIST_WIDTH = 260
LIST_HEIGHT = 420


@dataclass(frozen=True, eq=False)
class Comparison:
    """An edit beside its sliders.

    Attributes:
        approximation: the sliders.
        edited, approximate: the photo with either, uint8 (H, W, 3).
    """

    approximation: Approximation
    edited: np.ndarray
    approximate: np.ndarray


def compare(context: JobContext, enhancement: Enhancement, edit: Edit, source: Source) -> Comparison:
    """Fit the sliders and show the photo with them; the function of a job."""
    transform = enhancement.transform
    found = as_adjustments(enhancement.proxy, transform, edit)
    context.check()
    small = np.ascontiguousarray(resize_long_side(source.image, min(PICTURE, max(source.image.shape[:2]))))
    images = (to_uint8(apply_any(small, transform.exact(one))) for one in (edit, found.edit))
    return Comparison(found, *images)


class ApproximationDialog(QDialog):
    """Waits for a `Comparison`, shows it, and offers what can be done with it.

    Attributes:
        comparison: what is shown; None until it is there.
        said: how near the sliders come.
        use_button, copy_button: take the sliders as the edit, or copy it as text.
    """

    def __init__(self, width: int, height: int, parent: QWidget | None) -> None:
        """The dialog for a photo of this size, in any unit."""
        super().__init__(parent)
        self.setWindowTitle("Edit as adjustments")
        longest = max(width, height)
        self._size = QSize(max(1, round(PICTURE * width / longest)), max(1, round(PICTURE * height / longest)))
        self.comparison: Comparison | None = None
        self.said = PlainLabel("Fitting the sliders…", wordWrap=True)
        self._pictures = (PlainLabel(), PlainLabel())
        self._list = QWidget()
        self.use_button = QPushButton("Use as edit")
        self.use_button.setProperty("primary", True)
        self.use_button.setToolTip("The style is off, and the sliders stand where they are shown here; can be undone")
        self.copy_button = QPushButton("Copy as JSON")
        self.copy_button.setToolTip("For a file that the command line takes with --edit")
        close = QPushButton("Close")
        for button in (self.use_button, self.copy_button):
            button.setEnabled(False)
        self.use_button.clicked.connect(self.accept)
        self.copy_button.clicked.connect(self._copy)
        close.clicked.connect(self.reject)
        self._build(close)

    def show_comparison(self, comparison: Comparison) -> None:
        """Show what was found."""
        self.comparison = comparison
        found = comparison.approximation
        self.said.setText(
            f"{found.said} On average over the photo ΔE\u00a0{found.remaining:.1f} is left of the "
            f"ΔE\u00a0{found.before:.1f} by which the edit changes it."
        )
        for label, image in zip(self._pictures, (comparison.edited, comparison.approximate), strict=True):
            label.setPixmap(QPixmap.fromImage(as_image(np.ascontiguousarray(image))))
        self._fill(found)
        for button in (self.use_button, self.copy_button):
            button.setEnabled(True)

    def say(self, text: str) -> None:
        """Say something in the place of the result."""
        self.said.setText(text)

    def _copy(self) -> None:
        assert self.comparison is not None
        QGuiApplication.clipboard().setText(json_files.to_text(self.comparison.approximation.edit.to_json()))
        self.copy_button.setText("Copied")

    def _build(self, close: QPushButton) -> None:
        pictures = QHBoxLayout()
        pictures.setSpacing(SPACE)
        for name, label in zip(("The edit", "As adjustments"), self._pictures, strict=True):
            label.setFixedSize(PICTURE, self._size.height())
            label.setAlignment(Qt.AlignmentFlag.AlignCenter)
            label.setAccessibleName(f"The photo: {name.lower()}")
            column = QVBoxLayout()
            column.addWidget(label)
            caption = PlainLabel(name)
            caption.setProperty("role", "muted")
            caption.setAlignment(Qt.AlignmentFlag.AlignCenter)
            column.addWidget(caption)
            pictures.addLayout(column)
        scroll = QScrollArea()
        scroll.setAccessibleName("Values of the sliders")
        scroll.setWidget(self._list)
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setFixedWidth(LIST_WIDTH)
        scroll.setMinimumHeight(LIST_HEIGHT)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        left = QVBoxLayout()
        left.addLayout(pictures)
        self.said.setMinimumHeight(3 * self.said.fontMetrics().height())
        self.said.setAlignment(Qt.AlignmentFlag.AlignTop)
        left.addWidget(self.said)
        left.addStretch(1)
        buttons = QHBoxLayout()
        buttons.addWidget(self.copy_button)
        buttons.addStretch(1)
        buttons.addWidget(close)
        buttons.addWidget(self.use_button)
        left.addLayout(buttons)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(2 * SPACE, 2 * SPACE, 2 * SPACE, 2 * SPACE)
        layout.setSpacing(2 * SPACE)
        layout.addLayout(left)
        layout.addWidget(scroll)

    def _fill(self, found: Approximation) -> None:
        grid = QGridLayout(self._list)
        grid.setContentsMargins(0, 0, SPACE, 0)
        grid.setVerticalSpacing(HALF_SPACE)
        grid.setColumnStretch(0, 1)
        row = 0
        for part, sliders in groupby(found.sliders(), key=lambda one: one[0].part):
            title = heading(part_type(part).LABEL.upper())
            title.setContentsMargins(0, SPACE if row else 0, 0, 0)
            grid.addWidget(title, row, 0, 1, 2)
            for parameter, value in sliders:
                row += 1
                number = PlainLabel(parameter.text(value))
                number.setFont(numeric_font(self.font()))
                grid.addWidget(PlainLabel(parameter.label), row, 0)
                grid.addWidget(number, row, 1, Qt.AlignmentFlag.AlignRight)
            row += 1
        if not row:
            grid.addWidget(PlainLabel("All sliders stand at 0: the edit changes nothing.", wordWrap=True), 0, 0)
        grid.setRowStretch(row + 1, 1)


class ShowAsAdjustments(QObject):
    """The action: opens the dialog for the open photo.

    Attributes:
        dialog: that is open.
    """

    def __init__(self, context: AppContext, session: EditSession, renderer: PreviewRenderer, window: QWidget) -> None:
        super().__init__(window)
        self._context = context
        self._session = session
        self._renderer = renderer
        self._window = window
        self._lane = context.add_lane(LatestLane("as adjustments"))
        self.dialog: ApproximationDialog | None = None

    def open(self) -> None:
        """Ask for the sliders and show them once they are there."""
        session, source = self._session, self._renderer.source
        if session.enhancement is None or source is None:
            self._context.notifier.info("The photo is still being enhanced; try again in a moment.")
            return
        dialog = self.dialog = ApproximationDialog(source.image.shape[1], source.image.shape[0], self._window)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        job = self._lane.submit(compare, session.enhancement, session.edit, source)
        job.result.connect(dialog.show_comparison)
        job.failed.connect(dialog.say)
        dialog.accepted.connect(self._use)
        dialog.finished.connect(self._on_closed)
        dialog.open()

    def _use(self) -> None:
        path, dialog = self._session.path, self.dialog
        if path is not None and dialog is not None and dialog.comparison is not None:
            edit = dialog.comparison.approximation.edit
            self._session.several.change_all(STEP, lambda _, before: edit, [path])

    def _on_closed(self) -> None:
        self.dialog = None
        self._lane.cancel_all()
