"""Taking into a style what was made of photos in this program: the unedited photo and the photo as edited."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from pie_desktop.errors import StyleError
from pie_desktop.imaging.pairs.content import Signature
from pie_desktop.styles import trash
from pie_desktop.styles.adding import add_staged
from pie_desktop.styles.document import REFERENCES_FOLDER, ReferenceDocument, StyleDocument, style_from
from pie_desktop.styles.references import HandEdit, StagedReference, stage_hand_edits
from pie_desktop.styles.style import AddReport, Style
from pie_desktop.styles.survey import limits_of
from pie_desktop.styles.writing import StyleWriter, check_active, check_count


class HandEditing(StyleWriter):
    """The part of `styles.store.StyleLibrary` that learns from the hand."""

    def create_by_hand(self, name: str, edits: Sequence[HandEdit]) -> AddReport:
        """Make a style of 1 to 50 photos that were edited in this program.

        Raises:
            StyleError: bad or taken name, no edit can be used, or the disk cannot be written; nothing is left behind.
        """
        check_count(edits)
        self.check_name(name)
        with self._writing(), self._staging() as staging:
            staged = stage_hand_edits(edits, staging)

            problems: list[str] = []

            def make(new: Path) -> StyleDocument:
                (new / REFERENCES_FOLDER).mkdir(parents=True)
                document = StyleDocument(name=name, created=datetime.now(UTC))
                added, _, told = _take(new, document, staged)
                problems.extend(told)
                if not added:
                    raise StyleError(f"“{name}” was not created: {problems[0]}")
                return document

            style = self.adopt(make)
        added_ids = tuple(reference.id for reference in style.references)
        return AddReport(style, len(added_ids), tuple(problems), limits_of(style), added_ids)

    def add_by_hand(self, style_id: str, edits: Sequence[HandEdit]) -> AddReport:
        """Add 1 to 50 photos that were edited in this program to a style; `exchange` undoes it.

        A pair takes the place of those that the style has of the same original, which are kept for a month.

        Raises:
            StyleError: built-in or missing style, no edit can be used, or the disk cannot be written; the style is as
                it was.
        """
        check_count(edits)
        self._own(style_id, references=True)
        with self._writing(), self._staging() as staging:
            staged = stage_hand_edits(edits, staging)
            with self._changing(style_id) as (folder, document):
                added, replaced, problems = _take(folder, document, staged)
                if not added:
                    raise StyleError(problems[0])
            for reference in replaced:
                trash.keep(folder, reference)
        style = style_from(folder, document, builtin=False)
        return AddReport(
            style,
            len(added),
            tuple(problems),
            limits_of(style),
            tuple(reference.id for reference in added),
            tuple(reference.id for reference in replaced),
        )

    def exchange(self, style_id: str, gone: Collection[str], back: Collection[str]) -> Style:
        """Take references out of a style and bring others back in one; all else stays as it is by now.

        What `add_by_hand` added and replaced, or the other way round, undoes it, or does it again.

        Args:
            gone: ids of those that go; they are kept for a month.
            back: ids of those that were taken out, or replaced, and return.

        Raises:
            StyleError: one of the latter cannot be brought back, or nothing would be left.
        """
        with self._changing(style_id) as (folder, document):
            leaving = [reference for reference in document.references if reference.id in gone]
            if len(leaving) == len(document.references) and not back:
                raise StyleError(f"“{document.name}” needs at least one reference; delete the style instead.")
            there = {reference.id for reference in document.references}  # a version may have brought some back
            returning = [trash.bring_back(folder, reference_id) for reference_id in back if reference_id not in there]
            kept = [reference for reference in document.references if reference not in leaving]
            document.references = sorted([*kept, *returning], key=lambda reference: int(reference.id))
            check_active(document)
        with self._writing():
            for reference in leaving:
                trash.keep(folder, reference)
        return style_from(folder, document, builtin=False)


def _take(
    folder: Path, document: StyleDocument, staged: Sequence[StagedReference]
) -> tuple[list[ReferenceDocument], list[ReferenceDocument], list[str]]:
    """Take staged edits into a style; the references that are new, those that had to go, and what is to be reported."""
    added: list[ReferenceDocument] = []
    replaced: list[ReferenceDocument] = []
    problems: list[str] = []
    for item in staged:
        if item.after is None or item.before is None:
            problems.append(item.problem or "")
            continue
        known = {reference.id for reference in document.references}
        earlier = [one for one in document.references if one.before_digest == item.before.digest]
        if any(_shows(folder / REFERENCES_FOLDER / one.after, item) for one in earlier):
            problems.append(f"“{item.edit.after.name}” is already in “{document.name}” as it is.")
            continue
        document.references = [one for one in document.references if one not in earlier]
        _, told = add_staged(folder, document, [replace(item, overlay=None, doubt=None)])
        new = [reference for reference in document.references if reference.id not in known]
        if not new:  # it shows the same as another photo's edit
            document.references = [*document.references, *earlier]
            document.references.sort(key=lambda reference: int(reference.id))
            problems += told
            continue
        for reference in new:
            reference.by_hand = True
        added += new
        replaced += [one for one in earlier if one not in added]
        added = [one for one in added if one not in earlier]
    return added, replaced, problems


def _shows(copy: Path, item: StagedReference) -> bool:
    """Whether a copy of an edit shows the same as a staged one."""
    try:
        return item.signature is not None and Signature.of_file(copy).same(item.signature)
    except (StyleError, OSError, ValueError):
        return False
