"""The report on a tuned model: how near it comes to photos held out, compared with what there is without it.

It lies in the model's folder, with small pictures, and stays there: `python -m training report` prints it and the
train page shows it. All answers are those that the editor would give. What is compared:

- the photo as it is,
- the shipped model as it is, without any references,
- references alone: the model that training started from, with the same edits as references,
- the tuned model, with these references, too.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final, Literal

import numpy as np

from pie_desktop import json_files
from pie_desktop.errors import BundleError
from pie_desktop.imaging.atomic import atomic_write

FOLDER = "report"  # in a bundle
FILE = "report.json"
FORMAT = 1
MOST_PHOTOS = 1000
MAX_BYTES = 4 * 1024 * 1024
TOO_FEW: Final = "too few to tell"
FEWEST = 5  # photos that can tell anything
SHOWN = 5  # most improved, and worst
ROUNDS = 10_000

Verdict = Literal["better", "about the same", "worse", "too few to tell"]
Picture = Literal["before", "shipped", "references", "ours", "yours"]
PICTURES: tuple[Picture, ...] = ("before", "shipped", "references", "ours", "yours")


@dataclass(frozen=True)
class Measured:
    """How near a picture comes to what the user made: PSNR in dB, mean CIEDE2000."""

    psnr: float
    de00: float


@dataclass(frozen=True)
class PhotoReport:
    """One photo that was held out.

    Attributes:
        name: of the file of the edit.
        number: of its pictures.
        unedited, shipped, references, ours: see the module.
    """

    name: str
    number: int
    unedited: Measured
    shipped: Measured
    references: Measured
    ours: Measured

    @property
    def gain(self) -> float:
        """PSNR of the tuned model over references alone, dB."""
        return self.ours.psnr - self.references.psnr


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

    @property
    def verdict(self) -> Verdict:
        """Better or worse only where the interval excludes zero."""
        return "better" if self.low > 0 else "worse" if self.high < 0 else "about the same"


@dataclass(frozen=True)
class ModelReport:
    """What photos that did not train a model say of it.

    Attributes:
        photos: at least one.
        references: how many edits were the references.
        chosen: whether these photos chose the weights, too, since there were too few to keep others for the proof.
        made: ISO 8601.
        problems: why photos are missing, one sentence each.
    """

    photos: tuple[PhotoReport, ...]
    references: int
    chosen: bool
    made: str = ""
    problems: tuple[str, ...] = ()

    @property
    def over_references(self) -> Gain:
        """PSNR in dB over references alone."""
        return Gain.of([photo.gain for photo in self.photos])

    @property
    def over_shipped(self) -> Gain:
        """PSNR in dB over the shipped model without references."""
        return Gain.of([photo.ours.psnr - photo.shipped.psnr for photo in self.photos])

    @property
    def de00(self) -> Gain:
        """Change of the mean CIEDE2000 against references alone; below 0 is nearer."""
        return Gain.of([photo.ours.de00 - photo.references.de00 for photo in self.photos])

    @property
    def verdict(self) -> Verdict:
        """Against references alone. Photos that chose the weights flatter it, so they show nothing."""
        return TOO_FEW if self.chosen or len(self.photos) < FEWEST else self.over_references.verdict

    @property
    def by_gain(self) -> list[PhotoReport]:
        """The most improved first."""
        return sorted(self.photos, key=lambda photo: -photo.gain)

    @property
    def extremes(self) -> tuple[list[PhotoReport], list[PhotoReport]]:
        """The photos that gained most, and least, each beginning with the first; no photo is in both."""
        ordered = self.by_gain
        count = min(SHOWN, (len(ordered) + 1) // 2)
        return ordered[:count], ordered[max(count, len(ordered) - SHOWN) :][::-1]

    def mean(self, which: Picture) -> Measured:
        """Over all photos, of `before`, `shipped`, `references` or `ours`."""
        key = {"before": "unedited"}.get(which, which)
        found = [getattr(photo, key) for photo in self.photos]
        return Measured(float(np.mean([one.psnr for one in found])), float(np.mean([one.de00 for one in found])))

    def sentences(self) -> list[str]:
        """For people: the verdict, and by how much."""
        count, psnr, de00, shipped = len(self.photos), self.over_references, self.de00, self.over_shipped
        photos = "1 photo" if count == 1 else f"{count} photos"
        kept = "that chose its weights, and so flatter it" if self.chosen else "that it has not learned from"
        return [
            SENTENCES[self.verdict],
            f"On {photos} {kept}: {psnr.mean:+.2f} dB over the same {self.references} edits as references alone"
            f" (95 % interval {psnr.low:+.2f} to {psnr.high:+.2f}), mean colour difference {de00.mean:+.2f} dE00"
            f" ({de00.low:+.2f} to {de00.high:+.2f}).",
            f"Over the shipped model without references: {shipped.mean:+.2f} dB ({shipped.low:+.2f} to"
            f" {shipped.high:+.2f}).",
            *self.problems,
        ]

    def lines(self) -> list[str]:
        """`sentences`, and the photos that gained most and least."""
        found = self.sentences()
        for title, photos in zip(("Most improved", "Worst"), self.extremes, strict=True):
            if photos:
                found.append(f"{title}: " + ", ".join(f"{one.name} {one.gain:+.2f} dB" for one in photos) + ".")
        return found

    def to_proof(self) -> dict[str, Any]:
        """For the model's card: the verdict and the gains."""
        most, least = self.extremes
        return {
            "verdict": self.verdict,
            "photos": len(self.photos),
            "psnr": asdict(self.over_references),
            "de00": asdict(self.de00),
            "over_shipped": asdict(self.over_shipped),
            "most_improved": [_named(photo) for photo in most],
            "worst": [_named(photo) for photo in least],
        }


SENTENCES: dict[Verdict, str] = {
    "better": "Your model is better than the same edits as references of a style.",
    "about the same": "Your model is about the same as the same edits as references of a style; they serve as well.",
    "worse": "Your model is worse than the same edits as references of a style; use a style instead.",
    TOO_FEW: (
        "The photos held out are too few to tell whether your model is better than the same edits as references of a"
        " style; with so few, a style usually serves as well."
    ),
}


def _named(photo: PhotoReport) -> dict[str, Any]:
    return {"name": photo.name, "gain": photo.gain}


def picture_path(bundle: Path, photo: PhotoReport, which: Picture) -> Path:
    """Where a picture of the report lies, there or not."""
    return bundle / FOLDER / f"{photo.number:03d}_{which}.jpg"


def write_report(bundle: Path, report: ModelReport) -> None:
    """Write it into a bundle, whose pictures are written already. Raises OSError."""
    folder = bundle / FOLDER
    folder.mkdir(exist_ok=True)
    with atomic_write(folder / FILE) as temporary:
        temporary.write_text(json_files.to_text({"format": FORMAT} | asdict(report)), encoding="utf-8")


def read_report(bundle: Path) -> ModelReport | None:
    """The report of a model; None where it has none.

    Raises:
        BundleError: it is damaged, or of a newer version.
    """
    try:
        stored = json_files.read_object(bundle / FOLDER / FILE, max_bytes=MAX_BYTES)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, json_files.DamagedJsonError) as error:
        raise BundleError(f"The report in {bundle} cannot be read; make it again.") from error
    return _checked(bundle, stored)


def _checked(bundle: Path, stored: Mapping[str, Any]) -> ModelReport:
    values = {key: value for key, value in stored.items() if key != "format"}
    try:
        if stored.get("format") != FORMAT:
            raise ValueError("another format")
        report = json_files.as_type(ModelReport, values)
        if not 0 < len(report.photos) <= MOST_PHOTOS or len({one.number for one in report.photos}) < len(report.photos):
            raise ValueError("no photos, too many, or one twice")
    except (ValueError, TypeError) as error:
        raise BundleError(f"The report in {bundle} is damaged or of another version; make it again.") from error
    return report
