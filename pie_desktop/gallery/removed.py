"""References taken out of a style: kept inside its folder for a month, so that taking them out can be undone."""

import contextlib
import shutil
import time
from pathlib import Path

from pydantic import ValidationError

from pie_desktop.errors import StyleError
from pie_desktop.gallery.document import REFERENCES_FOLDER, ReferenceDocument
from pie_desktop.gallery.trash import KEPT_SECONDS

REMOVED = ".removed"
FILE_NAME = "reference.json"


def keep(folder: Path, reference: ReferenceDocument) -> None:
    """Move the copies of a reference that is no longer in the style's description out of the way. Raises OSError."""
    _purge(folder / REMOVED)
    place = folder / REMOVED / reference.id
    place.mkdir(parents=True, exist_ok=True)
    (place / FILE_NAME).write_text(reference.model_dump_json(), encoding="utf-8")
    for copy in _copies(reference):
        with contextlib.suppress(FileNotFoundError):
            (folder / REFERENCES_FOLDER / copy).replace(place / copy)


def bring_back(folder: Path, reference_id: str) -> ReferenceDocument:
    """Move the copies back and return what the style's description said of them.

    Raises:
        StyleError: there is no such reference any more.
        OSError: the disk cannot be written.
    """
    place = next((entry for entry in _entries(folder / REMOVED) if entry.name == reference_id), None)
    try:
        if place is None:
            raise FileNotFoundError(reference_id)
        reference = ReferenceDocument.model_validate_json((place / FILE_NAME).read_text(encoding="utf-8"))
        for copy in _copies(reference):
            (place / copy).replace(folder / REFERENCES_FOLDER / copy)
    except (FileNotFoundError, ValidationError) as error:
        raise StyleError("This reference cannot be brought back: its copies are gone.") from error
    shutil.rmtree(place, ignore_errors=True)
    return reference


def _copies(reference: ReferenceDocument) -> list[str]:
    return [copy for copy in (reference.after, reference.before) if copy is not None]


def _purge(root: Path) -> None:
    for entry in _entries(root):
        with contextlib.suppress(OSError):
            if time.time() - entry.stat().st_mtime > KEPT_SECONDS:
                shutil.rmtree(entry, ignore_errors=True)


def _entries(folder: Path) -> list[Path]:
    return list(folder.iterdir()) if folder.is_dir() else []
