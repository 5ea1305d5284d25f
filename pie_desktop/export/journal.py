"""The journal of an export: what is to be done and what is done, so that a killed one goes on where it stood.

A folder `exports/<id>` with `journal.jsonl`, one JSON object per line, only ever appended to, and the preferences
that the export goes by. A line is on the disk before what it allows: the plan before the first photo, `ready` (the
file is complete, under a temporary name) before the file gets its name; `ended`, behind it, whenever it gets there.
After `kill -9` or a power cut a photo is therefore in one of three states: not begun or half made (made again),
complete but perhaps not named (named, or found to be named, by its size and time), or done.
"""

import contextlib
import json
import logging
import os
import secrets
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from pie_desktop import json_files
from pie_desktop.engine.blending import Blended
from pie_desktop.errors import PieError
from pie_desktop.export.report import ExportItem
from pie_desktop.export.settings import ExportPart, photo_to_json, settings_to_json

VERSION = 3
"""Version 1 kept strength and amount where the whole edit stands now; 2 knew no virtual copies."""

KEPT_EXPORTS = 200
JOURNAL = "journal.jsonl"
_LOCK = "lock"
_LAST_LINE = 512  # bytes at the end of a journal that hold the line with which it is closed
_MAX_LINE = 1024 * 1024
_log = logging.getLogger(__name__)


class JournalError(PieError):
    """A journal that cannot be written: the photos still can."""


class Journal:
    """An open journal; to be used by one thread. Nobody else can have it open.

    When it cannot be written any more, such as on a full disk, the export goes on: `problem` says so then.
    """

    def __init__(self, folder: Path, lock: FileLock) -> None:
        self.folder = folder
        self.problem: str | None = None
        self._lock = lock
        self._file = (folder / JOURNAL).open("ab")

    @property
    def id(self) -> str:
        return self.folder.name

    def begun(self, index: int) -> None:
        """A photo is being made; not flushed, since nothing depends on it."""
        self._write([{"event": "begun", "index": index}], flush=False)

    def ready(self, index: int, staged: Path, item: ExportItem) -> None:
        """The file of a photo is complete under the name `staged`. Raises OSError when it is not there.

        Args:
            index: place in the plan.
            item: what its result is to be, once the file has its name.
        """
        status = staged.stat()
        record = {"staged": str(staged), "size": status.st_size, "modified": status.st_mtime_ns}
        self._write([{"event": "ready", "index": index, **record, **_values(item)}])

    def ended(self, index: int, item: ExportItem) -> None:
        """A photo is done, in whatever way.

        Not flushed: nothing depends on it, and it is on the disk with the next `ready`. After a power cut before that,
        the file of the photo is found by its line `ready`, as after one between naming the file and writing this.
        """
        self._write([{"event": "ended", "index": index, **_values(item)}], flush=False)

    def closed(self, how: str) -> None:
        """The export is over: `finished` or `cancelled`."""
        self._write([{"event": "closed", "how": how, "time": _now()}])

    def resumed(self) -> None:
        self._write([{"event": "resumed", "time": _now()}])

    def discard(self) -> None:
        """Forget an export of which nothing was written."""
        self.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def close(self) -> None:
        with contextlib.suppress(OSError):  # what a full disk did not take is tried again here, and was reported
            self._file.close()
        self._lock.release()

    def write_plan(self, parts: Sequence[ExportPart]) -> None:
        """The whole plan, in one go. Raises OSError."""
        records: list[dict[str, Any]] = [{"event": "export", "version": VERSION, "time": _now()}]
        for number, part in enumerate(parts):
            found = part.preference
            both = (found.first, found.second) if isinstance(found, Blended) else (found, None)
            kept: dict[str, Any] = {"preference": None, "digest": None, "bundle": part.bundle_id}
            for name, digest, preference in zip(("preference", "blend"), ("digest", "blend_digest"), both, strict=True):
                if preference is not None:
                    file = f"{name}-{number}.safetensors"
                    preference.save(self.folder / file)
                    kept |= {name: file, digest: preference.key}
            records.append({"event": "part", "settings": settings_to_json(part.settings), **kept})
            records += [{"event": "photo", "part": number, **photo_to_json(photo)} for photo in part.photos]
        records.append({"event": "planned"})
        self._append(records)

    def _write(self, records: list[dict[str, Any]], flush: bool = True) -> None:
        if self.problem is not None:
            return
        try:
            self._append(records, flush)
        except OSError as error:
            _log.exception("The journal %s", self.folder)
            self.problem = (
                f"The journal {self.folder} can no longer be written ({error.strerror or error}); "
                "if this export is interrupted, it cannot be continued."
            )

    def _append(self, records: list[dict[str, Any]], flush: bool = True) -> None:
        self._file.write(b"".join(json.dumps(record).encode("ascii") + b"\n" for record in records))
        self._file.flush()
        if flush:
            os.fsync(self._file.fileno())


def create(folder: Path, parts: Sequence[ExportPart]) -> Journal:
    """Begin the journal of an export in a new folder inside `folder`.

    Raises:
        PieError: it cannot be written.
    """
    place = folder / f"{datetime.now():%Y%m%d-%H%M%S}-{secrets.token_hex(3)}"
    try:
        _prune(folder)
        place.mkdir(parents=True)
        journal = _open(place)
        try:
            journal.write_plan(parts)
        except OSError:
            journal.close()
            shutil.rmtree(place, ignore_errors=True)
            raise
    except OSError as error:
        reason = error.strerror or error
        shutil.rmtree(place, ignore_errors=True)
        raise JournalError(f"The export's journal could not be written to {folder} ({reason}).") from error
    return journal


def reopen(place: Path) -> Journal:
    """Go on with the journal in a folder `exports/<id>`; a line that was cut off by a power cut is removed.

    Raises:
        PieError: it is in use or cannot be written.
    """
    try:
        journal = _open(place)
        _remove_torn_line(place / JOURNAL)
        return journal
    except OSError as error:
        raise JournalError(f"The journal {place} cannot be written ({error.strerror or error}).") from error


def in_use(place: Path) -> bool:
    """Whether an export is writing this journal now."""
    lock = FileLock(place / _LOCK, timeout=0)
    try:
        with lock:
            return False
    except Timeout:
        return True
    except OSError:
        return False


def records(place: Path) -> Iterator[dict[str, Any]]:
    """The lines of a journal; a last one that is cut off is left out.

    Raises:
        PieError: it cannot be read.
    """
    try:
        with (place / JOURNAL).open("rb") as file:
            number = 0
            while (line := file.readline(_MAX_LINE + 1)).endswith(b"\n"):
                number += 1
                yield json_files.parse_object(line, max_bytes=_MAX_LINE)
            if len(line) > _MAX_LINE:
                raise json_files.DamagedJsonError("it is too long")
    except OSError as error:
        raise PieError(f"The journal {place} cannot be read ({error.strerror or error}).") from error
    except json_files.DamagedJsonError as error:
        raise PieError(f"The journal {place} is damaged in line {number + 1}; start the export again.") from error


def is_closed(place: Path) -> bool:
    """Whether an export ended by itself, by the last line of its journal alone: there may be many, and long ones."""
    try:
        with (place / JOURNAL).open("rb") as file:
            file.seek(max(0, file.seek(0, os.SEEK_END) - _LAST_LINE))
            return b'{"event": "closed"' in file.read().rstrip(b"\n").rpartition(b"\n")[2]
    except OSError:
        return False


def _values(item: ExportItem) -> dict[str, Any]:
    """An item without what the plan says."""
    values = asdict(item)
    del values["source"], values["target"], values["copy"]
    return values


def _open(place: Path) -> Journal:
    lock = FileLock(place / _LOCK, timeout=0)
    try:
        lock.acquire()
    except Timeout as error:
        raise PieError(f"The export {place.name} is running in another window or program.") from error
    try:
        return Journal(place, lock)
    except OSError:
        lock.release()
        raise


def _remove_torn_line(journal: Path) -> None:
    content = journal.read_bytes()
    whole = content.rfind(b"\n") + 1
    if whole < len(content):
        os.truncate(journal, whole)


def _prune(folder: Path) -> None:
    """Keep the latest exports: journals are small, but nobody looks for them after hundreds of exports."""
    with contextlib.suppress(OSError):
        places = sorted(place for place in folder.iterdir() if place.is_dir())
        for place in places[: -KEPT_EXPORTS + 1]:
            if not in_use(place):
                shutil.rmtree(place, ignore_errors=True)


def _now() -> str:
    return datetime.now().astimezone().isoformat(timespec="seconds")
