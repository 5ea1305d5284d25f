"""Finding the unedited original of an edit by names and folders."""

import os
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from pie_desktop.imaging.listing import group_photos, is_photo, is_raw, list_photos
from pie_desktop.imaging.pairs.capture import match_by_capture
from pie_desktop.imaging.pairs.names import holds_originals, parse_name

CAPTURE = "time of capture"


@dataclass(frozen=True)
class EditPair:
    """One edit that the user gives: the edited photo and, where it is known, its unedited original."""

    after: Path
    before: Path | None = None


@dataclass(frozen=True)
class PairGuess:
    """An edit and what was found for it.

    Attributes:
        after: the edit.
        before: its original, or None.
        how: why, for display: `dropped together`, `same folder`, `folder originals`, `time of capture`, `content`, or
            `` when nothing was found.
        others: more photos that may be its original, the likeliest first.
        doubt: why a person should decide whether the original is the right one, as a sentence; empty where it is sure.
    """

    after: Path
    before: Path | None
    how: str
    others: tuple[Path, ...] = ()
    doubt: str = ""


def find_pairs(edits: Sequence[Path], originals: Sequence[Path] = ()) -> list[PairGuess]:
    """Originals of several edits that were given together, in the order of the edits.

    An original that was given together with its edit among `edits` (`a.jpg` and `a_edit.jpg`) is used as such and is
    no edit of its own. A RAW photo for which that is not so stands for the JPEG or HEIC of its name beside it, whose
    original it is.

    Args:
        edits: edited photos, perhaps with their originals among them.
        originals: photos or folders known to be unedited; they are looked at first.
    """
    listings = _Listings()
    edits = _placeholders(list(dict.fromkeys(Path(edit) for edit in edits)), listings)
    known = [Path(path) for path in originals]
    folders = [path for path in known if path.is_dir()]
    pool = [path for path in known if not path.is_dir()]
    edits_index = _index(edits)
    together = {edit: _best(edit, edits_index) for edit in edits}
    used = {before for before in together.values() if before is not None}
    guesses = []
    pool_index = _index(pool)
    for edit in edits:
        if edit in used:
            continue
        before = _best(edit, pool_index, lenient=True)
        if before is None and len(edits) == 1 and len(pool) == 1 and not _same_file(pool[0], edit):
            before = pool[0]  # one edit and one original can only belong together
        if before is not None:
            guesses.append(PairGuess(edit, before, "dropped together"))
        elif together[edit] is not None:
            guesses.append(PairGuess(edit, together[edit], "dropped together"))
        else:
            guesses.append(_search(edit, folders, listings))
    return guesses


def pairs_in_folder(folder: Path, originals: Path | None = None) -> list[PairGuess]:
    """All edits in a folder and below it, each with its original if one was found: what training learns from.

    Originals are found by names, and those of edits with other names by the moment of capture: among RAW photos, photos
    in folders of originals, and those of `originals`. Originals that lie in the folder too are no edits of their own.

    Args:
        folder: the edits, with or without their originals.
        originals: a folder of originals elsewhere; the same subfolders in both distinguish equal names.

    Raises:
        DecodeError: a folder cannot be read.
    """
    pool = list_photos(originals, recursive=True) if originals is not None else []
    originals_only = set(pool)
    edits = [photo for photo in list_photos(folder, recursive=True) if photo not in originals_only]
    if originals is None:
        guesses = find_pairs(edits)
    else:
        by_folder = defaultdict(list)
        for edit in edits:
            by_folder[edit.parent].append(edit)
        guesses = []
        for place, group in by_folder.items():
            mirrored = originals / place.relative_to(folder)
            guesses += find_pairs(group, [*pool, *([mirrored] if mirrored.is_dir() else [])])
    used = {guess.before for guess in guesses}
    found = [replace(guess, how=_where(guess)) for guess in guesses if guess.before or guess.after not in used]
    return _with_captures(found, [photo for photo in pool if photo not in used])


def _with_captures(guesses: Sequence[PairGuess], pool: Sequence[Path]) -> list[PairGuess]:
    """The guesses with originals by the moment of capture for edits that have none.

    Args:
        guesses: by names.
        pool: photos known to be originals, which nobody has.
    """
    alone = [guess.after for guess in guesses if guess.before is None]
    apart = {photo for photo in alone if is_raw(photo) or holds_originals(photo.parent.name)}
    edits = [photo for photo in alone if photo not in apart]
    if not edits or not (apart or pool):
        return list(guesses)
    found = match_by_capture(edits, [*pool, *sorted(apart)])
    used = set(found.values())
    return [
        replace(guess, before=found[guess.after], how=CAPTURE) if guess.after in found else guess
        for guess in guesses
        if guess.before is not None or guess.after not in used
    ]


def _where(guess: PairGuess) -> str:
    """The place of the original, for all that was looked at was given together."""
    if guess.before is None:
        return ""
    return "same folder" if guess.before.parent == guess.after.parent else f"folder {guess.before.parent.name}"


def find_original(edit: Path, extra_folders: Sequence[Path] = ()) -> Path | None:
    """The original of one edit, or None where there is none or several are as likely.

    Looked at in this order, the first hit wins: `extra_folders`, the edit's own folder, folders such as `original*`,
    `before` or `raw` in it, beside it and beside its parent; then the same name with another file type.
    """
    return _search(Path(edit), [Path(folder) for folder in extra_folders], _Listings()).before


class _Listings:
    """Photos per folder, read once."""

    def __init__(self) -> None:
        self._indexes: dict[Path, dict[str, list[Path]]] = {}
        self._subfolders: dict[Path, list[Path]] = {}

    def index(self, folder: Path) -> dict[str, list[Path]]:
        self._read(folder)
        return self._indexes[folder]

    def original_folders(self, folder: Path) -> list[Path]:
        self._read(folder)
        return self._subfolders[folder]

    def _read(self, folder: Path) -> None:
        if folder in self._indexes:
            return
        photos, subfolders = [], []
        try:
            with os.scandir(folder) as entries:
                for entry in entries:
                    path = Path(entry.path)
                    if is_photo(path):
                        photos.append(path)
                    elif holds_originals(entry.name) and entry.is_dir():
                        subfolders.append(path)
        except OSError:
            pass  # a folder that cannot be read holds no original for us
        self._indexes[folder] = _index(sorted(photos))
        self._subfolders[folder] = sorted(subfolders)


def _search(edit: Path, extra_folders: Iterable[Path], listings: _Listings) -> PairGuess:
    folder = edit.absolute().parent
    for extra in extra_folders:
        before = _best(edit, listings.index(extra), lenient=True)
        if before is not None:
            return PairGuess(edit, before, f"folder {extra.name}")
    before = _best(edit, listings.index(folder))
    if before is not None:
        return PairGuess(edit, before, "same folder")
    for base in (folder, folder.parent, folder.parent.parent):
        for candidate in listings.original_folders(base):
            if candidate == folder:
                continue
            before = _best(edit, listings.index(candidate), lenient=True)
            if before is not None:
                return PairGuess(edit, before, f"folder {candidate.name}")
    # Last, for `a.tif` beside `a.jpg` can as well be two copies of one image.
    same_name = [
        path
        for path in listings.index(folder).get(parse_name(edit).core, ())
        if path.stem.casefold() == edit.stem.casefold() and path.suffix.lower() != edit.suffix.lower()
    ]
    same_name = [path for path in same_name if is_raw(path)] or same_name
    if len(same_name) == 1 and not parse_name(edit).original and not is_raw(edit):
        return PairGuess(edit, same_name[0], "same folder")
    return PairGuess(edit, None, "")


def _placeholders(edits: list[Path], listings: _Listings) -> list[Path]:
    """The edits with each RAW photo that is nobody's original here replaced by what was made of it, each path once."""
    if not any(is_raw(edit) for edit in edits):
        return edits
    index = _index(edits)
    originals = {_best(edit, index) for edit in edits}
    return list(dict.fromkeys(e if e in originals else _image_of(e, listings) for e in edits))


def _image_of(path: Path, listings: _Listings) -> Path:
    """The JPEG or HEIC of the same name beside a RAW photo; the path itself where there is none."""
    beside = listings.index(path.absolute().parent).get(parse_name(path).core, [])
    photos = group_photos([path.absolute(), *beside], show="jpeg")
    made = next((photo.primary for photo in photos if path.absolute() in photo.companions and is_raw(path)), None)
    return path if made is None else path.with_name(made.name)


def _index(paths: Iterable[Path]) -> dict[str, list[Path]]:
    index: dict[str, list[Path]] = defaultdict(list)
    for path in paths:
        index[parse_name(path).core].append(path)
    return index


def _best(edit: Path, index: dict[str, list[Path]], lenient: bool = False) -> Path | None:
    """The photo of the same core name that is less edited than `edit`; None when two are equally good.

    Args:
        edit: the edit.
        index: photos by core name.
        lenient: the photos are known to be originals, so that the very same name is a match too.
    """
    own = parse_name(edit)
    candidates = [(path, parse_name(path)) for path in index.get(own.core, ()) if not _same_file(path, edit)]
    if own.original and not own.edits and not lenient:
        return None
    if not lenient:
        candidates = [
            (path, name) for path, name in candidates if name.edits < own.edits or (name.original and not own.original)
        ]
    if not candidates:
        return None
    ranked = sorted(candidates, key=lambda item: item[1].rank)
    best = [path for path, name in ranked if name.rank == ranked[0][1].rank]
    if len(best) == 1:
        return best[0]
    same_suffix = [path for path in best if path.suffix.lower() == edit.suffix.lower()]
    return same_suffix[0] if len(same_suffix) == 1 else None


def _same_file(a: Path, b: Path) -> bool:
    return os.path.normcase(a.absolute()) == os.path.normcase(b.absolute())
