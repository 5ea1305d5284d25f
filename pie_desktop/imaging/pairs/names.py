"""Names of photos as people and programs give them: what an edit and its original have in common."""

import re
from dataclasses import dataclass
from pathlib import Path

# Folders that hold unedited photos, beside the edit, in its folder, or instead of a folder of edits.
_ORIGINAL_FOLDERS = re.compile(r"(originals?|befores?|raws?|unedited|source|src|input)([ _-].*)?", re.IGNORECASE)
_EDIT_WORDS = (
    "edit|edited|final|retouched|retouch|after|processed|developed|enhanced|export|exported|lr|ps|web|print|copy|kopie"
)
_ORIGINAL_WORDS = "original|orig|before|raw|unedited|sooc|source|input"
_SEPARATOR = r"[\s._-]+"
_TRAILER = re.compile(
    rf"(?:{_SEPARATOR}(?P<word>{_EDIT_WORDS}|{_ORIGINAL_WORDS})(?:[\s_-]?\d{{1,2}})?|\s*\((?P<copy>\d{{1,2}})\))$",
    re.IGNORECASE,
)
_LEADER = re.compile(rf"^(?P<word>{_EDIT_WORDS}|{_ORIGINAL_WORDS}){_SEPARATOR}", re.IGNORECASE)
_IS_ORIGINAL_WORD = re.compile(rf"(?:{_ORIGINAL_WORDS})", re.IGNORECASE)


@dataclass(frozen=True)
class PhotoName:
    """A path taken apart: `IMG_12_edit (1).jpg` is `img_12`, edited twice.

    Attributes:
        core: what an edit and its original have in common.
        edits: number of suffixes that stand for editing or copying.
        original: the name or the folder says that it is unedited.
    """

    core: str
    edits: int
    original: bool

    @property
    def rank(self) -> tuple[int, int]:
        """The smaller, the more it looks like an original."""
        return (0 if self.original else 1, self.edits)


def holds_originals(folder: str) -> bool:
    """Whether a folder of this name is one for unedited photos."""
    return _ORIGINAL_FOLDERS.fullmatch(folder) is not None


def parse_name(path: Path) -> PhotoName:
    """What the name of a photo and that of its folder say."""
    stem = path.stem.strip()
    edits, original = 0, holds_originals(path.parent.name)
    while match := _TRAILER.search(stem):
        if not stem[: match.start()].strip():
            break
        word = match["word"]
        if word is not None and _IS_ORIGINAL_WORD.fullmatch(word):
            original = True
        else:
            edits += 1
        stem = stem[: match.start()].rstrip()
    if match := _LEADER.match(stem):
        if _IS_ORIGINAL_WORD.fullmatch(match["word"]):
            original = True
        else:
            edits += 1
        stem = stem[match.end() :]
    return PhotoName(stem.casefold(), edits, original)
