"""What the fields of a name template stand for with a photo, from its path and its headers."""

from dataclasses import replace
from pathlib import Path

from pie_desktop.edit.edit import Edit
from pie_desktop.edit.versions import PhotoVersion, Source
from pie_desktop.export.facts import FactsReader, PhotoFacts
from pie_desktop.export.names import NameValues
from pie_desktop.export.settings import ExportSettings

_facts = FactsReader()


def name_values(source: Source, settings: ExportSettings, number: int = 1) -> NameValues:
    """What the fields of a name template stand for with this photo; for showing a name before there is a plan."""
    version = source if isinstance(source, PhotoVersion) else PhotoVersion(source)
    return values_of(version, number, read_facts(version.path, with_summary=True), settings, settings.edit)


def read_facts(photo: Path, with_summary: bool) -> PhotoFacts | str:
    """What the headers of a photo tell; a sentence where it cannot be read."""
    try:
        if photo.stat().st_size == 0:
            return f"{photo.name} is empty (0 bytes); restore it from a backup or the memory card."
        return _facts.read(photo, with_summary)
    except FileNotFoundError:
        return f"{photo} does not exist any more; was it moved or deleted?"
    except OSError as error:
        return f"{photo} could not be read ({error.strerror or error})."


def values_of(
    version: PhotoVersion, number: int, facts: PhotoFacts | str, settings: ExportSettings, edit: Edit
) -> NameValues:
    """What the fields stand for with a photo of these facts and this edit; without facts what its path tells."""
    photo = version.path
    values = NameValues(
        photo.stem,
        number,
        style=settings.style,
        preset=settings.preset,
        folder=photo.parent.name,
        type=photo.suffix[1:],
        copy=version.copy or None,
    )
    if isinstance(facts, str):
        return values
    width = height = 0
    if facts.width:
        width, height = settings.encode.output_size(*edit.placement((facts.width, facts.height)).size)
    summary = facts.summary
    return replace(
        values, date=facts.taken, camera=summary.camera, lens=summary.lens, iso=summary.iso, width=width, height=height
    )
