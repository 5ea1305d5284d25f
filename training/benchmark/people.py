"""Real users: photos in folders, unedited and edited."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from pie_desktop.errors import PieError
from pie_desktop.imaging.listing import list_photos
from pie_desktop.imaging.pairs.find import PairGuess
from pie_desktop.imaging.resize.resize import resize_long_side
from pie_desktop.imaging.stored import to_uint8
from training.benchmark.cases import SIDE, Case, Draws, Pair
from training.data.pairs import PairDigests, checked_pairs, load_own_pairs

Report = Callable[[str], None]


class _Pairs:
    """One user's pairs at `SIDE`, each decoded and checked once, when it is first drawn.

    Args:
        guesses: edits with their originals.
        report: called with one sentence for each pair that is left out.
    """

    def __init__(self, guesses: Sequence[PairGuess], report: Report) -> None:
        self._guesses, self._report = guesses, report
        self._found: dict[int, Pair | None] = {}

    def __len__(self) -> int:
        return len(self._guesses)

    def __call__(self, number: int) -> Pair | None:
        """The pair; None where it does not pass the check."""
        if number not in self._found:
            self._found[number] = self._read(self._guesses[number])
        return self._found[number]

    def _read(self, guess: PairGuess) -> Pair | None:
        for _, checked in checked_pairs([guess], 2 * SIDE):
            for sentence in filter(None, (checked.problem, *checked.warnings)):
                self._report(sentence)
            if checked.pair is not None:
                both = (checked.pair.original, checked.pair.edited)
                before, after = (to_uint8(resize_long_side(image, SIDE)) for image in both)
                return before, after
        return None


def user_cases(folder: Path, draws: Draws, report: Report = lambda _: None) -> Iterator[Case]:
    """Real users: `<user>/before/<id>.*` and `<user>/after/<id>.*`, matched by file stem.

    Args:
        report: called with one sentence for each pair that is left out.

    Raises:
        PieError: there is no user, or one with fewer than two photos in both folders; while they are read, one with
            fewer than two usable pairs.
    """
    people = (
        sorted(p for p in folder.iterdir() if (p / "before").is_dir() and (p / "after").is_dir())
        if folder.is_dir()
        else []
    )
    if not people:
        raise PieError(f"No user was found in {folder}; it needs folders <user>/before and <user>/after.")
    found = {person: _Pairs(_same_names(person), report) for person in people}

    def cases() -> Iterator[Case]:
        for number, (person, pairs) in enumerate(found.items()):
            drawn = list(draws.cases(person.name, len(pairs), pairs, number))
            if not drawn:
                raise PieError(f"{person} has fewer than 2 usable pairs; it needs at least 2.")
            yield from drawn

    return cases()


def _same_names(person: Path) -> list[PairGuess]:
    befores = {p.stem: p for p in list_photos(person / "before")}
    afters = {p.stem: p for p in list_photos(person / "after")}
    names = sorted(befores.keys() & afters.keys())
    if len(names) < 2:
        raise PieError(f"{person} has {len(names)} photos in both before and after; it needs at least 2.")
    return [PairGuess(afters[name], befores[name], "") for name in names]


def own_cases(
    edits: Sequence[Path],
    originals: Path | None,
    draws: Draws,
    report: Report = lambda _: None,
    trained: Collection[str] = (),
    references: Sequence[Path] = (),
) -> list[Case]:
    """One user's own edits: the pairs that a run would learn from.

    Args:
        edits: folders of the edits to compare, and to show where there are no others.
        report: called with sentences about pairs that are left out, and that are not compared.
        trained: digests of the files that the model was trained on, which are shown but never compared.
        references: folders of the edits to show.

    Raises:
        PieError: there are fewer than two usable pairs, or all of them trained the model.
    """
    named = " and ".join(str(folder) for folder in edits)
    bank = load_own_pairs(edits, originals, report)
    guesses = list(bank.guesses)
    unseen = [number for number, digests in enumerate(bank.digests) if not is_known(digests, trained)]
    left_out = len(guesses) - len(unseen)
    if left_out:
        report(f"{left_out} of {len(guesses)} pairs are not compared, since the model was trained on them.")
    if guesses and not unseen:
        raise PieError(f"The model was trained on all pairs in {named}; name a folder with other photos.")
    others = list(load_own_pairs(references, originals, report).guesses) if references else []
    pairs, name = _Pairs(guesses + others, report), edits[0].name
    if references:
        cases = list(draws.apart(name, pairs, unseen, range(len(guesses), len(pairs))))
    elif left_out:
        cases = list(draws.apart(name, pairs, unseen, range(len(pairs))))
    else:
        cases = list(draws.cases(name, len(pairs), pairs, 0))
    if not cases:
        raise PieError(f"Fewer than 2 edits with a usable original were found in {named}; at least 2 are needed.")
    return cases


def is_known(pair: PairDigests, digests: Collection[str]) -> bool:
    """Whether a file of a pair has one of these digests."""
    return pair.edited in digests or pair.original in digests


def trained_digests(card: Mapping[str, Any]) -> set[str]:
    """The digests of all files that a model, and the models that it was made from, were trained on, by its card."""
    data, averaged = card.get("data"), card.get("mean_with")
    listed = data.get("trained_on") if isinstance(data, Mapping) else None
    found = {one for one in listed if isinstance(one, str)} if isinstance(listed, list) else set()
    for origin in (card.get("continued_from"), *(averaged if isinstance(averaged, list) else ())):
        if isinstance(origin, Mapping):
            found |= trained_digests(origin)
    return found
