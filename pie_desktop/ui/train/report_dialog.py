"""The report on a model: in words, in pictures of the photos that gained most and least, and photo by photo."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QGridLayout,
    QHBoxLayout,
    QHeaderView,
    QPushButton,
    QScrollArea,
    QTableWidget,
    QTableWidgetItem,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from pie_desktop.model.blind_test import BlindTest, read_blind_test
from pie_desktop.model.report import PICTURES, ModelReport, PhotoReport, Picture, picture_path
from pie_desktop.ui.context import AppContext
from pie_desktop.ui.taste.picture import Picture as PictureView
from pie_desktop.ui.theme import SPACE, set_flag
from pie_desktop.ui.train.blind_dialog import BlindDialog, read_picture
from pie_desktop.ui.widgets.labels import ElidedLabel, heading
from pie_desktop.ui.widgets.plain_text import PlainLabel, plain
from pie_desktop.ui.widgets.table import set_up_table
from pie_desktop.workers.job import Job, JobContext
from pie_desktop.workers.lanes import QueueLane

if TYPE_CHECKING:
    from pie_desktop.model.bundle import BundleInfo

TITLES: dict[Picture, str] = {
    "before": "Before",
    "shipped": "Shipped model",
    "references": "References alone",
    "ours": "This model",
    "yours": "Yours",
}
HINTS: dict[Picture, str] = {
    "before": "The photo as it was.",
    "shipped": "What the model that comes with the program makes of it, without knowing your edits.",
    "references": "What the model that training started from makes of it with some of your edits as references.",
    "ours": "What this model makes of it with the same references.",
    "yours": "What you made of it.",
}
_SHARE = 0.95  # of the window
_ROW = 0.125  # height of a row of pictures, in widths of the dialog


def read_pictures(context: JobContext, bundle: Path, photo: PhotoReport) -> list[np.ndarray | None]:
    """The pictures of one photo in the order of `PICTURES`, None where one is not there; a job for a lane."""
    found = []
    for which in PICTURES:
        context.check()
        found.append(read_picture(picture_path(bundle, photo, which)))
    return found


class ReportDialog(QDialog):
    """Shows the report of one model, from which the blind comparison is begun and the model taken into use.

    Attributes:
        info: the model.

    Args:
        report: its report.
        used: whether it is in use.

    Signals:
        use_requested: the model is to be taken into use.
    """

    use_requested = Signal()

    def __init__(
        self,
        context: AppContext,
        lane: QueueLane,
        info: "BundleInfo",
        report: ModelReport,
        used: bool,
        parent: QWidget,
    ) -> None:
        super().__init__(parent)
        self._context, self._lane, self.info, self._report = context, lane, info, report
        self._jobs: list[Job] = []
        self.blind: BlindDialog | None = None
        self.setWindowTitle("Report")
        self.resize(parent.window().size() * _SHARE)
        verdict, *facts = report.sentences()
        self.title = ElidedLabel(info.name)
        self.title.setProperty("role", "title")
        self.verdict = PlainLabel(verdict)
        self.verdict.setWordWrap(True)
        set_flag(self.verdict, "role", {"better": "accent", "worse": "warning"}.get(report.verdict, ""))
        self.facts = PlainLabel("\n".join(facts))
        self.facts.setWordWrap(True)
        self.facts.setProperty("role", "muted")
        self.facts.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.picked = PlainLabel()
        self.picked.setWordWrap(True)
        self.compare = QPushButton()
        self.compare.setToolTip(
            plain("Shows pairs of results without saying whose they are, and counts what you pick.")
        )
        self.use = QPushButton("Use this model")
        self.use.setProperty("primary", True)
        self.use.setEnabled(not used)
        self.close_button = QPushButton("Close")
        self.views: dict[tuple[int, Picture], PictureView] = {}
        self.tabs = QTabWidget()
        self.tabs.setDocumentMode(True)
        self.tabs.tabBar().setDrawBase(False)
        self.tabs.addTab(self._gallery(), "Most improved and worst")
        self.tabs.addTab(self._table(), f"All photos ({len(report.photos):,})")
        self._lay_out()
        self.compare.clicked.connect(self.compare_blind)
        self.use.clicked.connect(self.use_requested)
        self.close_button.clicked.connect(self.close)
        self._show_picks(read_blind_test(info.path))

    def compare_blind(self) -> None:
        """Begin the blind comparison, or go on with it."""
        self.blind = BlindDialog(self._context, self._lane, self.info.path, self._report, self)
        self.blind.changed.connect(self._show_picks)
        self.blind.open()

    def mark_used(self) -> None:
        """The model is in use now."""
        self.use.setEnabled(False)

    def done(self, result: int) -> None:
        for job in self._jobs:
            job.cancel()
        super().done(result)

    def _show_picks(self, test: BlindTest | None) -> None:
        picks = 0 if test is None else len(test.picks)
        self.picked.setText(test.sentence() if test is not None and picks else "")
        self.picked.setVisible(bool(picks))
        over = picks >= len(self._report.photos)
        self.compare.setText("Compare blind…" if not picks or over else "Go on comparing…")
        self.compare.setEnabled(not over)

    def _gallery(self) -> QWidget:
        """A row of pictures for each of the photos that gained most and least."""
        inside = QWidget()
        grid = QGridLayout(inside)
        grid.setContentsMargins(0, SPACE, SPACE, SPACE)
        grid.setSpacing(SPACE)
        for column, which in enumerate(PICTURES):
            label = PlainLabel(TITLES[which])
            label.setToolTip(plain(HINTS[which]))
            grid.addWidget(label, 0, column, Qt.AlignmentFlag.AlignHCenter)
            grid.setColumnStretch(column, 1)
        row = 1
        for title, photos in zip(("MOST IMPROVED", "WORST"), self._report.extremes, strict=True):
            if photos:
                grid.addWidget(heading(title), row, 0, 1, len(PICTURES))
                row += 1
            for photo in photos:
                row = self._add_photo(grid, row, photo)
        grid.setRowStretch(row, 1)
        area = QScrollArea()
        area.setAccessibleName("Pictures of the photos that gained most and least")
        area.setWidget(inside)
        area.setWidgetResizable(True)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        return area

    def _add_photo(self, grid: QGridLayout, row: int, photo: PhotoReport) -> int:
        """Returns the next row that is free."""
        for column, which in enumerate(PICTURES):
            view = PictureView(f"{photo.name}, {TITLES[which].lower()}")
            view.setMinimumWidth(0)
            view.setFixedHeight(round(_ROW * self.width()))
            view.unsetCursor()
            view.setEnabled(False)  # there is nothing to click
            self.views[photo.number, which] = view
            grid.addWidget(view, row, column)
        caption = ElidedLabel(
            f"{photo.name}: {photo.gain:+.2f} dB, {photo.references.psnr:.1f} dB with references alone,"
            f" {photo.ours.psnr:.1f} dB with this model"
        )
        caption.setProperty("role", "muted")
        grid.addWidget(caption, row + 1, 0, 1, len(PICTURES))
        job = self._lane.submit(read_pictures, self.info.path, photo, title="Reading a report")
        job.result.connect(lambda images, number=photo.number: self._on_pictures(number, images))
        self._jobs.append(job)
        return row + 2

    def _on_pictures(self, number: int, images: Sequence[np.ndarray | None]) -> None:
        for which, image in zip(PICTURES, images, strict=True):
            shown = None if image is None else self._context.display.apply(image)
            self.views[number, which].set_image(shown)

    def _table(self) -> QTableWidget:
        headers = ("Photo", *(TITLES[which] for which in PICTURES if which != "yours"), "Gain", "Colour difference")
        table = QTableWidget(len(self._report.photos), len(headers))
        table.setHorizontalHeaderLabels(headers)
        set_up_table(table, "All photos", one_row=True)
        table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        table.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        table.horizontalHeader().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        for row, photo in enumerate(self._report.by_gain):
            scores = (photo.unedited, photo.shipped, photo.references, photo.ours)
            texts = [photo.name, *(f"{score.psnr:.1f} dB" for score in scores), f"{photo.gain:+.2f} dB"]
            texts.append(f"{photo.ours.de00 - photo.references.de00:+.2f} dE00")
            for column, text in enumerate(texts):
                item = QTableWidgetItem(text)
                item.setToolTip(plain(text))
                table.setItem(row, column, item)
        return table

    def _lay_out(self) -> None:
        buttons = QHBoxLayout()
        buttons.setSpacing(SPACE)
        buttons.addWidget(self.compare)
        buttons.addStretch(1)
        buttons.addWidget(self.close_button)
        buttons.addWidget(self.use)
        for button in (self.compare, self.use):
            button.setAutoDefault(False)
        column = QVBoxLayout(self)
        column.setContentsMargins(2 * SPACE, 2 * SPACE, 2 * SPACE, 2 * SPACE)
        column.setSpacing(SPACE)
        for widget in (self.title, self.verdict, self.facts, self.picked):
            column.addWidget(widget)
        column.addWidget(self.tabs, 1)
        column.addLayout(buttons)
