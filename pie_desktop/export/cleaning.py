"""What killed runs left behind, removed when the program starts or exports the next time.

Temporary files and folders that name their process are removed once it has ended. What lies in the staging folder of an
interrupted export and is complete stays, since the export may go on with it; what is half made goes.
"""

import contextlib
import logging
import re
from pathlib import Path

from pie_desktop import paths
from pie_desktop.errors import PieError
from pie_desktop.export import journal
from pie_desktop.export.kept import KeptExport, read_export
from pie_desktop.imaging.leftovers import TEMPORARY_PREFIX, is_old, remove, remove_abandoned

_log = logging.getLogger(__name__)
_EXPORT_ID = re.compile(r"\d{8}-\d{6}-[0-9a-f]{6}")


def remove_left_overs() -> None:
    """Clean the program's own folder, and the folders that interrupted exports were writing to. Never raises."""
    remove_abandoned(paths.home_dir(), depth=2)
    exports = paths.exports_dir()
    with contextlib.suppress(OSError):
        for file in exports.glob(f"*/{journal.JOURNAL}"):
            place = file.parent
            if journal.is_closed(place) or journal.in_use(place):
                continue
            with contextlib.suppress(PieError):
                _remove_half_made(read_export(place))


def clean_destination(folder: Path) -> None:
    """Remove what earlier exports left in a folder that is about to be written to. Never raises.

    Of an export without a journal here (it may run on another computer) only what is a day old is removed.
    """
    remove_abandoned(folder)
    with contextlib.suppress(OSError):
        for staging in folder.glob(f"{TEMPORARY_PREFIX}*"):
            export_id = staging.name.removeprefix(TEMPORARY_PREFIX)
            if not _EXPORT_ID.fullmatch(export_id) or not staging.is_dir():
                continue
            place = paths.exports_dir() / export_id
            over = journal.is_closed(place) and not journal.in_use(place) if place.is_dir() else is_old(staging)
            if over:
                _log.info("%s was left by an earlier export and is removed", staging)
                remove(staging)


def _remove_half_made(export: KeptExport) -> None:
    complete = {ready.staged for ready in export.ready.values()}
    for folder in {photo.target.parent for photo in export.photos if photo.writes}:
        staging = folder / f"{TEMPORARY_PREFIX}{export.folder.name}"
        with contextlib.suppress(OSError):
            for file in staging.iterdir():
                if file not in complete:
                    remove(file)
            staging.rmdir()
