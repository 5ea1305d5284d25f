"""A RAW development reaches every way in which a photo is written, and the model looks at what comes of it."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from pie_desktop.commands.arguments import adjusted_edit
from pie_desktop.edit.edit import Edit
from pie_desktop.edit.note import edit_summary
from pie_desktop.edit.parts.development import DevelopmentPart
from pie_desktop.edit.transform import Transform
from pie_desktop.engine.engine import Engine
from pie_desktop.export.cluster_steps import decode_on_worker, export_on_worker, proxy_on_worker
from pie_desktop.export.decoded import DecodedPhoto
from pie_desktop.export.job import Running, run_job
from pie_desktop.export.looks import photo_look
from pie_desktop.export.photo_luts import PartPhoto, PhotoLuts
from pie_desktop.export.worker import ExportTask, Outcome
from pie_desktop.imaging import isolation
from pie_desktop.imaging.decode import load_photo, proxy_of
from pie_desktop.imaging.encode import EncodeOptions
from pie_desktop.imaging.lut.apply import apply_lut, identity_lut
from pie_desktop.styles.store import StyleLibrary
from tests.doubles.models import PlainModel
from tests.raw_files import write_dng
from tests.unit.helpers.exports import part

LESS = Edit().with_part(DevelopmentPart(raw_exposure=-1.5, raw_temperature=20))


@pytest.fixture
def photo(tmp_path: Path, sample_images: dict[str, np.ndarray]) -> Path:
    return write_dng(tmp_path / "photos.dng", sample_images["coffee"], exposure=1.0)


def sensitive(proxy: np.ndarray) -> Transform:
    """Another LUT for every other proxy."""
    lut = identity_lut() ** np.float32(0.5 + proxy.mean() / 65535)
    return Transform(lut, lut)


def expected(photo: Path) -> np.ndarray:
    pixels = load_photo(photo, None, LESS.development)
    return apply_lut(pixels, sensitive(proxy_of(pixels, from_jpeg=False)).neutral)


def test_every_way_of_an_export(photo: Path, tmp_path: Path) -> None:
    wanted = expected(photo)
    assert np.abs(wanted.astype(int) - load_photo(photo)).mean() > 5000, "the development changes nothing"

    def run(name: str, workers: int) -> None:
        settings = {"edit": LESS}
        report = run_job([part(photo, tmp_path / name, sensitive, **settings)], Running(workers=workers))
        assert report.summary == "1 written"
        (written,) = (tmp_path / name).glob("*.png")
        assert np.abs(load_photo(written).astype(int) - wanted).max() <= 64

    run("here", 0)
    run("worker", 1)
    isolation.start(processes=1)
    try:
        run("isolated", 0)
    finally:
        isolation.stop()


def test_the_steps_of_a_cluster(photo: Path, tmp_path: Path) -> None:
    task = ExportTask(0, photo, tmp_path / "out.png", True, EncodeOptions("png"), edit=LESS)
    decoded = decode_on_worker(task)
    assert isinstance(decoded, DecodedPhoto)
    proxy = proxy_on_worker(decoded)
    assert isinstance(proxy, np.ndarray)
    for pixels in (decoded, None):  # None: lost with a worker, and decoded again
        outcome = export_on_worker(replace(task, lut=sensitive(proxy).neutral), pixels)
        assert isinstance(outcome, Outcome) and outcome.staged is not None, outcome
        assert np.abs(load_photo(outcome.staged).astype(int) - expected(photo)).max() <= 64


def test_what_the_model_looks_at_is_developed(photo: Path, tmp_path: Path) -> None:
    seen: list[np.ndarray] = []

    def looking(proxy: np.ndarray) -> Transform:
        seen.append(proxy)
        return sensitive(proxy)

    one = part(photo, tmp_path / "out", looking, edit=LESS)
    PhotoLuts([PartPhoto(one.photos[0], one)]).load(0, lambda: False)
    np.testing.assert_array_equal(seen[0], proxy_of(load_photo(photo, None, LESS.development), from_jpeg=False))


def test_a_look_is_that_of_the_developed_photo(photo: Path, tmp_path: Path) -> None:
    library = StyleLibrary(tmp_path / "styles", builtin=tmp_path / "none")
    engine = Engine(library, Path("plain"), "cpu", PlainModel)
    look = photo_look(engine, None, None, photo, LESS)
    np.testing.assert_allclose(look.photos[0] / 255, load_photo(photo, 512, LESS.development) / 65535, atol=0.003)


def test_the_command_line_and_the_summary_name_it() -> None:
    edit = adjusted_edit(Edit(), ["raw-exposure=-1.5,raw-temperature=20"])
    assert edit == LESS
    assert "RAW exposure -1.50 EV, RAW temperature +20" in edit_summary(edit)
    assert Edit.from_text(edit.to_text()) == edit
    assert not edit.adjusted, "no colours are adjusted after the model"
    assert edit.colors == Edit()
