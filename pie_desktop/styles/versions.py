"""Versions of a style: what its references were after every change of them, so that one can go back.

They lie in `.versions` of the style's folder: a small file for each version, and below `copies` the copies of all their
references under the digest of their bytes, each once. These are hard links where the disk has such, so that what the
style itself has costs nothing more. A file of a version never changes but for its name.
"""

import contextlib
import hashlib
import logging
import os
import shutil
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from pie_desktop import json_files
from pie_desktop.errors import StyleError
from pie_desktop.imaging.atomic import atomic_write
from pie_desktop.styles.document import (
    MAX_NAME,
    MAX_REFERENCES,
    REFERENCES_FOLDER,
    CopyName,
    ReferenceDocument,
    StyleDocument,
    Text,
    with_zone,
)

FOLDER = ".versions"
COPIES = "copies"
FORMAT = 1
MOST_VERSIONS = 50
MOST_BYTES = 200_000_000  # of copies that the style as it is now does not need
_MOST_NUMBER = 10**9
_DIGEST_BYTES = 16

_log = logging.getLogger(__name__)


class VersionReference(BaseModel):
    """A reference as it was, and the names of its copies below `copies`."""

    model_config = ConfigDict(extra="forbid")

    reference: ReferenceDocument
    after: CopyName
    before: CopyName | None = None

    @property
    def copies(self) -> list[str]:
        return [copy for copy in (self.after, self.before) if copy is not None]

    @property
    def state(self) -> dict[str, Any]:
        """What makes it another one: all but the names of files, and doubts, which change no result."""
        described = self.reference.model_dump(exclude={"after", "before", "doubt"})
        return described | {"after": self.after, "before": self.before}


class VersionDocument(BaseModel):
    """The whole of the file of a version."""

    model_config = ConfigDict(extra="forbid")

    format: Literal[1] = 1
    number: int = Field(ge=1, le=_MOST_NUMBER)
    made: Annotated[datetime, AfterValidator(with_zone)]
    name: Annotated[Text, StringConstraints(max_length=MAX_NAME)] | None = None
    back_to: int | None = None
    references: Annotated[list[VersionReference], Field(max_length=MAX_REFERENCES)]

    @property
    def state(self) -> list[dict[str, Any]]:
        return [reference.state for reference in self.references]


def kept(folder: Path) -> list[VersionDocument]:
    """The versions of a style that can be read, the oldest first. Raises OSError."""
    found = [read for _, read in _files(folder) if read is not None]
    return sorted(found, key=lambda version: version.number)


def find(folder: Path, number: int) -> VersionDocument:
    """Raises StyleError where there is no such version (any more)."""
    version = next((version for version in kept(folder) if version.number == number), None)
    if version is None:
        raise StyleError("This version is no longer there; choose another one.")
    return version


def keep(folder: Path, document: StyleDocument, now: datetime, back_to: int | None = None) -> VersionDocument:
    """Keep the style as it is now, unless that is the last version already; then forget what is too much.

    Args:
        folder: of the style; its references are those of `document`.
        now: when it came to be.
        back_to: number of the version that it went back to.

    Raises:
        OSError: the disk cannot be written; the style is as it was.
    """
    earlier = kept(folder)
    last = earlier[-1] if earlier else None
    known = {one.reference.id: one for version in earlier[-1:] for one in version.references}
    (folder / FOLDER / COPIES).mkdir(parents=True, exist_ok=True)
    references = []
    for reference in document.references:
        before = known.get(reference.id)
        after = _store(folder, reference.after, before.copies if before is not None else ())
        if after is not None:  # lost copies cannot be kept
            original = _store(folder, reference.before, before.copies if before is not None else ())
            references.append(VersionReference(reference=reference, after=after, before=original))
    number = last.number + 1 if last is not None else 1
    version = VersionDocument(number=number, made=now, back_to=back_to, references=references)
    if last is not None and version.state == last.state:
        return last
    write(folder, version)
    _forget(folder, [*earlier, version])
    return version


def write(folder: Path, version: VersionDocument) -> None:
    """Write the file of a version. Raises OSError."""
    with atomic_write(folder / FOLDER / f"{version.number:06d}.json") as temporary:
        temporary.write_text(version.model_dump_json(exclude_none=True) + "\n", encoding="utf-8")


def put_back(folder: Path, document: StyleDocument, version: VersionDocument) -> None:
    """Give a style's description the references of a version, and its folder their copies.

    The copies get names that nothing has by now, so that a crash before the description is written costs nothing;
    see `tidy`.

    Raises:
        StyleError: no copy of the version is there any more.
        OSError: the disk cannot be written.
    """
    current = {one.id: [copy for copy in (one.after, one.before) if copy] for one in document.references}
    references = []
    for one in version.references:
        here = current.get(one.reference.id, [])
        after = _put(folder, one.after, here, f"{one.reference.id}_after")
        before = _put(folder, one.before, here, f"{one.reference.id}_before") if one.before is not None else None
        if after is None:
            continue
        places: dict[str, str | None] = {"after": after, "before": before}
        if before is None:
            places |= {"before_source": None, "before_digest": None, "doubt": None}
        references.append(one.reference.model_copy(update=places))
    if not references:
        raise StyleError("The copies of this version are gone, so that the style cannot go back to it.")
    document.references = references


def tidy(folder: Path, document: StyleDocument) -> None:
    """Remove the copies in a style's folder that its description, which is written by now, does not name."""
    named = {copy for one in document.references for copy in (one.after, one.before)}
    with contextlib.suppress(OSError):
        for copy in (folder / REFERENCES_FOLDER).iterdir():
            if copy.name not in named:
                copy.unlink(missing_ok=True)


def copy_path(folder: Path, stored: str) -> Path:
    """Where a copy of a version is."""
    return folder / FOLDER / COPIES / stored


def _files(folder: Path) -> Iterator[tuple[Path, VersionDocument | None]]:
    """All files of versions; None for one that cannot be used, which is left as it is."""
    for path in sorted((folder / FOLDER).glob("*.json")):
        try:
            yield path, VersionDocument.model_validate(json_files.read_object(path))
        except (json_files.DamagedJsonError, ValidationError) as error:
            _log.warning("The version in %s cannot be used: %s", path, error)
            yield path, None


def _store(folder: Path, copy: str | None, earlier: Sequence[str]) -> str | None:
    """Keep a copy of a reference among those of the versions, and return its name there; None where it is lost.

    Args:
        earlier: names of copies that the reference had; where it is one of them, its bytes are not read.
    """
    if copy is None:
        return None
    source = folder / REFERENCES_FOLDER / copy
    try:
        for name in earlier:
            if _same(source, copy_path(folder, name)):
                return name
        digest = hashlib.blake2b(source.read_bytes(), digest_size=_DIGEST_BYTES).hexdigest()
    except FileNotFoundError:
        return None
    name = f"{digest}{source.suffix}"
    _link(source, copy_path(folder, name))
    return name


def _put(folder: Path, stored: str, here: Sequence[str], stem: str) -> str | None:
    """Give the style's folder a copy of a version, and return its name there; None where it is lost.

    Args:
        here: names of copies that the reference has there now.
    """
    source, place = copy_path(folder, stored), folder / REFERENCES_FOLDER
    if not source.is_file():
        return None
    for name in here:
        if (place / name).is_file() and _same(place / name, source):
            return name
    name = f"{stem}_{stored[:12]}{source.suffix}"
    _link(source, place / name)
    return name


def _same(one: Path, other: Path) -> bool:
    """Whether two files are one, or a copy that was made of the other."""
    try:
        first, second = one.stat(), other.stat()
    except FileNotFoundError:
        return False
    if os.path.samestat(first, second):
        return True
    return (first.st_size, first.st_mtime_ns) == (second.st_size, second.st_mtime_ns)


def _link(source: Path, target: Path) -> None:
    """Let `target` be the same file as `source`, or a copy where the disk knows no links. Raises OSError."""
    if target.exists():
        return
    try:
        target.hardlink_to(source)
    except FileExistsError:
        return
    except (OSError, NotImplementedError):
        with atomic_write(target) as temporary:
            shutil.copy2(source, temporary)


def _forget(folder: Path, versions: Sequence[VersionDocument]) -> None:
    """Remove versions beyond `MOST_VERSIONS` and `MOST_BYTES`, the oldest first, those with a name after all others.

    The last one, which is the style as it is now, always stays; and the style's own copies are files of their own.
    """
    staying = list(versions)
    current = {copy for one in staying[-1].references for copy in one.copies}
    sizes = {
        copy: _size(copy_path(folder, copy)) for version in staying for one in version.references for copy in one.copies
    }

    def extra() -> int:
        needed = {copy for version in staying for one in version.references for copy in one.copies}
        return sum(sizes[copy] for copy in needed - current)

    dropped = []
    while len(staying) > 1 and (len(staying) > MOST_VERSIONS or extra() > MOST_BYTES):
        oldest = next((version for version in staying[:-1] if not version.name), staying[0])
        staying.remove(oldest)
        dropped.append(oldest)
    if not dropped:
        return
    needed = {copy for version in staying for one in version.references for copy in one.copies}
    for version in dropped:
        (folder / FOLDER / f"{version.number:06d}.json").unlink(missing_ok=True)
    for copy in {copy for version in dropped for one in version.references for copy in one.copies} - needed:
        copy_path(folder, copy).unlink(missing_ok=True)


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0
