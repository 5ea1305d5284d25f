"""The history of exports into a folder: a photo is known by its content and settings, not by the name that it got.

It is read from the journals, which hold the size, time and SHA-256 of every photo that was written, the file that was
made from it, and the settings; and from the notes of files that no journal knows, or that have changed since.
"""

import functools
import hashlib
import logging
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from types import MappingProxyType

from pie_desktop.edit.edit import Edit
from pie_desktop.edit.versions import PhotoVersion
from pie_desktop.errors import Cancelled, DecodeError, PieError
from pie_desktop.export import journal
from pie_desktop.export.kept import read_export
from pie_desktop.export.names import collision_key
from pie_desktop.export.photo_edits import PhotoEdit
from pie_desktop.export.provenance import Written, settings_digest, takes_sidecars, written_by_note
from pie_desktop.export.settings import ExportSettings
from pie_desktop.imaging.metadata.sidecars import sidecar_digest

_log = logging.getLogger(__name__)


class ExportHistory:
    """What earlier exports wrote into the folder of one; journals and notes are read at the first question."""

    def __init__(
        self,
        exports: Path,
        settings: ExportSettings,
        should_cancel: Callable[[], bool] | None = None,
        edits: Mapping[PhotoVersion, PhotoEdit] = MappingProxyType({}),
    ) -> None:
        """What is asked of it later is asked of one plan.

        Args:
            exports: folder of the journals.
            settings: those of the export that is planned.
            should_cancel: asked between two files.
            edits: of the photos that are exported with another edit than that of the settings.
        """
        self._exports = exports
        self._destination = settings.destination.absolute()
        self._settings = settings_digest(settings)
        digests: dict[tuple[Edit, str | None], str] = {}
        self._settings_of: dict[PhotoVersion, str] = {}
        for photo, own in edits.items():
            key = own.edit, own.style
            if key not in digests:
                digests[key] = settings_digest(replace(settings, edit=own.edit, style=own.style))
            self._settings_of[photo] = digests[key]
        self._planned = {self._settings, *digests.values()}
        self._takes_sidecars = takes_sidecars(settings)
        self._files = "*/" * settings.name.count("/") + f"*{settings.encode.suffix}"
        self._should_cancel = should_cancel or (lambda: False)
        self._digests: dict[Path, str | None] = {}

    def of_photo(self, version: PhotoVersion) -> Path | None:
        """The file that was made of a photo or a virtual copy with the settings, if it is still there.

        A copy is known by its name: its file is never taken for that of the photo, though their edits be the same.

        Raises:
            Cancelled.
        """
        photo = version.path
        try:
            size = photo.stat().st_size
        except OSError:
            return None
        found = self._by_size.get((self._settings_of.get(version, self._settings), size), [])
        found = [one for one in found if one.copy == version.copy]
        found = sorted(found, key=lambda one: one.source == photo)  # its own file before that of a copy
        return next((one.target for one in reversed(found) if one.target.is_file() and self._is_of(one, photo)), None)

    def is_made_of(self, photo: Path) -> str | None:
        """For a photo that lies in the destination: what it is itself an export of, with the settings; else None."""
        written = self._written.get(collision_key(str(photo)))
        if written is None or written.settings not in self._planned or not written.holds:
            return None
        return told_apart(written.source, photo)

    def told(self, target: Path, version: PhotoVersion) -> str:
        """What a file was made of, in the words of a sentence that begins with its name, for a photo that wants it."""
        photo = version.path
        written = self._written.get(collision_key(str(target)))
        if written is None:
            return "is there already and does not say which photo it is of"
        if written.copy != version.copy and self._is_content_of(written, photo):
            return f"was made from {PhotoVersion(photo, written.copy).name}"
        if not self._is_content_of(written, photo):
            return f"was made from {told_apart(written.source, photo)}"
        if not self._has_sidecars_of(written, photo):
            return f"was made from {version.name} before its sidecar was changed"
        return f"was made from {version.name} with other settings"

    def _is_of(self, written: Written, photo: Path) -> bool:
        """Whether a file was made of this photo as it is now, wherever the photo was then."""
        return self._is_content_of(written, photo) and self._has_sidecars_of(written, photo)

    def _is_content_of(self, written: Written, photo: Path) -> bool:
        try:
            size = photo.stat().st_size
        except OSError:
            return False
        if size != written.state.size:
            return False
        if photo == written.source and written.state.is_still(photo):
            return True
        return written.state.sha256 is not None and written.state.sha256 == self._digest(photo)

    def _has_sidecars_of(self, written: Written, photo: Path) -> bool:
        said = written.state.sidecars
        if said is None or not self._takes_sidecars:
            return True
        try:
            return said == sidecar_digest(photo)
        except DecodeError:
            return False

    @cached_property
    def _by_size(self) -> dict[tuple[str, int], list[Written]]:
        """The files that were made with settings of this plan, by these and the size of their photo."""
        found: dict[tuple[str, int], list[Written]] = {}
        for one in self._written.values():
            if one.settings in self._planned:
                found.setdefault((one.settings, one.state.size), []).append(one)
        return found

    @cached_property
    def _written(self) -> dict[str, Written]:
        """The last export of each file, by its name."""
        known = {collision_key(str(one.target)): one for one in self._read_journals()}
        for file in self._there():
            key = collision_key(str(file))
            if key in known and known[key].holds:
                continue
            if self._should_cancel():
                raise Cancelled
            if (said := _remembered_note(file)) is not None:
                known[key] = said
        return known

    def _there(self) -> Iterator[Path]:
        """The files of the destination that can be of such an export."""
        try:
            yield from self._destination.glob(self._files)
        except OSError as error:
            _log.info("%s: %s", self._destination, error)

    def _read_journals(self) -> Iterator[Written]:
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


def exported_photos(exports: Path) -> frozenset[PhotoVersion]:
    """The photos and virtual copies that exports have written, whatever the settings.

    Args:
        exports: the folder of the journals.
    """
    return frozenset(
        PhotoVersion(one.source, one.copy)
        for file in exports.glob(f"*/{journal.JOURNAL}")
        for one in _remembered(file)
        if one.source is not None
    )


def told_apart(other: Path | None, photo: Path) -> str:
    """The name of another photo; its path where the names are the same."""
    if other is None:
        return "another photo"
    if other == photo:
        return f"an earlier version of {photo.name}"
    if other.name != photo.name:
        return other.name
    return str(other) if other.is_absolute() else f"another {photo.name} or an earlier version of it"


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
    keys = [key for part in export.parts for key in [settings_digest(part.settings)] * len(part.photos)]
    found = []
    for index, item in sorted(export.items.items()):
        if item.status == "written" and item.source_state is not None and index < len(keys):
            ready = export.ready.get(index)
            was = (ready.size, ready.modified) if ready is not None else (None, None)
            found.append(Written(item.source, item.source_state, item.target, keys[index], was[0], was[1], item.copy))
    return tuple(found)


def _remembered_note(file: Path) -> Written | None:
    """What a file says of its origin, read again only when it has changed."""
    try:
        status = file.stat()
        return _read_note(file, status.st_size, status.st_mtime_ns)
    except (OSError, DecodeError) as error:
        _log.info("%s: %s", file, error)
        return None


@functools.lru_cache(maxsize=20_000)
def _read_note(file: Path, size: int, modified: int) -> Written | None:
    return written_by_note(file)
