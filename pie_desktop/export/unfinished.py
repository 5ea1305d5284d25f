"""Exports that were interrupted: how they are found, dismissed, or go on."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from pie_desktop.errors import PieError
from pie_desktop.export import journal
from pie_desktop.export.kept import KeptExport, read_export
from pie_desktop.export.report import ExportItem
from pie_desktop.export.settings import ExportPart, resume_part
from pie_desktop.export.staging import Staging

if TYPE_CHECKING:
    from pie_desktop.engine.engine import Engine


def unfinished_exports(folder: Path, interrupted_only: bool = True) -> list[KeptExport]:
    """Exports with photos left to write, the latest first; damaged journals and running exports are left out.

    Args:
        folder: `paths.exports_dir()`.
        interrupted_only: not those that were cancelled, nor those that ended with problems.
    """
    return list(_unfinished(folder, interrupted_only))


def latest_unfinished(
    folder: Path, destination: Path | None = None, interrupted_only: bool = True, failed_too: bool = True
) -> KeptExport | None:
    """The first of `unfinished_exports`, of those to `destination` where one is given; reads no more than it must.

    Args:
        folder, interrupted_only: as above.
        destination: None for any.
        failed_too: also one that came to its end, where some photos failed.
    """
    for export in _unfinished(folder, interrupted_only):
        if export.how == "finished" and not failed_too:
            continue
        if destination is None or export.destination.absolute() == destination.absolute():
            return export
    return None


def _unfinished(folder: Path, interrupted_only: bool) -> Iterator[KeptExport]:
    for file in sorted(folder.glob(f"*/{journal.JOURNAL}"), reverse=True):
        place = file.parent
        if interrupted_only and journal.is_closed(place):
            continue
        try:
            export = read_export(place)
        except PieError:
            continue
        if export.left and not journal.in_use(place):
            yield export


def dismiss(export: KeptExport) -> None:
    """Offer an interrupted export no more; what is half made is removed, what is written stays.

    Raises:
        PieError: it is running.
    """
    opened = journal.reopen(export.folder)
    try:
        _staging(export).clear({photo.target for photo in export.photos if photo.writes})
        opened.closed("cancelled")
    finally:
        opened.close()


def continued(export: KeptExport, engine: "Engine") -> list[ExportPart]:
    """The parts of a kept export, to be run again with what is kept of it.

    Raises:
        PieError: the model is another one, or the kept preference is damaged.
    """
    from pie_desktop.engine.blending import Blended
    from pie_desktop.model.preference import Preference

    parts = []
    for part in export.parts:
        preference: Preference | Blended | None = None
        if part.preference is not None:
            preference = Preference.load(part.preference, part.digest)
            if part.blend is not None:
                preference = Blended(preference, Preference.load(part.blend, part.blend_digest))
        parts.append(resume_part(engine, part.settings, tuple(part.photos), preference, part.bundle_id))
    return parts


def settle(export: KeptExport, staging: Staging, commit: Callable[[int, Path], None]) -> None:
    """Give files that were complete when the export was killed their names, or find that they have them.

    Args:
        export: its `items` are completed.
        staging: of the run that goes on.
        commit: names the file of a photo; raises PieError, after which the photo is made again.
    """
    photos = export.photos
    for index, record in export.ready.items():
        if index in export.items:
            continue
        target = photos[index].target
        staged = record.staged
        state = staging.recover(staged, target, record.size, record.modified)
        if state == "staged":
            try:
                commit(index, staged)
            except PieError:
                continue
        if state != "lost":
            export.items[index] = ExportItem(
                photos[index].source,
                target,
                "written",
                record.message or photos[index].problem,
                record.general,
                record.preference,
                record.source_state,
                record.expected_error,
                photos[index].copy,
                record.fit_error,
            )


def _staging(export: KeptExport) -> Staging:
    return Staging(export.folder.name, {part.settings.destination for part in export.parts})


def changed_since(item: ExportItem) -> ExportItem:
    """The item of a photo written earlier, with a warning when its source is another one now or its file is gone."""
    warning, state = None, item.source_state
    if state is not None and state.is_still(item.source) is False:
        warning = f"{item.source.name} was changed after it was exported; export it again to bring it up to date."
    elif not item.target.exists():
        warning = f"{item.target.name} was written but is no longer there."
    return replace(item, message=" ".join(filter(None, (item.message, warning)))) if warning else item
