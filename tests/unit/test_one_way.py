"""A photo is computed in one way, to the last byte, however many photos an export has."""

import time
from collections.abc import Iterator
from dataclasses import replace
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from PIL import Image

from pie_desktop.commands import batch
from pie_desktop.commands.console import Progress, ShouldCancel
from pie_desktop.edit.edit import Edit
from pie_desktop.edit.parts.development import DevelopmentPart
from pie_desktop.edit.transform import Transform
from pie_desktop.engine.engine import Engine
from pie_desktop.engine.references import read_edits
from pie_desktop.export.decoded import exact_proxy
from pie_desktop.export.job import Running, run_job
from pie_desktop.export.photo_luts import PartPhoto, PhotoLuts
from pie_desktop.export.presets import ExportPreset
from pie_desktop.export.worker import ExportTask, export_isolated
from pie_desktop.imaging import edited, isolation
from pie_desktop.imaging.decode import load_photo, load_proxy, proxy_of
from pie_desktop.imaging.encode_options import EncodeOptions
from pie_desktop.imaging.isolation import Limits, child
from pie_desktop.imaging.lut.apply import identity_lut
from pie_desktop.imaging.pairs.find import EditPair
from pie_desktop.styles.store import StyleLibrary
from tests.doubles.models import PlainModel
from tests.unit.helpers.exports import part


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    """A JPEG that is reduced by the decoder itself where only a proxy is wanted."""
    noise = np.random.default_rng(3).integers(0, 256, (300, 420, 3), np.uint8)
    path = tmp_path / "photos" / "noise.jpg"
    path.parent.mkdir()
    Image.fromarray(cv2.resize(noise, (2100, 1500), interpolation=cv2.INTER_CUBIC)).save(path, quality=92)
    return path


@pytest.fixture
def isolated() -> Iterator[None]:
    isolation.start(processes=1)
    yield
    isolation.stop()


def sensitive(proxy: np.ndarray) -> Transform:
    """Another LUT for every other proxy."""
    exponent = np.float32(1 + proxy.astype(np.float64).sum() % 1000 / 2000)
    return Transform(identity_lut() ** exponent, identity_lut() ** exponent)


def test_one_photo_is_exported_as_one_of_many(isolated: None, photo: Path, tmp_path: Path) -> None:
    written = []
    for workers in (0, 1):
        report = run_job([part(photo, tmp_path / f"out-{workers}", sensitive)], Running(workers=workers))
        assert report.summary == "1 written"
        written.append(report.items[0].target.read_bytes())
    assert written[0] == written[1]


def test_a_frame_of_a_burst_is_seen_as_every_photo_is(photo: Path, tmp_path: Path) -> None:
    alone = part(photo, tmp_path / "out", sensitive)
    burst = replace(alone, photos=tuple(replace(frame, burst=1) for frame in alone.photos))
    shared = PhotoLuts([PartPhoto(burst.photos[0], burst)]).shared(0, lambda: False)
    proxy = proxy_of(load_photo(photo), from_jpeg=True)
    assert not np.array_equal(load_proxy(photo), proxy)  # otherwise this photo tests nothing
    np.testing.assert_array_equal(shared, sensitive(proxy).lut(Edit()))


def test_the_exact_proxy_is_that_of_all_pixels(photo: Path) -> None:
    exact = exact_proxy(photo, EncodeOptions())  # with the compiled loops from now on
    expected = proxy_of(load_photo(photo), from_jpeg=True)
    np.testing.assert_array_equal(exact, expected)
    assert not np.array_equal(load_proxy(photo), expected)  # otherwise this photo tests nothing


def note_decodes(connection: Connection, limits: Limits) -> None:
    """A decoding process that leaves a letter beside a photo for each time that all of it is decoded."""
    plain = edited.load_photo

    def load(path: Path, *options: Any) -> np.ndarray:
        with path.with_suffix(".decodes").open("a") as file:
            file.write("x")
        return plain(path, *options)

    edited.load_photo = load
    child.serve(connection, limits)


@pytest.fixture
def noting() -> Iterator[None]:
    isolation.start(processes=1, body=note_decodes)
    yield
    isolation.stop()


def test_one_photo_is_decoded_once(noting: None, photo: Path, tmp_path: Path) -> None:
    assert run_job([part(photo, tmp_path / "out", sensitive)], Running()).summary == "1 written"
    assert photo.with_suffix(".decodes").read_text() == "x"


def test_the_command_line_decodes_the_photo_while_the_model_is_loading(
    noting: None, photo: Path, tmp_path: Path
) -> None:
    edit = photo.with_name("edit.jpg")
    Image.open(photo).point(lambda value: value * 3 // 4).save(edit)
    decodes, deadline = photo.with_suffix(".decodes"), time.monotonic() + 60

    def open_model(bundle: Path, device: str) -> PlainModel:
        while not decodes.exists():
            assert time.monotonic() < deadline, "the photo is not decoded before the model is there"
            time.sleep(0.01)
        return PlainModel(bundle, device)

    engine = Engine(StyleLibrary(tmp_path / "styles", builtin=tmp_path / "none"), Path("plain"), "cpu", open_model)

    def read(progress: Progress, should_cancel: ShouldCancel) -> batch.Learn:
        references = read_edits([EditPair(edit)], progress, should_cancel)
        return lambda: engine.learn(references, progress, should_cancel)

    settings = batch.export_settings(tmp_path / "out", [ExportPreset("", EncodeOptions())], "skip", Edit(), "{name}")
    batch.run_batch([photo], settings, engine, read, batch.How())
    assert (tmp_path / "out" / photo.name).is_file()
    assert decodes.read_text() == "x", "and is not decoded again for its export"


def test_pixels_are_kept_for_the_next_task_and_the_same_photo_alone(noting: None, photo: Path, tmp_path: Path) -> None:
    other = photo.with_name("other.jpg")
    Image.new("RGB", (300, 200), "teal").save(other)
    task = ExportTask(0, photo, tmp_path / "out.jpg", True, EncodeOptions(), identity_lut())
    decodes = photo.with_suffix(".decodes")

    exact_proxy(photo, EncodeOptions())
    exact_proxy(photo, EncodeOptions())
    assert export_isolated(photo, task).problem is None
    assert decodes.read_text() == "x"
    assert export_isolated(photo, task).problem is None, "they are handed on once"
    assert decodes.read_text() == "xx"
    exact_proxy(photo, EncodeOptions())
    exact_proxy(other, EncodeOptions())
    assert export_isolated(photo, task).problem is None, "another photo frees them"
    assert decodes.read_text() == "x" * 4
    exact_proxy(photo, EncodeOptions())
    wide = replace(task, encode=EncodeOptions(color="display-p3"))
    assert export_isolated(photo, wide).problem is None, "written otherwise, they may be others"
    assert decodes.read_text() == "x" * 6
    exact_proxy(photo, EncodeOptions())
    other_way = replace(task, edit=Edit().with_part(DevelopmentPart(raw_exposure=1.0)))
    assert export_isolated(photo, other_way).problem is None, "decoded otherwise, they may be others"
    assert decodes.read_text() == "x" * 8


def test_a_photo_that_changes_after_its_proxy_was_made_is_read_again(noting: None, photo: Path, tmp_path: Path) -> None:
    exact_proxy(photo, EncodeOptions())
    Image.new("RGB", (300, 200), "teal").save(photo)
    task = ExportTask(0, photo, tmp_path / "out.jpg", True, EncodeOptions(), identity_lut())
    assert export_isolated(photo, task).problem is None
    assert load_photo(task.target).shape == (200, 300, 3)


def test_pixels_are_not_kept_where_nobody_would_free_them(photo: Path) -> None:
    exact_proxy(photo, EncodeOptions())
    assert isolation.take(photo) is None
