"""The report of a run: made when its model is there, and found again with what the run was started from."""

import contextlib
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from pie_desktop import json_files
from pie_desktop.errors import PieError
from pie_desktop.imaging.atomic import atomic_write
from pie_desktop.imaging.pairs.find import PairGuess
from pie_desktop.model.bundle import SUFFIX, list_bundles, read_bundle_info
from pie_desktop.model.report import ModelReport
from pie_desktop.paths import resource
from training.fit.comparing import Exhibits, KnownPair, Models, find_again, make_report

ORIGIN = "origin.json"  # in the folder of a run: what it was started from
MADE = "made.json"  # there, too: the model that it made
CANDIDATE = f"candidate{SUFFIX}"


@dataclass(frozen=True)
class Origin:
    """What a run was started from, besides its configuration.

    Attributes:
        init: the bundle.
        originals: folder of originals elsewhere.
        epochs: its length in passes over the pairs, whose number is not known before they were looked at.
    """

    init: Path | None = None
    originals: Path | None = None
    epochs: float | None = None


def keep_origin(run: Path, origin: Origin) -> None:
    """Write it into the folder of a run. Raises OSError."""
    texts = {"init": origin.init, "originals": origin.originals}
    stored: dict[str, str | float | None] = {"epochs": origin.epochs}
    stored |= {name: None if path is None else str(path.resolve()) for name, path in texts.items()}
    with atomic_write(run / ORIGIN) as temporary:
        temporary.write_text(json_files.to_text(stored), encoding="utf-8")


def read_origin(run: Path) -> Origin:
    """What `keep_origin` wrote; nothing where that is not there, or the files are gone."""
    try:
        stored = json_files.read_object(run / ORIGIN)
    except (OSError, json_files.DamagedJsonError):
        return Origin()
    paths = {name: Path(text) for name in ("init", "originals") if isinstance(text := stored.get(name), str)}
    epochs = stored.get("epochs")
    found = {name: path for name, path in paths.items() if path.exists()}
    return Origin(**found, epochs=float(epochs) if isinstance(epochs, float | int) else None)


def shipped_bundle(otherwise: Path) -> Path:
    """The model that comes with the program."""
    shipped = list_bundles(resource("bundles"))
    return shipped[0].path if shipped else otherwise


@contextlib.contextmanager
def candidate_folder(run: Path) -> Iterator[Path]:
    """A place in the folder of a run for a model that is not offered yet; removed afterwards."""
    place = run / CANDIDATE
    shutil.rmtree(place, ignore_errors=True)
    try:
        yield place
    finally:
        shutil.rmtree(place, ignore_errors=True)


def report_on_run(
    candidate: Path, start: Path, exhibits: Exhibits, guesses: Sequence[PairGuess], device: str
) -> ModelReport | None:
    """Make the report on the model of a run from the files that it learned from.

    Args:
        candidate: the model; it gets the report.
        start: the one that the run started from.
        exhibits: of the run's material.
        guesses: the pairs as they are now.
        device: see `Inference`.

    Returns:
        None where the photos are gone.

    Raises:
        PieError: a model cannot be used.
        OSError: the disk cannot be written.
    """
    references, compared = (find_again(guesses, wanted) for wanted in (exhibits.references, exhibits.compared))
    models = Models(candidate, start, shipped_bundle(start))
    lost = _lost(exhibits.compared, len(compared))
    return make_report(models, references, compared, exhibits.chosen, device, lost)


def _lost(wanted: Sequence[KnownPair], found: int) -> list[str]:
    lost = len(wanted) - found
    if not lost:
        return []
    photos = "1 photo that was held out is" if lost == 1 else f"{lost} photos that were held out are"
    return [f"{photos} not there any more as when training began, and not compared."]


def model_of(place: Path) -> Path:
    """The bundle of a run, or the bundle itself.

    Raises:
        PieError: it is neither, or the run has made no model.
    """
    if (place / "model.json").is_file():
        return place
    try:
        made = Path(json_files.read_object(place / MADE)["done"]["bundle"])
        read_bundle_info(made)
    except (OSError, KeyError, TypeError, json_files.DamagedJsonError, PieError) as error:
        raise PieError(f"{place} is neither a model nor the folder of a run that made one.") from error
    return made
