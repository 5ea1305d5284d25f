"""Which photos a style is unsure of, and which edits by hand would help it most."""

from pathlib import Path

import numpy as np
import pytest

from pie_desktop.engine.engine import Engine
from pie_desktop.engine.review import Review, most_helpful, review
from pie_desktop.errors import BundleError, Cancelled
from pie_desktop.imaging.decode import load_proxy
from pie_desktop.styles.store import StyleLibrary
from tests.doubles.models import PlainModel, UnsureModel, any_preference


def _review(tmp_path: Path, photos: list[Path], model: type[PlainModel] = UnsureModel) -> Review:
    engine = Engine(StyleLibrary(tmp_path / "styles", builtin=tmp_path / "none"), Path("model"), "cpu", model)
    engine.load()
    return review(engine, any_preference(engine.bundle_id), photos)


def test_the_most_unsure_photos_come_first(photo_folder: Path, tmp_path: Path) -> None:
    photos = sorted(photo_folder.iterdir())
    found = _review(tmp_path, photos)
    by_light = sorted(photos, key=lambda photo: load_proxy(photo).mean())
    assert [entry.photo for entry in found.photos] == by_light
    assert found.photos[0].expected_error == pytest.approx(12 - load_proxy(by_light[0]).mean() / 25)
    assert found.mean_error == pytest.approx(np.mean([entry.expected_error for entry in found.photos]))


def test_a_photo_that_cannot_be_read_is_told_and_the_rest_goes_on(photo_folder: Path, tmp_path: Path) -> None:
    (photo_folder / "bad.jpg").write_text("no image")
    found = _review(tmp_path, sorted(photo_folder.iterdir()))
    assert len(found.photos) == 4 and len(found.problems) == 1 and "bad.jpg is not an image" in found.problems[0]


def test_nothing_but_damaged_photos(tmp_path: Path) -> None:
    (tmp_path / "bad.jpg").write_text("no image")
    found = _review(tmp_path, [tmp_path / "bad.jpg"])
    assert found.photos == found.suggestions == () and found.mean_error == 0


def test_a_model_that_does_not_know_is_refused(photo_folder: Path, tmp_path: Path) -> None:
    with pytest.raises(BundleError, match="does not say how far"):
        _review(tmp_path, sorted(photo_folder.iterdir()), PlainModel)


def test_it_can_be_cancelled(photo_folder: Path, tmp_path: Path) -> None:
    engine = Engine(StyleLibrary(tmp_path / "styles", builtin=tmp_path / "none"), Path("m"), "cpu", UnsureModel)
    with pytest.raises(Cancelled):
        review(engine, any_preference("m"), sorted(photo_folder.iterdir()), should_cancel=lambda: True)


def test_compared_are_those_with_the_largest_errors(
    photo_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pie_desktop.engine.review.MOST_COMPARED", 2)
    found = _review(tmp_path, sorted(photo_folder.iterdir()))
    assert len(found.photos) == 4
    assert {entry.photo for entry in found.suggestions} == {entry.photo for entry in found.photos[:2]}


def test_the_photo_that_is_like_most_of_the_error_helps_most() -> None:
    """Three photos of one kind and one of another: by hand 0.9 * 2 + 2 + 0.9 * 2 of 10, then all of the last one's."""
    alike = np.array([[1, 0.9, 0.5, 0], [0.9, 1, 0.9, 0], [0.5, 0.9, 1, 0], [0, 0, 0, 1]])
    found = most_helpful(alike, np.array([2.0, 2.0, 2.0, 4.0]), 10.0, most=2)
    assert found == [(1, pytest.approx(0.56)), (3, pytest.approx(0.4))]


def test_what_would_hardly_help_is_not_suggested() -> None:
    assert most_helpful(np.ones((3, 3)), np.array([1.0, 5.0, 2.0]), 8.0) == [(0, pytest.approx(1.0))]
    assert most_helpful(np.eye(2), np.zeros(2), 0.0) == []


def test_no_photo_is_suggested_twice() -> None:
    """One in the middle, like all others, which are unlike each other: it would be the best a second time."""
    alike = np.eye(6)
    alike[0, 1:] = alike[1:, 0] = 0.5
    found = most_helpful(alike, np.ones(6), 6.0)
    assert len({index for index, _ in found}) == len(found) == 3 and found[0][0] == 0
