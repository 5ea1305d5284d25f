"""The dialog that finds a taste: which of two renderings of one photo is better, by mouse or by key."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QDialog, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from pie_desktop.engine.kept_picks import picks_path
from pie_desktop.engine.taste import TasteSession
from pie_desktop.model.choices import Answer
from pie_desktop.styles.store import Style
from pie_desktop.ui.context import AppContext
from pie_desktop.ui.taste import jobs
from pie_desktop.ui.taste.picture import Picture
from pie_desktop.ui.theme import SPACE, set_flag
from pie_desktop.ui.widgets.buttons import explain_buttons
from pie_desktop.ui.widgets.labels import ElidedLabel
from pie_desktop.ui.widgets.plain_text import PlainLabel, plain
from pie_desktop.workers.job import Job
from pie_desktop.workers.lanes import QueueLane

_SIZE = QSize(1160, 680)
_KEYS = {
    Qt.Key.Key_1: Answer.FIRST,
    Qt.Key.Key_Left: Answer.FIRST,
    Qt.Key.Key_2: Answer.SECOND,
    Qt.Key.Key_Right: Answer.SECOND,
    Qt.Key.Key_0: Answer.SAME,
    Qt.Key.Key_Down: Answer.SAME,
}
_UNDO_KEYS = (Qt.Key.Key_Backspace, Qt.Key.Key_Up)
_NAME = "My taste"


class TasteDialog(QDialog):
    """Asks, until the person has had enough; every answer is kept at once.

    Args:
        photos: of the person, to ask about where no picks are kept.
        refined: the style to refine, or None.

    Signals:
        saved: the `Style` that was made of the picks.
    """

    saved = Signal(object)

    def __init__(
        self, context: AppContext, lane: QueueLane, photos: Sequence[Path], refined: Style | None, parent: QWidget
    ) -> None:
        super().__init__(parent)
        self._context, self._lane = context, lane
        self._session = TasteSession(context.engine, refined, picks_path(refined.id if refined is not None else None))
        self._refined = refined
        self._shown: jobs.Shown | None = None
        self._job: Job | None = None
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.setWindowTitle("Find my taste" if refined is None else "Refine a style")
        self.resize(_SIZE.boundedTo(parent.window().size()))
        self.pictures = (Picture("First rendering"), Picture("Second rendering"))
        self.first = QPushButton("1  This one")
        self.second = QPushButton("2  This one")
        self.same = QPushButton("0  Same")
        self.undo = QPushButton("Undo")
        self.anew = QPushButton("Begin anew")
        self.save = QPushButton("Save as style")
        self.save.setProperty("primary", True)
        self.stop = QPushButton("Close")
        self.text = PlainLabel()
        self.text.setWordWrap(True)
        self.photo = ElidedLabel(mode=Qt.TextElideMode.ElideMiddle)
        self.photo.setProperty("role", "muted")
        self.photo.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignTop)
        self._explain()
        self._lay_out()
        for picture, button, answer in zip(
            self.pictures, (self.first, self.second), (Answer.FIRST, Answer.SECOND), strict=True
        ):
            picture.clicked.connect(lambda chosen=answer: self.choose(chosen))
            button.clicked.connect(lambda checked=False, chosen=answer: self.choose(chosen))
        self.same.clicked.connect(lambda: self.choose(Answer.SAME))
        self.undo.clicked.connect(self.take_back)
        self.anew.clicked.connect(lambda: self._run(jobs.begin_anew, self._side()))
        self.save.clicked.connect(self.save_style)
        self.stop.clicked.connect(self.close)
        self._run(jobs.open_session, list(photos), self._side())
        self._say("Looking at your photos…", doubtful=False)

    @property
    def busy(self) -> bool:
        """Whether an answer is being worked on; nothing can be picked meanwhile."""
        return self._job is not None and not self._job.done

    @property
    def shown(self) -> jobs.Shown | None:
        """The question that is asked; None before the first one."""
        return self._shown

    def choose(self, answer: Answer) -> None:
        """Answer the question that is shown."""
        if self._shown is not None and not self.busy:
            self._run(jobs.answer, self._shown.asked.question, answer, self._side())

    def take_back(self) -> None:
        """Undo the last answer, of this or of an earlier day."""
        if self._shown is not None and not self.busy and self._shown.state.picks:
            self._run(jobs.undo, self._side())

    def save_style(self) -> None:
        """Make a style of the picks; the dialog closes when it is there."""
        if self._shown is None or self.busy or not self._shown.state.can_save:
            return
        name = _NAME if self._refined is None else f"{self._refined.name[:60]}, refined"
        self._say("Making the style…", doubtful=False)
        job = self._submit(jobs.save, self._context.library, name)
        job.result.connect(self._on_saved)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        if key in _KEYS:
            self.choose(_KEYS[key])
        elif key in _UNDO_KEYS:
            self.take_back()
        else:
            super().keyPressEvent(event)

    def done(self, result: int) -> None:
        """However it ends, what is being worked on is given up; what was answered is kept."""
        if self._job is not None and not self._job.done:
            self._job.cancel()
        super().done(result)

    # ---- work

    def _run(self, work: Callable[..., Any], *args: object) -> None:
        self._submit(work, *args).result.connect(self._on_shown)

    def _submit(self, work: Callable[..., Any], *args: object) -> Job:
        job = self._lane.submit(work, self._session, *args, title="Finding your taste")
        self._job = job
        job.progress.connect(lambda share, text: self._say(f"{text}…", doubtful=False))
        job.failed.connect(lambda message: self._say(message, doubtful=True))
        job.finished.connect(self._enable)
        self._enable()
        return job

    def _on_shown(self, shown: jobs.Shown) -> None:
        if self._shown is None:  # the keys are for the question, and not for the only button that was enabled before
            self.setFocus()
        self._shown = shown
        for picture, image in zip(self.pictures, (shown.asked.first, shown.asked.second), strict=True):
            picture.set_image(self._context.display.apply(image))
        for picture, words in zip(self.pictures, shown.asked.sides, strict=True):
            picture.setToolTip(plain(f"{words[:1].upper()}{words[1:]}"))
            picture.setAccessibleDescription(words)
        self.photo.set_full_text(shown.asked.photo.name)
        self._say(shown.state.text, doubtful=shown.state.doubtful)

    def _on_saved(self, style: Style) -> None:
        self.saved.emit(style)
        self.accept()

    def _say(self, text: str, *, doubtful: bool) -> None:
        self.text.setText(text)
        set_flag(self.text, "role", "warning" if doubtful else "")

    def _enable(self) -> None:
        ready = self._shown is not None and not self.busy
        state = self._shown.state if self._shown is not None else None
        for widget in (*self.pictures, self.first, self.second, self.same):
            widget.setEnabled(ready)
        for button in (self.undo, self.anew):
            button.setEnabled(ready and state is not None and state.picks > 0)
        self.save.setEnabled(ready and state is not None and state.can_save)

    def _side(self) -> int:
        """Long side of the images, px of the screen."""
        return round(max(self.width() / 2, self.height() * 0.8) * self.devicePixelRatioF())

    # ---- looks

    def _explain(self) -> None:
        explain_buttons(
            {
                self.first: "I like the left one better (1 or Left)",
                self.second: "I like the right one better (2 or Right)",
                self.same: "I like both alike (0 or Down)",
                self.undo: "Take the last pick back (Backspace or Up)",
                self.anew: "Forget all picks and begin anew",
                self.save: "Make a style of your picks so far; you can go on picking later",
                self.stop: "Stop here; your picks are kept, and you can go on later (Esc)",
            }
        )

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(2 * SPACE)
        head.addWidget(self.text, 3)
        head.addWidget(self.photo, 1)
        sides = QHBoxLayout()
        sides.setSpacing(SPACE)
        for picture in self.pictures:
            sides.addWidget(picture, 1)
        answers = QHBoxLayout()
        answers.addStretch(2)
        for button, room in ((self.first, 2), (self.same, 2), (self.second, 2)):
            answers.addWidget(button)
            answers.addStretch(room)
        bottom = QHBoxLayout()
        bottom.setSpacing(SPACE)
        for button in (self.undo, self.anew):
            bottom.addWidget(button)
        bottom.addStretch(1)
        for button in (self.stop, self.save):
            bottom.addWidget(button)
        column = QVBoxLayout(self)
        column.setContentsMargins(2 * SPACE, 2 * SPACE, 2 * SPACE, 2 * SPACE)
        column.setSpacing(SPACE)
        column.addLayout(head)
        column.addLayout(sides, 1)
        column.addLayout(answers)
        column.addLayout(bottom)


class TasteFinding(QObject):
    """Opens the dialog; its jobs have a lane of their own.

    Attributes:
        dialog: the last one that was opened.

    Args:
        photos: gives those of the folder that is open.
        use: is given the style that was made.
    """

    def __init__(
        self,
        context: AppContext,
        window: QWidget,
        photos: Callable[[], Sequence[Path]],
        use: Callable[[Style], None],
    ) -> None:
        super().__init__(window)
        self._context, self._window, self._photos, self._use = context, window, photos, use
        self._lane = context.add_lane(QueueLane("taste"))
        self.dialog: TasteDialog | None = None

    def open(self, refined: Style | None = None) -> None:
        """Find a taste from nothing, or refine a style."""
        if self.dialog is not None:
            self.dialog.close()
            self.dialog.deleteLater()
        self.dialog = TasteDialog(self._context, self._lane, self._photos(), refined, self._window)
        self.dialog.saved.connect(self._use)
        self.dialog.open()
