"""What an exported file says of its origin, in the note of its XMP: the photo that it was made of, and the settings.

So a photo is known to be exported also where no journal is: on another computer, or after many other exports.
"""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pie_desktop.edit.part import part_types
from pie_desktop.errors import printable
from pie_desktop.export.names import SUMMARY_FIELDS, NameTemplate
from pie_desktop.export.settings import ExportSettings, settings_to_json
from pie_desktop.export.staging import SourceState
from pie_desktop.imaging.metadata.reading import read_edit_note

# Where a file goes and what happens to an older one says nothing about what is in it.
_ELSEWHERE = ("destination", "on_conflict")
_PHOTO, _SIZE, _DIGEST, _SIDECARS = "SourceName", "SourceSize", "SourceDigest", "SourceSidecars"
_SETTINGS, _COPY = "Settings", "SourceCopy"
_HASH = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class Written:
    """A file that an earlier export wrote.

    Attributes:
        source: the photo that it was made of; its name alone where only the file itself says so, None where it does
            not name it.
        state: the photo as it was then.
        target: the file.
        settings: what it was made with, see `settings_digest`.
        size, modified: bytes and nanoseconds of the file as it was then; None where the file itself says so.
        copy: name of the photo's virtual copy that it was made of; empty for the photo itself.
    """

    source: Path | None
    state: SourceState
    target: Path
    settings: str
    size: int | None = None
    modified: int | None = None
    copy: str = ""

    @property
    def holds(self) -> bool:
        """Whether the file is still the one that this is said of; one that says so itself is."""
        if self.size is None:
            return True
        try:
            status = self.target.stat()
        except OSError:
            return False
        return (status.st_size, status.st_mtime_ns) == (self.size, self.modified)


def settings_digest(settings: ExportSettings) -> str:
    """SHA-256, hexadecimal, of all settings that decide what is in a file and how it is called.

    Only what differs from the defaults counts, so that an option that a later version adds changes nothing.
    """
    plain = settings_to_json(ExportSettings(settings.destination))
    plain["edit"]["parts"] = {kind.KEY: kind().to_json() for kind in part_types()}
    applied = replace(settings, edit=settings.edit.applied)  # the rest may be, in another version of the program
    chosen = _differences(settings_to_json(applied), plain)
    text = json.dumps({name: value for name, value in chosen.items() if name not in _ELSEWHERE}, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def _differences(values: Mapping[str, Any], defaults: Mapping[str, Any]) -> dict[str, Any]:
    found = {}
    for name, value in values.items():
        default = defaults.get(name)
        if isinstance(value, Mapping) and isinstance(default, Mapping):
            if inner := _differences(value, default):
                found[name] = inner
        elif value != default:
            found[name] = value
    return found


def takes_sidecars(settings: ExportSettings) -> bool:
    """Whether what sidecars say reaches the file or its name."""
    return settings.encode.metadata != "none" or bool(NameTemplate(settings.name).fields & SUMMARY_FIELDS)


def settings_properties(settings: ExportSettings, copy: str = "") -> dict[str, str]:
    """For the note of a file: its settings, and the name of the virtual copy where it was made of one."""
    said = {_SETTINGS: settings_digest(settings)}
    return said | {_COPY: printable(copy)} if copy else said


def photo_properties(source: Path, state: SourceState, policy: str) -> dict[str, str]:
    """For the note of a file: the photo. With the policy `no-location` without its name, which may be a place's."""
    properties = {_SIZE: str(state.size), _DIGEST: state.sha256 or "", _SIDECARS: state.sidecars or "none"}
    # XMP holds neither bytes that are no UTF-8 nor control characters, either of which a file name may have.
    name = printable(source.name.encode("utf-8", "backslashreplace").decode("utf-8"))
    return properties if policy == "no-location" else {_PHOTO: name} | properties


def written_by_note(file: Path) -> Written | None:
    """What a file says of its origin; None where it does not say, as photos without metadata and those of others.

    Raises:
        DecodeError: inside `isolation.start`, when the file crashes its reader.
    """
    note = read_edit_note(file)
    size, digest, sidecars, settings = (note.get(name, "") for name in (_SIZE, _DIGEST, _SIDECARS, _SETTINGS))
    if not (size.isascii() and size.isdigit() and len(size) < 20 and _HASH.fullmatch(digest) and settings):
        return None
    state = SourceState(int(size), 0, digest, "" if sidecars == "none" else sidecars)
    name = note.get(_PHOTO)
    return Written(Path(name) if name else None, state, file, settings, copy=note.get(_COPY, ""))
