"""The proxy from full pixels, which export uses, against the one that the preview reads from the file."""

from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from pie_desktop.imaging import compiled
from pie_desktop.imaging.color.difference import delta_e_2000
from pie_desktop.imaging.decode import load_photo, load_proxy, proxy_of
from pie_desktop.imaging.encode import EncodeOptions, save_photo
from pie_desktop.imaging.warm_up import warm_up


@pytest.fixture(params=[True, False], ids=["compiled", "OpenCV"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.param:
        assert warm_up()
    else:
        monkeypatch.setattr(compiled, "kernels_for", lambda dtype: None)


def large(image: np.ndarray, width: int, height: int) -> np.ndarray:
    """Enlarged, with grain at full resolution."""
    enlarged = cv2.resize(image, (width, height), interpolation=cv2.INTER_CUBIC).astype(np.int16)
    grain = np.random.default_rng(width).normal(0, 5, (height, width, 1))
    return np.clip(enlarged + grain, 0, 255).astype(np.uint8)


@pytest.mark.usefixtures("way")
@pytest.mark.parametrize(("width", "height"), [(2600, 1733), (1501, 2249), (700, 400), (200, 150)])
def test_of_a_jpeg(sample_images: dict[str, np.ndarray], tmp_path: Path, width: int, height: int) -> None:
    path = tmp_path / "photo.jpg"
    Image.fromarray(large(sample_images["coffee"], width, height)).save(path, quality=92)
    ours, read = proxy_of(load_photo(path), from_jpeg=True), load_proxy(path)
    assert ours.shape == read.shape and ours.dtype == read.dtype
    difference = delta_e_2000(ours, read)
    # Rounding to 8 bits in two places; half a pixel beside would be a mean of 2.
    assert difference.mean() < 0.4 and np.percentile(difference, 99) < 2


@pytest.mark.usefixtures("way")
@pytest.mark.parametrize("kind", ["png", "tiff16"])
def test_of_others(sample_images: dict[str, np.ndarray], tmp_path: Path, kind: str) -> None:
    path = tmp_path / "photo"
    save_photo(large(sample_images["astronaut"], 2100, 1500), path, EncodeOptions(kind))  # type: ignore[arg-type]
    ours, read = proxy_of(load_photo(path), from_jpeg=False), load_proxy(path)
    assert ours.shape == read.shape and ours.dtype == read.dtype == (np.uint8 if kind == "png" else np.uint16)
    np.testing.assert_array_equal(ours, read)


@pytest.mark.usefixtures("way")
def test_of_a_strip() -> None:
    assert proxy_of(np.zeros((3, 5000, 3), np.uint8), from_jpeg=True).shape == (1, 256, 3)
    assert proxy_of(np.zeros((5000, 9, 3), np.uint8), from_jpeg=True).shape == (256, 1, 3)
