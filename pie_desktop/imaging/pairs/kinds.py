"""What a photo among one's edits may be: a pair, an edit that only may be one, or none."""

import re
from enum import StrEnum
from pathlib import Path

from pie_desktop.errors import PieError
from pie_desktop.imaging.decode import probe
from pie_desktop.imaging.metadata.reading import read_saved_by

MERGED = re.compile(r"(?:^|[\s._-])(hdr|panorama|pano|stitch|stitched)(?=[\s._-]|\d|$)", re.IGNORECASE)
MERGED_WITH = re.compile(
    r"photomatix|hdrsoft|aurora hdr|hdr efex|easyhdr|sns-hdr|luminance hdr|enfuse|"
    r"(hugin|ptgui|autopano|image composite)",
    re.IGNORECASE,
)
WIDE = 1.9  # width by height, from which an image may be a panorama
WIDER = 1.3  # times as wide in pixels as its original


class PairKind(StrEnum):
    """What became of an edit; the values are written into files and to programs."""

    MATCHED = "matched"
    CROPPED = "cropped"
    UNSURE = "unsure"
    UNMATCHED = "unmatched"
    DUPLICATE = "duplicate"
    UNCHANGED = "unchanged"
    MERGED = "merged"
    UNUSABLE = "unusable"

    @property
    def label(self) -> str:
        """For people."""
        return _LABELS[self]

    @property
    def used(self) -> bool:
        """Whether such pairs train where nobody decides otherwise."""
        return self in (PairKind.MATCHED, PairKind.CROPPED)


_LABELS = {
    PairKind.MATCHED: "Matched",
    PairKind.CROPPED: "Cropped, aligned",
    PairKind.UNSURE: "Unsure",
    PairKind.UNMATCHED: "No original",
    PairKind.DUPLICATE: "Duplicate",
    PairKind.UNCHANGED: "No change",
    PairKind.MERGED: "Not a photo edit",
    PairKind.UNUSABLE: "Not usable",
}


def merged_reason(edit: Path, original: Path | None = None) -> str:
    """Why an edit is none of one photo, by its name and the program that wrote it, as one sentence; else empty.

    Args:
        edit: the edit.
        original: where it is of that kind too, such as a merged DNG that was developed, all is well.
    """
    named = MERGED.search(edit.stem)
    if original is not None and MERGED.search(original.stem):
        return ""
    if named is None:
        program = MERGED_WITH.search(read_saved_by(edit).software or "")
        if program is None:
            return ""
        wide = program.group(1) is not None
    else:
        wide = named.group(1).casefold() != "hdr"
    if wide:
        return panorama_reason(edit)
    return f"“{edit.name}” is merged from several exposures (HDR), which is no edit of one photo, so it is left out."


def panorama_reason(edit: Path) -> str:
    """The sentence about an edit that was put together of several photos side by side."""
    return f"“{edit.name}” is a panorama of several photos and no edit of one, so it is left out."


def like_panorama(edit: Path, original: Path) -> bool:
    """Whether an edit is as wide, or as high, as a panorama, and larger than its original."""
    try:
        of, by = probe(edit), probe(original)
    except PieError:
        return False
    longest, shortest = sorted((of.width, of.height), reverse=True)
    long_original, short_original = sorted((by.width, by.height), reverse=True)
    wide = longest >= WIDE * shortest and long_original < WIDE * short_original
    return wide and longest >= WIDER * long_original
