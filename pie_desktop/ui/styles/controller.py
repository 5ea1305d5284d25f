"""Changes to styles: each is a step that can be undone and done again."""

from collections.abc import Callable, Sequence
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal

from pie_desktop.styles.store import AddReport, Style
from pie_desktop.ui.context import AppContext
from pie_desktop.ui.steps import Move, Step, Then
from pie_desktop.ui.styles import jobs, version_jobs
from pie_desktop.ui.styles.choosing import StyleChooser
from pie_desktop.ui.teaching.jobs import Edits, Taught, exchange_references, teach


class StyleController(StyleChooser):
    """Runs what the user asks of the styles.

    Signals:
        muted: the `Style` as it is now, the id of a reference that was muted or not any more, and what takes that back.
    """

    muted = Signal(object, str, object)

    def __init__(self, context: AppContext, parent: QObject | None = None) -> None:
        super().__init__(context, parent)
        self._steps = context.steps
        self._new_keys = (f"new-{number}" for number in count(1))
        self._deletions: dict[str, Step] = {}  # of styles that are in the trash now, by id, the latest last

    def add_edits(self, dropped: Sequence[Path], style_id: str | None = None) -> None:
        """Make a new style of edited photos and folders, or add them to a style; then choose it."""
        key = style_id or next(self._new_keys)
        self._change(
            partial(self._on_imported, key), jobs.import_edits, list(dropped), style_id, key=key, title="Reading edits"
        )
        self.busy.emit(key, -1, "Looking for originals…")

    def import_liked(self, photos: Sequence[Path]) -> None:
        """Make a style of finished photos, as edits without originals; then choose it."""
        key = next(self._new_keys)
        done = partial(self._on_imported, key)
        self._change(done, jobs.import_liked, list(photos), key=key, title="Reading photos that you like")
        self.busy.emit(key, -1, "Reading photos…")

    def import_shared(self, files: Sequence[Path]) -> None:
        """Take in styles that somebody passed on, then choose the last of them."""
        for path in files:
            key = next(self._new_keys)
            self._change(self._on_shared, jobs.import_shared, path, key=key, title="Importing a style")
            self.busy.emit(key, -1, f"Reading {path.name}…")

    def set_original(self, style_id: str, reference_id: str, original: Path | None) -> None:
        """Pair a reference with its original, or take the original away (None)."""
        style = self.style(style_id)
        reference = next((one for one in style.references if one.id == reference_id), None) if style else None
        before = Path(reference.before_source) if reference is not None and reference.before_source else None

        def done(report: AddReport) -> None:
            self._on_original_set(report)
            put = partial(self._move, self._on_original_set, jobs.set_original, style_id, reference_id)
            self._steps.add(put(before), put(original))

        self._change(done, jobs.set_original, style_id, reference_id, original)

    def swap_pair(self, style_id: str, reference_id: str) -> None:
        """Take the original of a pair for its edit and the other way round; the notifier offers to undo that."""

        def done(style: Style) -> None:
            self._on_references_changed(style)
            swap = self._move(self._on_references_changed, jobs.swap_pair, style_id, reference_id)
            self._offer(f"An edit and its original were swapped in “{style.name}”.", self._steps.add(swap, swap))

        self._change(done, jobs.swap_pair, style_id, reference_id)

    def dismiss_doubt(self, style_id: str, reference_id: str) -> None:
        """The edit and the original of a pair are right; never ask again."""
        self._change(self._on_references_changed, jobs.dismiss_doubt, style_id, reference_id)

    def remove_reference(self, style_id: str, reference_id: str) -> None:
        """Take a reference out of a style; the notifier offers to undo that."""

        def done(style: Style) -> None:
            self._on_references_changed(style)
            there = self._there_or_gone(style_id, [reference_id])
            self._offer(f"A reference was removed from “{style.name}”.", self._steps.add(*there))

        self._change(done, jobs.remove_references, style_id, [reference_id])

    def go_back(self, style_id: str, number: int) -> None:
        """Make a style what it was in a version; the notifier offers to undo that."""

        def done(went: version_jobs.WentBack) -> None:
            take(went)
            put = partial(self._move, take, version_jobs.go_back, style_id)
            step = self._steps.add(put(went.before), put(number))
            self._offer(f"“{went.style.name}” went back to version {number}.", step)

        def take(went: version_jobs.WentBack) -> None:
            self._on_references_changed(went.style)

        self._change(done, version_jobs.go_back, style_id, number)

    def set_muted(self, style_id: str, reference_id: str, muted: bool) -> None:
        """Keep a reference without learning from it, or learn from it again; `muted` tells when that is done."""

        def done(style: Style) -> None:
            put = partial(self._move, self._on_references_changed, jobs.set_muted, style_id, reference_id)
            step = self._steps.add(put(not muted), put(muted))
            self.muted.emit(style, reference_id, partial(self._steps.take_back_whole, step))
            self._on_references_changed(style)

        self._change(done, jobs.set_muted, style_id, reference_id, muted)

    def learn(
        self,
        photos: Edits,
        style_id: str | None,
        on_taught: Callable[[Taught, Move, Move], None],
        work: Callable[..., Taught] = teach,
    ) -> None:
        """Add what was made of photos by hand to a style.

        Args:
            work: `teaching.jobs.teach` or another job of its kind.
            on_taught: gets what came of it, what takes it back from the style, and what gives it again.
        """

        def done(taught: Taught) -> None:
            self._on_changed(taught.report.style)
            self.prepare(taught.report.style.id)
            on_taught(taught, *self._learned(taught))

        title = "Adding to the style"
        self._change(done, work, self._context.engine, style_id, list(photos), key=style_id or "", title=title)

    def _learned(self, taught: Taught) -> tuple[Move, Move]:
        report = taught.report
        style_id = report.style.id
        if taught.is_new:
            return self._take_away(style_id), self._bring_back(style_id)
        exchange = partial(self._move, self._on_references_changed, exchange_references, style_id)
        return exchange(report.added_ids, report.replaced_ids), exchange(report.replaced_ids, report.added_ids)

    def rename(self, style_id: str, name: str) -> None:
        style = self.style(style_id)
        if style is None or style.name == name:
            return
        before = style.name

        def done(style: Style) -> None:
            self._on_changed(style)
            put = partial(self._move, self._on_changed, jobs.rename, style_id)
            self._steps.add(put(before), put(name))

        self._change(done, jobs.rename, style_id, name)

    def duplicate(self, style_id: str) -> None:
        self._change(self._on_duplicated, jobs.duplicate, style_id)

    def delete(self, style_id: str) -> None:
        """Move a style to the trash; the notifier offers to undo that."""
        style = self.style(style_id)
        if style is None:
            return
        self.cancel(style_id)

        step: Step

        def again(then: Then) -> None:
            self._deletions[style_id] = step
            self._take_away(style_id)(then)

        def done(_token: str) -> None:
            nonlocal step
            selected, before = self._is_chosen(style_id), self._current.edit
            self._on_gone(style_id)
            # After the choice of no style, which is a step of the photo and a part of what was asked for.
            step = self._steps.add(self._bring_back(style_id), again, with_edit=self._current.edit != before)
            if selected and step.edit is None:  # nothing is open whose history would bring the choice back
                step.undo = self._bring_back(style_id, selected)
            self._deletions[style_id] = step
            self._offer(f"“{style.name}” was deleted.", step)

        self._change(done, jobs.delete, style_id)

    @property
    def can_undo_delete(self) -> bool:
        """Whether a style that was deleted since the start can come back."""
        return bool(self._deletions)

    def undo_delete(self) -> None:
        """Bring back the style that was deleted last; nothing if there is none."""
        if self._deletions:
            self._steps.take_back_whole(next(reversed(self._deletions.values())))

    # ---- what comes of it

    def _on_imported(self, key: str, report: AddReport) -> None:
        style_id, before = report.style.id, self.style(key)
        self._tell(report.remarks)
        self._current.want(style_id)
        self._asked = style_id
        self._on_references_changed(report.style)
        if before is None:
            self.created.emit(style_id)
            self._steps.add(self._take_away(style_id), self._bring_back(style_id))
        else:
            known = {reference.id for reference in before.references}
            added = [reference.id for reference in report.style.references if reference.id not in known]
            if added:
                there, gone = self._there_or_gone(style_id, added)
                self._steps.add(gone, there)
        if self._is_ready(style_id):
            self._current.choose_style(style_id)

    def _on_duplicated(self, style: Style) -> None:
        self._put(style)
        self.created.emit(style.id)
        self._steps.add(self._take_away(style.id), self._bring_back(style.id))
        self._context.styles_changed.emit()

    def _on_shared(self, style: Style) -> None:
        self.take_in(style, f"“{style.name}” was imported.")

    def take_in(self, style: Style, said: str, choose: bool = True) -> None:
        """Show, and choose, a style that has just come into the library."""
        self._on_changed(style)
        self._steps.add(self._take_away(style.id), self._bring_back(style.id))
        if choose:
            self.choose(style.id)
        self._context.notifier.info(said)

    def _on_original_set(self, report: AddReport) -> None:
        self._tell(report.problems)
        self._on_references_changed(report.style)

    def _on_changed(self, style: Style) -> None:
        self._put(style)
        self._context.styles_changed.emit()

    def _on_gone(self, style_id: str) -> None:
        self.styles = [other for other in self.styles if other.id != style_id]
        self.listed.emit()
        if self._is_chosen(style_id):
            self.choose(None)
        self._context.styles_changed.emit()

    def _is_chosen(self, style_id: str) -> bool:
        """Whether it is the one style of the photo; of a blend the other one is left, and the edit stays as it is."""
        style = self._current.edit.style
        return self._current.wanted == style_id and not (style.style_id == style_id and style.blend_id is not None)

    def _on_back(self, selected: bool, style: Style) -> None:
        self._deletions.pop(style.id, None)
        self._on_changed(style)
        if selected:
            self.choose(style.id)

    # ---- back and forth

    def _move(self, on_result: Callable[[Any], None], work: Callable[..., Any], *args: Any) -> Move:
        """What does a change again, or takes it back, without being a step of its own."""

        def move(then: Then) -> None:
            def done(value: Any) -> None:
                on_result(value)
                then()

            self._change(done, work, *args)

        return move

    def _take_away(self, style_id: str) -> Move:
        return self._move(lambda _token: self._on_gone(style_id), jobs.delete, style_id)

    def _bring_back(self, style_id: str, selected: bool = False) -> Move:
        return self._move(partial(self._on_back, selected), jobs.undelete, style_id)

    def _there_or_gone(self, style_id: str, references: Sequence[str]) -> tuple[Move, Move]:
        """What brings references back, and what takes them out."""
        move = partial(self._move, self._on_references_changed)
        bring_back = move(jobs.restore_references, style_id, references)
        return bring_back, move(jobs.remove_references, style_id, references)

    def _offer(self, text: str, step: Step) -> None:
        self._context.notifier.info(text, "Undo", lambda: self._steps.take_back_whole(step))
