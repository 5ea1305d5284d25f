"""The blind comparison: two results on one photo, sides drawn, names hidden, picked by mouse or by key."""

from pathlib import Path

import numpy as np
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QShowEvent
from PySide6.QtWidgets import QDialog, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from pie_desktop.errors import PieError
from pie_desktop.model.blind_test import BlindTest, Side, begin, read_blind_test, write_blind_test
from pie_desktop.model.report import ModelReport, PhotoReport, picture_path
from pie_desktop.model.report import Picture as Kind
from pie_desktop.ui.context import AppContext
from pie_desktop.ui.taste.picture import Picture
from pie_desktop.ui.theme import SPACE
from pie_desktop.ui.widgets.buttons import explain_buttons
from pie_desktop.ui.widgets.plain_text import PlainLabel
from pie_desktop.workers.job import Job, JobContext
from pie_desktop.workers.lanes import QueueLane

LARGEST = 1280  # px, long side of a picture of a report
_SHARE = 0.9  # of the window
_KEYS: dict[Qt.Key, Side] = {
    Qt.Key.Key_1: "left",
    Qt.Key.Key_Left: "left",
    Qt.Key.Key_2: "right",
    Qt.Key.Key_Right: "right",
    Qt.Key.Key_0: "same",
    Qt.Key.Key_Down: "same",
}
_BACK_KEYS = (Qt.Key.Key_Backspace, Qt.Key.Key_Up)


def read_picture(path: Path) -> np.ndarray | None:
    """A picture of a report, uint8 (H, W, 3), sRGB; None where it is not there or cannot be read."""
    from pie_desktop.imaging.decode import load_photo
    from pie_desktop.imaging.stored import to_uint8

    try:
        return to_uint8(load_photo(path, max_side=LARGEST))
    except (PieError, OSError):
        return None


def read_both(
    context: JobContext, bundle: Path, photo: PhotoReport, names: tuple[Kind, Kind]
) -> list[np.ndarray | None]:
    """What is on the left and on the right; a job for a lane."""
    context.check()
    return [read_picture(picture_path(bundle, photo, name)) for name in names]


class BlindDialog(QDialog):
    """Asks until all photos are answered or it is closed; every answer is kept with the model at once.

    Args:
        bundle: folder of the model.
        report: its report, whose pictures are shown.

    Signals:
        changed: the `BlindTest` with one answer more or less.
    """

    changed = Signal(object)

    def __init__(
        self, context: AppContext, lane: QueueLane, bundle: Path, report: ModelReport, parent: QWidget
    ) -> None:
        super().__init__(parent)
        self._context, self._lane, self._bundle, self._report = context, lane, bundle, report
        self._job: Job | None = None
        self._photo: PhotoReport | None = None
        self.test = read_blind_test(bundle) or begin()
        self.setWindowTitle("Compare blind")
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.resize(parent.window().size() * _SHARE)
        self.text = PlainLabel()
        self.text.setWordWrap(True)
        self.count = PlainLabel()
        self.count.setProperty("role", "muted")
        self.pictures = (Picture("Left result"), Picture("Right result"))
        self.left = QPushButton("1  This one")
        self.same = QPushButton("0  Same")
        self.right = QPushButton("2  This one")
        self.back = QPushButton("Undo")
        self.stop = QPushButton("Close")
        self._explain()
        self._lay_out()
        choices: tuple[tuple[QPushButton, Side], ...] = (
            (self.left, "left"),
            (self.same, "same"),
            (self.right, "right"),
        )
        for button, side in choices:
            button.clicked.connect(lambda checked=False, side=side: self.choose(side))
        self.pictures[0].clicked.connect(lambda: self.choose("left"))
        self.pictures[1].clicked.connect(lambda: self.choose("right"))
        self.back.clicked.connect(self.take_back)
        self.stop.clicked.connect(self.close)
        self._show_next()

    @property
    def ready(self) -> bool:
        """Whether two pictures are shown that can be picked from."""
        return self._photo is not None and (self._job is None or self._job.done)

    @property
    def _pictures_shown(self) -> bool:
        return not any(picture.is_empty for picture in self.pictures)

    def choose(self, side: Side) -> None:
        """Answer what is shown."""
        if self._photo is not None and self.ready and (self._pictures_shown or side == "same"):
            self._keep_and_go_on(self.test.answered(self._photo, side))

    def take_back(self) -> None:
        """Undo the last answer, of this or of an earlier day."""
        if self.test.picks and (self._job is None or self._job.done):
            self._keep_and_go_on(self.test.taken_back())

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.setFocus()  # the keys are for the question, not for the first button

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        if key in _KEYS:
            self.choose(_KEYS[key])
        elif key in _BACK_KEYS:
            self.take_back()
        else:
            super().keyPressEvent(event)

    def done(self, result: int) -> None:
        if self._job is not None:
            self._job.cancel()
        super().done(result)

    def _keep_and_go_on(self, test: BlindTest) -> None:
        try:
            write_blind_test(self._bundle, test)
        except PieError as error:
            self._context.notifier.error(str(error))
            return
        self.test = test
        self.changed.emit(test)
        self._show_next()

    def _show_next(self) -> None:
        self._photo = self.test.next_photo(self._report)
        done, total = len(self.test.picks), len(self._report.photos)
        self.count.setText(
            f"{min(done + 1, total):,} of {total:,}" if self._photo is not None else f"{done:,} of {total:,}"
        )
        if self._photo is None:
            self.text.setText(self.test.sentence())
            self._on_pictures([None, None])
        else:
            self.text.setText("Which one do you like better? Which model made it is told at the end.")
            names = self.test.sides(self._photo)
            self._job = self._lane.submit(read_both, self._bundle, self._photo, names, title="Comparing blind")
            self._job.result.connect(self._on_pictures)
            self._job.finished.connect(self._enable)
        self._enable()

    def _on_pictures(self, images: list[np.ndarray | None]) -> None:
        for picture, image in zip(self.pictures, images, strict=True):
            picture.set_image(None if image is None else self._context.display.apply(image))

    def _enable(self) -> None:
        shown = self.ready and self._pictures_shown
        for widget in (*self.pictures, self.left, self.right):
            widget.setEnabled(shown)
        self.same.setEnabled(self.ready)  # also where a picture is gone
        self.back.setEnabled(bool(self.test.picks))

    def _explain(self) -> None:
        explain_buttons(
            {
                self.left: "I like the left one better (1 or Left)",
                self.right: "I like the right one better (2 or Right)",
                self.same: "I see no difference, or like both alike (0 or Down)",
                self.back: "Take the last answer back (Backspace or Up)",
                self.stop: "Stop here; your answers are kept, and you can go on later (Esc)",
            }
        )

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.addWidget(self.text, 1)
        head.addWidget(self.count, 0, Qt.AlignmentFlag.AlignTop)
        sides = QHBoxLayout()
        sides.setSpacing(SPACE)
        for picture in self.pictures:
            sides.addWidget(picture, 1)
        answers = QHBoxLayout()
        answers.addStretch(2)
        for button in (self.left, self.same, self.right):
            answers.addWidget(button)
            answers.addStretch(2)
        bottom = QHBoxLayout()
        bottom.addWidget(self.back)
        bottom.addStretch(1)
        bottom.addWidget(self.stop)
        column = QVBoxLayout(self)
        column.setContentsMargins(2 * SPACE, 2 * SPACE, 2 * SPACE, 2 * SPACE)
        column.setSpacing(SPACE)
        column.addLayout(head)
        column.addLayout(sides, 1)
        column.addLayout(answers)
        column.addLayout(bottom)
