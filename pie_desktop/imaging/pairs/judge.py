"""One pair, looked at by itself: which kind it is of, and its images as training keeps them.

What only all pairs together show, such as two files of one edit, is in `inventory`.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from pie_desktop.errors import PieError
from pie_desktop.imaging.decode import probe
from pie_desktop.imaging.metadata.reading import read_summary
from pie_desktop.imaging.pairs.alignment import IDENTICAL, AlignedPair
from pie_desktop.imaging.pairs.check import CHECK_SIDE, LEFT_OUT, SAME_EDIT, read_pair
from pie_desktop.imaging.pairs.content import is_gray
from pie_desktop.imaging.pairs.find import PairGuess
from pie_desktop.imaging.pairs.kinds import PairKind, like_panorama, merged_reason, panorama_reason
from pie_desktop.imaging.resize.resize import fitted_size, resize
from pie_desktop.imaging.stored import file_digest

LEAST_SEEN = 0.75  # of the edit that its original shows, unless it was put together of several photos


@dataclass(frozen=True)
class Stamp:
    """What changes when a file does."""

    path: str
    size: int
    modified: int

    @classmethod
    def of(cls, path: Path) -> "Stamp":
        """Raises OSError for a file that is gone."""
        status = path.stat()
        return cls(path_text(path), status.st_size, status.st_mtime_ns)


def path_text(path: Path) -> str:
    """A path as JSON holds it: file names need not be valid Unicode."""
    return str(path.absolute()).encode("utf-8", "backslashreplace").decode("utf-8")


@dataclass(frozen=True)
class Finding:
    """What was found of a pair, without its images.

    Attributes:
        edit, original: the files, as they were before they were read.
        kind: of the pair by itself: matched, cropped, unchanged, merged or unusable.
        reason: why it is left out, as one sentence; empty for pairs that are used.
        warnings: what looks wrong with it nevertheless, one sentence each.
        gray: the edit is black and white, and its original is not.
        aspect: width by height of the edit.
        taken: when the photo was taken, as ISO 8601; empty where neither file says.
        edited, unedited: `file_digest` of the two files; empty where they are no pair.
    """

    edit: Stamp
    original: Stamp
    kind: PairKind
    reason: str = ""
    warnings: tuple[str, ...] = ()
    gray: bool = False
    aspect: float = 1.0
    taken: str = ""
    edited: str = ""
    unedited: str = ""


@dataclass(frozen=True)
class Judged:
    """A finding, and the images.

    Attributes:
        images: uint8 (2, S, S, 3), sRGB, the original and then the edit in one frame, squeezed to a square; None where
            the two cannot be brought into one.
    """

    finding: Finding
    images: np.ndarray | None = None


def judge(guess: PairGuess, side: int) -> Judged:
    """Decode, check and align an edit and the original that was found for it; never raises for bad files.

    Args:
        guess: with an original.
        side: S of the images, px.
    """
    assert guess.before is not None
    try:
        stamps = Stamp.of(guess.after), Stamp.of(guess.before)
        return _judged(guess.after, guess.before, stamps, side)
    except OSError as error:
        nowhere = Stamp(path_text(guess.after), -1, -1), Stamp(path_text(guess.before), -1, -1)
        reason = f"“{error.filename}” cannot be read ({error.strerror or error}), so {LEFT_OUT}."
        return Judged(Finding(*nowhere, PairKind.UNUSABLE, reason))
    except PieError as error:  # gone in between
        return Judged(Finding(*stamps, PairKind.UNUSABLE, f"{error} The pair is left out."))


def _judged(edit: Path, original: Path, stamps: tuple[Stamp, Stamp], side: int) -> Judged:
    seen_at = max(CHECK_SIDE, side)
    checked = read_pair(original, edit, seen_at)
    merged = merged_reason(edit, original)
    if checked.pair is None:
        kind, reason = PairKind.UNUSABLE, checked.problem or ""
        if checked.no_pair is not None and checked.no_pair.reason in (IDENTICAL, SAME_EDIT):
            kind = PairKind.UNCHANGED
        elif merged or like_panorama(edit, original):
            kind, reason = PairKind.MERGED, merged or panorama_reason(edit)
        return Judged(Finding(*stamps, kind, reason, checked.warnings))
    pair = checked.pair
    kind = PairKind.CROPPED if pair.moved else PairKind.MATCHED
    if not merged and pair.moved and pair.overlay is None and _shows_more(pair, edit, seen_at):
        merged = f"“{edit.name}” shows more than its original, as images of several photos do, so {LEFT_OUT}."
    images = np.stack([resize(image, (side, side)) for image in (pair.original, pair.edited)])
    finding = Finding(
        *stamps,
        kind=PairKind.MERGED if merged else kind,
        reason=merged,
        warnings=checked.warnings,
        gray=_is_gray(pair.edited) and not _is_gray(pair.original),
        aspect=pair.edited.shape[1] / pair.edited.shape[0],
        taken=_taken(original) or _taken(edit),
        edited=file_digest(edit),
        unedited=file_digest(original),
    )
    return Judged(finding, images)


def _shows_more(pair: AlignedPair, edit: Path, side: int) -> bool:
    """Whether an edit shows much that its original does not: it was put together of several photos."""
    if pair.area is None:
        return False
    top, bottom, left, right = pair.area
    info = probe(edit)
    width, height = fitted_size(info.width, info.height, side)
    return (bottom - top) * (right - left) < LEAST_SEEN * width * height


def _is_gray(image: np.ndarray) -> bool:
    return is_gray(image.astype(np.float32) / 255)


def _taken(photo: Path) -> str:
    taken = read_summary(photo).taken
    return "" if taken is None else taken.isoformat()
