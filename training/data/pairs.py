"""A user's own edits with their originals, decoded once into two aligned banks."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from pie_desktop.errors import PieError
from pie_desktop.imaging.decode import load_photo
from pie_desktop.imaging.pairing import PairGuess, pairs_in_folder
from training.data.photos import square

ASPECT_TOLERANCE = 0.02


@dataclass(frozen=True)
class PairBank:
    """Aligned pictures `(P, S, S, 3)` uint8, sRGB, and what could not be used.

    Attributes:
        names: the edits' file names.
        problems: one sentence each.
    """

    before: np.ndarray
    after: np.ndarray
    names: tuple[str, ...]
    problems: tuple[str, ...]


def guess_pairs(folder: Path, originals: Path | None = None) -> list[PairGuess]:
    """Edits below `folder` with the originals found by name, in `originals` too where it is given."""
    guesses = pairs_in_folder(folder, originals)
    if not guesses:
        raise PieError(f"No photo was found in {folder}; choose a folder with your edits.")
    return guesses


def load_pairs(guesses: Sequence[PairGuess], side: int) -> PairBank:
    """Decode the pairs; unreadable ones and different crops are left out and reported.

    Raises:
        PieError: fewer than four usable pairs.
    """
    before, after, names, problems = [], [], [], []
    for guess in guesses:
        if guess.before is None:
            continue
        try:
            pair = [load_photo(path, max_side=max(256, side)) for path in (guess.before, guess.after)]
        except PieError as error:
            problems.append(str(error))
            continue
        aspects = [picture.shape[1] / picture.shape[0] for picture in pair]
        if abs(aspects[0] / aspects[1] - 1) > ASPECT_TOLERANCE:
            problems.append(f"{guess.after.name} is cropped differently from its original; it is left out.")
            continue
        before.append(square(pair[0], side))
        after.append(square(pair[1], side))
        names.append(guess.after.name)
    if len(names) < 4:
        raise PieError(
            f"Only {len(names)} edits with an original were found; training needs at least 4, better 50 or more"
            " (same file names in a folder 'originals' beside the edits)."
        )
    return PairBank(np.stack(before), np.stack(after), tuple(names), tuple(problems))
