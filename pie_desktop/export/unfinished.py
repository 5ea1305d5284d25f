"""Exports that were interrupted: what their journals say, and how they go on."""

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from pie_desktop import json_files
from pie_desktop.errors import EditError, PieError
from pie_desktop.export import journal
from pie_desktop.export.report import ExportItem
from pie_desktop.export.settings import (
    ExportPart,
    ExportSettings,
    PlannedPhoto,
    photo_from_json,
    resume_part,
    settings_from_json,
)
from pie_desktop.export.staging import SourceState, Staging

if TYPE_CHECKING:
    from pie_desktop.engine.engine import Engine


@dataclass(frozen=True)
class ReadyFile:
    """A file that was complete under a temporary name, as the journal has it.

    Attributes:
        index: place of its photo in the plan.
        staged: the temporary name.
        size, modified: bytes and nanoseconds, as it was then.
        source_state: the photo as it was read.
    """

    index: int
    staged: Path
    size: int
    modified: int
    source_state: SourceState | None


@dataclass(frozen=True)
class _KeptPreference:
    preference: str | None
    digest: str | None
    bundle: str | None


T = TypeVar("T")
_log = logging.getLogger(__name__)


@dataclass
class KeptPart:
    """A part of a kept export; `preference` is a file or None, `digest` the key of what it holds."""

    settings: ExportSettings
    bundle_id: str | None
    preference: Path | None
    digest: str | None = None
    photos: list[PlannedPhoto] = field(default_factory=list)


@dataclass
class KeptExport:
    """An export as its journal describes it.

    Attributes:
        folder: `exports/<id>`.
        begun: when.
        parts: settings and plan.
        photos: those of all parts, in the order of the indexes.
        items: results by index over all parts; those that are missing are not done.
        ready: by index, what is known of photos that were complete but perhaps not named.
        how: `finished`, `cancelled`, or None when it was interrupted.
    """

    folder: Path
    begun: datetime
    parts: list[KeptPart] = field(default_factory=list)
    photos: list[PlannedPhoto] = field(default_factory=list)
    items: dict[int, ExportItem] = field(default_factory=dict)
    ready: dict[int, ReadyFile] = field(default_factory=dict)
    how: str | None = None
    planned: bool = False

    @property
    def missing(self) -> list[PlannedPhoto]:
        """The photos that are to be written and are not."""
        written = {index for index, item in self.items.items() if item.status == "written"}
        return [photo for index, photo in enumerate(self.photos) if photo.writes and index not in written]

    @property
    def left(self) -> int:
        """How many are missing."""
        return len(self.missing)

    @property
    def written(self) -> int:
        return sum(item.status == "written" for item in self.items.values())

    @property
    def destination(self) -> Path:
        return self.parts[0].settings.destination


def read_export(place: Path) -> KeptExport:
    """What a journal says.

    Raises:
        PieError: it is damaged or of a newer version.
    """
    export: KeptExport | None = None
    try:
        for record in journal.records(place):
            event = record.pop("event")
            if event == "export":
                if not 0 < int(record["version"]) <= journal.VERSION:
                    raise PieError(
                        f"The export {place.name} was started by a newer version of PIE Desktop; continue it with that."
                    )
                export = KeptExport(place, datetime.fromisoformat(record["time"]))
            elif export is not None:
                _take(export, event, record)
    except (KeyError, TypeError, ValueError, IndexError, AttributeError, EditError) as error:
        _log.warning("The journal %s: %s", place, error)
        raise PieError(f"The journal {place} is damaged; start the export again.") from error
    if export is None or not export.planned:
        raise PieError(f"The export {place.name} was interrupted before its plan was complete; start it again.")
    return export


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
    from pie_desktop.model.preference import Preference

    parts = []
    for part in export.parts:
        preference = Preference.load(part.preference, part.digest) if part.preference is not None else None
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
            photo, source_state = photos[index], record.source_state
            export.items[index] = ExportItem(photo.source, target, "written", photo.problem, source_state=source_state)


def _staging(export: KeptExport) -> Staging:
    return Staging(export.folder.name, {part.settings.destination for part in export.parts})


def _take(export: KeptExport, event: str, record: dict[str, Any]) -> None:
    if event == "part":
        kept = json_files.as_type(_KeptPreference, record)
        preference = export.folder / kept.preference if kept.preference else None
        export.parts.append(KeptPart(settings_from_json(record["settings"]), kept.bundle, preference, kept.digest))
    elif event == "photo":
        part = _at(export.parts, record.pop("part"))
        export.photos.append(photo_from_json(record))
        part.photos.append(export.photos[-1])
    elif event == "planned":
        export.planned = True
    elif event == "ready":
        ready = json_files.as_type(ReadyFile, record)
        _at(export.photos, ready.index)
        export.ready[ready.index] = ready
        export.items.pop(ready.index, None)
    elif event == "ended":
        index = record.pop("index")
        photo = _at(export.photos, index)
        export.items[index] = json_files.as_type(ExportItem, record | {"source": photo.source, "target": photo.target})
    elif event == "resumed":
        export.how = None
    elif event == "closed":
        export.how = record["how"]


def _at(values: list[T], index: Any) -> T:
    """An element by a number that may be none of them. Raises ValueError."""
    if not isinstance(index, int) or not 0 <= index < len(values):
        raise ValueError(f"there is no number {index!r}")
    return values[index]


def changed_since(item: ExportItem) -> ExportItem:
    """The item of a photo written earlier, with a warning when its source is another one now or its file is gone."""
    warning, state = None, item.source_state
    if state is not None and state.is_still(item.source) is False:
        warning = f"{item.source.name} was changed after it was exported; export it again to bring it up to date."
    elif not item.target.exists():
        warning = f"{item.target.name} was written but is no longer there."
    return replace(item, message=" ".join(filter(None, (item.message, warning)))) if warning else item
