"""What was made of photos by hand goes into the selected style: at once, after a look at what changes, or on offer."""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Qt, QTimer, Signal

from pie_desktop.edit.edit import Edit
from pie_desktop.edit.versions import PhotoVersion
from pie_desktop.ui.context import AppContext
from pie_desktop.ui.edit_page import EditPage
from pie_desktop.ui.editor.session import EditSession
from pie_desktop.ui.steps import Move, Then
from pie_desktop.ui.teaching import jobs
from pie_desktop.ui.teaching.dialog import TeachingDialog
from pie_desktop.ui.teaching.words import described
from pie_desktop.ui.thumbnails.edited import kept_edit
from pie_desktop.ui.widgets.labels import counted
from pie_desktop.workers.job import JobContext
from pie_desktop.workers.lanes import LatestLane

DISMISSED = "styles.habits_dismissed"
_MOST_DISMISSED = 200
SHOWN_PROBLEMS = 3
_LOOK_MS = 400  # after an edit was saved: one look for what is saved together


class Teacher(QObject):
    """Adds edits to styles and takes them back; the photos keep the look that they were given.

    Args:
        page: has the photos, the styles, and the row whose buttons are connected here.

    Signals:
        looked: it is known whether there is something to offer.
    """

    looked = Signal()

    def __init__(self, context: AppContext, session: EditSession, page: EditPage) -> None:
        super().__init__(page)
        self._context, self._session, self._page = context, session, page
        self._strip, self._styles = page.filmstrip, page.styles.controller
        row = self._row = page.teaching
        self._preview_lane = context.add_lane(LatestLane("teaching preview"))
        self._habit_lane = context.add_lane(LatestLane("habits"))
        self.dialog: TeachingDialog | None = None
        self._look = QTimer(self, singleShot=True, interval=_LOOK_MS)
        self._look.timeout.connect(self._look_for_habit)
        row.add_requested.connect(self.add)
        row.preview_requested.connect(self.preview)
        row.offer_taken.connect(self._take_offer)
        row.offer_dismissed.connect(self._dismiss)
        context.edits_changed.connect(lambda _: self._look.start())
        context.current.style_changed.connect(self._on_style)
        session.several.count_changed.connect(lambda _: self._show_subject())
        for signal in (session.opened, session.closed):
            signal.connect(self._show_subject)

    def add(self) -> None:
        """Add what was made of the selected photos to the selected style, now."""
        self._with_edits(partial(self._teach, self._context.current.style_id))

    def preview(self) -> None:
        """Show what that would change on the other photos, and ask."""
        self._with_edits(partial(self._show_preview, self._context.current.style_id))

    def lean(self, more: bool) -> None:
        """Move the selected style nearer to what the open photo looks like, or away from it; without one, make one."""
        photo = self._session.path
        if self._session.photo is not None and photo is not None:
            style_id, edit = self._context.current.style_id, self._session.edit
            self._styles.learn(
                [(photo, edit)], style_id, partial(self._on_taught, style_id), partial(jobs.lean, more=more)
            )

    def _with_edits(self, go_on: Callable[[jobs.Edits], None]) -> None:
        """Go on with the selected photos and their edits."""
        photo = self._session.path
        if self._session.photo is None or photo is None:
            return
        selected = self._strip.selected_paths()
        photos = selected if photo in selected else [photo]
        known = dict(self._session.keeper.known_edits())
        job = self._preview_lane.submit(_edits_of, self._context, photos, known)
        job.result.connect(go_on)
        self._context.report_failure(job)

    # ---- preview

    def _show_preview(self, style_id: str | None, photos: jobs.Edits) -> None:
        context = self._context
        known = dict(self._session.keeper.known_edits())
        listed = [path for path in self._strip.listed if path.parent == photos[0][0].parent]
        job = self._preview_lane.submit(
            jobs.preview, context.library, context.engine, context.catalog, style_id, list(photos), listed, known
        )
        dialog = self.dialog = TeachingDialog(job, context.display.lut, self._page.window())
        dialog.failed.connect(context.notifier.error)
        dialog.accepted.connect(lambda: self._teach(style_id, photos))
        dialog.finished.connect(self._on_closed)
        dialog.open()

    def _on_closed(self) -> None:
        self.dialog = None

    # ---- teaching

    def _teach(self, style_id: str | None, photos: jobs.Edits) -> None:
        self._row.show_offer(None)
        self._styles.learn(photos, style_id, partial(self._on_taught, style_id))

    def _on_taught(self, style_id: str | None, taught: jobs.Taught, back: Move, again: Move) -> None:
        self._after_enhancement(style_id, partial(self._settle, taught, back, again))
        for problem in taught.problems[:SHOWN_PROBLEMS]:
            self._context.notifier.warning(problem)

    def _after_enhancement(self, style_id: str | None, change: Callable[[], None]) -> None:
        """Style and sliders of the open photo change together: else it would jump twice."""
        session = self._session
        if session.photo is None or style_id is None or session.edit.style_id != style_id:
            change()
            return
        once = [change]

        def now(*_: object) -> None:
            if once:
                once.pop()()

        session.enhanced.connect(now, Qt.ConnectionType.SingleShotConnection)
        session.closed.connect(now, Qt.ConnectionType.SingleShotConnection)

    def _settle(self, taught: jobs.Taught, back: Move, again: Move) -> None:
        """Take off the sliders what the style does now; both are one step."""
        context, report, several = self._context, taught.report, self._session.several
        edits = {photo: (before, after) for photo, (before, after) in taught.edits.items() if before != after}
        if edits:

            def settle(photo: Path, edit: Edit) -> Edit:
                before, after = edits[photo]
                return after if edit == before else edit

            group = several.change_all(f"Added to “{report.style.name}”", settle, list(edits), in_whole=True)
            photos = partial(several.follow, group, next(iter(edits)))
            # Whenever a photo is shown in a style, that style is there.
            back = (
                _one_by_one(partial(photos, True), back) if taught.is_new else _one_by_one(back, partial(photos, True))
            )
            again = _one_by_one(again, partial(photos, False))
        step = context.steps.add(back, again)
        said = _said(taught)
        context.notifier.info(said, "Undo", lambda: context.steps.take_back_whole(step))

    # ---- the offer

    def _on_style(self) -> None:
        self._row.show_offer(None)
        self._show_subject()
        self._look.start()

    def _look_for_habit(self) -> None:
        if self._habit_lane.closed:
            return
        context = self._context
        job = self._habit_lane.submit(
            jobs.find_habit, context.catalog, context.library, context.current.style_id, self._dismissed
        )
        job.result.connect(self._offer)

    def _offer(self, habit: jobs.Habit | None) -> None:
        current = habit is not None and habit.style_id == self._context.current.style_id
        self._row.show_offer(habit if current else None)
        self.looked.emit()

    def _take_offer(self, habit: jobs.Habit) -> None:
        self._show_preview(habit.style_id, habit.edits)

    def _dismiss(self, habit: jobs.Habit) -> None:
        keys = [jobs.habit_key(habit.style_id, one) for one in habit.found]
        kept = [*self._dismissed - set(keys), *keys][-_MOST_DISMISSED:]
        self._context.settings.set(DISMISSED, kept)
        self._row.show_offer(None)

    @property
    def _dismissed(self) -> frozenset[str]:
        kept = self._context.settings.get(DISMISSED)
        return frozenset(one for one in kept if isinstance(one, str)) if isinstance(kept, list) else frozenset()

    def _show_subject(self) -> None:
        self._row.set_active(self._session.photo is not None)
        self._row.set_subject(self._session.several.count, self._context.current.style_id is None)


def _said(taught: jobs.Taught) -> str:
    """What a style has learned, in a sentence or two."""
    report = taught.report
    if taught.change is not None:
        looks = described(taught.change.difference, taught.change.shift)
        made = (
            f"“{report.style.name}” is a new style" if taught.is_new else f"“{report.style.name}” has leaned that way"
        )
        return f"{made}: this photo is {looks} in it (ΔE {taught.change.difference:.1f})."
    learned = f"learned from {counted(report.added, 'photo')}"
    replaced = f"; {counted(len(report.replaced_ids), 'earlier pair')} gave way" if report.replaced_ids else ""
    return f"“{report.style.name}” has {learned}{replaced}."


def _one_by_one(first: Move, second: Move) -> Move:
    """Two moves as one."""

    def move(then: Then) -> None:
        def go_on() -> None:
            second(then)

        first(go_on)

    return move


def _edits_of(
    context: JobContext, app: AppContext, photos: Sequence[Path], known: dict[Path, Edit]
) -> list[tuple[Path, Edit]]:
    """Photos with their edits as they are shown; the function of a job. Raises PieError."""
    return [(photo, known.get(photo) or kept_edit(app.catalog, app.library, PhotoVersion(photo))) for photo in photos]
