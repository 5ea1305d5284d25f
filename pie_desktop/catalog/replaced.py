"""Edits and histories that this version cannot understand: kept as files before others of their photo replace them.

Such a one was made by a newer version of the program, which will understand it again, or is damaged.
"""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from pie_desktop import json_files, paths
from pie_desktop.edit.edit import Edit
from pie_desktop.edit.history import PhotoHistory
from pie_desktop.errors import EditError, NewerEditError, PieError
from pie_desktop.imaging.atomic import atomic_write


def keep_unreadable(photo: Path, stored: Any) -> str | None:
    """Write an edit to a file of its own if it cannot be understood.

    Args:
        photo: the photo that it belongs to.
        stored: what the catalog holds.

    Returns:
        A sentence that says where it is, or None for an edit that can be understood.

    Raises:
        PieError: it could not be written; the edit in the catalog must not be replaced then.
    """
    return _keep(photo, stored, "edit", Edit.from_text)


def keep_unreadable_history(photo: Path, stored: Any) -> str | None:
    """As `keep_unreadable`, of the history of a photo."""
    return _keep(photo, stored, "history", PhotoHistory.from_text)


def _keep(photo: Path, stored: Any, noun: str, read: Callable[[Any], object]) -> str | None:
    try:
        read(stored)
        return None
    except NewerEditError:
        what = "was made with a newer version of PIE Desktop"
    except EditError:
        what = "could not be used"
    folder = paths.replaced_edits_dir()
    place = folder / f"{time.time_ns()}.json"
    document = {"photo": str(photo.absolute()), noun: stored if isinstance(stored, str) else repr(stored)}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with atomic_write(place, overwrite=False) as temporary:
            temporary.write_text(json_files.to_text(document), encoding="utf-8")
    except OSError as error:
        raise PieError(
            f"The edit of “{photo.name}” was not saved: the {noun} that it has {what}, and no copy of that could be "
            f"written to {folder} ({error.strerror or error})."
        ) from error
    return f"The earlier {noun} of “{photo.name}” {what}; it was replaced, and a copy is kept as {place}."
