"""The library of styles: the user's own on disk, and the read-only ones that come with the program."""

import contextlib
import shutil
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from pie_desktop import paths
from pie_desktop.errors import PieError, StyleError
from pie_desktop.imaging.pairs.find import EditPair
from pie_desktop.styles import trash
from pie_desktop.styles import trash as removed
from pie_desktop.styles.adding import add_staged, replace_after, set_original, swap
from pie_desktop.styles.by_hand import HandEditing
from pie_desktop.styles.document import (
    PREFERENCES,
    REFERENCES_FOLDER,
    PreferenceFiles,
    StyleDocument,
    read_document,
    style_from,
    write_document,
)
from pie_desktop.styles.marking import Marking
from pie_desktop.styles.reader import shipped_styles
from pie_desktop.styles.references import Progress, ShouldCancel, stage_pair, stage_references
from pie_desktop.styles.style import AddReport, Style, StyleReference
from pie_desktop.styles.survey import limits_of
from pie_desktop.styles.versioning import Versioning
from pie_desktop.styles.writing import MAX_EDITS, check_active, check_count

if TYPE_CHECKING:
    from pie_desktop.model.preference import Preference

__all__ = ["MAX_EDITS", "AddReport", "Style", "StyleLibrary", "StyleReference"]


def _copy_if_there(source: str, target: str) -> str:
    """As `shutil.copy2`; but an outdated preference may be removed meanwhile, and what is missing is computed again.

    Raises:
        FileNotFoundError: another file has gone.
    """
    try:
        return shutil.copy2(source, target)
    except FileNotFoundError:
        if not Path(source).match(PREFERENCES):
            raise
        return target


class StyleLibrary(HandEditing, Marking, Versioning):
    """All styles. Safe to use from several threads and from several processes at once.

    Every change re-reads the style under a lock file, so that nobody's change is lost. Names beginning with a dot in
    `folder` are the library's own: `.trash`, `.damaged`, `.preferences`, `.marks.json`, `.staging-*`, `.lock`.
    """

    def __init__(self, folder: Path | None = None, builtin: Path | None = None) -> None:
        """`folder` is made when it is first written to; `builtin` are the shipped styles unless given."""
        super().__init__(folder if folder is not None else paths.styles_dir(), builtin or shipped_styles())
        self._preferences = PreferenceFiles(self.folder / ".preferences")
        with contextlib.suppress(OSError):
            trash.purge(self.folder)

    def create(
        self,
        name: str,
        edits: Sequence[EditPair],
        progress: Progress | None = None,
        should_cancel: ShouldCancel | None = None,
    ) -> AddReport:
        """Make a style from 1 to 50 edits; edits that cannot be used are named in the report.

        Raises:
            StyleError: bad or taken name, no edit can be used, or the disk cannot be written; nothing is left behind.
            Cancelled: likewise nothing is left behind.
        """
        check_count(edits)
        self.check_name(name)
        with self._writing(), self._staging() as staging:
            staged = stage_references(edits, staging, progress, should_cancel)

            def make(new: Path) -> StyleDocument:
                (new / REFERENCES_FOLDER).mkdir(parents=True)
                document = StyleDocument(name=name, created=datetime.now(UTC))
                added, problems = add_staged(new, document, staged)
                told.extend(problems)
                if not added:
                    raise StyleError(f"“{name}” was not created, as none of its edits can be used: {problems[0]}")
                return document

            told: list[str] = []
            style = self.adopt(make)
        return AddReport(style, len(style.references), tuple(told), limits_of(style))

    def add(
        self,
        style_id: str,
        edits: Sequence[EditPair],
        progress: Progress | None = None,
        should_cancel: ShouldCancel | None = None,
    ) -> AddReport:
        """Add 1 to 50 edits to a style. An edit already in it is not added twice, but may bring its original.

        Raises:
            StyleError: built-in or missing style, or the disk cannot be written.
            Cancelled: nothing was added.
        """
        check_count(edits)
        self._own(style_id, references=True)
        with self._writing(), self._staging() as staging:
            staged = stage_references(edits, staging, progress, should_cancel)
            with self._changing(style_id) as (folder, document):
                added, problems = add_staged(folder, document, staged)
        style = style_from(folder, document, builtin=False)
        return AddReport(style, added, tuple(problems), limits_of(style))

    def remove_reference(self, style_id: str, reference_id: str) -> Style:
        """Take a reference out of a style; `restore_reference` brings it back within a month.

        Raises StyleError for the last reference of a style: a style without any is of no use.
        """
        with self._changing(style_id) as (folder, document):
            gone = document.reference(reference_id)
            if len(document.references) == 1:
                raise StyleError(f"“{document.name}” needs at least one reference; delete the style instead.")
            document.references.remove(gone)
            check_active(document)
        with self._writing():
            removed.keep(folder, gone)
        return style_from(folder, document, builtin=False)

    def restore_reference(self, style_id: str, reference_id: str) -> Style:
        """Bring back a reference that was taken out. Raises StyleError when it is not there any more."""
        with self._changing(style_id) as (folder, document):
            if all(reference.id != reference_id for reference in document.references):  # a version may have it again
                document.references.append(removed.bring_back(folder, reference_id))
                document.references.sort(key=lambda reference: int(reference.id))
        return style_from(folder, document, builtin=False)

    def set_before(self, style_id: str, reference_id: str, original: Path | None) -> AddReport:
        """Pair a reference with its original by hand, or take the original away (None).

        Returns:
            The style, and what is to be said of the pair, such as what was drawn over the edit.

        Raises:
            StyleError: the two are no pair (identical, or cannot be aligned), or the original cannot be read.
        """
        with self._writing(), self._staging() as staging:
            style = self._own(style_id)
            current = next((item for item in style.references if item.id == reference_id), None)
            if current is None:
                raise StyleError(f"The style “{style.name}” no longer has a reference {reference_id}.")
            staged, old = None, current.before
            remarks: list[str] = []
            if original is not None:
                try:
                    staged = stage_pair(current.after, EditPair(Path(current.source), original), staging)
                except PieError as error:
                    raise StyleError(str(error)) from error
            with self._changing(style_id) as (folder, document):
                reference = document.reference(reference_id)
                reference.before = reference.before_source = reference.before_digest = reference.doubt = None
                reference.by_hand = False
                if staged is not None:
                    if staged.after is not None:
                        replace_after(folder, reference, staged.after)
                    remarks = set_original(folder, reference, staged)
            if staged is None and old is not None:
                old.unlink(missing_ok=True)
        return AddReport(style_from(folder, document, builtin=False), 0, tuple(remarks))

    def swap_pair(self, style_id: str, reference_id: str) -> Style:
        """Take the original of a pair for its edit and the edit for its original. Raises StyleError without a pair."""
        with self._changing(style_id) as (folder, document):
            reference = document.reference(reference_id)
            if reference.before is None:
                raise StyleError(f"“{Path(reference.source).name}” has no original to swap it with.")
            swap(reference)
        return style_from(folder, document, builtin=False)

    def dismiss_doubt(self, style_id: str, reference_id: str) -> Style:
        """The edit and the original of this pair are what they are: never doubt it again."""
        with self._changing(style_id) as (folder, document):
            document.reference(reference_id).doubt = None
        return style_from(folder, document, builtin=False)

    def set_muted(self, style_id: str, reference_id: str, muted: bool) -> Style:
        """Keep a reference without learning from it, or learn from it again.

        Raises StyleError for the last one that is not muted: a style has to learn from something.
        """
        self._own(style_id, references=True)
        with self._changing(style_id) as (folder, document):
            document.reference(reference_id).muted = muted
            check_active(document)
        return style_from(folder, document, builtin=False)

    def rename(self, style_id: str, name: str) -> Style:
        """Raises StyleError when the name is empty, too long or taken."""
        with self._changing(style_id, references=False) as (folder, document):
            self.check_name(name, except_id=style_id)
            document.name = name.strip()
        return style_from(folder, document, builtin=False)

    def duplicate(self, style_id: str, name: str | None = None) -> Style:
        """An editable copy of any style, also of a built-in one; named “… copy” unless a name is given."""
        original = self.get(style_id)
        name = self.unique_name(f"{original.name} copy") if name is None else name
        self.check_name(name)

        def copy(new: Path) -> StyleDocument:
            shutil.copytree(original.folder, new, ignore=shutil.ignore_patterns(".*"), copy_function=_copy_if_there)
            return read_document(new).model_copy(update={"name": name.strip(), "created": datetime.now(UTC)})

        return self.adopt(copy)

    def delete(self, style_id: str) -> str:
        """Move a style to the trash, where it stays for a month, and return the token for `undelete`."""
        style = self._own(style_id)
        with self._writing(), self._lock():
            return trash.put(self.folder, style.folder)

    def undelete(self, token: str) -> Style:
        """Bring a deleted style back; renamed when its name was taken meanwhile. Raises StyleError when it is gone.

        Args:
            token: what `delete` returned, or the id of the style for its latest deletion.
        """
        with self._writing(), self._lock():
            folder = trash.restore(self.folder, token)
            document = read_document(folder)
            others = {style.name.casefold() for style in self.list() if style.id != folder.name}
            if document.name.casefold() in others:
                document.name = self.unique_name(document.name)
                write_document(folder, document)
        return style_from(folder, document, builtin=False)

    def preference(self, style: Style, bundle_id: str) -> "Preference | None":
        """The preference kept for these very references and this model, or None when it must be computed (again)."""
        return self._preferences.load(style, bundle_id)

    def store_preference(self, style: Style, preference: "Preference") -> None:
        """Keep what was computed from `style`, unless its references changed meanwhile. Never raises for the disk."""
        with contextlib.suppress(StyleError):
            if self.get(style.id).fingerprint == style.fingerprint:
                self._preferences.save(style, preference)
