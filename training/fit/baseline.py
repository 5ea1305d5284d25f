"""What a run is measured against on its held-out photos: the model that it starts from, and the photos as they are."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from pie_desktop import json_files
from pie_desktop.imaging.atomic import atomic_write
from training.fit.gain import Score
from training.fit.objective import Objective
from training.fit.validation import Validation

BASELINE = "baseline.json"  # in the folder of a run


@dataclass(frozen=True)
class Baseline:
    """Of the model before its first step.

    Attributes:
        photos: how near it comes to each held-out photo with the user's edits as references.
        neutral: means without any references.
        unedited: means of the photos as they are.
    """

    photos: tuple[Score, ...]
    neutral: Score
    unedited: Score

    @property
    def references(self) -> Score:
        """Means of `photos`."""
        return Score.mean(self.photos)

    def to_event(self) -> dict[str, Any]:
        """Means, for the event `baseline`."""
        means = {"references": self.references, "neutral": self.neutral, "unedited": self.unedited}
        return {"photos": len(self.photos)} | {name: asdict(score) for name, score in means.items()}


def keep_baseline(run: Path, validation: Validation, objective: Objective) -> Baseline:
    """Measure it and write it into the folder of the run, so that a resumed run is measured against the same.

    Raises:
        OSError: it cannot be written.
    """
    photos = tuple(validation.photos(objective))
    found = Baseline(photos, Score.mean(validation.neutral(objective)), Score.mean(validation.unedited(objective)))
    run.mkdir(parents=True, exist_ok=True)
    with atomic_write(run / BASELINE) as temporary:
        temporary.write_text(json_files.to_text(asdict(found)), encoding="utf-8")
    return found


def read_baseline(run: Path) -> Baseline | None:
    """What `keep_baseline` wrote; None where that is not there or damaged."""
    try:
        stored = json_files.read_object(run / BASELINE)
        photos: Sequence[dict[str, float]] = stored["photos"]
        scores = tuple(Score(**one) for one in photos)
        return Baseline(scores, Score(**stored["neutral"]), Score(**stored["unedited"])) if scores else None
    except (OSError, KeyError, TypeError, ValueError):
        return None
