"""How unsure the model is of each photo of the plan: asked in the background, what is in sight first."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QObject, QTimer, Signal

from pie_desktop.catalog.thumbnails import FileVersion
from pie_desktop.edit.edit import MIX, Edit
from pie_desktop.edit.parts.development import DevelopmentPart
from pie_desktop.edit.versions import PhotoVersion
from pie_desktop.engine.engine import Engine
from pie_desktop.errors import PieError
from pie_desktop.export.photo_edits import PhotoEdit
from pie_desktop.imaging.decode import load_proxy
from pie_desktop.styles.store import StyleLibrary
from pie_desktop.ui.context import AppContext
from pie_desktop.workers.job import JobContext
from pie_desktop.workers.lanes import LatestLane

AT_ONCE = 4  # photos of a job: what comes into sight waits no longer than for these
DELAY_MS = 250  # after the plan, which is more urgent


@dataclass(frozen=True)
class Question:
    """What the answer depends on: the file, its styles with their mix, and what the model sees; not strengths."""

    photo: PhotoVersion
    edit: Edit
    version: FileVersion | None = None


def expect(
    context: JobContext, engine: Engine, library: StyleLibrary, questions: Sequence[Question]
) -> dict[Question, float | None]:
    """The expected errors of photos in their styles, in dE00; the function of a job.

    None for a photo that cannot be read, whose problem the plan says, and where the model does not know.
    """
    found: dict[Question, float | None] = {}
    for question in questions:
        context.check()
        try:
            preference = engine.preference_of(question.edit.style, None, context.should_cancel)
            assert preference is not None, "neutral photos are not asked about"
            context.check()
            proxy = load_proxy(question.photo.path, question.edit.development)
            found[question] = engine.expected_error(proxy, preference, question.edit.style.share)
        except PieError:
            found[question] = None
    return found


class ExpectedErrors(QObject):
    """Asks the model about the photos of the plan, a few at a time, and remembers what it said.

    Signals:
        found: the expected error by photo, of some more photos.
    """

    found = Signal(object)

    def __init__(self, context: AppContext, in_sight: Callable[[], Sequence[PhotoVersion]], parent: QObject) -> None:
        """`in_sight` are the photos whose rows are visible now."""
        super().__init__(parent)
        self._context = context
        self._in_sight = in_sight
        self._lane = context.add_lane(LatestLane("expected errors"))
        self._known: dict[Question, float | None] = {}
        self._waiting: dict[PhotoVersion, Question] = {}
        self._timer = QTimer(self, singleShot=True, interval=DELAY_MS)
        self._timer.timeout.connect(self._go_on)
        for changed in (context.engine_changed, context.styles_changed):
            changed.connect(self._known.clear)

    def ask(self, edits: Mapping[PhotoVersion, PhotoEdit]) -> None:
        """The photos of a new plan, with their edits; those before are of no interest any more."""
        self.stop()
        known = {}
        for photo, found in edits.items():
            if found.problem is not None or found.edit.style_id is None:
                continue  # neutral enhancement is nobody's own: nothing can be expected of it
            question = _question(photo, found.edit)
            if question in self._known:
                known[photo] = self._known[question]
            else:
                self._waiting[photo] = question
        if known:
            self.found.emit(known)
        if self._waiting:
            self._timer.start()

    def stop(self) -> None:
        """Ask no more, as an export needs the model."""
        self._timer.stop()
        self._lane.cancel_all()
        self._waiting = {}

    def _go_on(self) -> None:
        if not self._waiting or self._lane.closed:
            return
        order = dict.fromkeys([*(photo for photo in self._in_sight() if photo in self._waiting), *self._waiting])
        questions = [self._waiting[photo] for photo in list(order)[:AT_ONCE]]
        job = self._lane.submit(expect, self._context.engine, self._context.library, questions)
        job.result.connect(self._on_found)

    def _on_found(self, found: dict[Question, float | None]) -> None:
        self._known.update(found)
        for question in found:
            self._waiting.pop(question.photo, None)
        self.found.emit({question.photo: error for question, error in found.items()})
        self._go_on()


def _question(photo: PhotoVersion, edit: Edit) -> Question:
    seen = edit.plain.with_value(MIX, edit.value(MIX))
    return Question(photo, seen.with_part(edit.part(DevelopmentPart)), FileVersion.of(photo.path))
