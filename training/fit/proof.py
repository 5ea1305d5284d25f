"""The proof of a tuned model: on photos that neither trained it nor chose its weights, against the same edits as
references of the model that it started from."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np

from pie_desktop import json_files
from pie_desktop.imaging.atomic import atomic_write
from training.fit.validation import Score

START = "start.json"  # in the folder of a run
FEWEST = 5  # photos that can tell anything
SHOWN = 5  # most improved, and worst
ROUNDS = 10_000
Verdict = Literal["better", "about the same", "worse", "too few to tell"]
SENTENCES: dict[Verdict, str] = {
    "better": "It is better than the same edits as references of the model that it started from.",
    "about the same": "It is about the same as the same edits as references of the model that it started from.",
    "worse": "It is worse than the same edits as references of the model that it started from.",
    "too few to tell": "The photos held out are too few to tell whether it is better than references alone.",
}


@dataclass(frozen=True)
class PhotoGain:
    """One photo: how near the model that the run started from came to the edit, and the tuned one."""

    name: str
    before: Score
    after: Score

    @property
    def gain(self) -> float:
        """In PSNR, dB."""
        return self.after.psnr - self.before.psnr


@dataclass(frozen=True)
class Gain:
    """A mean over photos with its 95 % bootstrap interval over photos."""

    mean: float
    low: float
    high: float

    @classmethod
    def of(cls, values: Sequence[float]) -> "Gain":
        """Of at least one value; resampled with a fixed seed."""
        array = np.asarray(values, np.float64)
        drawn = np.random.default_rng(16).integers(0, len(array), (ROUNDS, len(array)))
        low, high = np.percentile(array[drawn].mean(axis=1), [2.5, 97.5])
        return cls(float(array.mean()), float(low), float(high))


@dataclass(frozen=True)
class Proof:
    """What the photos kept for it say of a tuned model.

    Attributes:
        photos: of each, in the order of their gain, the most improved first.
    """

    photos: tuple[PhotoGain, ...]

    @classmethod
    def of(cls, names: Sequence[str], before: Sequence[Score], after: Sequence[Score]) -> "Proof":
        """Of the scores of both models on the same photos. Raises ValueError where they are not of the same number."""
        photos = [PhotoGain(*one) for one in zip(names, before, after, strict=True)]
        return cls(tuple(sorted(photos, key=lambda photo: -photo.gain)))

    @property
    def psnr(self) -> Gain:
        """In dB; above 0 is nearer."""
        return Gain.of([photo.gain for photo in self.photos])

    @property
    def de00(self) -> Gain:
        """Change of the mean CIEDE2000; below 0 is nearer."""
        return Gain.of([photo.after.de00 - photo.before.de00 for photo in self.photos])

    @property
    def verdict(self) -> Verdict:
        """Better or worse only where the interval of the gain excludes zero."""
        if len(self.photos) < FEWEST:
            return "too few to tell"
        found = self.psnr
        return "better" if found.low > 0 else "worse" if found.high < 0 else "about the same"

    @property
    def extremes(self) -> tuple[tuple[PhotoGain, ...], tuple[PhotoGain, ...]]:
        """The photos that gained most, and least, each beginning with the first; no photo is in both."""
        count = min(SHOWN, (len(self.photos) + 1) // 2)
        least = self.photos[max(count, len(self.photos) - SHOWN) :]
        return self.photos[:count], tuple(reversed(least))

    def to_json(self) -> dict[str, Any]:
        """For the model's card: the verdict, the gains, and the photos that gained most and least."""
        most, least = self.extremes
        return {
            "verdict": self.verdict,
            "photos": len(self.photos),
            "psnr": asdict(self.psnr),
            "de00": asdict(self.de00),
            "most_improved": [asdict(one) | {"gain": one.gain} for one in most],
            "worst": [asdict(one) | {"gain": one.gain} for one in least],
        }

    def lines(self) -> list[str]:
        """For people: the verdict, the gains and the photos that gained most and least."""
        psnr, de00 = self.psnr, self.de00
        found = [
            SENTENCES[self.verdict],
            f"On {len(self.photos)} photos: {psnr.mean:+.2f} dB (95 % interval {psnr.low:+.2f} to {psnr.high:+.2f}), "
            f"dE00 {de00.mean:+.2f} ({de00.low:+.2f} to {de00.high:+.2f}).",
        ]
        for title, photos in zip(("Most improved", "Worst"), self.extremes, strict=True):
            found.append(f"{title}: " + ", ".join(f"{photo.name} {photo.gain:+.2f} dB" for photo in photos) + ".")
        return found


def keep_start(run: Path, scores: Sequence[Score]) -> None:
    """Write into the folder of a run how near the model that it starts from comes to the photos of the proof."""
    with atomic_write(run / START) as temporary:
        temporary.write_text(json_files.to_text({"photos": [asdict(one) for one in scores]}), encoding="utf-8")


def prove(run: Path, names: Sequence[str], scores: Sequence[Score]) -> Proof | None:
    """Compare with what `keep_start` wrote; None where that is not there, or was of other photos."""
    try:
        before = [Score(**one) for one in json_files.read_object(run / START)["photos"]]
        return Proof.of(names, before, scores)
    except (OSError, KeyError, TypeError, ValueError):
        return None
