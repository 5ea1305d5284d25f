"""What an edit does to the pixels of a picture: its LUT, and after it the local parts, in pieces of bounded memory."""

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

import cv2
import numpy as np

from pie_desktop.edit.local_part import LocalPart
from pie_desktop.imaging.frame import Frame
from pie_desktop.imaging.lut.apply import AnyLut, apply_any, apply_lut_wide

TILE = 1024
"""Pixels of a piece on a side, without what is around it: a float32 copy of one takes 12 MB."""


def reach_of(parts: Sequence[LocalPart], frame: Frame) -> int:
    """How many pixels around a zone the result of all parts in turn depends on."""
    return sum(part.reach(frame) for part in parts)


def finished(
    image: np.ndarray,
    lut: AnyLut,
    parts: Sequence[LocalPart],
    frame: Frame,
    out: np.ndarray | None = None,
    check: Callable[[], None] = lambda: None,
) -> np.ndarray:
    """A picture, or a zone of one, with its colours and local parts; rounded once, at the end.

    Args:
        image: (H, W, 3) uint8, uint16, or float32 with values outside [0, 1] where a wide gamut is kept; sRGB-encoded.
        lut: that of the colours, of either form.
        parts: in their order, at least one.
        frame: where the image lies. Within `reach_of` the parts from its borders, but for those of the whole picture,
            the result is not yet that of the whole.
        out: array for the result, of the same shape and dtype; may be `image` itself.
        check: called before each piece; what it raises ends the work.

    Returns:
        `out`, or a new array.
    """
    result = np.empty_like(image) if out is None else out
    height, width = image.shape[:2]
    reach = reach_of(parts, frame)
    # A strip of the image is copied before its rows are written: `out` may be `image`.
    kept = image[:0].copy()
    for top in range(0, height, TILE):
        bottom = min(top + TILE, height)
        strip = np.concatenate([kept, image[top : min(bottom + reach, height)]])
        above = len(kept)
        for left, right, inner_left, inner_right in _columns(width, reach):
            check()
            part = frame.part(left, top - above, right - left, len(strip))
            inner = _Zone(inner_left - left, above, inner_right - left, above + bottom - top)
            piece = _piece(strip[:, left:right], lut, parts, part, inner)
            _store(piece, result[top:bottom, inner_left:inner_right])
        end = above + bottom - top
        kept = strip[max(0, end - reach) : end].copy()
    return result


class _Zone(NamedTuple):
    """A rectangle of an array; right and bottom are exclusive."""

    left: int
    top: int
    right: int
    bottom: int

    def grown(self, by: int, limit: np.ndarray) -> "_Zone":
        """Larger on each side, but not beyond an array (H, W, ...)."""
        height, width = limit.shape[:2]
        left, top = max(0, self.left - by), max(0, self.top - by)
        return _Zone(left, top, min(width, self.right + by), min(height, self.bottom + by))

    def within(self, other: "_Zone") -> "_Zone":
        """The same, counted from the top left of another one."""
        return _Zone(self.left - other.left, self.top - other.top, self.right - other.left, self.bottom - other.top)


def _columns(width: int, reach: int) -> Iterator[tuple[int, int, int, int]]:
    """Where pieces begin and end, with what is around them and without."""
    for left in range(0, width, TILE):
        right = min(left + TILE, width)
        yield max(0, left - reach), min(width, right + reach), left, right


def _piece(image: np.ndarray, lut: AnyLut, parts: Sequence[LocalPart], frame: Frame, inner: _Zone) -> np.ndarray:
    """What lies within `inner` of a piece, float32; after each part, what none of the others looks at is cut off."""
    image = np.ascontiguousarray(image)
    wide = image.dtype == np.float32
    if wide:
        piece = apply_lut_wide(np.nan_to_num(image), lut)
    else:
        piece = image.astype(np.float32)
        piece *= np.float32(1 / np.iinfo(image.dtype).max)
        piece = apply_any(piece, lut, out=piece)
    for number, part in enumerate(parts, 1):
        looked = part.reach(frame)
        piece = part.local(piece, frame)
        if not wide:
            np.clip(piece, 0, 1, out=piece)
        if looked or number == len(parts):
            around = inner.grown(reach_of(parts[number:], frame), piece)
            piece = np.ascontiguousarray(piece[around.top : around.bottom, around.left : around.right])
            frame = frame.part(around.left, around.top, around.right - around.left, around.bottom - around.top)
            inner = inner.within(around)
    return piece


def _store(piece: np.ndarray, out: np.ndarray) -> None:
    """Clip and round into the samples of the result; a wide gamut is kept as it is."""
    if out.dtype == np.float32:
        out[:] = piece
    elif out.dtype == np.uint8:
        out[:] = cv2.convertScaleAbs(np.maximum(piece, 0), alpha=255)
    else:
        out[:] = np.rint(np.clip(piece, 0, 1) * np.float32(np.iinfo(out.dtype).max)).astype(out.dtype)
