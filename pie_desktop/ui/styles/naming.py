"""A name for a style from the files it is made of."""

import re
from collections.abc import Sequence
from itertools import takewhile
from pathlib import Path

# Names that say nothing about a look: steps of the work, after which the folder above may say more ...
STEPS = re.compile(
    r"(afters?|befores?|edits?|edited|exports?|exported|finals?|images?|img|dscf?|jpe?gs?|out|output|photos?|pngs?"
    r"|processed|raws?|results?|tiffs?)",
    re.IGNORECASE,
)
# ... and places where everything lies, above which there is only the user's own name.
PLACES = re.compile(r"(dcim|desktop|documents|downloads|home|pictures|temp|tmp|users?)", re.IGNORECASE)
MIN_PREFIX = 4
FALLBACK = "My style"


def propose_name(edits: Sequence[Path]) -> str:
    """Name of the edits' common folder, or what their file names begin with, or a plain one.

    >>> propose_name([Path("/photos/warm_evening/edits/1.jpg"), Path("/photos/warm_evening/edits/2.jpg")])
    'Warm evening'
    """
    folders = {edit.parent for edit in edits}
    if len(folders) == 1:
        folder = folders.pop()
        for candidate in (folder.name, folder.parent.name):
            words = _words(candidate)
            if PLACES.fullmatch(words):
                break
            if words and not STEPS.fullmatch(words) and not _is_number(words):
                return words
    stems = sorted(edit.stem for edit in edits)
    same = sum(1 for _ in takewhile(lambda letters: letters[0] == letters[1], zip(stems[0], stems[-1], strict=False)))
    prefix = _words(stems[0][:same].rstrip("0123456789"))
    if len(edits) > 1 and len(prefix) >= MIN_PREFIX and not STEPS.fullmatch(prefix):
        return prefix
    return FALLBACK


def _words(name: str) -> str:
    words = re.sub(r"[_\s]+", " ", name).strip(" -_.")
    return words[:1].upper() + words[1:]


def _is_number(words: str) -> bool:
    return not any(letter.isalpha() for letter in words)
