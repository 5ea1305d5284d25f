"""An export as its journal describes it: settings, plan, and what came of each photo until it was interrupted."""

import logging
import os
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

from pie_desktop import json_files
from pie_desktop.errors import EditError, PieError
from pie_desktop.export import journal
from pie_desktop.export.report import ExportItem
from pie_desktop.export.settings import ExportSettings, PlannedPhoto, photo_from_json, settings_from_json
from pie_desktop.export.staging import SourceState

T = TypeVar("T")
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class ReadyFile:
    """A file that was complete under a temporary name, as the journal has it.

    Attributes:
        index: place of its photo in the plan.
        staged: the temporary name.
        size, modified: bytes and nanoseconds, as it was then.
        source_state: the photo as it was read.
        message, general, preference, expected_error, fit_error: as `ExportItem` has them; journals of older versions
            have none.
    """

    index: int
    staged: Path
    size: int
    modified: int
    source_state: SourceState | None
    message: str | None = None
    general: float | None = None
    preference: float | None = None
    expected_error: float | None = None
    fit_error: float | None = None


@dataclass(frozen=True)
class _KeptPreference:
    preference: str | None
    digest: str | None
    bundle: str | None
    blend: str | None = None
    blend_digest: str | None = None


@dataclass
class KeptPart:
    """A part of a kept export.

    Attributes:
        preference, digest: a file or None, and the key of what it holds.
        blend, blend_digest: the same of the second style of a blend.
    """

    settings: ExportSettings
    bundle_id: str | None
    preference: Path | None
    digest: str | None = None
    blend: Path | None = None
    blend_digest: str | None = None
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


def _take(export: KeptExport, event: str, record: dict[str, Any]) -> None:
    if event == "part":
        kept = json_files.as_type(_KeptPreference, record)
        preference, blend = (export.folder / file if file else None for file in (kept.preference, kept.blend))
        settings = settings_from_json(record["settings"])
        _check_paths(settings.destination, preference or export.folder, blend or export.folder)
        export.parts.append(KeptPart(settings, kept.bundle, preference, kept.digest, blend, kept.blend_digest))
    elif event == "photo":
        part = _at(export.parts, record.pop("part"))
        photo = photo_from_json(record)
        _check_paths(photo.source, photo.target)
        export.photos.append(photo)
        part.photos.append(export.photos[-1])
    elif event == "planned":
        export.planned = True
    elif event == "ready":
        ready = json_files.as_type(ReadyFile, record)
        _at(export.photos, ready.index)
        _check_paths(ready.staged)
        export.ready[ready.index] = ready
        export.items.pop(ready.index, None)
    elif event == "ended":
        index = record.pop("index")
        photo = _at(export.photos, index)
        export.items[index] = json_files.as_type(
            ExportItem, record | {"source": photo.source, "target": photo.target, "copy": photo.copy}
        )
    elif event == "resumed":
        export.how = None
    elif event == "closed":
        export.how = record["how"]


def _check_paths(*paths: Path) -> None:
    """Raises ValueError for a path that no file can have, before a call of the system does."""
    if any(b"\0" in os.fsencode(path) for path in paths):
        raise ValueError("a path has a zero byte in it")


def _at(values: list[T], index: Any) -> T:
    """An element by a number that may be none of them. Raises ValueError."""
    if not isinstance(index, int) or not 0 <= index < len(values):
        raise ValueError(f"there is no number {index!r}")
    return values[index]
