"""What a run learns from, and what judges it: simulated users, a user's own pairs, or a cache of experts."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

import numpy as np
import torch

from pie_desktop.errors import PieError
from pie_desktop.imaging.pairs.decisions import Decisions
from pie_desktop.imaging.pairs.find import PairGuess
from pie_desktop.imaging.pairs.index import PairIndex
from pie_desktop.model.features import square
from training.data.batch import RoleMix
from training.data.pairs import PairBank, PairDigests, find_own_pairs, index_pairs, load_pairs
from training.data.photos import capture_bank, split_bank
from training.data.prepared import PreparedData, PreparedSource, open_prepared
from training.data.scenes import find_scenes, hold_out
from training.data.source import PairSource, SimulatedSource, Source
from training.data.teachers import Teacher, load_teachers
from training.fit.comparing import Exhibits, KnownPair
from training.fit.config import FitConfig, within
from training.fit.split import Split
from training.fit.validation import Validation, pair_validation, simulated_validation, style_validation
from training.fit.watching import REFERENCES, References
from training.running.events import Event

HOLD_OUT = 20  # every 20th photo of the simulator's bank is kept for validation
PAIR_HOLD_OUT = 0.2
FEWEST_TO_PROVE = 34  # pairs, of which five prove
MOST_HELD_OUT = 60
FEWEST_TO_MAP = 8  # references
FINISHER = "expert C"
MOST_FINISHED = 5000  # photos of a cache that the neutral preference learns from, in memory


@dataclass
class Material:
    source: Source
    validation: Validation
    train: int
    held_out: int
    roles: RoleMix
    finished: tuple[np.ndarray, np.ndarray] | None = None  # photos for the neutral preference: training, held out
    teachers: Sequence[Teacher] = ()
    unseen: Source | None = None  # users over the photos held out
    bank: PairBank | None = None
    trained: Sequence[PairDigests] = ()
    exhibits: Exhibits | None = None  # of a user's own pairs: what the report is about
    split: Split | None = None
    lost: int = 0  # pairs of the split that are gone
    held: Sequence[PairGuess] = ()  # the pairs of the validation, in its order
    references: References | None = None  # some of those that train, for a map
    scenes: int = 0  # of pairs, each of which trains or is held out as a whole


def simulated_material(config: FitConfig, cache: Path, device: torch.device) -> tuple[Material, np.ndarray]:
    d = config.data
    folders, side = (d.folder, *d.more), config.architecture.side
    train, validation = split_bank(folders, d.bank_side, HOLD_OUT, cache)
    captures = capture_bank(folders, d.bank_side, cache)
    teachers = _teachers(d.teachers) if d.teachers else []
    mix = config.population
    source = SimulatedSource(train, side, d.users, d.shots, config.seed, device, mix, captures, teachers)
    judge = simulated_validation(validation, side, mix=mix, teachers=teachers)
    unseen = SimulatedSource(validation, side, d.users, d.shots, config.seed, device, mix, teachers=teachers)
    material = Material(source, judge, len(train), len(validation), RoleMix(), (train, validation))
    material.teachers, material.unseen = teachers, unseen
    return material, train


def _teachers(folder: Path) -> list[Teacher]:
    """The learned retouchers of a folder; raises PieError with how to go on without them."""
    try:
        return load_teachers(folder)
    except PieError as error:
        raise PieError(f"{error} With --no-teachers, simulated schools of retouchers take their place.") from error


def own_pairs(config: FitConfig, originals: Path | None) -> list[PairGuess]:
    """The edits that a run is to learn from, with the originals that were found."""
    d = config.data
    return find_own_pairs((d.folder, *d.more), originals, Decisions.of_program(), PairIndex.of_program(d.bank_side))


def indexing(config: FitConfig, guesses: Sequence[PairGuess]) -> Iterator[Event]:
    """Look at the pairs of a run that are new to the index, if any, as `indexing` events with `done` and `total`."""
    index = PairIndex.of_program(config.data.bank_side)
    found = index_pairs(guesses, index)
    first = next(found)
    for progress in chain([first], found) if first.done < first.total else ():
        yield {"event": "indexing", "done": progress.done, "total": progress.total}


def pairs_material(
    config: FitConfig, guesses: Sequence[PairGuess], device: torch.device, split: Split | None = None
) -> tuple[FitConfig, Material]:
    """The pairs, and the configuration within what they allow.

    Args:
        guesses: of `own_pairs`.
        split: of a run that goes on; the pairs are dealt where it is None.
    """
    d, side = config.data, config.architecture.side
    bank = load_pairs(guesses, d.bank_side)
    lost, scenes = 0, find_scenes(bank.times, bank.before)
    if split is None:
        train, chosen_by, proven_by = hold_out(scenes, _held_out(len(bank.names)), config.seed)
    else:
        (train, chosen_by, proven_by), lost = split.rows(bank.digests)
    names = [bank.names[index] for index in train]
    config = within(config, len(train))
    d = config.data
    references = min(d.references, len(train))
    before, after = bank.before.only(train), bank.after.only(train)
    source = PairSource(before, after, side, d.users, d.shots, config.seed, device, names)
    validation = pair_validation(bank.before, bank.after, side, train, chosen_by, references)
    # what a finished photo would be without this user's taste is unknown: nothing trains the neutral preference
    mix = RoleMix(pairs=0.6, after_only=0.25)
    material = Material(source, validation, len(train), len(chosen_by) + len(proven_by), mix, bank=bank)
    material.split, material.lost = split or Split.of(bank.digests, train, chosen_by, proven_by), lost
    material.scenes = int(scenes.max()) + 1
    material.trained = [bank.digests[index] for index in train]
    known = [KnownPair(*one) for one in zip(bank.names, bank.digests, strict=True)]
    shown, judged = train[:references], proven_by if len(proven_by) else chosen_by
    material.exhibits = Exhibits(
        tuple(known[index] for index in shown), tuple(known[index] for index in judged), not len(proven_by)
    )
    material.held = [bank.guesses[index] for index in chosen_by]
    some = train[:: max(1, -(-len(train) // REFERENCES))]
    if len(some) >= FEWEST_TO_MAP:
        material.references = References([bank.names[index] for index in some], bank.before[some], bank.after[some])
    return config, material


def _held_out(pairs: int) -> tuple[int, int]:
    """How many of so many pairs choose the weights, and how many prove the model, where both can be had."""
    if pairs < FEWEST_TO_PROVE:
        return max(1, round(PAIR_HOLD_OUT * pairs)), 0
    half = min(MOST_HELD_OUT, round(PAIR_HOLD_OUT * pairs * 0.75))
    return half, half


def prepared_material(config: FitConfig, device: torch.device) -> tuple[Material, np.ndarray]:
    d, side = config.data, config.architecture.side
    data = open_prepared(d.folder).only(d.styles)
    source = PreparedSource(data, side, d.users, d.shots, config.seed, device=device)
    judge = style_validation(data, side, d.references)
    # what an expert has retouched is a finished photo; C is the one that most of the literature learns from
    train, held_out = (_finished(data, split, d.bank_side) for split in ("train", "validation"))
    return Material(source, judge, len(train), len(held_out), RoleMix(), (train, held_out)), train


def _finished(data: PreparedData, split: str, side: int) -> np.ndarray:
    """Finished photos of a split, `(P, side, side, 3)` uint8: of one expert or of all people, or a choice of them."""
    styles = [data.styles.index(FINISHER)] if FINISHER in data.styles else list(range(len(data.styles)))
    by_row = {row: style for style in reversed(styles) for row in data.rows(split, style).tolist()}
    rows = sorted(by_row)[:: -(-len(by_row) // MOST_FINISHED) or 1]
    return np.stack([square(data.edited(by_row[row], np.array([row]))[0], side) for row in rows])
