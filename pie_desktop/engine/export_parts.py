"""An export as it is run and kept: parts that share settings and an edit, and their photos."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from pie_desktop.engine.enhance import Transform
from pie_desktop.engine.planned import ExportSettings, PlannedPhoto
from pie_desktop.errors import BundleError
from pie_desktop.imaging.encode import EncodeOptions

if TYPE_CHECKING:
    from pie_desktop.engine.enhance import Engine
    from pie_desktop.model.preference import Preference


@dataclass(frozen=True)
class ExportPart:
    """Photos with the same settings and the same edit.

    Attributes:
        settings: the export.
        photos: their plan.
        transform_for: the model's answer to a proxy picture.
        preference: what `transform_for` goes by, to be kept with the journal; None for neutral enhancement.
        bundle_id: model behind `transform_for`; None where it is not known before its first use.
    """

    settings: ExportSettings
    photos: tuple[PlannedPhoto, ...]
    transform_for: Callable[[np.ndarray], Transform]
    preference: "Preference | None" = None
    bundle_id: str | None = None


def make_part(
    engine: "Engine", settings: ExportSettings, photos: tuple[PlannedPhoto, ...], preference: "Preference | None"
) -> ExportPart:
    """A part whose transforms an engine computes, which is loaded if it is not yet and there is something to do."""
    if any(photo.writes for photo in photos):
        engine.load()
    return ExportPart(settings, photos, lambda proxy: engine.transform(proxy, preference), preference, engine.bundle_id)


def resume_part(
    engine: "Engine", settings: ExportSettings, photos: tuple[PlannedPhoto, ...], preference: "Preference | None",
    bundle_id: str | None,
) -> ExportPart:  # fmt: skip
    """A part of an export that was begun earlier.

    Raises:
        BundleError: the engine uses another model than it was begun with.
    """
    engine.load()
    if bundle_id is not None and engine.bundle_id != bundle_id:
        raise BundleError(
            f"The export was begun with the model {bundle_id}, and {engine.bundle_id} is in use now; "
            "choose that model again, or start a new export."
        )
    return make_part(engine, settings, photos, preference)


def settings_to_json(settings: ExportSettings) -> dict[str, Any]:
    """JSON-ready; see `settings_from_json`."""
    # Absolute: an export may go on from another working directory.
    return asdict(settings) | {"destination": str(settings.destination.absolute())}


def settings_from_json(values: Mapping[str, Any]) -> ExportSettings:
    """Raises TypeError, KeyError or ValueError where these are no settings of this version."""
    known = dict(values)
    encode = EncodeOptions(**known.pop("encode"))
    return ExportSettings(Path(known.pop("destination")), encode, **known)


def photo_to_json(photo: PlannedPhoto) -> dict[str, Any]:
    """JSON-ready; see `photo_from_json`."""
    return asdict(photo) | {"source": str(photo.source), "target": str(photo.target)}


def photo_from_json(values: Mapping[str, Any]) -> PlannedPhoto:
    """Raises TypeError, KeyError or ValueError where this is no planned photo of this version."""
    known = dict(values)
    size = known.pop("size")
    source, target = Path(known.pop("source")), Path(known.pop("target"))
    return PlannedPhoto(source, target, **known, size=tuple(size) if size is not None else None)
