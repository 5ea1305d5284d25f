"""The small image in a JPEG's header stands in for its thumbnail when it shows the same frame."""

import io
import shutil
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from pie_desktop.imaging import decode
from pie_desktop.imaging.color.difference import mean_delta_e
from pie_desktop.imaging.decode import load_placeholder, load_thumbnail
from pie_desktop.imaging.metadata import thumbnail as exif_thumbnail
from tests.benchmarks.photographs import exif_with_thumbnail


def save_with_thumbnail(path: Path, image: np.ndarray, thumbnail: bytes, orientation: int = 1) -> None:
    Image.fromarray(image).save(path, quality=92, exif=exif_with_thumbnail(thumbnail, orientation))


def as_jpeg(image: np.ndarray) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(image).save(buffer, "JPEG", quality=85)
    return buffer.getvalue()


def small(image: np.ndarray, width: int, height: int) -> np.ndarray:
    return cv2.resize(image, (width, height), interpolation=cv2.INTER_AREA)


@pytest.fixture
def image(sample_images: dict[str, np.ndarray]) -> np.ndarray:
    return cv2.resize(sample_images["coffee"], (1200, 800), interpolation=cv2.INTER_CUBIC)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_upright_as_the_thumbnail(tmp_path: Path, image: np.ndarray, orientation: int) -> None:
    photo = tmp_path / "photo.jpg"
    save_with_thumbnail(photo, image, as_jpeg(small(image, 160, 107)), orientation)
    found, real = load_placeholder(photo, 192), load_thumbnail(photo, 160)
    assert found is not None and found.shape == real.shape
    assert mean_delta_e(found, real) < 3


def test_it_is_read_from_the_header_alone(tmp_path: Path, image: np.ndarray) -> None:
    photo = tmp_path / "photo.jpg"
    save_with_thumbnail(photo, image, as_jpeg(small(image, 160, 107)))
    photo.write_bytes(photo.read_bytes()[: 64 * 1024])
    assert load_placeholder(photo, 192) is not None


def test_black_bars_are_cut_off(tmp_path: Path, image: np.ndarray) -> None:
    barred = np.zeros((120, 160, 3), np.uint8)
    barred[7:114] = small(image, 160, 107)
    photo = tmp_path / "photo.jpg"
    save_with_thumbnail(photo, image, as_jpeg(barred))
    found = load_placeholder(photo, 160)
    assert found is not None and abs(found.shape[1] / found.shape[0] - 1.5) < 0.04
    assert mean_delta_e(cv2.resize(found, (160, 107)), load_thumbnail(photo, 160)) < 6


def test_another_frame_is_not_used(tmp_path: Path, image: np.ndarray) -> None:
    """The photo was cropped by a program that kept the thumbnail."""
    photo = tmp_path / "photo.jpg"
    save_with_thumbnail(photo, image[:, :600], as_jpeg(small(image, 160, 107)))
    assert load_placeholder(photo, 192) is None


def test_one_that_is_too_small_is_not_used(tmp_path: Path, image: np.ndarray) -> None:
    photo = tmp_path / "photo.jpg"
    save_with_thumbnail(photo, image, as_jpeg(small(image, 60, 40)))
    assert load_placeholder(photo, 128) is not None
    assert load_placeholder(photo, 192) is None


@pytest.mark.parametrize("thumbnail", [b"", b"\xff\xd8\xff no image", b"\0" * 5000])
def test_damage_is_no_error(tmp_path: Path, image: np.ndarray, thumbnail: bytes) -> None:
    photo = tmp_path / "photo.jpg"
    save_with_thumbnail(photo, image, thumbnail)
    assert load_placeholder(photo, 192) is None
    photo.write_bytes(photo.read_bytes()[:30])
    assert load_placeholder(photo, 192) is None
    assert load_placeholder(tmp_path / "gone.jpg", 192) is None


def test_photos_without_one(sample_photos: dict[str, Path], tmp_path: Path, image: np.ndarray) -> None:
    assert load_placeholder(sample_photos["coffee"], 192) is None
    Image.fromarray(image).save(tmp_path / "a.png")
    assert load_placeholder(tmp_path / "a.png", 192) is None


def test_a_header_longer_than_what_is_read(tmp_path: Path, image: np.ndarray, monkeypatch: pytest.MonkeyPatch) -> None:
    photo = tmp_path / "photo.jpg"
    save_with_thumbnail(photo, image, as_jpeg(small(image, 160, 107)))
    monkeypatch.setattr(exif_thumbnail, "_HEAD", 2000)
    assert load_placeholder(photo, 192) is None
    assert decode.load_thumbnail(shutil.copy(photo, tmp_path / "b.jpg"), 192).shape == (128, 192, 3)
