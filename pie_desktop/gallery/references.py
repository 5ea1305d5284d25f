"""Small copies of the user's edits, so that a style outlives moved and deleted files."""

import hashlib
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from pie_desktop.errors import Cancelled, PieError
from pie_desktop.gallery.matching import mismatch
from pie_desktop.gallery.style import EditPair
from pie_desktop.imaging.decode import load_photo
from pie_desktop.imaging.depth import to_uint8

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
    """One edit, read and copied, not yet part of a style; `problem` says why it has no original or is unusable."""

    edit: EditPair
    after: StagedCopy | None
    before: StagedCopy | None = None
    problem: str | None = None


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
        futures = [pool.submit(_stage, edit, staging, number) for number, edit in enumerate(edits)]
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


def stage_before(after: Path, original: Path, staging: Path, edit_name: str) -> StagedCopy:
    """Copy `original` to fit the copy `after`. Raises PieError when the two are no pair."""
    with Image.open(after) as image:
        edited = np.asarray(image.convert("RGB"))
    copy, problem = _stage_before(edited, EditPair(Path(edit_name), original), staging / "before")
    if copy is None:
        raise PieError(problem or f"“{original.name}” cannot be used as an original.")
    return copy


def _stage(edit: EditPair, staging: Path, number: int) -> StagedReference:
    try:
        edited = _small_picture(edit.after)
        after = _write_copy(edited, staging / f"{number:04d}_after", edit.after)
    except PieError as error:
        return StagedReference(edit, None, problem=str(error))
    if edit.before is None:
        return StagedReference(edit, after)
    before, problem = _stage_before(edited, edit, staging / f"{number:04d}_before")
    return StagedReference(edit, after, before, problem)


def _stage_before(edited: np.ndarray, edit: EditPair, target: Path) -> tuple[StagedCopy | None, str | None]:
    assert edit.before is not None
    edit_name, original_name = edit.after.name, edit.before.name
    try:
        original = _small_picture(edit.before)
    except PieError as error:
        return None, f"“{edit_name}” is used without its original: {str(error)[:1].lower()}{str(error)[1:]}"
    reason = mismatch(edited, original)
    if reason is not None:
        return None, f"“{edit_name}” and “{original_name}” {reason}, so the edit is used without original."
    if edited.shape != original.shape:
        height, width = edited.shape[:2]
        original = cv2.resize(original, (width, height), interpolation=cv2.INTER_AREA)
    return _write_copy(original, target, edit.before), None


def _small_picture(path: Path) -> np.ndarray:
    """uint8 (H, W, 3) sRGB, long side at most COPY_SIDE."""
    try:
        picture = load_photo(path, max_side=COPY_SIDE)
    except OSError as error:
        raise PieError(f"“{path}” cannot be read: {error.strerror or error}.") from error
    return to_uint8(picture)


def _write_copy(picture: np.ndarray, stem: Path, source: Path) -> StagedCopy:
    path = stem.with_suffix(".jpg")
    Image.fromarray(picture).save(path, quality=JPEG_QUALITY, subsampling=0)
    try:
        return StagedCopy(path, file_digest(source))
    except OSError as error:
        raise PieError(f"“{source}” cannot be read: {error.strerror or error}.") from error


def file_digest(path: Path) -> str:
    """BLAKE2b of the whole file, 32 hexadecimal digits: equal for equal content."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, lambda: hashlib.blake2b(digest_size=16)).hexdigest()
