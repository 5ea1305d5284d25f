"""Small copies of the user's edits, so that a style outlives moved and deleted files."""

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from PIL import Image

from pie_desktop.errors import Cancelled, PieError
from pie_desktop.imaging.pairs.alignment import AlignedPair
from pie_desktop.imaging.pairs.check import NoPair, prepare_pair, read_image, useless
from pie_desktop.imaging.pairs.content import Signature, same_edit
from pie_desktop.imaging.pairs.find import EditPair
from pie_desktop.imaging.pairs.order import wrong_order
from pie_desktop.imaging.stored import file_digest

COPY_SIDE = 768
JPEG_QUALITY = 95
DECODING_THREADS = 2  # each may hold a whole photo of 300 megapixels

Progress = Callable[[float, str], None]
ShouldCancel = Callable[[], bool]


@dataclass(frozen=True)
class StagedCopy:
    """A small copy in a staging folder, with the digest of the file it was made from."""

    path: Path
    digest: str


@dataclass(frozen=True)
class StagedReference:
    """One edit, read and copied, not yet part of a style.

    Attributes:
        after: copy of the edit, or of the part of it that its original shows too; None when it is unusable.
        before: copy of the original in the same frame.
        problem: why it has no original or is unusable.
        doubt: why the edit and its original look swapped.
        overlay: what was drawn over the edit and what was done about it, as one sentence.
        signature: of the whole edit.
    """

    edit: EditPair
    after: StagedCopy | None
    before: StagedCopy | None = None
    problem: str | None = None
    signature: Signature | None = None
    doubt: str | None = None
    overlay: str | None = None


@dataclass(frozen=True, eq=False)
class HandEdit:
    """A photo that was edited in this program.

    Attributes:
        photo: its file.
        before: unedited, uint8 (H, W, 3), sRGB, long side at most `COPY_SIDE`.
        after: with the colours of the edit, the same shape.
    """

    photo: Path
    before: np.ndarray
    after: np.ndarray


def stage_hand_edits(edits: Iterable[HandEdit], staging: Path) -> list[StagedReference]:
    """Write photos that were edited in this program into the folder `staging`. Never raises for a single bad one.

    Their two images lie in one frame and nothing is drawn over them, so that only their content is checked.

    Raises:
        OSError: `staging` cannot be written.
    """
    return [_stage_hand_edit(edit, staging, number) for number, edit in enumerate(edits)]


def _stage_hand_edit(edit: HandEdit, staging: Path, number: int) -> StagedReference:
    pair, name = EditPair(edit.photo, edit.photo), f"“{edit.photo.name}”"
    for image, what in ((edit.before, "is"), (edit.after, "is, as edited,")):
        unusable = useless(image)
        if unusable is not None:
            return StagedReference(
                pair, None, problem=f"{name} {what} {unusable}, so there is nothing to learn from it."
            )
    if same_edit(edit.after, edit.before):
        problem = f"{name} looks as it does without its edit, so there is nothing to learn from it."
        return StagedReference(pair, None, problem=problem)
    try:
        after = _write_copy(edit.after, staging / f"{number:04d}_after", edit.photo)
        before = _write_copy(edit.before, staging / f"{number:04d}_before", edit.photo)
    except PieError as error:
        return StagedReference(pair, None, problem=str(error))
    after = replace(after, digest=file_digest(after.path))  # the photo's own is that of its unedited look
    return StagedReference(pair, after, before, signature=Signature.of(edit.after))


def stage_references(
    edits: Iterable[EditPair],
    staging: Path,
    progress: Progress | None = None,
    should_cancel: ShouldCancel | None = None,
) -> list[StagedReference]:
    """Copy the edits into the folder `staging`, several at a time. Never raises for a single bad photo.

    Raises:
        Cancelled: `should_cancel` answered True between two photos.
        OSError: `staging` cannot be written.
    """
    edits = list(edits)
    staged = []
    with ThreadPoolExecutor(min(DECODING_THREADS, len(edits) or 1)) as pool:
        # In the context of this thread, so that what cancels the caller's decoders cancels these too.
        futures = [pool.submit(copy_context().run, _stage, edit, staging, n) for n, edit in enumerate(edits)]
        try:
            for number, future in enumerate(futures):
                if should_cancel is not None and should_cancel():
                    raise Cancelled
                if progress is not None:
                    progress(number / len(futures), f"Reading {edits[number].after.name}")
                staged.append(future.result())
        finally:
            for future in futures:
                future.cancel()
    return staged


def stage_pair(after: Path, edit: EditPair, staging: Path) -> StagedReference:
    """Copies in one frame of the original and, where it shows a part of it only, of the edit, whose copy is `after`.

    Raises:
        PieError: the two are no pair.
    """
    assert edit.before is not None
    edited = read_image(after, COPY_SIDE)
    pair = _aligned(edited, edit)
    if isinstance(pair, str):
        raise PieError(pair)
    cut = _write_copy(pair.edited, staging / "after", after) if pair.edited.shape != edited.shape else None
    before = _write_copy(pair.original, staging / "before", edit.before)
    doubt, overlay = _remarks(edit, pair)
    return StagedReference(edit, cut, before, doubt=doubt, overlay=overlay)


def _stage(edit: EditPair, staging: Path, number: int) -> StagedReference:
    try:
        edited = read_image(edit.after, COPY_SIDE)
        unusable = useless(edited)
        if unusable is not None:
            problem = f"“{edit.after.name}” is {unusable}, so there is nothing to learn from it; it was left out."
            return StagedReference(edit, None, problem=problem)
        signature = Signature.of(edited)
        pair = _aligned(edited, edit) if edit.before is not None else None
        if edit.before is not None and isinstance(pair, AlignedPair):
            after = _write_copy(pair.edited, staging / f"{number:04d}_after", edit.after)
            before = _write_copy(pair.original, staging / f"{number:04d}_before", edit.before)
            doubt, overlay = _remarks(edit, pair)
            return StagedReference(edit, after, before, signature=signature, doubt=doubt, overlay=overlay)
        after = _write_copy(edited, staging / f"{number:04d}_after", edit.after)
        return StagedReference(edit, after, problem=pair if isinstance(pair, str) else None, signature=signature)
    except PieError as error:
        return StagedReference(edit, None, problem=str(error))


def _remarks(edit: EditPair, pair: AlignedPair) -> tuple[str | None, str | None]:
    """`doubt` and `overlay` of a reference."""
    overlay = pair.overlay.sentence(edit.after.name) if pair.overlay is not None else None
    return wrong_order(edit, pair.edited, pair.original), overlay


def _aligned(edited: np.ndarray, edit: EditPair) -> AlignedPair | str:
    """The edit and its original in one frame, or a sentence that says why the edit has to do without."""
    assert edit.before is not None
    edit_name, original_name = edit.after.name, edit.before.name
    try:
        original = read_image(edit.before, COPY_SIDE)
    except PieError as error:
        return f"“{edit_name}” is used without its original: {str(error)[:1].lower()}{str(error)[1:]}"
    pair = prepare_pair(original, edited)
    if isinstance(pair, NoPair):
        return pair.sentence(edit_name, original_name, f"“{edit_name}” is used without its original")
    return pair


def _write_copy(image: np.ndarray, stem: Path, source: Path) -> StagedCopy:
    path = stem.with_suffix(".jpg")
    Image.fromarray(image).save(path, quality=JPEG_QUALITY, subsampling=0)
    try:
        return StagedCopy(path, file_digest(source))
    except OSError as error:
        raise PieError(f"“{source}” cannot be read: {error.strerror or error}.") from error
