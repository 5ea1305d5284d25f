"""A user's own edits and originals: found, checked and aligned as styles do it, and read from the index of pairs."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path

import numpy as np

from pie_desktop.errors import PieError
from pie_desktop.imaging.pairs.check import CHECK_SIDE, CheckedPair, read_pair
from pie_desktop.imaging.pairs.decisions import Decisions
from pie_desktop.imaging.pairs.find import PairGuess
from pie_desktop.imaging.pairs.folders import pairs_in_folders
from pie_desktop.imaging.pairs.index import PairIndex
from pie_desktop.imaging.pairs.inventory import SIDE, Progress, inventory, judge_missing
from pie_desktop.imaging.pairs.judge import Judged, judge
from pie_desktop.imaging.stored import file_digest

FEWEST = 4  # pairs, of which some are held out
MOST_TOLD = 5  # sentences about pairs that are left out
FEW = 24  # pairs that are looked at sooner than another process has started
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


class PairImages:
    """Images `(P, S, S, 3)` uint8, sRGB, that stay on the disk until some of them are asked for.

    Args:
        stored: `(R, 2, S, S, 3)` uint8, memory-mapped.
        rows: `(P,)` of `stored`.
        version: 0 for the originals, 1 for the edits.
    """

    def __init__(self, stored: np.ndarray, rows: np.ndarray, version: int) -> None:
        self._stored, self._rows, self._version = stored, rows, version
        self.shape = (len(rows), *stored.shape[2:])

    def __len__(self) -> int:
        return len(self._rows)

    def __getitem__(self, index: np.ndarray) -> np.ndarray:
        """A copy of some of them, by their numbers `(N,)`."""
        return np.array(self._stored[self._rows[index], self._version])

    def only(self, index: np.ndarray) -> "PairImages":
        """Some of them, still on the disk."""
        return PairImages(self._stored, self._rows[index], self._version)


@dataclass(frozen=True)
class PairBank:
    """Aligned pairs, and what could not be used.

    Attributes:
        before, after: the originals and the edits.
        names: the edits' file names.
        digests: of the files of each pair.
        times: when each photo was taken, by its original, else by its edit; None where neither says.
        guesses: the files.
        problems: why pairs were left out, one sentence each.
        warnings: what looks wrong with pairs that are used nevertheless, one sentence each.
    """

    before: PairImages
    after: PairImages
    names: tuple[str, ...]
    problems: tuple[str, ...]
    warnings: tuple[str, ...] = ()
    digests: tuple[PairDigests, ...] = ()
    times: tuple[datetime | None, ...] = ()
    guesses: tuple[PairGuess, ...] = ()


def checked_pairs(guesses: Sequence[PairGuess], side: int) -> Iterator[tuple[PairGuess, CheckedPair]]:
    """Decode, check and align one pair after the other, large enough for images of `side` px."""
    for guess in guesses:
        if guess.before is not None:
            yield guess, read_pair(guess.before, guess.after, max(CHECK_SIDE, side))


def find_own_pairs(
    folders: Sequence[Path], originals: Path | None, decisions: Decisions, index: PairIndex
) -> list[PairGuess]:
    """The edits in some folders with their originals, as a person decided where that was done.

    Args:
        folders, originals: where to look.
        decisions: of the person.
        index: knows originals that were found before.

    Raises:
        PieError: a folder cannot be read, or there is no photo.
    """
    index.refresh()
    found = pairs_in_folders(folders, originals, known=index.originals)
    guesses = [decisions.apply(guess) for guess in found]
    if not guesses:
        named = " and ".join(str(folder) for folder in folders)
        raise PieError(f"No photo was found in {named}; choose a folder with your edits.")
    return guesses


def index_pairs(guesses: Sequence[PairGuess], index: PairIndex, workers: int | None = None) -> Iterator[Progress]:
    """Look at the pairs that were not looked at before, and keep what is found; see `judge_missing`.

    Args:
        guesses: of `find_own_pairs`.
        index: is brought up to date.
        workers: processes that do so; as many as `default_workers` says where it is None.
    """

    def judge_all(missing: Sequence[PairGuess]) -> Iterable[Judged]:
        from training.running.pool import default_workers, in_order  # which takes a second to import

        count = min(workers or default_workers(), max(1, len(missing) // FEW))
        return in_order(partial(judge, side=index.side), missing, count, shielded=True)

    yield from judge_missing(guesses, index, judge_all)


def first_of(sentences: Sequence[str], most: int = MOST_TOLD) -> list[str]:
    """Some sentences about pairs that were left out, and how many more there are."""
    more = len(sentences) - most
    return [*sentences[:most], *([f"{more:,} more pairs were left out."] if more > 0 else [])]


def load_own_pairs(
    folders: Sequence[Path], originals: Path | None, report: Callable[[str], None] = lambda _: None
) -> PairBank:
    """The pairs in some folders that a run would learn from, however few they are.

    Args:
        folders, originals: where to look.
        report: called with sentences about pairs that are left out.

    Raises:
        PieError: a folder cannot be read, or there is no photo.
    """
    index = PairIndex.of_program(SIDE)
    guesses = find_own_pairs(folders, originals, Decisions.of_program(), index)
    deque(index_pairs(guesses, index), maxlen=0)
    bank = load_pairs(guesses, SIDE, fewest=0)
    for sentence in first_of(bank.problems):
        report(sentence)
    return bank


def _too_few(used: int, problems: Sequence[str]) -> str:
    """Why nothing can be learned from so few pairs; where thousands are left out, one sentence with an example."""
    if len(problems) > MOST_TOLD:
        left = f"only {used}" if used else "none"
        return (
            f"Of {used + len(problems):,} pairs {left} can be used, and training needs at least {FEWEST}; for example,"
            f" {problems[0]}"
        )
    return " ".join([f"Only {used} edits with a usable original were found; {ADVICE}.", *problems])


def load_pairs(guesses: Sequence[PairGuess], side: int, fewest: int = FEWEST) -> PairBank:
    """The pairs that train: those that pass the check of `pie_desktop.imaging.pairs.check` and nobody left out.

    Their images come from the index that the editor and the training share; pairs that are new to it are looked at.

    Raises:
        PieError: fewer than `fewest` usable pairs.
    """
    index, decisions = PairIndex.of_program(side), Decisions.of_program()
    deque(index_pairs(guesses, index, workers=1), maxlen=0)
    rows = inventory(guesses, index, decisions)
    used = [row for row in rows if row.used]
    problems = [row.reason for row in rows if not row.used and row.guess.before is not None]
    if len(used) < fewest:
        raise PieError(_too_few(len(used), problems))
    try:
        images, places = index.images([row.guess for row in used])
    except (OSError, KeyError) as error:
        raise PieError(f"The index of pairs in {index.folder} was emptied meanwhile; start again.") from error
    findings = [found.finding for row in used if (found := index.find(row.guess)) is not None]
    return PairBank(
        PairImages(images, places, 0),
        PairImages(images, places, 1),
        tuple(row.guess.after.name for row in used),
        tuple(problems),
        tuple(warning for row in used for warning in row.warnings),
        tuple(PairDigests(found.edited, found.unedited) for found in findings),
        tuple(datetime.fromisoformat(found.taken) if found.taken else None for found in findings),
        tuple(row.guess for row in used),
    )
