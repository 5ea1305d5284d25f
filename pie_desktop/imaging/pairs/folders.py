"""Finding pairs in several folders at once: originals of one may lie in another, under any name."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from pie_desktop.errors import PieError
from pie_desktop.imaging.decode import load_photo
from pie_desktop.imaging.listing import is_raw, list_photos
from pie_desktop.imaging.metadata.reading import read_saved_by
from pie_desktop.imaging.pairs.alignment import AlignedPair, align
from pie_desktop.imaging.pairs.capture import match_by_capture
from pie_desktop.imaging.pairs.find import CAPTURE, PairGuess, pairs_in_folder
from pie_desktop.imaging.pairs.likeness import match_by_content
from pie_desktop.imaging.pairs.names import holds_originals, parse_name
from pie_desktop.imaging.pairs.order import EDITORS, ENOUGH, edited_one
from pie_desktop.imaging.stored import to_uint8

CONTENT = "content"
SAMPLE = 7  # pairs of two folders that say which of these holds the edits
SIDE = 256  # px, of what is compared for that

Check = Callable[[], None]
Search = Callable[[Sequence[Path], Sequence[Path], Sequence[Path], Check], list[PairGuess]]


def pairs_in_folders(
    folders: Sequence[Path],
    originals: Path | None = None,
    check: Check = lambda: None,
    known: Callable[[], Mapping[Path, Path]] = dict,
) -> list[PairGuess]:
    """All edits in some folders and below them, each with its original if one was found.

    Originals are looked for as `pairs_in_folder` does, and where that finds none, among all photos that are left: the
    same name and subfolder in two folders, the moment of capture, and last what the photos show. Where that leaves a
    doubt, such as two photos of a burst or two folders of which either may hold the edits, the guess says so.

    Args:
        folders: the edits, with or without their originals; one may lie in another.
        originals: a folder of originals elsewhere.
        check: called now and then; it may raise, to give up.
        known: originals that were found before; asked only if photos have to be compared, which takes long.

    Raises:
        DecodeError: a folder cannot be read.
    """
    roots = [folder for folder in dict.fromkeys(Path(folder) for folder in folders) if folder != originals]
    guesses: dict[Path, PairGuess] = {}
    for root in roots:
        check()
        for guess in pairs_in_folder(root, originals):
            listed = guesses.get(guess.after)
            if listed is None or listed.before is None:
                guesses[guess.after] = guess
    pool = list_photos(originals, recursive=True) if originals is not None else []
    searches: tuple[Search, ...] = (_by_names, _by_captures, partial(_by_index, known), _by_content)
    for search in searches:
        used = {guess.before for guess in guesses.values() if guess.before is not None}
        alone = [photo for photo, guess in guesses.items() if guess.before is None and photo not in used]
        if alone:
            for guess in search(alone, [photo for photo in pool if photo not in used], roots, check):
                guesses[guess.after] = guess
    used = {photo for guess in guesses.values() if guess.before for photo in (guess.before, *guess.others)}
    found = [guess for guess in guesses.values() if guess.before is not None or guess.after not in used]
    # An original that nobody has edited is no edit; where there is nothing else, the folder's name may say it wrongly.
    edits = [guess for guess in found if guess.before is not None or not _is_original(guess.after)]
    return edits or found


def _by_names(alone: Sequence[Path], pool: Sequence[Path], roots: Sequence[Path], check: Check) -> list[PairGuess]:
    """Photos of one name in two of the folders, in the same subfolder."""
    named: dict[tuple[str, str], list[tuple[int, Path]]] = defaultdict(list)
    for photo in alone:
        number = _root_of(photo, roots)
        place = photo.parent.relative_to(roots[number]).as_posix().casefold()
        named[place, parse_name(photo).core].append((number, photo))
    between: dict[tuple[int, int], list[tuple[Path, Path]]] = defaultdict(list)
    for photos in named.values():
        if len(photos) == 2 and photos[0][0] != photos[1][0]:
            (first, a), (second, b) = sorted(photos)
            between[first, second].append((a, b))
    found = []
    for couples in between.values():
        check()
        side = _edited_side(couples)
        for a, b in couples:
            edit, original = (b, a) if (_role(a) - _role(b) or side) < 0 else (a, b)
            place = roots[_root_of(original, roots)].name
            doubt = "" if side or _role(a) != _role(b) else _which(edit, original)
            found.append(PairGuess(edit, original, f"folder {place}", doubt=doubt))
    return found


def _by_captures(alone: Sequence[Path], pool: Sequence[Path], roots: Sequence[Path], check: Check) -> list[PairGuess]:
    originals = [*pool, *(photo for photo in alone if _role(photo) < 0)]
    edits = [photo for photo in alone if _role(photo) >= 0]
    if not originals or not edits:
        return []
    return [PairGuess(edit, original, CAPTURE) for edit, original in match_by_capture(edits, originals).items()]


def _by_index(
    known: Callable[[], Mapping[Path, Path]],
    alone: Sequence[Path],
    pool: Sequence[Path],
    roots: Sequence[Path],
    check: Check,
) -> list[PairGuess]:
    """What was found by content before."""
    before, there = known(), {photo.absolute(): photo for photo in (*alone, *pool)}
    found = ((edit, there.get(before.get(edit.absolute(), edit.absolute()))) for edit in alone)
    return [PairGuess(edit, original, CONTENT) for edit, original in found if original not in (None, edit)]


def _by_content(alone: Sequence[Path], pool: Sequence[Path], roots: Sequence[Path], check: Check) -> list[PairGuess]:
    roles = {photo: _role(photo) or _said_to_be_edited(photo) for photo in alone}
    originals = [*pool, *(photo for photo, role in roles.items() if role < 0)]
    edits = [photo for photo, role in roles.items() if role > 0 or (originals and role == 0)]
    if not originals:
        originals = [photo for photo, role in roles.items() if role == 0]
    guessed = not edits and len(roots) > 1
    if guessed:  # nothing is known of any photo: those of the first folder are looked for in the others
        edits = [photo for photo in originals if _root_of(photo, roots) == 0]
        originals = [photo for photo in originals if _root_of(photo, roots) > 0]
    if not edits or not originals:
        return []
    found = match_by_content(edits, originals, check)
    side = _edited_side([(edit, same[0]) for edit, same in found.items()]) if guessed else 1
    guesses = []
    for edit, (best, *others) in found.items():
        guess = PairGuess(edit, best, CONTENT, tuple(others))
        if others:
            guess = replace(guess, doubt=f"Several photos may be the original of “{edit.name}”; choose one.")
        elif side < 0:
            guess = PairGuess(best, edit, CONTENT)
        elif side == 0:
            guess = replace(guess, doubt=_which(edit, best))
        guesses.append(guess)
    return guesses


def _which(edit: Path, original: Path) -> str:
    a, b = (f"“{path.parent.name}/{path.name}”" for path in (edit, original))
    return f"It is not certain whether {b} is the original of {a} or the other way round; accept or swap them."


def _root_of(photo: Path, roots: Sequence[Path]) -> int:
    """The number of the innermost folder that a photo lies in."""
    holding = [number for number, root in enumerate(roots) if root in photo.parents]
    return max(holding, key=lambda number: len(roots[number].parts))


def _role(photo: Path) -> int:
    """Below 0 for an original, above 0 for an edit, by type, folder and name; 0 where these do not say."""
    if _is_original(photo):
        return -1
    name = parse_name(photo)
    return -1 if name.original and not name.edits else int(name.edits > 0)


def _is_original(photo: Path) -> bool:
    return is_raw(photo) or holds_originals(photo.parent.name)


def _said_to_be_edited(photo: Path) -> int:
    return int(EDITORS.search(read_saved_by(photo).software or "") is not None)


def _edited_side(couples: Sequence[tuple[Path, Path]]) -> int:
    """Which of two photos is the edit, as most of some couples say: the first (1), the second (-1), or unknown (0)."""
    step = max(1, len(couples) // SAMPLE)
    said = []
    for a, b in couples[::step][:SAMPLE]:
        if (role := _role(a) - _role(b)) != 0:
            said.append(ENOUGH if role > 0 else -ENOUGH)
            continue
        try:
            pair = align(*(to_uint8(load_photo(path, max_side=SIDE)) for path in (a, b)))
        except PieError:
            continue
        if isinstance(pair, AlignedPair):
            said.append(edited_one(a, b, pair.edited, pair.original))
    total = sum(said)
    agreed = sum(one * total > 0 for one in said) >= max(1, 2 * sum(one != 0 for one in said) / 3)
    return (total > 0) - (total < 0) if abs(total) >= ENOUGH and agreed else 0
