"""The parts of an export whose photos have different edits: one part for each edit."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from pie_desktop.errors import Cancelled, PieError
from pie_desktop.export.photo_edits import EditOf, PhotoEdit
from pie_desktop.export.report import ExportReport
from pie_desktop.export.settings import ExportPart, ExportSettings, PlannedPhoto, make_part

if TYPE_CHECKING:
    from pie_desktop.engine.engine import Engine

Plan = tuple[ExportSettings, Sequence[PlannedPhoto]]
"""Photos that are written in one way."""


def parts_by_edit(
    engine: "Engine",
    plans: Sequence[Plan],
    edit_of: EditOf,
    progress: Callable[[float, str], None],
    should_cancel: Callable[[], bool],
) -> list[ExportPart]:
    """Photos with the same settings and the same edit as a part, with the preference of its style.

    The edits are those of now, and not of when the plan was made. Photos whose edit or style cannot be used fail by
    themselves, unless all photos share that style.

    Raises:
        PieError: the model, or the one style of all photos, cannot be used.
        Cancelled: `should_cancel` answered True.
    """
    groups: dict[tuple[int, PhotoEdit], list[PlannedPhoto]] = {}
    for number, (_settings, plan) in enumerate(plans):
        for photo in plan:
            if should_cancel():
                raise Cancelled
            found = edit_of(photo.version)
            if found.problem is not None and photo.writes:
                photo = replace(photo, action="fail", problem=found.problem)  # noqa: PLW2901
            # Where it comes from makes no difference to what is done.
            groups.setdefault((number, PhotoEdit(found.edit, "one", found.style)), []).append(photo)
    return [
        _part(engine, plans[number][0], edit, photos, len(groups) == len(plans), progress, should_cancel)
        for (number, edit), photos in groups.items()
    ]


def in_order(report: ExportReport, targets: Sequence[Path]) -> ExportReport:
    """The report of several parts with its items in the order of the plan."""
    items = {item.target: item for item in report.items}
    return replace(report, items=tuple(items[target] for target in targets))


def _part(
    engine: "Engine",
    settings: ExportSettings,
    edit: PhotoEdit,
    photos: list[PlannedPhoto],
    shared: bool,
    progress: Callable[[float, str], None],
    should_cancel: Callable[[], bool],
) -> ExportPart:
    preference = None
    if edit.edit.style_id is not None and any(photo.writes for photo in photos):
        try:
            preference = engine.preference_of(edit.edit.style, progress, should_cancel)
        except PieError as error:
            if shared:
                raise
            failed = {"action": "fail", "problem": str(error)}
            photos = [replace(photo, **failed) if photo.writes else photo for photo in photos]  # type: ignore[arg-type]
    return make_part(engine, replace(settings, edit=edit.edit, style=edit.style), tuple(photos), preference)
