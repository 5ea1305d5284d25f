"""The history of exports into a folder: a photo is known by its content and settings, not by the name that it got.

It is read from the journals, which hold the size, time and SHA-256 of every photo that was written, the file that was
made from it, and the settings.
"""

import functools
import hashlib
import json
import logging
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from pie_desktop.errors import PieError
from pie_desktop.export import journal
from pie_desktop.export.names import collision_key
from pie_desktop.export.settings import ExportSettings, settings_to_json
from pie_desktop.export.staging import SourceState
from pie_desktop.export.unfinished import read_export

_log = logging.getLogger(__name__)
# Where a file goes and what happens to an older one says nothing about what is in it.
_ELSEWHERE = ("destination", "on_conflict")


@dataclass(frozen=True)
class Written:
    """A file that an earlier export wrote.

    Attributes:
        source: the photo that it was made of.
        state: the photo as it was then.
        target: the file.
        settings: what it was made with, see `_key`.
    """

    source: Path
    state: SourceState
    target: Path
    settings: str


class ExportHistory:
    """The files of earlier exports to one folder; the journals are read at the first question."""

    def __init__(self, exports: Path, destination: Path) -> None:
        """`exports` is the folder of the journals."""
        self._exports = exports
        self._destination = destination
        self._digests: dict[Path, str | None] = {}

    def of_photo(self, photo: Path, settings: ExportSettings) -> Path | None:
        """The file that was made of a photo with these settings, if it is still there."""
        try:
            size = photo.stat().st_size
        except OSError:
            return None
        found = self._by_content.get((size, _key(settings)), [])
        found = sorted(found, key=lambda one: one.source == photo)  # its own file before that of a copy
        return next((one.target for one in reversed(found) if one.target.is_file() and self.is_of(one, photo)), None)

    def source_of(self, target: Path) -> Written | None:
        """What a file was made of; None for a file that no known export wrote."""
        return self._written.get(collision_key(str(target)))

    def is_of(self, written: Written, photo: Path) -> bool:
        """Whether a file was made of this photo as it is now, wherever the photo was then."""
        try:
            size = photo.stat().st_size
        except OSError:
            return False
        if size != written.state.size:
            return False
        if photo == written.source and written.state.is_still(photo):
            return True
        return written.state.sha256 is not None and written.state.sha256 == self._digest(photo)

    @cached_property
    def _by_content(self) -> dict[tuple[int, str], list[Written]]:
        found: dict[tuple[int, str], list[Written]] = {}
        for one in self._written.values():
            found.setdefault((one.state.size, one.settings), []).append(one)
        return found

    @cached_property
    def _written(self) -> dict[str, Written]:
        """The last export of each file, by its name."""
        return {collision_key(str(one.target)): one for one in self._read()}

    def _read(self) -> Iterator[Written]:
        for file in sorted(self._exports.glob(f"*/{journal.JOURNAL}")):
            if self._is_to_destination(file.parent):
                yield from _remembered(file)

    def _is_to_destination(self, place: Path) -> bool:
        """By the first part alone, for there may be many journals, and long ones."""
        try:
            for record in journal.records(place):
                if record.get("event") == "part":
                    return Path(record["settings"]["destination"]) == self._destination
        except (PieError, KeyError, TypeError, ValueError):
            pass
        return False

    def _digest(self, photo: Path) -> str | None:
        if photo not in self._digests:
            try:
                with photo.open("rb") as file:
                    self._digests[photo] = hashlib.file_digest(file, "sha256").hexdigest()
            except OSError:
                self._digests[photo] = None
        return self._digests[photo]


def _remembered(file: Path) -> tuple[Written, ...]:
    """What a journal says; read again only when it has grown: an export is planned at every change of its settings."""
    try:
        status = file.stat()
    except OSError:
        return ()
    return _read_journal(file, status.st_size, status.st_mtime_ns)


@functools.lru_cache(maxsize=journal.KEPT_EXPORTS)
def _read_journal(file: Path, size: int, modified: int) -> tuple[Written, ...]:
    try:
        export = read_export(file.parent)
    except PieError as error:
        _log.info("%s", error)
        return ()
    # Parts stand one behind the other in a journal, and so do their photos.
    keys = [key for part in export.parts for key in [_key(part.settings)] * len(part.photos)]
    return tuple(
        Written(item.source, item.source_state, item.target, keys[index])
        for index, item in sorted(export.items.items())
        if item.status == "written" and item.source_state is not None and index < len(keys)
    )


def _key(settings: ExportSettings) -> str:
    values: dict[str, Any] = settings_to_json(settings)
    return json.dumps({name: value for name, value in values.items() if name not in _ELSEWHERE}, sort_keys=True)
