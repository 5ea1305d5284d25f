"""The folder that an export writes to."""

import os
import shutil
from pathlib import Path

from pie_desktop.engine.size_estimate import size_text
from pie_desktop.errors import PieError

# Only an export that cannot possibly fit is refused beforehand: files may come out much smaller than estimated.
_LEAST_SHARE = 0.15


def destination_problem(destination: Path) -> str | None:
    """One sentence: why nothing can be written to a folder, which need not exist yet; else None."""
    existing = _existing_part(destination)
    if not existing.is_dir():
        return f"{existing} is not a folder; choose another destination."
    if not os.access(existing, os.W_OK | os.X_OK):
        return f"The folder {existing} is write-protected; choose another destination."
    return None


def _existing_part(folder: Path) -> Path:
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    return folder


def space_problem(destination: Path, needed: int) -> str | None:
    """One sentence when about `needed` bytes cannot possibly fit on the disk of a folder; else None."""
    try:
        free = shutil.disk_usage(_existing_part(destination)).free
    except OSError:
        return None
    if needed * _LEAST_SHARE <= free:
        return None
    return (
        f"The disk of {destination} has only {size_text(free)} left for about {size_text(needed)}; "
        "free some space or choose another disk."
    )


def prepare_destination(folder: Path) -> None:
    """Make the destination.

    Raises:
        PieError: it cannot be made.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise PieError(f"The folder {folder} could not be made ({error.strerror or error}).") from error
