"""`export --resume`: an export that was interrupted goes on."""

from pathlib import Path
from typing import TYPE_CHECKING

from pie_desktop.errors import PieError

if TYPE_CHECKING:
    from pie_desktop.engine.unfinished import KeptExport


def find_unfinished(destination: Path | None, failed_too: bool) -> "KeptExport | None":
    """The latest export to a folder (None for any) with photos left to write.

    Args:
        destination: the folder.
        failed_too: also one that came to its end, where some photos failed. Not where photos are named: a damaged one
            would keep all new ones from being exported, every time.
    """
    from pie_desktop import paths
    from pie_desktop.engine.unfinished import latest_unfinished

    return latest_unfinished(paths.exports_dir(), destination, interrupted_only=False, failed_too=failed_too)


def nothing_to_resume(destination: Path | None) -> PieError:
    where = f" to {destination}" if destination is not None else ""
    return PieError(f"There is no unfinished export{where}; name photos and a folder to start one.")
