"""Making the report on a tuned model: the answers of the editor on photos held out, measured and kept as pictures."""

import shutil
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from PIL import Image

from pie_desktop.errors import PieError
from pie_desktop.imaging.atomic import atomic_write
from pie_desktop.imaging.color.difference import delta_e_2000
from pie_desktop.imaging.lut.apply import apply_lut
from pie_desktop.imaging.pairs.check import read_pair
from pie_desktop.imaging.pairs.find import PairGuess
from pie_desktop.model.inference import Inference
from pie_desktop.model.preference import ReferencePixels
from pie_desktop.model.report import (
    FOLDER,
    PICTURES,
    Measured,
    ModelReport,
    PhotoReport,
    Picture,
    picture_path,
    write_report,
)
from training.data.pairs import PairDigests, digests_of
from training.fit.validation import PSNR_CAP

SIDE = 640  # px, long side of the pictures, which are what is measured
QUALITY = 90
FOR_CHOOSING: tuple[Picture, ...] = ("references", "ours")  # pictures of every photo; the others are of a few

Pictures = dict[Picture, np.ndarray]


@dataclass(frozen=True)
class KnownPair:
    """A pair by the file name of its edit, and by what is in both files."""

    name: str
    digests: PairDigests


@dataclass(frozen=True)
class Exhibits:
    """What a report is about.

    Attributes:
        references: pairs that trained the model, to be its references.
        compared: pairs that did not train it.
        chosen: whether these chose its weights.
    """

    references: tuple[KnownPair, ...]
    compared: tuple[KnownPair, ...]
    chosen: bool


@dataclass(frozen=True)
class Models:
    """The bundles that are compared.

    Attributes:
        ours: the tuned one; it gets the report.
        start: the one that training started from.
        shipped: the one that comes with the program.
    """

    ours: Path
    start: Path
    shipped: Path


def find_again(guesses: Iterable[PairGuess], wanted: Iterable[KnownPair]) -> list[PairGuess]:
    """The pairs that were known before, whose files are as they were, in the order in which they are wanted."""
    wanted = list(wanted)
    names = {pair.name for pair in wanted}
    found: dict[KnownPair, PairGuess] = {}
    for guess in guesses:
        if guess.before is None or guess.after.name not in names:
            continue
        try:
            found.setdefault(KnownPair(guess.after.name, digests_of(guess)), guess)
        except PieError:
            continue  # gone since it was listed
    return [found[pair] for pair in wanted if pair in found]


def make_report(
    models: Models,
    references: Sequence[PairGuess],
    compared: Sequence[PairGuess],
    chosen: bool,
    device: str = "auto",
    problems: Sequence[str] = (),
    progress: Callable[[float], None] = lambda _: None,
) -> ModelReport | None:
    """Compare the models on photos, and write the report with its pictures into the bundle of the tuned one.

    Args:
        references: the pairs that all models are shown, but the shipped one.
        compared: pairs that trained no model.
        chosen: see `ModelReport`.
        device: see `Inference`.
        problems: sentences to begin with.
        progress: called with the share done, 0 to 1.

    Returns:
        The report; None, and nothing is written, where no reference or none of the photos can be read any more.

    Raises:
        PieError: a model cannot be used.
        OSError: the disk cannot be written.
    """
    said = list(problems)
    shown = [ReferencePixels(after, before) for _, before, after in _read(references, said)]
    if not shown:
        return None
    answers = _Answers(models, shown, device)
    photos = []
    shutil.rmtree(models.ours / FOLDER, ignore_errors=True)  # picks of an earlier report were of other pictures
    (models.ours / FOLDER).mkdir()
    for number, (name, before, after) in enumerate(_read(compared, said), 1):
        pictures = answers.of(before) | {"before": before, "yours": after}
        scores = [_measured(pictures[which], after) for which in PICTURES if which != "yours"]
        photo = PhotoReport(name, number, *scores)
        for which, image in pictures.items():
            _write_picture(picture_path(models.ours, photo, which), image)
        photos.append(photo)
        progress(number / len(compared))
    if not photos:
        return None
    made = datetime.now(UTC).isoformat(timespec="seconds")
    report = ModelReport(tuple(photos), len(shown), chosen, made, tuple(said))
    _leave_out_pictures(models.ours, report)
    write_report(models.ours, report)
    return report


class _Answers:
    """What each model makes of a photo."""

    def __init__(self, models: Models, references: Sequence[ReferencePixels], device: str) -> None:
        self._ours, self._start = Inference(models.ours, device), Inference(models.start, device)
        self._shipped = self._start if models.shipped == models.start else Inference(models.shipped, device)
        self._taste = {one: one.encode(references) for one in (self._ours, self._start)}

    def of(self, photo: np.ndarray) -> Pictures:
        """Pictures uint8 (H, W, 3), sRGB, of one that is."""
        luts = {
            "shipped": self._shipped.luts(photo, None)[0],
            "references": self._start.luts(photo, self._taste[self._start])[1],
            "ours": self._ours.luts(photo, self._taste[self._ours])[1],
        }
        return {which: apply_lut(photo, lut) for which, lut in luts.items()}  # type: ignore[misc] # names of pictures


def _read(guesses: Sequence[PairGuess], problems: list[str]) -> Iterable[tuple[str, np.ndarray, np.ndarray]]:
    """Name, original and edit of each pair that can be read; what cannot is told in a sentence."""
    for guess in guesses:
        assert guess.before is not None
        checked = read_pair(guess.before, guess.after, SIDE)
        if checked.pair is not None:
            yield guess.after.name, checked.pair.original, checked.pair.edited
        elif checked.problem is not None:
            problems.append(checked.problem)


def _measured(picture: np.ndarray, target: np.ndarray) -> Measured:
    error = np.square(picture.astype(np.float32) - target).mean(dtype=np.float64) / 255**2
    psnr = min(PSNR_CAP, float(-10 * np.log10(max(error, 1e-12))))
    return Measured(psnr, float(np.mean(delta_e_2000(picture, target))))


def _write_picture(path: Path, image: np.ndarray) -> None:
    with atomic_write(path) as temporary:
        Image.fromarray(image).save(temporary, "JPEG", quality=QUALITY)


def _leave_out_pictures(bundle: Path, report: ModelReport) -> None:
    """Keep all pictures of the photos that gained most and least, and of the others those to choose from."""
    most, least = report.extremes
    for photo in report.photos:
        for which in PICTURES:
            if which not in FOR_CHOOSING and photo not in (*most, *least):
                picture_path(bundle, photo, which).unlink(missing_ok=True)
