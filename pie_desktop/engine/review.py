"""Which photos of a folder a style is unsure of, and whose edits by hand would teach it the most."""

from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from pie_desktop.engine.engine import Engine
from pie_desktop.errors import BundleError, Cancelled, PieError
from pie_desktop.imaging.decode import load_proxy
from pie_desktop.imaging.read_ahead import read_ahead

if TYPE_CHECKING:
    from pie_desktop.model.preference import Preference

MOST_SUGGESTIONS = 3
MOST_COMPARED = 1000
"""Photos that are compared with each other, those with the largest errors: their proxies take 130 kB each."""
_LEAST_SHARE = 0.005  # of the folder's expected error: less is not worth an edit

Progress = Callable[[float, str], None]
ShouldCancel = Callable[[], bool]


@dataclass(frozen=True)
class Unsure:
    """A photo, and how far its result may be from the user's own edit: mean CIEDE2000."""

    photo: Path
    expected_error: float


@dataclass(frozen=True)
class Suggestion:
    """A photo to edit by hand and to add to the style.

    Attributes:
        photo: the file.
        share: of the expected error of all photos, the part that this edit would speak about and those suggested
            before it would not, 0 to 1.
    """

    photo: Path
    share: float


@dataclass(frozen=True)
class Review:
    """What a style expects of some photos.

    Attributes:
        photos: the unsure ones first.
        suggestions: at most `MOST_SUGGESTIONS`, the most helpful first.
        problems: one sentence for each photo that could not be read.
    """

    photos: tuple[Unsure, ...]
    suggestions: tuple[Suggestion, ...]
    problems: tuple[str, ...]

    @property
    def mean_error(self) -> float:
        """Mean of the expected errors; 0 without photos."""
        return sum(entry.expected_error for entry in self.photos) / max(1, len(self.photos))


def review(
    engine: Engine,
    preference: "Preference",
    photos: Sequence[Path],
    progress: Progress | None = None,
    should_cancel: ShouldCancel | None = None,
) -> Review:
    """Ask a style how far it may be off for each of some photos.

    Args:
        engine: that the preference is of.
        preference: of the style.
        photos: files; one that cannot be read is a problem of its own.
        progress: called with the share done and what is being done.
        should_cancel: asked before every photo.

    Raises:
        BundleError: the model does not know how far it may be off.
        Cancelled: `should_cancel` answered True.
    """
    errors: dict[Path, float] = {}
    proxies: dict[Path, np.ndarray] = {}
    problems: list[str] = []
    with closing(read_ahead(photos, load_proxy)) as reading:
        for number, (photo, read) in enumerate(reading):
            if should_cancel is not None and should_cancel():
                raise Cancelled
            if progress is not None:
                progress(number / len(photos), photo.name)
            try:
                proxy = read()
            except PieError as error:
                problems.append(str(error))
                continue
            expected = engine.expected_error(proxy, preference)
            if expected is None:
                raise BundleError(
                    "This model does not say how far its results may be from your own edits; "
                    "choose one that does with --model."
                )
            errors[photo], proxies[photo] = expected, proxy
            if len(proxies) > MOST_COMPARED:
                del proxies[min(proxies, key=errors.__getitem__)]
    unsure = [Unsure(photo, error) for photo, error in errors.items()]
    unsure.sort(key=lambda entry: -entry.expected_error)
    alike = engine.likeness(list(proxies.values()))
    helpful = most_helpful(alike, np.array([errors[photo] for photo in proxies]), sum(errors.values()))
    names = list(proxies)
    suggestions = tuple(Suggestion(names[index], share) for index, share in helpful)
    return Review(tuple(unsure), suggestions, tuple(problems))


def most_helpful(
    likeness: np.ndarray, errors: np.ndarray, total: float, most: int = MOST_SUGGESTIONS
) -> list[tuple[int, float]]:
    """Which photos would lower the expected error of all the most if they were references, one after the other.

    A reference speaks about each photo's error as far as the two are alike; the next one about what is then left.

    Args:
        likeness: (B, B), 0 to 1, 1 on the diagonal.
        errors: (B,) expected errors, not negative.
        total: expected error of all photos, of which shares are told.
        most: how many are wanted.

    Returns:
        Index and share of the total, the most helpful first; those that would hardly help are left out.
    """
    left = errors.astype(np.float64)
    found: list[tuple[int, float]] = []
    for _ in range(min(most, len(errors))):
        gains = likeness @ left
        gains[[index for index, _ in found]] = -1
        index = int(gains.argmax())
        share = float(gains[index] / total) if total > 0 else 0.0
        if share < _LEAST_SHARE:
            break
        found.append((index, share))
        left = left * (1 - np.clip(likeness[index], 0, 1))
    return found
