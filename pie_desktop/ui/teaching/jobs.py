"""Jobs that teach a style what was made of photos by hand, or find out what that would change."""

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np

from pie_desktop.catalog.store import Catalog
from pie_desktop.edit.corrections import RECENT, Tendency, tendencies
from pie_desktop.edit.edit import Edit
from pie_desktop.edit.versions import PhotoVersion
from pie_desktop.engine.blending import remaining
from pie_desktop.engine.engine import Engine
from pie_desktop.engine.leaning import lean as engine_lean
from pie_desktop.engine.teaching import Change, Made, change_of, changes, learned, make, settled
from pie_desktop.errors import Cancelled, PieError, StyleError
from pie_desktop.imaging.lut.apply import apply_lut
from pie_desktop.imaging.stored import to_uint8
from pie_desktop.styles.references import HandEdit
from pie_desktop.styles.store import AddReport, Style, StyleLibrary
from pie_desktop.ui.thumbnails.edited import kept_edit
from pie_desktop.workers.job import JobContext

NEW_NAME = "My style"
SHOWN = 6  # photos of a preview
_READ = 18  # photos of the folder of which these are chosen
_LOOKED_UP = 300  # of which the edits are asked for
_REMEMBERED = 200  # edits among which those of a style are looked for

Edits = Sequence[tuple[Path, Edit]]
T = TypeVar("T")


@dataclass(frozen=True)
class Taught:
    """What came of teaching.

    Attributes:
        report: of the style that has learned.
        is_new: the style was made for it.
        edits: of the photos that it learned from, before and after.
        problems: one sentence for each photo that teaches nothing.
        change: what the style alone makes of the photo, before and after it has leaned; see `lean`.
    """

    report: AddReport
    is_new: bool
    edits: dict[Path, tuple[Edit, Edit]]
    problems: tuple[str, ...] = ()
    change: Change | None = None


@dataclass(frozen=True, eq=False)
class Preview:
    """What teaching would change.

    Attributes:
        name: of the style, empty for a new one.
        photos: that it would learn from.
        copied: the style comes with the program, so that a copy of it would learn.
        changes: on other photos of the folder.
    """

    name: str
    photos: int
    changes: tuple[Change, ...]
    copied: bool = False


@dataclass(frozen=True)
class Habit:
    """What was done alike to the photos that were edited last in one style.

    Attributes:
        style_id: the style, None for none.
        found: the commonest first.
        edits: of the photos that show it.
    """

    style_id: str | None
    found: tuple[Tendency, ...]
    edits: tuple[tuple[Path, Edit], ...]


def teach(context: JobContext, library: StyleLibrary, engine: Engine, style_id: str | None, photos: Edits) -> Taught:
    """Add what was made of photos to a style: a new one for None, a copy in place of a built-in one.

    Their edits are settled, so that nothing is done twice: by the style, and by the adjustments that it has learned.

    Raises:
        PieError: nothing of it can be used; the style is as it was.
        Cancelled: likewise.
    """
    made, problems = _make_all(context, library, engine, photos)
    report, is_new = _take_in(library, style_id, made)
    with _taken_back_on_failure(library, report, is_new):
        preference = engine.preference(report.style, context.progress, context.should_cancel)
        taken = {one.source for one in report.style.references if one.id in report.added_ids}
        edits = {}
        for one in made:
            photo = one.hand.photo
            if one.edit.style_id == style_id and (is_new or str(photo.absolute()) in taken):
                transform = engine.transform(one.proxy, preference)
                edits[photo] = (one.edit, settled(one, report.style.id, transform))
    return Taught(report, is_new, edits, (*problems, *report.problems))


def lean(
    context: JobContext, library: StyleLibrary, engine: Engine, style_id: str | None, photos: Edits, *, more: bool
) -> Taught:
    """Move a style nearer to what a photo looks like, or away from it: a new one for None, a copy of a built-in one.

    Where the style comes nearer to what sliders made of the photo, these are settled as by `teach`.

    Args:
        photos: one, with its edit.

    Raises:
        PieError, Cancelled: as `teach`.
    """
    ((photo, edit),) = photos
    context.progress(-1, f"Reading {photo.name}")
    if style_id is not None:
        library.get(style_id)  # it may have been deleted in another window
    own = engine.preference_of(edit.style)
    leaning = engine_lean(engine, photo, edit, own, more)
    context.check()
    report, is_new = _take_in(library, style_id, [leaning.made])
    with _taken_back_on_failure(library, report, is_new):
        preference = engine.preference(report.style, context.progress, context.should_cancel)
        now, then = (engine.transform(leaning.made.proxy, one) for one in (own, preference))
        luts = (now.preferred, then.preferred)
        images = [to_uint8(apply_lut(leaning.made.proxy, np.clip(lut, 0, 1))) for lut in luts]
        after = edit
        if is_new and edit.style_id == style_id:
            after = edit.with_style(report.style.id)
        if more and leaning.adjusted:
            after = settled(leaning.shown, report.style.id, then)
    return Taught(report, is_new, {photo: (edit, after)}, report.problems, change_of(photo, *images))


def _take_in(library: StyleLibrary, style_id: str | None, made: Sequence[Made]) -> tuple[AddReport, bool]:
    """Add references to a style, and tell whether it is a new one. Raises StyleError."""
    style = library.get(style_id) if style_id is not None else None
    return add_hands(library, style, [one.hand for one in made]), style is None or style.builtin


@contextlib.contextmanager
def _taken_back_on_failure(library: StyleLibrary, report: AddReport, is_new: bool) -> Iterator[None]:
    """The style is as it was if what follows fails."""
    try:
        yield
    except (Cancelled, PieError):
        if is_new:
            library.delete(report.style.id)
        else:
            library.exchange(report.style.id, report.added_ids, report.replaced_ids)
        raise


def exchange_references(
    context: JobContext, library: StyleLibrary, style_id: str, gone: Sequence[str], back: Sequence[str]
) -> Style:
    """See `HandEditing.exchange`; raises StyleError."""
    return library.exchange(style_id, gone, back)


def add_hands(library: StyleLibrary, style: Style | None, hands: Sequence[HandEdit]) -> AddReport:
    """Add photos that were edited here to a style: a new one for None, a copy in place of a built-in one.

    Raises StyleError; nothing is changed then.
    """
    if style is None:
        return library.create_by_hand(library.unique_name(NEW_NAME), hands)
    if not style.builtin:
        return library.add_by_hand(style.id, hands)
    copy = library.duplicate(style.id)
    try:
        return library.add_by_hand(copy.id, hands)
    except StyleError:
        library.delete(copy.id)
        raise


def preview(
    context: JobContext,
    library: StyleLibrary,
    engine: Engine,
    catalog: Catalog,
    style_id: str | None,
    photos: Edits,
    folder: Sequence[Path],
    known: Mapping[Path, Edit],
) -> Preview:
    """What `teach` would change on other photos of the folder; nothing is changed.

    Args:
        style_id, photos: as for `teach`.
        folder: its photos.
        known: newer edits than those of the catalog.

    Raises:
        PieError, Cancelled: as `teach`.
    """
    made, _ = _make_all(context, library, engine, photos)
    style = library.get(style_id) if style_id is not None else None
    then = learned(engine, style, made, context.progress, context.should_cancel)
    now = engine.preference(style, context.progress, context.should_cancel) if style is not None else None
    taught = {photo for photo, _ in photos}
    others = []
    for photo in _spread([photo for photo in folder if photo not in taught], _LOOKED_UP):
        context.check()
        edit = known.get(photo) or kept_edit(catalog, library, PhotoVersion(photo))
        if edit.style_id == style_id:
            others.append((photo, edit))
    found = changes(engine, _spread(others, _READ), now, then, SHOWN, context.progress, context.should_cancel)
    if style is None:
        return Preview("", len(made), tuple(found))
    return Preview(style.name, len(made), tuple(found), style.builtin)


def _make_all(
    context: JobContext, library: StyleLibrary, engine: Engine, photos: Edits
) -> tuple[list[Made], list[str]]:
    """What was made of photos, and a sentence for each that cannot be read. Raises PieError where none can."""
    made, problems = [], []
    for number, (photo, edit) in enumerate(photos):
        context.check()
        context.progress(number / len(photos), f"Reading {photo.name}")
        try:
            shown = remaining(library, edit)
            made.append(make(engine, photo, shown, engine.preference_of(shown.style)))
        except PieError as error:
            problems.append(str(error))
    if not made:
        raise StyleError(problems[0])
    return made, problems


def _spread(values: Sequence[T], most: int) -> list[T]:
    """At most so many, evenly from first to last."""
    count = min(most, len(values))
    return [values[number * len(values) // count] for number in range(count)]


def find_habit(
    context: JobContext, catalog: Catalog, library: StyleLibrary, style_id: str | None, dismissed: frozenset[str]
) -> Habit | None:
    """What was done alike to the photos that were edited last in a style and that it has not learned from.

    Args:
        dismissed: see `habit_key`; what shall not be offered again.

    Raises:
        PieError: the catalog cannot be used.
    """
    references = library.get(style_id).references if style_id is not None else ()
    taught = {one.source for one in references if one.by_hand}
    recent = [(photo, edit) for photo, edit in catalog.recent(_REMEMBERED) if edit.style_id == style_id]
    recent = [(photo, edit) for photo, edit in recent if str(photo) not in taught and photo.is_file()][:RECENT]
    found = [one for one in tendencies([edit for _, edit in recent]) if habit_key(style_id, one) not in dismissed]
    if not found:
        return None
    shown = tuple(found[:2])
    places = sorted({place for one in shown for place in one.photos})
    return Habit(style_id, shown, tuple(recent[place] for place in places))


def habit_key(style_id: str | None, tendency: Tendency) -> str:
    """What a habit that was dismissed is known by."""
    return f"{style_id or ''}:{tendency.key}"
