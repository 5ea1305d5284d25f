"""The trash: deleted and damaged styles, and references taken out of a style, all kept for a month."""

import contextlib
import shutil
import time
from pathlib import Path

from pydantic import ValidationError

from pie_desktop.errors import StyleError
from pie_desktop.imaging.leftovers import remove_abandoned
from pie_desktop.styles.document import REFERENCES_FOLDER, ReferenceDocument

TRASH = ".trash"
DAMAGED = ".damaged"
KEPT_SECONDS = 30 * 24 * 3600


def put(root: Path, folder: Path) -> str:
    """Move a style's folder to the trash of the library `root`; the token brings it back. Raises OSError."""
    (root / TRASH).mkdir(exist_ok=True)
    token = f"{folder.name}.{time.time_ns()}"
    folder.rename(root / TRASH / token)
    return token


def restore(root: Path, token: str) -> Path:
    """Move it back to where it was. Raises StyleError when it is no longer in the trash, or its place is taken.

    Args:
        token: of the deletion, or the id of a style for its latest one.
    """
    kept = {entry.name: entry for entry in (root / TRASH).iterdir()} if (root / TRASH).is_dir() else {}
    if token not in kept:
        token = max((name for name in kept if name.rpartition(".")[0] == token), key=_deleted_ns, default=token)
    folder = root / token.rpartition(".")[0]
    if token not in kept or folder.exists():
        raise StyleError("This style cannot be brought back: it is no longer in the trash.")
    kept[token].rename(folder)
    return folder


def set_aside(root: Path, folder: Path) -> Path:
    """Move a damaged style's folder away and return where it is now. Raises OSError."""
    (root / DAMAGED).mkdir(exist_ok=True)
    place = root / DAMAGED / f"{folder.name}.{time.time_ns()}"
    folder.rename(place)
    return place


def purge(root: Path) -> None:
    """Remove what was deleted a month ago, and what a crash left half made. Damaged styles are kept."""
    now_ns = time.time_ns()
    for entry in _entries(root / TRASH):
        deleted_ns = _deleted_ns(entry.name)
        if deleted_ns and now_ns - deleted_ns > KEPT_SECONDS * 10**9:
            shutil.rmtree(entry, ignore_errors=True)
    remove_abandoned(root, depth=1)


def _deleted_ns(token: str) -> int:
    number = token.rpartition(".")[2]
    return int(number) if number.isdecimal() else 0


def _entries(folder: Path) -> list[Path]:
    try:
        return list(folder.iterdir())
    except OSError:
        return []


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
    place = next((entry for entry in _removed_entries(folder / REMOVED) if entry.name == reference_id), None)
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
    for entry in _removed_entries(root):
        with contextlib.suppress(OSError):
            if time.time() - entry.stat().st_mtime > KEPT_SECONDS:
                shutil.rmtree(entry, ignore_errors=True)


def _removed_entries(folder: Path) -> list[Path]:
    return list(folder.iterdir()) if folder.is_dir() else []
