"""The part of the library that lists the versions of a style, shows one, and goes back to one; see `versions`."""

from dataclasses import dataclass, replace
from datetime import datetime

from pie_desktop.errors import StyleError
from pie_desktop.styles import versions
from pie_desktop.styles.document import MAX_NAME, StyleDocument, read_document, reference_from, style_from
from pie_desktop.styles.style import Style
from pie_desktop.styles.versions import VersionDocument
from pie_desktop.styles.writing import StyleWriter


@dataclass(frozen=True)
class StyleVersion:
    """What a style was learned from at some time.

    Attributes:
        number: 1 for the oldest; never given twice.
        made: when it came to be.
        name: that a person gave it, None for none.
        what: how it differs from the version before that is still kept, such as "2 references added".
        references, pairs: how many it has, and how many of them with an original.
        current: the style as it is now.
    """

    number: int
    made: datetime
    name: str | None
    what: str
    references: int
    pairs: int
    current: bool = False


class Versioning(StyleWriter):
    """Every change of references is kept by `StyleWriter._changing`."""

    def versions(self, style_id: str) -> list[StyleVersion]:
        """All that are kept, the newest, which is the style as it is now, first.

        Nothing is written: a style that has not been changed since versions are kept has one.

        Raises:
            StyleError: there is no such style, or it cannot be read.
        """
        style = self.get(style_id)
        try:
            kept = versions.kept(style.folder)
            document = read_document(style.folder)
        except OSError as error:
            raise StyleError(f"The versions of “{style.name}” cannot be read: {error.strerror or error}.") from error
        if not kept:
            one = StyleVersion(1, style.created, None, "As it is", len(style.references), style.pair_count)
            return [replace(one, current=True)]
        listed = []
        for before, version in zip([None, *kept], kept, strict=False):
            pairs = sum(reference.before is not None for reference in version.references)
            what = _difference(before, version)
            count = len(version.references)
            listed.append(StyleVersion(version.number, version.made, version.name, what, count, pairs))
        if _describes(kept[-1], document):
            listed[-1] = replace(listed[-1], current=True)
        return listed[::-1]

    def version(self, style_id: str, number: int) -> Style:
        """A style as it was in a version, to be looked at. Raises StyleError where that is gone."""
        style = self.get(style_id)
        if not (style.folder / versions.FOLDER).is_dir():
            return style
        version = versions.find(style.folder, number)
        references = []
        for one in version.references:
            after = versions.copy_path(style.folder, one.after)
            before = versions.copy_path(style.folder, one.before) if one.before is not None else None
            if after.is_file():
                references.append(reference_from(one.reference, after, before))
        if not references:
            raise StyleError("The copies of this version are gone, so that it cannot be shown.")
        return replace(style, references=tuple(references))

    def go_back(self, style_id: str, number: int) -> Style:
        """Make a style what it was in a version; that is a new version, so that going back can be undone.

        Raises:
            StyleError: there is no such version, its copies are gone, or the disk cannot be written.
        """
        with self._changing(style_id, back_to=number) as (folder, document):
            versions.put_back(folder, document, versions.find(folder, number))
        versions.tidy(folder, document)
        return style_from(folder, document, builtin=False)

    def name_version(self, style_id: str, number: int, name: str) -> list[StyleVersion]:
        """Give a version a name, or take it away (an empty one). Named ones are kept longest.

        Raises:
            StyleError: as `go_back`, or the name is too long or cannot be printed.
        """
        name = name.strip()
        if len(name) > MAX_NAME or not name.isprintable():
            raise StyleError(f"The name of a version is made of at most {MAX_NAME} printable characters.")
        with self._writing(), self._lock():
            style = self._own(style_id)
            if not versions.kept(style.folder):
                versions.keep(style.folder, read_document(style.folder), style.created)
            version = versions.find(style.folder, number)
            versions.write(style.folder, version.model_copy(update={"name": name or None}))
        return self.versions(style_id)


def _describes(version: VersionDocument, document: StyleDocument) -> bool:
    """Whether a version is of the very references that a style has."""
    left_out = {"after", "before", "doubt"}
    kept = [one.reference.model_dump(exclude=left_out) for one in version.references]
    return kept == [one.model_dump(exclude=left_out) for one in document.references]


def _difference(before: VersionDocument | None, version: VersionDocument) -> str:
    if version.back_to is not None:
        return f"Went back to version {version.back_to}"
    if before is None:
        return "The first" if version.number == 1 else "The oldest that is kept"
    old = {one.reference.id: one for one in before.references}
    new = {one.reference.id: one for one in version.references}
    added = [new[one] for one in new if one not in old]
    by_hand = sum(one.reference.by_hand for one in added)
    changed = [one for one in new if one in old and new[one].state != old[one].state]
    told = [
        _counted(len(added) - by_hand, "reference added", "references added"),
        _counted(by_hand, "photo corrected by hand", "photos corrected by hand"),
        _counted(sum(one not in new for one in old), "reference removed", "references removed"),
        _counted(len(changed), "reference changed", "references changed"),
    ]
    return ", ".join(part for part in told if part) or "Nothing that counts"


def _counted(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}" if number else ""
