"""The dialog that shows the open photo in neighbours of its style, of which one may be taken."""

from functools import partial

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QDialog, QGridLayout, QPushButton, QVBoxLayout, QWidget

from pie_desktop.engine.variations import Shown, StyleVariations
from pie_desktop.ui.context import AppContext
from pie_desktop.ui.styles.making import StyleMaker
from pie_desktop.ui.taste.picture import Picture
from pie_desktop.ui.theme import SPACE, set_flag
from pie_desktop.ui.variations import jobs
from pie_desktop.ui.widgets.buttons import button_row, explain_buttons
from pie_desktop.ui.widgets.plain_text import PlainLabel
from pie_desktop.workers.job import Job
from pie_desktop.workers.lanes import QueueLane

_SIZE = QSize(1240, 680)
_COLUMNS = 3
_MOST = 2 * _COLUMNS
EXPLAINED = (
    "“{name}”, and what your references leave open: take the picture that you like better, and the style learns it. "
    "Or keep the style as it is."
)


class VariationsDialog(QDialog):
    """The style as it is, and up to six neighbours; a click, or a key from 0 to 6, ends it.

    Attributes:
        as_it_is, keep: the picture of the style, and its button.
        pictures, buttons: those of the neighbours; above and below each other, the two sides of one thing.
    """

    def __init__(
        self,
        context: AppContext,
        lane: QueueLane,
        controller: StyleMaker,
        session: StyleVariations,
        parent: QWidget,
    ) -> None:
        super().__init__(parent)
        self._context, self._lane, self._controller, self._session = context, lane, controller, session
        self._shown: Shown | None = None
        self._job: Job | None = None
        self._learning = False
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.setWindowTitle("Variations of the style")
        self.resize(_SIZE.boundedTo(parent.window().size()))
        self.text = PlainLabel()
        self.text.setWordWrap(True)
        self.as_it_is, self.keep = Picture("The style as it is"), QPushButton("0  As it is")
        self.pictures = [Picture(f"Variation {number}") for number in range(1, _MOST + 1)]
        self.buttons = [QPushButton(str(number)) for number in range(1, _MOST + 1)]
        self.cancel = QPushButton("Cancel")
        explain_buttons(
            {
                self.keep: "The style is right; nothing changes (0)",
                self.cancel: "Decide nothing (Esc)",
                **{button: f"The style learns this one ({number})" for number, button in enumerate(self.buttons, 1)},
            }
        )
        self._lay_out()
        self.as_it_is.clicked.connect(self.keep_it)
        self.keep.clicked.connect(self.keep_it)
        self.cancel.clicked.connect(self.close)
        for number, (picture, button) in enumerate(zip(self.pictures, self.buttons, strict=True)):
            picture.clicked.connect(partial(self.take, number))
            button.clicked.connect(lambda checked=False, number=number: self.take(number))
        self._say("Looking for what the style leaves open…", doubtful=False)
        self._submit(lane.submit(jobs.show, session, self._side(), title="Variations")).result.connect(self._on_shown)

    @property
    def shown(self) -> Shown | None:
        """What is shown; None before it is there."""
        return self._shown

    @property
    def _ready(self) -> bool:
        return self._shown is not None and not self._learning and (self._job is None or self._job.done)

    def take(self, number: int) -> None:
        """Teach the style a neighbour, by its place; the dialog closes when that is done."""
        if self._ready and self._shown is not None and number < len(self._shown.variations):
            self._learning = True
            self._enable()
            self._say(
                f"“{self._session.style.name}” learns to be {self._shown.variations[number].word}…", doubtful=False
            )
            self._controller.refine(self._session, self._shown.variations[number], self.accept)

    def keep_it(self) -> None:
        """The style is right as it is."""
        if self._ready:
            self._submit(self._lane.submit(jobs.keep, self._session)).result.connect(lambda _nothing: self.accept())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        number = event.key() - int(Qt.Key.Key_0)
        if number == 0:
            self.keep_it()
        elif 1 <= number <= _MOST:
            self.take(number - 1)
        else:
            super().keyPressEvent(event)

    def done(self, result: int) -> None:
        """However it ends, what is still being looked for is given up."""
        if self._job is not None and not self._job.done:
            self._job.cancel()
        super().done(result)

    def _submit(self, job: Job) -> Job:
        self._job = job
        job.failed.connect(partial(self._say, doubtful=True))
        job.finished.connect(self._enable)
        self._enable()
        return job

    def _on_shown(self, shown: Shown) -> None:
        self._shown = shown
        self.setFocus()
        display = self._context.display
        self.as_it_is.set_image(display.apply(shown.as_it_is))
        for number, (picture, button) in enumerate(zip(self.pictures, self.buttons, strict=True)):
            there = number < len(shown.variations)
            picture.setVisible(there)
            button.setVisible(there)
            if there:
                word = shown.variations[number].word
                picture.set_image(display.apply(shown.images[number]))
                picture.setAccessibleDescription(word)
                button.setText(f"{number + 1}  {word[:1].upper()}{word[1:]}")
        self._say(EXPLAINED.format(name=self._session.style.name), doubtful=False)

    def _say(self, text: str, *, doubtful: bool) -> None:
        self.text.setText(text)
        set_flag(self.text, "role", "warning" if doubtful else "")

    def _enable(self) -> None:
        for widget in (self.as_it_is, self.keep, *self.pictures, *self.buttons):
            widget.setEnabled(self._ready)

    def _side(self) -> int:
        """Long side of the pictures, px of the screen."""
        return round(self.width() / 2 * self.devicePixelRatioF())

    def _lay_out(self) -> None:
        grid = QGridLayout()
        grid.setSpacing(SPACE)
        grid.addWidget(self.as_it_is, 0, 0, 3, 1)
        grid.addWidget(self.keep, 3, 0)
        for number, (picture, button) in enumerate(zip(self.pictures, self.buttons, strict=True)):
            place, row = 1 + number // 2, 2 * (number % 2)
            grid.addWidget(picture, row, place)
            grid.addWidget(button, row + 1, place)
        grid.setColumnStretch(0, 4)
        for place in range(1, 1 + _COLUMNS):
            grid.setColumnStretch(place, 3)
        for row in (0, 2):
            grid.setRowStretch(row, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(2 * SPACE, 2 * SPACE, 2 * SPACE, 2 * SPACE)
        column.setSpacing(SPACE)
        column.addWidget(self.text)
        column.addLayout(grid, 1)
        column.addLayout(button_row(self.cancel))
