"""What is decided about the open photo, decided about all selected ones: in the background, as one step."""

import time
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from pie_desktop.catalog.store import Catalog
from pie_desktop.edit.copying import with_change
from pie_desktop.edit.edit import Edit
from pie_desktop.edit.history import PhotoHistory
from pie_desktop.edit.virtual_copy import NamedEdit
from pie_desktop.errors import PieError
from pie_desktop.ui.context import AppContext
from pie_desktop.ui.editor.history import EditKeeper
from pie_desktop.ui.steps import at_once
from pie_desktop.ui.widgets.labels import counted
from pie_desktop.workers.job import JobContext

Change = Callable[[Path, Edit], Edit]
Known = Callable[[Path], PhotoHistory | None]


@dataclass(frozen=True)
class Changed:
    """What became of the photos of a step.

    Attributes:
        histories: those that were changed.
        edits: of these, before and after.
        problems: a sentence for each that could not be changed.
    """

    histories: dict[Path, PhotoHistory]
    edits: dict[Path, tuple[Edit, Edit]]
    problems: list[str]


def change_photos(
    context: JobContext,
    catalog: Catalog,
    photos: Sequence[Path],
    known: Known,
    unedited: Edit,
    move: Callable[[Path, PhotoHistory], PhotoHistory],
    recent: dict[Path, PhotoHistory],
) -> Changed:
    """Change the histories of photos, and keep them; the function of a job, which is never cancelled half-way.

    Args:
        catalog: has the histories and gets them.
        photos: in any order.
        known: finds newer histories than those of the catalog.
        unedited: what a photo without an edit begins with.
        move: from a photo's history to the next one; the same one leaves the photo as it is.
        recent: gets the histories that were changed.
    """
    done = Changed({}, {}, [])
    for number, photo in enumerate(photos):
        context.progress(number / len(photos), photo.name)
        try:
            history = known(photo)
            if history is None:
                edit = catalog.get(photo)
                history = catalog.history(photo) if edit is not None else None
                if history is None or (edit is not None and history.photo_edit != edit):
                    history = PhotoHistory.begin(edit or unedited, time.time())
            moved = move(photo, history)
            if moved is history:
                continue
            catalog.put_history(photo, moved)
            recent[photo] = done.histories[photo] = moved
            done.edits[photo] = (history.photo_edit, moved.photo_edit)
        except PieError as error:
            done.problems.append(str(error))
    return done


def follow_step(
    context: JobContext,
    catalog: Catalog,
    group: str,
    beside: Path,
    backwards: bool,
    known: Known,
    unedited: Edit,
    recent: dict[Path, PhotoHistory],
) -> Changed:
    """Undo a step of several photos in all that were not edited since, or do it again; the function of a job.

    Args:
        group: of the step.
        beside: one of the photos, see `Catalog.photos_of_step`.
    """

    def move(_: Path, history: PhotoHistory) -> PhotoHistory:
        for copy in ("", *history.copy_edits):  # one of them led, or was made since
            history = history.at(copy, lambda one: one.follow(group, backwards))
        return history

    photos = catalog.photos_of_step(group, beside)
    return change_photos(context, catalog, photos, known, unedited, move, recent)


class SeveralPhotos(QObject):
    """Carries every change of the open photo over to the other selected ones.

    Of a slider or a style, what was changed is carried over, and all else of the others stays. The step has the same
    group in the histories of all photos, so that undoing it in one undoes it in all the others that were not edited
    since, also after a restart.

    Signals:
        count_changed: how many photos a change applies to now.
        done: (name of the step, number of photos) once the others have it too.
    """

    count_changed = Signal(int)
    done = Signal(str, int)

    def __init__(self, context: AppContext, keeper: EditKeeper, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self._keeper = keeper
        self._selected: list[Path] = []
        self._announced = ""  # the group of a step of the open photo that the others are to have, too
        # What jobs have changed and the keeper does not know yet; they find there what the job before has done.
        self._recent: dict[Path, PhotoHistory] = {}
        keeper.group_of_step = self._group_of_step
        keeper.changed.connect(lambda: self.count_changed.emit(self.count))
        keeper.stepped.connect(self._on_step)
        keeper.moved.connect(self._on_moved)
        context.current.chosen_again.connect(self._on_chosen_again)

    def select(self, photos: Sequence[Path]) -> None:
        """The photos that are selected now."""
        self._selected = list(photos)
        self.count_changed.emit(self.count)

    @property
    def count(self) -> int:
        """How many photos a change applies to."""
        return max(1, len(self._others()) + 1)

    def change_all(
        self, name: str, change: Change, photos: Sequence[Path] | None = None, in_whole: bool = False
    ) -> str:
        """Change several photos in one step, the open one at once.

        Args:
            name: of the step.
            change: from photo and edit to the new edit; called in another thread.
            photos: that are changed; None for the open one and all others that are selected.
            in_whole: the step is a part of another, which undoes it by `follow` and says what was done.

        Returns:
            The group of the step.
        """
        path = self._keeper.path
        if photos is None and path is None:
            return ""
        others = self._others() if photos is None else [photo for photo in photos if photo != path]
        group = _new_group() if others or in_whole else ""
        if path is not None and (photos is None or path in photos):
            self._keeper.apply(name, change(path, self._context.current.edit), group)
        self._carry(name, change, group, others, in_whole)
        return group

    def _others(self) -> list[Path]:
        open_photo = self._keeper.path
        return [path for path in self._selected if path != open_photo] if open_photo in self._selected else []

    def _group_of_step(self) -> str:
        self._announced = _new_group() if self._others() else ""
        return self._announced

    def _on_step(self, _path: Path, before: Edit, step: NamedEdit) -> None:
        if step.group and step.group == self._announced:
            self._announced = ""
            self._carry(step.name, lambda _, edit: with_change(edit, before, step.edit), step.group, self._others())

    def _on_chosen_again(self, style_id: str | None) -> None:
        """The open photo has the style already; the others may not."""
        if self._keeper.path is not None:
            self._carry("Style", lambda _, other: other.with_style(style_id), _new_group(), self._others())

    def _carry(self, name: str, change: Change, group: str, others: Sequence[Path], in_whole: bool = False) -> None:
        if not others:
            return
        now = time.time()

        def move(photo: Path, history: PhotoHistory) -> PhotoHistory:
            # A virtual copy goes its own way.
            return history.at("", lambda own: own.push(name, change(photo, own.edit), now, group))

        history, steps = self._keeper.history, self._context.steps
        in_open = history is not None and history.copy.step.group == group
        job = self._context.background.submit(
            change_photos,
            *(self._context.catalog, list(others), self._known, self._context.current.unedited(), move, self._recent),
            title=f"Editing {counted(len(others), 'photo')}",
        )
        # Without a step of the open photo there is nothing in its history to undo.
        step = None
        if not in_open and not in_whole:
            undo, redo = (at_once(partial(self.follow, group, others[0], back)) for back in (True, False))
            step = steps.add(undo, redo)

        def on_carried(changed: Changed) -> None:
            self._take(changed)
            if step is not None and not changed.edits:
                steps.drop(step)
            if not in_whole:
                self.done.emit(name, len(changed.edits) + in_open)

        job.result.connect(on_carried)
        self._context.report_failure(job).finished.connect(self._context.report_catalog_problems)

    def _on_moved(self, path: Path, step: NamedEdit, backwards: bool) -> None:
        """The open photo went back or forth in its history; photos of the same step follow."""
        if step.group:
            self.follow(step.group, path, backwards)

    def follow(self, group: str, beside: Path, backwards: bool, then: Callable[[], object] = lambda: None) -> None:
        """Undo a step, or do it again, in all photos that have it and were not edited since; see `follow_step`.

        Args:
            then: called once that is done, or has failed.
        """
        context = self._context
        job = context.background.submit(
            follow_step,
            *(context.catalog, group, beside, backwards, self._known, context.current.unedited(), self._recent),
            title="Undoing a step of several photos" if backwards else "Redoing a step of several photos",
        )
        job.result.connect(self._take)
        context.report_failure(job).finished.connect(context.report_catalog_problems)
        job.finished.connect(then)

    def _known(self, photo: Path) -> PhotoHistory | None:
        """A photo's history where the catalog may be behind; the jobs ask, so that they see what was done last."""
        return self._recent.get(photo) or self._keeper.known_history(photo)

    def _take(self, changed: Changed) -> None:
        self._keeper.adopt(changed.histories, {path: before for path, (before, _) in changed.edits.items()})
        for path, history in changed.histories.items():
            if self._recent.get(path) is history:
                del self._recent[path]
        self._context.edits_changed.emit(list(changed.histories))
        if changed.problems:
            more = f" The same happened to {counted(len(changed.problems) - 1, 'more photo')}."
            self._context.notifier.error(changed.problems[0] + (more if len(changed.problems) > 1 else ""))


def _new_group() -> str:
    return uuid.uuid4().hex
