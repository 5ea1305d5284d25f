"""The styles and the choice of one; all work is done in jobs, the panel shows what comes of it."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from PySide6.QtCore import QObject, Signal

from pie_desktop.styles.marks import LibraryMarks
from pie_desktop.styles.store import Style
from pie_desktop.ui.context import AppContext
from pie_desktop.ui.styles import jobs
from pie_desktop.ui.styles.operation import Operation
from pie_desktop.ui.styles.preferences import StylePreferences
from pie_desktop.workers.job import Job
from pie_desktop.workers.lanes import QueueLane

SHOWN_PROBLEMS = 3


class StyleChooser(QObject):
    """Lists the styles, runs work on them, and makes the chosen one that of the photo.

    A chosen style becomes that of the current edit once it is ready, so that nobody waits for its preference twice.

    Attributes:
        styles: all styles as last read, the user's own first.
        marks: what is noted about them.
        lane: changes to the library, in order.
        preferences: which styles are ready.

    Signals:
        listed: `styles` may have changed.
        created: id of a style that has just been made and that the user may want to name.
        busy: (key, fraction, text): work is being done on a style, or on a new one that has no id yet.
        idle: (key, problem): that work ended; the problem is one sentence, or empty.
    """

    listed = Signal()
    created = Signal(str)
    busy = Signal(str, float, str)
    idle = Signal(str, str)

    def __init__(self, context: AppContext, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self.styles: list[Style] = []
        self.marks = LibraryMarks()
        self._current = context.current
        self.lane = context.add_lane(QueueLane("styles"))
        self.preferences = StylePreferences(context, self._watch, self)
        self._operations: dict[str, Operation] = {}
        self._unannounced: set[str] = set()
        self._asked: str | None = None  # what a person chose last, as against what a photo was opened with
        context.styles_changed.connect(self.refresh)
        self._current.style_changed.connect(self._on_selected)
        context.engine_changed.connect(self._on_engine_changed)

    def style(self, style_id: str | None) -> Style | None:
        return next((style for style in self.styles if style.id == style_id), None)

    def refresh(self) -> None:
        """Read the styles again."""
        self._change(self._on_listed, jobs.list_styles)

    def choose(self, style_id: str | None) -> None:
        """Select a style as soon as it is ready; None for neutral."""
        self._current.want(style_id)
        self._asked = style_id
        if style_id is not None:
            self._change(lambda _: None, jobs.note_use, style_id)
        if style_id is None or self._is_ready(style_id):
            self._current.choose_style(style_id)
        else:
            self.prepare(style_id)

    def take_marks(self, marks: LibraryMarks) -> None:
        """Something else is noted about the styles now."""
        self.marks = marks
        self.listed.emit()

    def prepare(self, style_id: str) -> None:
        """Compute the preference of a style unless it is ready; a computation for another style is given up."""
        if not self._is_ready(style_id) and self.preferences.compute(style_id, self._on_ready):
            self.busy.emit(style_id, -1, "Computing the preference…")

    def is_busy(self, key: str) -> bool:
        """Whether something is being done to a style."""
        return key in self._operations

    def cancel(self, key: str) -> None:
        """Stop the work on a style, or on a new one."""
        if key in self._operations:
            self._operations[key].cancel()
            self.refresh()  # should it have been too late: the lane lists the styles after that job

    # ---- what comes of it

    def _on_listed(self, listing: jobs.StyleListing) -> None:
        self.styles, self.marks = listing.styles, listing.marks
        self.listed.emit()
        for problem in listing.problems:
            self._context.notifier.warning(problem)

    def _on_references_changed(self, style: Style) -> None:
        self._put(style)
        self._unannounced.add(style.id)
        self.prepare(style.id)
        if self._is_ready(style.id):  # nothing in it is other than before
            self._announce(style.id)

    def _on_ready(self, ready: jobs.ReadyStyle) -> None:
        self.preferences.take(ready)
        self._announce(ready.style_id)
        self.listed.emit()
        # Not the style that a photo was opened with, whose preference is computed, too.
        if self._current.wanted == self._asked == ready.style_id:
            self._current.choose_style(ready.style_id)

    def _on_selected(self, style_id: str) -> None:
        if style_id != self._asked:
            self._asked = None
        known = not self.styles or self.style(style_id) is not None  # one of a blend may have been deleted
        if style_id and known and not self._is_ready(style_id):
            self.prepare(style_id)

    def _on_engine_changed(self) -> None:
        self.preferences.forget()
        self.listed.emit()
        if self._current.wanted is not None:
            self.prepare(self._current.wanted)

    # ---- helpers

    def _change(
        self, on_result: Callable[[Any], None], work: Callable[..., Any], *args: Any, key: str = "", title: str = ""
    ) -> None:
        """Do something with the library; short work has no key, so that its end is not that of a longer one."""
        if self.lane.closed:
            return  # the window is being closed, and jobs that were cancelled report their end
        job = self.lane.submit(work, self._context.library, *args, title=title)
        self._watch(key, job, on_result)

    def _watch(self, key: str, job: Job, on_result: Callable[[Any], None]) -> Operation:
        operation = Operation(key, job, on_result, self)
        if key:
            self._operations[key] = operation
        operation.busy.connect(self.busy)
        operation.ended.connect(partial(self._on_ended, operation))
        return operation

    def _on_ended(self, operation: Operation, key: str, problem: str) -> None:
        self.preferences.ended(operation)
        if problem:
            self._context.notifier.error(problem)
            self.listed.emit()
        if self._operations.get(key) is not operation:
            return  # other work on the same style has begun meanwhile
        del self._operations[key]
        self.idle.emit(key, problem)
        self._announce(key)
        if self._current.wanted == key and not self._is_ready(key):
            self._current.want(self._current.style_id)

    def _is_ready(self, style_id: str) -> bool:
        return self.preferences.is_ready(self.style(style_id))

    def _put(self, style: Style) -> None:
        """Show a changed style at once, a new one first, without waiting for the next listing."""
        if self.style(style.id) is None:
            self.styles.insert(0, style)
        else:
            self.styles = [style if other.id == style.id else other for other in self.styles]
        self.listed.emit()

    def _announce(self, style_id: str) -> None:
        """Tell that a style changed, only now that its preference is known, so that nobody computes it on the way."""
        if style_id in self._unannounced:
            self._unannounced.remove(style_id)
            self._context.styles_changed.emit()

    def _tell(self, problems: Sequence[str]) -> None:
        if problems:
            more = len(problems) - SHOWN_PROBLEMS
            text = " ".join(problems[:SHOWN_PROBLEMS]) + (f" And {more} more." if more > 0 else "")
            self._context.notifier.warning(text, "\n".join(problems))
