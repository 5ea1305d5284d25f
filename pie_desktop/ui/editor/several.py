"""What is decided about the open photo, decided about all selected ones: in the background, as one step."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from pie_desktop.catalog.store import Catalog
from pie_desktop.edit.copying import with_change
from pie_desktop.edit.edit import Edit
from pie_desktop.edit.history import PhotoHistory
from pie_desktop.errors import PieError
from pie_desktop.ui.context import AppContext
from pie_desktop.ui.editor.history import EditKeeper
from pie_desktop.ui.widgets.labels import counted
from pie_desktop.workers.job import JobContext

REMEMBERED = 100  # steps of several photos that can be undone as one

Change = Callable[[Path, Edit], Edit]


@dataclass
class GroupStep:
    """One step of several photos: the edit of each before and after it."""

    edits: dict[Path, tuple[Edit, Edit]] = field(default_factory=dict)


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
    known: Mapping[Path, PhotoHistory],
    unedited: Edit,
    move: Callable[[Path, PhotoHistory], PhotoHistory],
) -> Changed:
    """Change the histories of photos, and keep them; the function of a job, which is never cancelled half-way.

    Args:
        catalog: has the histories and gets them.
        photos: in any order.
        known: newer histories than those of the catalog.
        unedited: what a photo without an edit begins with.
        move: from a photo's history to the next one; the same one leaves the photo as it is.
    """
    done = Changed({}, {}, [])
    for number, photo in enumerate(photos):
        context.progress(number / len(photos), photo.name)
        try:
            history = known.get(photo)
            if history is None:
                edit = catalog.get(photo)
                history = catalog.history(photo) if edit is not None else None
                if history is None or (edit is not None and history.edit != edit):
                    history = PhotoHistory.begin(edit or unedited, time.time())
            moved = move(photo, history)
            if moved is history:
                continue
            catalog.put_history(photo, moved)
            done.histories[photo] = moved
            done.edits[photo] = (history.edit, moved.edit)
        except PieError as error:
            done.problems.append(str(error))
    return done


class SeveralPhotos(QObject):
    """Carries every change of the open photo over to the other selected ones.

    Of a slider or a style, what was changed is carried over, and all else of the others stays. Undoing the step of the
    open photo undoes it in all the others that were not edited since.

    Signals:
        count_changed: how many photos a change applies to now.
        done: (name of the step, number of photos) once the others have it too.
    """

    count_changed = Signal(int)
    done = Signal(str, int)

    def __init__(self, context: AppContext, keeper: EditKeeper) -> None:
        super().__init__()
        self._context = context
        self._keeper = keeper
        self._selected: list[Path] = []
        self._steps: list[GroupStep] = []
        self._carrying = True
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

    def change_all(self, name: str, change: Change, photos: Sequence[Path] | None = None) -> None:
        """Change several photos in one step, the open one at once.

        Args:
            name: of the step.
            change: from photo and edit to the new edit; called in another thread.
            photos: that are changed; None for the open one and all others that are selected.
        """
        path = self._keeper.path
        if photos is None and path is None:
            return
        others = self._others() if photos is None else [photo for photo in photos if photo != path]
        opened = {}
        if path is not None and (photos is None or path in photos):
            before = self._context.current.edit
            opened = {path: (before, change(path, before))}
            self._carrying = False
            self._keeper.apply(name, opened[path][1])
            self._carrying = True
        self._carry(name, change, opened, others)

    def _others(self) -> list[Path]:
        open_photo = self._keeper.path
        return [path for path in self._selected if path != open_photo] if open_photo in self._selected else []

    def _on_step(self, path: Path, name: str, before: Edit, after: Edit) -> None:
        if self._carrying:
            self._carry(name, lambda _, edit: with_change(edit, before, after), {path: (before, after)})

    def _on_chosen_again(self, style_id: str | None) -> None:
        """The open photo has the style already; the others may not."""
        if (path := self._keeper.path) is not None:
            edit = self._context.current.edit
            self._carry("Style", lambda _, other: other.with_style(style_id), {path: (edit, edit)})

    def _carry(
        self, name: str, change: Change, opened: dict[Path, tuple[Edit, Edit]], others: Sequence[Path] | None = None
    ) -> None:
        others = self._others() if others is None else others
        if not others:
            return
        step = GroupStep(dict(opened))
        self._steps = [*self._steps[1 - REMEMBERED :], step]
        now = time.time()

        def move(photo: Path, history: PhotoHistory) -> PhotoHistory:
            return history.push(name, change(photo, history.edit), now)

        self._submit(list(others), move, partial(self._on_carried, name, step))

    def _on_carried(self, name: str, step: GroupStep, changed: Changed) -> None:
        step.edits.update(changed.edits)
        self._take(changed)
        self.done.emit(name, len(step.edits))

    def _on_moved(self, path: Path, before: Edit, after: Edit) -> None:
        """The open photo went back or forth in its history; photos of the same step follow."""
        for step in reversed(self._steps):
            for backwards, (first, second) in ((True, (after, before)), (False, (before, after))):
                if step.edits.get(path) == (first, second):
                    self._follow(step, path, backwards)
                    return

    def _follow(self, step: GroupStep, path: Path, backwards: bool) -> None:
        edits = {other: pair for other, pair in step.edits.items() if other != path}

        def move(photo: Path, history: PhotoHistory) -> PhotoHistory:
            old, new = edits[photo]
            moved = history.undo() if backwards else history.redo()
            wanted = (new, old) if backwards else (old, new)
            return moved if (history.edit, moved.edit) == wanted else history  # else it was edited since

        if edits:
            self._submit(list(edits), move, self._take)

    def _submit(
        self,
        photos: list[Path],
        move: Callable[[Path, PhotoHistory], PhotoHistory],
        take: Callable[[Changed], None],
    ) -> None:
        context, keeper = self._context, self._keeper
        known = keeper.known_histories(photos)
        title = f"Editing {counted(len(photos), 'photo')}"
        job = context.background.submit(
            change_photos, context.catalog, photos, known, context.current.unedited(), move, title=title
        )
        job.result.connect(take)
        context.report_failure(job).finished.connect(context.report_catalog_problems)

    def _take(self, changed: Changed) -> None:
        self._keeper.adopt(changed.histories, {path: before for path, (before, _) in changed.edits.items()})
        self._context.edits_changed.emit(list(changed.histories))
        if changed.problems:
            more = f" The same happened to {counted(len(changed.problems) - 1, 'more photo')}."
            self._context.notifier.error(changed.problems[0] + (more if len(changed.problems) > 1 else ""))
