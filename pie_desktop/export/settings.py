"""The settings of an export, its planned photos, and the parts in which it runs, with their JSON."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, get_args

import numpy as np

from pie_desktop import json_files
from pie_desktop.edit.edit import Edit
from pie_desktop.edit.transform import Transform
from pie_desktop.edit.versions import PhotoVersion
from pie_desktop.errors import BundleError
from pie_desktop.export.facts import size_text
from pie_desktop.export.names import DEFAULT_TEMPLATE, NameTemplate
from pie_desktop.imaging.encode import EncodeOptions

if TYPE_CHECKING:
    from pie_desktop.engine.blending import AnyPreference
    from pie_desktop.engine.engine import Engine

Conflict = Literal["skip", "unique", "overwrite"]
Action = Literal["write", "overwrite", "skip", "fail"]


@dataclass(frozen=True)
class ExportSettings:
    """One export.

    Attributes:
        destination: folder, made when it is missing.
        encode: format, size, colour space, metadata.
        on_conflict: when a file of the name exists: `skip` the photo, write under a `unique` name, or `overwrite`.
        edit: what is done to the photos.
        name: template of the names, see `name_template`.
        style: name of the style, for the template; None for neutral enhancement.
        preset: name of the preset, for the template, or None.
        burst_lock: whether the frames of a burst share one transform, see `bursts`.

    Raises:
        TemplateError: `name` is no template.
    """

    destination: Path
    encode: EncodeOptions = field(default_factory=EncodeOptions)
    on_conflict: Conflict = "skip"
    edit: Edit = field(default_factory=Edit)
    name: str = DEFAULT_TEMPLATE
    style: str | None = None
    preset: str | None = None
    burst_lock: bool = False

    def __post_init__(self) -> None:
        if self.on_conflict not in get_args(Conflict):
            raise ValueError(f"on_conflict must be one of {', '.join(get_args(Conflict))}, got {self.on_conflict}")
        NameTemplate(self.name)


@dataclass(frozen=True)
class PlannedPhoto:
    """What will happen to one photo.

    Attributes:
        source: the photo.
        target: the file to write.
        action: `write` (never replaces a file), `overwrite`, `skip` or `fail`.
        problem: one sentence: why it is skipped or cannot be written, or that it gets another name; else None.
        size: (width, height) of the file in pixels; None where it is not written.
        file_size: expected bytes of the file; None where it is not written.
        renamed: whether the file gets a number, since one of the wanted name is there already.
        burst: number of the sequence whose frames share one transform; None for a photo of its own.
        copy: name of the virtual copy whose edit it is; empty for the photo itself.
    """

    source: Path
    target: Path
    action: Action
    problem: str | None = None
    size: tuple[int, int] | None = None
    file_size: int | None = None
    renamed: bool = False
    burst: int | None = None
    copy: str = ""

    @property
    def version(self) -> PhotoVersion:
        """The photo or its virtual copy."""
        return PhotoVersion(self.source, self.copy)

    @property
    def writes(self) -> bool:
        """Whether a file is to be written."""
        return self.action in ("write", "overwrite")

    @property
    def action_name(self) -> str:
        """The action in a word: `write`, `new name`, `overwrite`, `skip` or `fail`."""
        return "new name" if self.action == "write" and self.renamed else self.action


def plan_summary(plan: Sequence[PlannedPhoto]) -> str:
    """Such as `41 to write, 3 skipped, 1 problem, about 320 MB`."""
    counts = [sum(photo.action == action for photo in plan) for action in get_args(Action)]
    to_write, to_replace, skipped, problems = counts
    parts = [
        f"{to_write:,} to write" if to_write or not to_replace else "",
        f"{to_replace:,} to replace" if to_replace else "",
        f"{skipped:,} skipped" if skipped else "",
        f"{problems:,} problem{'' if problems == 1 else 's'}" if problems else "",
    ]
    expected = sum(photo.file_size or 0 for photo in plan)
    parts.append(f"about {size_text(expected)}" if expected else "")
    return ", ".join(part for part in parts if part)


@dataclass(frozen=True)
class ExportPart:
    """Photos with the same settings and the same edit.

    Attributes:
        settings: the export.
        photos: their plan.
        transform_for: the model's answer to a proxy image.
        preference: what `transform_for` goes by, to be kept with the journal; None for neutral enhancement.
        bundle_id: model behind `transform_for`; None where it is not known before its first use.
    """

    settings: ExportSettings
    photos: tuple[PlannedPhoto, ...]
    transform_for: Callable[[np.ndarray], Transform]
    preference: "AnyPreference | None" = None
    bundle_id: str | None = None


def make_part(
    engine: "Engine", settings: ExportSettings, photos: tuple[PlannedPhoto, ...], preference: "AnyPreference | None"
) -> ExportPart:
    """A part whose transforms an engine computes, which is loaded if it is not yet and there is something to do."""
    if any(photo.writes for photo in photos):
        engine.load()
    return ExportPart(settings, photos, lambda proxy: engine.transform(proxy, preference), preference, engine.bundle_id)


def resume_part(
    engine: "Engine", settings: ExportSettings, photos: tuple[PlannedPhoto, ...], preference: "AnyPreference | None",
    bundle_id: str | None,
) -> ExportPart:  # fmt: skip
    """A part of an export that was begun earlier.

    Raises:
        BundleError: the engine uses another model than it was begun with.
    """
    engine.load()
    if bundle_id is not None and engine.bundle_id != bundle_id:
        raise BundleError(
            f"The export was started with the model {bundle_id}, but {engine.bundle_id} is now in use; "
            "choose that model again, or start a new export."
        )
    return make_part(engine, settings, photos, preference)


def settings_to_json(settings: ExportSettings) -> dict[str, Any]:
    """JSON-ready; see `settings_from_json`."""
    # Absolute: an export may go on from another working directory.
    values = {one.name: getattr(settings, one.name) for one in fields(settings)}
    return values | {
        "destination": str(settings.destination.absolute()),
        "encode": asdict(settings.encode),
        "edit": settings.edit.to_json(),
    }


def settings_from_json(values: Mapping[str, Any]) -> ExportSettings:
    """Read what `settings_to_json` of this or an older version wrote.

    Raises:
        TypeError, KeyError, ValueError, EditError: these are not the settings of an export.
    """
    known = dict(values)
    if "edit" not in known:  # until journals of version 2, which keep the whole edit
        known["edit"] = {"strength": known.pop("strength"), "amount": known.pop("amount")}
    edit = Edit.from_json(known.pop("edit"))
    return json_files.as_type(ExportSettings, known | {"edit": edit})


def photo_to_json(photo: PlannedPhoto) -> dict[str, Any]:
    """JSON-ready; see `photo_from_json`."""
    return asdict(photo) | {"source": str(photo.source), "target": str(photo.target)}


def photo_from_json(values: Mapping[str, Any]) -> PlannedPhoto:
    """Raises ValueError where this is no planned photo of this version."""
    return json_files.as_type(PlannedPhoto, values)
