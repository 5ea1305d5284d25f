"""All edits of some folders and what became of each: the table of pairs that the editor shows and training uses."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from pie_desktop.errors import PieError
from pie_desktop.imaging.pairs.content import Signature
from pie_desktop.imaging.pairs.decisions import Decisions
from pie_desktop.imaging.pairs.find import PairGuess
from pie_desktop.imaging.pairs.index import IndexedPair, PairIndex
from pie_desktop.imaging.pairs.judge import Judged, judge
from pie_desktop.imaging.pairs.kinds import PairKind, merged_reason

SIDE = 96  # px, of the images that are kept: what a training run crops from, unless it says otherwise
BATCH = 64  # pairs after which what was found is written
SHARE = 8  # or so much of what is known already: the list is written as a whole
MOSTLY = 0.5  # of the edits: where more are black and white, that is what this person does

Judge = Callable[[Sequence[PairGuess]], Iterable[Judged]]


@dataclass(frozen=True)
class Progress:
    """How many of the pairs are known."""

    done: int
    total: int


@dataclass(frozen=True)
class PairRow:
    """One edit.

    Attributes:
        guess: the edit and its original, the one that a person chose where there is one.
        kind: what it is.
        used: whether it trains.
        reason: why it does not, or what a person should decide, as one sentence; empty for pairs that train.
        warnings: what looks wrong with a pair that is used nevertheless, one sentence each.
        decided: a person accepted or rejected it, or chose its original.
        pending: the two images were not looked at yet.
        contents: `file_digest` of the edit and of its original; empty where they are not known.
    """

    guess: PairGuess
    kind: PairKind
    used: bool
    reason: str = ""
    warnings: tuple[str, ...] = ()
    decided: bool = False
    pending: bool = False
    contents: tuple[str, str] = ("", "")

    @property
    def usable(self) -> bool:
        """Whether a person may decide that it trains: there is an original, and the two show the same photo."""
        return self.guess.before is not None and self.kind not in (PairKind.UNCHANGED, PairKind.UNUSABLE)


def judge_missing(guesses: Iterable[PairGuess], index: PairIndex, judge_all: Judge | None = None) -> Iterator[Progress]:
    """Look at the pairs that the index does not know, and keep what is found, some pairs at a time.

    Args:
        guesses: those without an original are passed over.
        index: is brought up to date.
        judge_all: judges pairs in their order, perhaps in several processes; in this one where it is None.

    Yields:
        How far it is, first with what is known already.

    Raises:
        PieError: the index cannot be written.
    """
    index.refresh()
    pairs = [guess for guess in guesses if guess.before is not None]
    missing = [guess for guess in pairs if index.find(guess) is None]
    known = len(pairs) - len(missing)
    yield Progress(known, len(pairs))
    judged = judge_all(missing) if judge_all else (judge(guess, index.side) for guess in missing)
    batch: list[tuple[PairGuess, Judged]] = []
    try:
        for found in zip(missing, judged, strict=True):
            batch.append(found)
            if len(batch) >= max(BATCH, known // SHARE):
                known += _kept(batch, index)
            yield Progress(known + len(batch), len(pairs))
    finally:
        _kept(batch, index)


def _kept(batch: list[tuple[PairGuess, Judged]], index: PairIndex) -> int:
    """Write a batch and empty it; how many it were."""
    count = len(batch)
    try:
        if batch:
            index.add(batch)
            batch.clear()
    except OSError as error:
        reason = error.strerror or error
        raise PieError(f"The index of pairs cannot be written to {index.folder}: {reason}.") from error
    return count


def inventory(guesses: Sequence[PairGuess], index: PairIndex, decisions: Decisions) -> list[PairRow]:
    """What becomes of each edit, as far as the pairs were looked at.

    Args:
        guesses: of `pairs_in_folders`, with the decisions applied.
        index: what is known of them.
        decisions: those of a person have the last word about pairs that can be used at all.
    """
    known = {guess: index.find(guess) for guess in guesses}
    copies = _copies(guesses, known, index)
    gray = _strange_grays(guesses, known)
    rows = (_row(guess, known[guess], decisions, copies.get(guess), guess in gray) for guess in guesses)
    return list(rows)


def counts(rows: Iterable[PairRow]) -> dict[PairKind, int]:
    """How many edits there are of each kind, in the order of the kinds, those that there are."""
    found = Counter(row.kind for row in rows)
    return {kind: found[kind] for kind in PairKind if found[kind]}


def _row(
    guess: PairGuess, known: IndexedPair | None, decisions: Decisions, copy_of: PairGuess | None, strange_gray: bool
) -> PairRow:
    kind, reason = _kind(guess, known, copy_of, strange_gray)
    warnings = known.finding.warnings if known is not None else ()
    pending = known is None and guess.before is not None
    contents = (known.finding.edited, known.finding.unedited) if known is not None else ("", "")
    decision = decisions.of(guess.after, contents[0])
    used = kind.used and not pending
    row = PairRow(guess, kind, used, reason, warnings, not decision.empty, pending, contents)
    if pending or decision.used is None or not row.usable:
        return row
    if decision.used:
        unsure = kind is PairKind.UNSURE
        kind = known.finding.kind if unsure and known is not None and known.finding.kind.used else kind
        return replace(row, kind=kind, used=True, reason="")
    return replace(row, used=False, reason=f"You left out “{guess.after.name}”.")


def _kind(
    guess: PairGuess, known: IndexedPair | None, copy_of: PairGuess | None, strange_gray: bool
) -> tuple[PairKind, str]:
    name = guess.after.name
    if guess.before is None:
        merged = merged_reason(guess.after)
        return (PairKind.MERGED, merged) if merged else (PairKind.UNMATCHED, f"No original was found for “{name}”.")
    if known is not None and not known.finding.kind.used:
        return known.finding.kind, known.finding.reason
    if guess.doubt:
        return PairKind.UNSURE, guess.doubt
    if strange_gray:
        sentence = f"“{name}” is black and white while most of your edits are in colour, so it is left out."
        return PairKind.MERGED, sentence
    if copy_of is not None:
        return PairKind.DUPLICATE, f"“{name}” is the same edit as “{copy_of.after.name}”, so it is left out."
    return (known.finding.kind if known is not None else PairKind.MATCHED), ""


def _strange_grays(guesses: Sequence[PairGuess], known: dict[PairGuess, IndexedPair | None]) -> set[PairGuess]:
    """The black-and-white edits of a person who mostly does others."""
    there = [(guess, pair) for guess in guesses if (pair := known[guess]) is not None and pair.row >= 0]
    gray = {guess for guess, pair in there if pair.finding.gray}
    return gray if len(gray) <= MOSTLY * len(there) else set()


def _copies(
    guesses: Sequence[PairGuess], known: dict[PairGuess, IndexedPair | None], index: PairIndex
) -> dict[PairGuess, PairGuess]:
    """Edits of one original, or of copies of it, that look the same as a larger file, and that file."""
    by_original: dict[str, list[tuple[PairGuess, IndexedPair]]] = defaultdict(list)
    for guess in guesses:
        pair = known[guess]
        if pair is not None and pair.row >= 0:
            by_original[pair.finding.unedited].append((guess, pair))
    found: dict[PairGuess, PairGuess] = {}
    for group in by_original.values():
        if len(group) > 1:
            found |= _copies_among(group, index)
    return found


def _copies_among(group: Sequence[tuple[PairGuess, IndexedPair]], index: PairIndex) -> dict[PairGuess, PairGuess]:
    try:
        images, rows = index.images([guess for guess, _ in group])
    except (OSError, KeyError):  # the cache was emptied in between
        return {}
    kept: list[tuple[PairGuess, Signature]] = []
    found: dict[PairGuess, PairGuess] = {}
    for number in sorted(range(len(group)), key=lambda n: -group[n][1].finding.edit.size):
        guess, pair = group[number]
        signature = Signature(Signature.of(np.asarray(images[rows[number], 1])).colors, pair.finding.aspect)
        first = next((one for one, other in kept if signature.same(other)), None)
        if first is None:
            kept.append((guess, signature))
        else:
            found[guess] = first
    return found
