"""A user's own edits and originals: found by name, checked and aligned as styles do it, and kept as two banks."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import numpy as np

from pie_desktop.errors import PieError
from pie_desktop.imaging.metadata.reading import read_summary
from pie_desktop.imaging.pairs.check import CHECK_SIDE, CheckedPair, read_pair
from pie_desktop.imaging.pairs.find import PairGuess, pairs_in_folder
from pie_desktop.imaging.stored import file_digest
from training.data.photos import square

FEWEST = 4  # pairs, of which some are held out
ADVICE = "training needs at least 4, better 50 or more (same file names in a folder 'originals' beside the edits)"


@dataclass(frozen=True)
class PairDigests:
    """What a pair is known by again, whatever its files are called: `file_digest` of each."""

    edited: str
    original: str


def digests_of(guess: PairGuess) -> PairDigests:
    """The digests of a pair's files. Raises PieError where one cannot be read."""
    assert guess.before is not None
    try:
        return PairDigests(file_digest(guess.after), file_digest(guess.before))
    except OSError as error:
        raise PieError(f"{error.filename} cannot be read: {error.strerror}.") from error


def trained_on(pairs: Iterable[PairDigests]) -> list[str]:
    """The digests of all files of these pairs, as a model's card keeps them."""
    return sorted({digest for pair in pairs for digest in (pair.edited, pair.original)})


@dataclass(frozen=True)
class PairBank:
    """Aligned images `(P, S, S, 3)` uint8, sRGB, and what could not be used.

    Attributes:
        names: the edits' file names.
        digests: of the files of each pair.
        times: when each photo was taken, by its original, else by its edit; None where neither says.
        guesses: the files.
        problems: why pairs were left out, one sentence each.
        warnings: what looks wrong with pairs that are used nevertheless, one sentence each.
    """

    before: np.ndarray
    after: np.ndarray
    names: tuple[str, ...]
    problems: tuple[str, ...]
    warnings: tuple[str, ...] = ()
    digests: tuple[PairDigests, ...] = ()
    times: tuple[datetime | None, ...] = ()
    guesses: tuple[PairGuess, ...] = ()


def guess_pairs(folder: Path, originals: Path | None = None) -> list[PairGuess]:
    """Edits below `folder` with the originals found by name, in `originals` too where it is given."""
    guesses = pairs_in_folder(folder, originals)
    if not guesses:
        raise PieError(f"No photo was found in {folder}; choose a folder with your edits.")
    return guesses


def checked_pairs(guesses: Sequence[PairGuess], side: int) -> Iterator[tuple[PairGuess, CheckedPair]]:
    """Decode, check and align one pair after the other, large enough for images of `side` px."""
    for guess in guesses:
        if guess.before is not None:
            yield guess, read_pair(guess.before, guess.after, max(CHECK_SIDE, side))


def load_pairs(guesses: Sequence[PairGuess], side: int) -> PairBank:
    """The pairs that pass the check of `pie_desktop.imaging.pairs.check`; the others are left out and reported.

    Raises:
        PieError: fewer than four usable pairs.
    """
    before, after, names, digests, times, used = [], [], [], [], [], []
    problems: list[str] = []
    warnings: list[str] = []
    for guess, checked in checked_pairs(guesses, side):
        warnings += checked.warnings
        if checked.problem is not None:
            problems.append(checked.problem)
        if checked.pair is not None:
            before.append(square(checked.pair.original, side))
            after.append(square(checked.pair.edited, side))
            names.append(guess.after.name)
            digests.append(digests_of(guess))
            times.append(_taken(guess))
            used.append(guess)
    if len(names) < FEWEST:
        found = f"Only {len(names)} edits with a usable original were found; {ADVICE}."
        raise PieError(" ".join([found, *_first(problems)]))
    images = np.stack(before), np.stack(after)
    said = tuple(problems), tuple(warnings)
    return PairBank(*images, tuple(names), *said, tuple(digests), tuple(times), tuple(used))


def _taken(guess: PairGuess) -> datetime | None:
    assert guess.before is not None
    return next((taken for path in (guess.before, guess.after) if (taken := read_summary(path).taken)), None)


def _first(sentences: Sequence[str], most: int = 5) -> list[str]:
    more = len(sentences) - most
    return [*sentences[:most], *([f"{more} more pairs were left out."] if more > 0 else [])]
