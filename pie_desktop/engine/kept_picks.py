"""Picks on disk: one file for each style that is refined, and one for a taste from nothing."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from pie_desktop import json_files, paths
from pie_desktop.errors import StyleError
from pie_desktop.imaging.atomic import atomic_write, write_problem

if TYPE_CHECKING:
    from pie_desktop.model.taste import Pick

FORMAT = 1
MOST_PICKS = 500
_MOST_WEIGHT = 1e3
_FROM_NOTHING = "new"
_log = logging.getLogger(__name__)


def picks_path(style_id: str | None) -> Path:
    """Where the picks that refine a style, or None, are kept."""
    return paths.home_dir() / "picks" / f"{style_id or _FROM_NOTHING}.json"


@dataclass(frozen=True)
class KeptPicks:
    """What was picked.

    Attributes:
        bundle: id of the model whose weights the picks are about.
        fingerprint: of the style that is refined, as it was; empty for none.
        photos: that were asked about.
        picks: the answers; of photos by their number.
    """

    bundle: str
    fingerprint: str
    photos: list[Path]
    picks: "list[Pick]"

    def about(self, photos: Sequence[Path]) -> "list[Pick]":
        """Those about some photos, which are numbered anew."""
        from dataclasses import replace

        numbers = {photo: number for number, photo in enumerate(photos)}
        return [
            replace(pick, question=replace(pick.question, photo=numbers[self.photos[pick.question.photo]]))
            for pick in self.picks
            if self.photos[pick.question.photo] in numbers
        ]


def write_picks(path: Path, kept: KeptPicks) -> None:
    """Replace the file. Raises StyleError where the disk cannot be written."""
    document: dict[str, Any] = {
        "format": FORMAT,
        "bundle": kept.bundle,
        "fingerprint": kept.fingerprint,
        "photos": [str(photo).encode("utf-8", "surrogateescape").decode("utf-8", "replace") for photo in kept.photos],
        "picks": [
            {
                "photo": pick.question.photo,
                "thing": pick.question.thing,
                "first": pick.question.first.round(6).tolist(),
                "second": pick.question.second.round(6).tolist(),
                "answer": pick.answer.value,
            }
            for pick in kept.picks
        ],
    }
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with atomic_write(path) as temporary:
            temporary.write_text(json_files.to_text(document, indent=None), encoding="utf-8")
    except OSError as error:
        raise StyleError(f"Your picks cannot be kept: {write_problem(path, error)}") from error


def read_picks(path: Path, bundle: str, fingerprint: str, weights: int) -> KeptPicks | None:
    """The picks in a file; None where there are none for this model and this style. A damaged file is set aside.

    Args:
        bundle, fingerprint: as in `KeptPicks`.
        weights: of that model.
    """
    try:
        document = json_files.read_object(path)
        if document.get("bundle") != bundle or document.get("fingerprint") != fingerprint:
            return None
        version = document.get("format")
        if isinstance(version, int) and version > FORMAT:
            raise StyleError("Your picks were made by a newer version of PIE Desktop; update the program.")
        return _picks(document, weights)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise StyleError(f"Your picks in {path} cannot be read: {error.strerror or error}.") from error
    except (json_files.DamagedJsonError, KeyError, TypeError, ValueError, OverflowError) as error:
        _log.warning("The picks in %s are damaged (%s): %s", path, error, json_files.kept_aside(path))
        return None


def _picks(document: dict[str, Any], weights: int) -> KeptPicks:
    """Raises KeyError, TypeError or ValueError where it makes no sense."""
    from pie_desktop.model.choices import Answer
    from pie_desktop.model.taste import Pick, Question

    if document["format"] != FORMAT:
        raise ValueError("it is of another version")
    photos = [Path(str(photo)) for photo in list(document["photos"])]
    picks = []
    for one in list(document["picks"])[:MOST_PICKS]:
        first, second = (np.array(one[side], np.float64) for side in ("first", "second"))
        sound = all(side.shape == (weights,) and bool((np.abs(side) < _MOST_WEIGHT).all()) for side in (first, second))
        if not sound or type(one["photo"]) is not int or not 0 <= one["photo"] < len(photos):
            raise ValueError("a pick makes no sense")
        picks.append(Pick(Question(one["photo"], str(one["thing"]), first, second), Answer(one["answer"])))
    return KeptPicks(str(document["bundle"]), str(document["fingerprint"]), photos, picks)
