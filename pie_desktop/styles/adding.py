"""Taking staged copies into a style: no edit twice, each original to its edit."""

from collections.abc import Sequence
from pathlib import Path

from pie_desktop.errors import PieError
from pie_desktop.imaging.pairs.content import Signature
from pie_desktop.styles.document import REFERENCES_FOLDER, ReferenceDocument, StyleDocument
from pie_desktop.styles.references import StagedCopy, StagedReference


def add_staged(folder: Path, document: StyleDocument, staged: Sequence[StagedReference]) -> tuple[int, list[str]]:
    """Take staged copies into a style's folder and description; how many are new, and what is to be reported."""
    added, problems = 0, []
    known = KnownEdits(folder, document)
    for item in staged:
        if item.problem is not None:
            problems.append(item.problem)
        if item.after is None:
            continue
        reference = known.find(item)
        if reference is None:
            reference = _add(folder, document, item)
            known.remember(reference, item)
            added += 1
        elif item.before is None or reference.before is not None:
            problems.append(f"“{item.edit.after.name}” {_already(reference, item, document)}; it was not added twice.")
            continue
        else:
            problems.append(f"“{item.edit.after.name}” {_already(reference, item, document)}; its original was added.")
            replace_after(folder, reference, item.after)
        if item.before is not None:
            problems += set_original(folder, reference, item)
    return added, problems


class KnownEdits:
    """The edits of a style by what they show: a copy under another name or saved anew is the same edit."""

    def __init__(self, folder: Path, document: StyleDocument) -> None:
        self._folder = folder / REFERENCES_FOLDER
        self._references = {reference.id: reference for reference in document.references}
        self._signatures: dict[str, Signature | None] = {}

    def find(self, item: StagedReference) -> ReferenceDocument | None:
        for reference in self._references.values():
            if item.after is not None and reference.after_digest == item.after.digest:
                return reference
        for reference in self._references.values():
            signature = self._signature(reference)
            if signature is not None and item.signature is not None and signature.same(item.signature):
                return reference
        return None

    def remember(self, reference: ReferenceDocument, item: StagedReference) -> None:
        self._references[reference.id] = reference
        self._signatures[reference.id] = item.signature

    def _signature(self, reference: ReferenceDocument) -> Signature | None:
        if reference.id not in self._signatures:
            try:
                self._signatures[reference.id] = Signature.of_file(self._folder / reference.after)
            except (PieError, OSError):  # a lost copy is like no other
                self._signatures[reference.id] = None
        return self._signatures[reference.id]


def _add(folder: Path, document: StyleDocument, item: StagedReference) -> ReferenceDocument:
    assert item.after is not None
    number = f"{document.next_id:03d}"
    document.next_id += 1
    copy = _adopt(item.after, folder / REFERENCES_FOLDER, f"{number}_after")
    reference = ReferenceDocument(id=number, after=copy, source=_shown(item.edit.after), after_digest=item.after.digest)
    document.references.append(reference)
    return reference


def _already(reference: ReferenceDocument, item: StagedReference, document: StyleDocument) -> str:
    """The middle of a sentence that begins with the name of the edit."""
    other = Path(reference.source).name
    if other == item.edit.after.name:
        return f"is already in “{document.name}”"
    return f"shows the same edit as “{other}”, which is already in “{document.name}”"


def replace_after(folder: Path, reference: ReferenceDocument, copy: StagedCopy) -> None:
    """Keep of an edit the part that lies in one frame with its original."""
    reference.after = _adopt(copy, folder / REFERENCES_FOLDER, Path(reference.after).stem)


def set_original(folder: Path, reference: ReferenceDocument, item: StagedReference) -> list[str]:
    """Give a reference the original that was staged with it; what is to be reported about the pair."""
    assert item.before is not None and item.edit.before is not None
    stems = (f"{reference.id}_before", f"{reference.id}_after")  # the latter where the two were swapped
    stem = next(stem for stem in stems if stem != Path(reference.after).stem)
    reference.before = _adopt(item.before, folder / REFERENCES_FOLDER, stem)
    reference.before_source = _shown(item.edit.before)
    reference.before_digest = item.before.digest
    reference.doubt, reference.by_hand = item.doubt, False
    doubt = f"{item.doubt} If so, swap the two." if item.doubt is not None else None
    return [sentence for sentence in (item.overlay, doubt) if sentence is not None]


def swap(reference: ReferenceDocument) -> None:
    """Make the original of a pair its edit and the edit its original; the copies keep their names."""
    assert reference.before is not None and reference.before_source is not None and reference.before_digest is not None
    reference.after, reference.before = reference.before, reference.after
    reference.source, reference.before_source = reference.before_source, reference.source
    reference.after_digest, reference.before_digest = reference.before_digest, reference.after_digest
    reference.doubt, reference.by_hand = None, False


def _shown(path: Path) -> str:
    """The path as text that JSON can hold: file names need not be valid Unicode."""
    return str(path.absolute()).encode("utf-8", "backslashreplace").decode("utf-8")


def _adopt(copy: StagedCopy, folder: Path, stem: str) -> str:
    """Move a staged copy to its place in `folder` and return its file name."""
    target = folder / f"{stem}{copy.path.suffix}"
    copy.path.replace(target)
    return target.name
