"""A photo is computed in one way, to the last byte, however many photos an export has."""

from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from pie_desktop.edit.transform import Transform
from pie_desktop.export.job import Running, run_job
from pie_desktop.export.worker import exact_proxy
from pie_desktop.imaging import isolation
from pie_desktop.imaging.decode import load_photo, load_proxy, proxy_of
from pie_desktop.imaging.lut.apply import identity_lut
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


def test_the_exact_proxy_is_that_of_all_pixels(photo: Path) -> None:
    exact = exact_proxy(photo)  # with the compiled loops from now on
    expected = proxy_of(load_photo(photo), from_jpeg=True)
    np.testing.assert_array_equal(exact, expected)
    assert not np.array_equal(load_proxy(photo), expected)  # otherwise this photo tests nothing
