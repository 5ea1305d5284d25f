"""Taking staged copies into a style: no edit twice, each original to its edit."""

from collections.abc import Sequence
from pathlib import Path

from pie_desktop.gallery.document import REFERENCES_FOLDER, ReferenceDocument, StyleDocument
from pie_desktop.gallery.references import StagedCopy, StagedReference


def add_staged(folder: Path, document: StyleDocument, staged: Sequence[StagedReference]) -> tuple[int, list[str]]:
    """Take staged copies into a style's folder and description; how many are new, and what is to be told."""
    added, problems = 0, []
    known = {reference.after_digest: reference for reference in document.references}
    for item in staged:
        name = item.edit.after.name
        if item.problem is not None:
            problems.append(item.problem)
        if item.after is None:
            continue
        reference = known.get(item.after.digest)
        if reference is None:
            number = f"{document.next_id:03d}"
            document.next_id += 1
            copy = _adopt(item.after, folder / REFERENCES_FOLDER, f"{number}_after")
            reference = ReferenceDocument(
                id=number, after=copy, source=_shown(item.edit.after), after_digest=item.after.digest
            )
            document.references.append(reference)
            known[item.after.digest] = reference
            added += 1
        elif item.before is None or reference.before is not None:
            problems.append(f"“{name}” is already in “{document.name}” and was not added twice.")
            continue
        else:
            problems.append(f"“{name}” was already in “{document.name}”; its original was added.")
        if item.before is not None and item.edit.before is not None:
            set_original(folder, reference, item.before, item.edit.before)
    return added, problems


def set_original(folder: Path, reference: ReferenceDocument, staged_before: StagedCopy, source: Path) -> None:
    reference.before = _adopt(staged_before, folder / REFERENCES_FOLDER, f"{reference.id}_before")
    reference.before_source = _shown(source)
    reference.before_digest = staged_before.digest


def _shown(path: Path) -> str:
    """The path as text that JSON can hold: file names need not be valid Unicode."""
    return str(path.absolute()).encode("utf-8", "backslashreplace").decode("utf-8")


def _adopt(copy: StagedCopy, folder: Path, stem: str) -> str:
    """Move a staged copy to its place in `folder` and return its file name."""
    target = folder / f"{stem}{copy.path.suffix}"
    copy.path.replace(target)
    return target.name
