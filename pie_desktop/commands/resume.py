"""`export --resume`: an export that was interrupted goes on."""

from pathlib import Path
from typing import TYPE_CHECKING

from pie_desktop.errors import PieError

if TYPE_CHECKING:
    from pie_desktop.engine.unfinished import KeptExport


def find_unfinished(destination: Path | None) -> "KeptExport | None":
    """The latest export to a folder (None for any) with photos left to write."""
    from pie_desktop import paths
    from pie_desktop.engine.unfinished import latest_unfinished

    return latest_unfinished(paths.exports_dir(), destination, interrupted_only=False)


def nothing_to_resume(destination: Path | None) -> PieError:
    where = f" to {destination}" if destination is not None else ""
    return PieError(f"There is no unfinished export{where}; name photos and a folder to start one.")
