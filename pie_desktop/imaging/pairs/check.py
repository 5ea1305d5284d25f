"""The one check of edits and their originals: what learns from pairs learns only from what passes it.

Styles, training, evaluation and the editor's Train page ask here whether two images are a pair. A pair that passes lies
in one frame, shows something, and differs; what does not pass is left out with the reason, in one sentence.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import Enum
from pathlib import Path

import numpy as np

from pie_desktop.errors import PieError
from pie_desktop.imaging.decode import load_photo
from pie_desktop.imaging.pairs.alignment import IDENTICAL, MIN_AREA, MIN_SIDE, AlignedPair, align, resized
from pie_desktop.imaging.pairs.content import blankness, same_edit
from pie_desktop.imaging.pairs.find import EditPair
from pie_desktop.imaging.pairs.order import wrong_order
from pie_desktop.imaging.pairs.overlay import Overlay, find_overlay
from pie_desktop.imaging.stored import to_uint8

LEAST_SIDE = 16  # px; smaller images show nothing that could be compared
CHECK_SIDE = 512  # long side that pairs are compared at, px; features are looked for at no more than that
SAME_EDIT = "are nearly identical, as two files of one edit are"
LEFT_OUT = "the pair is left out"


class Fault(Enum):
    """Which of the two images is the reason that they are no pair."""

    EDIT = "edit"
    ORIGINAL = "original"
    BOTH = "both"


@dataclass(frozen=True)
class NoPair:
    """Why two images are no pair.

    Attributes:
        fault: which image is to blame.
        reason: the middle of a sentence that begins with its name, or with both names.
    """

    fault: Fault
    reason: str

    def sentence(self, after: str, before: str, result: str) -> str:
        """The whole sentence.

        Args:
            after, before: file names of the edit and of its supposed original.
            result: what follows from it, such as `the pair is left out`.
        """
        names = {
            Fault.EDIT: f"“{after}”",
            Fault.ORIGINAL: f"“{before}”",
            Fault.BOTH: f"“{after}” and “{before}”",
        }
        return f"{names[self.fault]} {self.reason}, so {result}."


@dataclass(frozen=True)
class CheckedPair:
    """Two files after the check.

    Attributes:
        pair: the images in one frame; None where the two are no pair.
        problem: why they are none, as one sentence.
        warnings: what looks wrong with a pair that is used nevertheless, one sentence each.
        no_pair: the same as `problem` for programs; None where a file could not be read.
    """

    pair: AlignedPair | None
    problem: str | None = None
    warnings: tuple[str, ...] = ()
    no_pair: NoPair | None = None


def prepare_pair(before: np.ndarray, after: np.ndarray) -> AlignedPair | NoPair:
    """Bring an original and its edit into one frame, or say why they are no pair.

    Args:
        before, after: uint8 images (H, W, 3), sRGB, of any sizes.
    """
    for fault, image in ((Fault.EDIT, after), (Fault.ORIGINAL, before)):
        unusable = useless(image)
        if unusable is not None:
            return NoPair(fault, f"is {unusable}")
    pair = align(after, before)
    if isinstance(pair, str):
        return NoPair(Fault.BOTH, pair)
    if same_edit(pair.edited, pair.original):
        return NoPair(Fault.BOTH, SAME_EDIT)
    return _without_overlay(pair, find_overlay(pair.edited, pair.original))


def _without_overlay(pair: AlignedPair, overlay: Overlay | None) -> AlignedPair:
    """The pair with what was drawn over the edit cut off, where enough is left."""
    if overlay is None or overlay.area is None:
        return replace(pair, overlay=overlay)
    top, bottom, left, right = overlay.area
    edited, original = (np.ascontiguousarray(i[top:bottom, left:right]) for i in (pair.edited, pair.original))
    y, x = pair.area[::2] if pair.area is not None else (0, 0)
    return replace(
        pair, edited=edited, original=original, area=(y + top, y + bottom, x + left, x + right), overlay=overlay
    )


def useless(image: np.ndarray) -> str | None:
    """What makes a uint8 image (H, W, 3) useless, such as `black` or `only 1 x 1 pixels large`; None for others."""
    height, width = image.shape[:2]
    if min(height, width) < LEAST_SIDE:
        return f"only {width} x {height} pixels large"
    return blankness(image)


def read_pair(before: Path, after: Path, side: int = CHECK_SIDE) -> CheckedPair:
    """Decode an original and its edit, long sides at most `side` px, and check them; never raises for bad files."""
    try:
        images = read_image(before, side), read_image(after, side)
    except PieError as error:
        return CheckedPair(None, f"{error} The pair is left out.")
    pair = prepare_pair(*images)
    if isinstance(pair, NoPair):
        return CheckedPair(None, pair.sentence(after.name, before.name, LEFT_OUT), no_pair=pair)
    doubt = wrong_order(EditPair(after, before), pair.edited, pair.original)
    drawn = pair.overlay.sentence(after.name) if pair.overlay is not None else None
    return CheckedPair(pair, warnings=tuple(sentence for sentence in (doubt, drawn) if sentence is not None))


def read_image(path: Path, side: int) -> np.ndarray:
    """A photo as uint8 (H, W, 3), sRGB, long side at most `side` px.

    Raises:
        PieError: it cannot be read or decoded.
    """
    try:
        return to_uint8(load_photo(path, max_side=side))
    except OSError as error:
        raise PieError(f"“{path}” cannot be read: {error.strerror or error}.") from error


def prepare_versions(before: np.ndarray, afters: Sequence[np.ndarray]) -> list[np.ndarray] | tuple[int, NoPair]:
    """Bring an original and several edits of it into one frame.

    An edit that leaves the photo as it is counts here, as long as another one changes it: that is what its author
    decided.

    Args:
        before: uint8 (H, W, 3), sRGB.
        afters: the edits, each uint8 (H, W, 3) of any size, one at least.

    Returns:
        The original and the edits, in one frame; or the number of the edit that is no pair with it, and why.
    """
    pairs: list[AlignedPair] = []
    same: list[NoPair] = []
    for number, after in enumerate(afters):
        pair = prepare_pair(before, after)
        if isinstance(pair, NoPair):
            if pair.reason not in (SAME_EDIT, IDENTICAL):
                return number, pair
            same.append(pair)
            pair = AlignedPair(after, before, moved=False)
        pairs.append(pair)
    if len(same) == len(afters):
        return 0, same[0]
    if len(pairs) == 1:
        return [pairs[0].original, pairs[0].edited]
    if all(pair.area is None for pair in pairs):
        return [before, *afters]
    return _in_frame_of_original(before, afters, pairs)


def _in_frame_of_original(
    before: np.ndarray, afters: Sequence[np.ndarray], pairs: Sequence[AlignedPair]
) -> list[np.ndarray] | tuple[int, NoPair]:
    """Versions cut to the part of the original that all of them show."""
    height, width = before.shape[:2]
    common = np.ones((height, width), bool)
    versions = []
    for number, (after, pair) in enumerate(zip(afters, pairs, strict=True)):
        if pair.area is None:
            versions.append(resized(after, before))
            continue
        # The other way round: the edit is brought into the frame of the original.
        back = align(before, after) if pair.moved else AlignedPair(before, resized(after, before), moved=False)
        if isinstance(back, str):
            return number, NoPair(Fault.BOTH, back)
        back = _without_overlay(back, find_overlay(back.original, back.edited))
        top, bottom, left, right = back.area or (0, height, 0, width)
        placed = np.zeros_like(before)
        placed[top:bottom, left:right] = back.original
        seen = np.zeros_like(common)
        seen[top:bottom, left:right] = True
        common &= seen
        versions.append(placed)
    rows, columns = np.flatnonzero(common.any(1)), np.flatnonzero(common.any(0))
    if len(rows) * len(columns) < MIN_AREA * height * width or min(len(rows), len(columns)) < MIN_SIDE:
        moved = next(number for number, pair in enumerate(pairs) if pair.area is not None)
        return moved, NoPair(Fault.BOTH, "have too little in common with the other edits of this photo")
    area = np.s_[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    return [np.ascontiguousarray(image[area]) for image in (before, *versions)]
