"""Originals of edits with other names: found by the moment of capture, and in a burst by what the photos show."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from pie_desktop.imaging.pairs.capture import match_by_capture
from pie_desktop.imaging.pairs.find import pairs_in_folder

NOON = "2026:05:01 12:00:00"


def scene(number: int) -> np.ndarray:
    """uint8 (60, 80, 3): smooth light and dark places, others for each number."""
    small = np.random.default_rng(number).integers(0, 256, (5, 6, 3), dtype=np.uint8)
    return np.asarray(Image.fromarray(small).resize((80, 60), Image.Resampling.BICUBIC))


def shoot(path: Path, image: np.ndarray, taken: str | None = NOON, fraction: str = "", camera: str = "One") -> Path:
    exif = Image.Exif()
    exif[0x0110] = camera
    if taken is not None:
        inner = exif.get_ifd(0x8769)
        inner[0x9003] = taken
        if fraction:
            inner[0x9291] = fraction
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(image).save(path, quality=95, exif=exif)
    return path


def brighter(image: np.ndarray) -> np.ndarray:
    return np.clip(image.astype(int) + 30, 0, 255).astype(np.uint8)


def test_an_edit_with_another_name_finds_its_original_by_its_time(tmp_path: Path) -> None:
    first = shoot(tmp_path / "shots" / "IMG_0001.jpg", scene(1))
    second = shoot(tmp_path / "shots" / "IMG_0002.jpg", scene(2), "2026:05:01 12:00:03")
    beach = shoot(tmp_path / "edits" / "beach.jpg", brighter(scene(1)))
    dunes = shoot(tmp_path / "edits" / "dunes.jpg", brighter(scene(2)), "2026:05:01 12:00:03")
    lost = shoot(tmp_path / "edits" / "lost.jpg", scene(3), "2026:05:01 12:00:09")
    untold = shoot(tmp_path / "edits" / "untold.jpg", scene(1), taken=None)
    found = {
        guess.after: (guess.before, guess.how) for guess in pairs_in_folder(tmp_path / "edits", tmp_path / "shots")
    }
    assert found == {
        beach: (first, "time of capture"),
        dunes: (second, "time of capture"),
        lost: (None, ""),
        untold: (None, ""),
    }


def test_originals_in_a_folder_of_their_own_need_not_be_named(tmp_path: Path) -> None:
    original = shoot(tmp_path / "edits" / "originals" / "IMG_0001.jpg", scene(1))
    edit = shoot(tmp_path / "edits" / "beach.jpg", brighter(scene(1)))
    other = shoot(tmp_path / "edits" / "other.jpg", scene(4), "2026:05:02 12:00:00")
    found = {guess.after: guess.before for guess in pairs_in_folder(tmp_path / "edits")}
    assert found == {edit: original, other: None}  # and the original is no edit of its own


def test_two_finished_photos_of_one_moment_are_not_a_pair(tmp_path: Path) -> None:
    shoot(tmp_path / "edits" / "warm.jpg", scene(1))
    shoot(tmp_path / "edits" / "cold.jpg", brighter(scene(1)))
    assert {guess.before for guess in pairs_in_folder(tmp_path / "edits")} == {None}


def test_a_name_counts_more_than_a_time(tmp_path: Path) -> None:
    named = shoot(tmp_path / "shots" / "beach.jpg", scene(1), "2026:05:01 11:00:00")
    shoot(tmp_path / "shots" / "other.jpg", scene(2))
    edit = shoot(tmp_path / "edits" / "beach.jpg", brighter(scene(1)))
    (guess,) = pairs_in_folder(tmp_path / "edits", tmp_path / "shots")
    assert (guess.after, guess.before) == (edit, named)


def test_in_a_burst_fractions_and_then_the_content_decide(tmp_path: Path) -> None:
    shots = [shoot(tmp_path / f"IMG_{number}.jpg", scene(number)) for number in range(4)]
    timed = shoot(tmp_path / "IMG_9.jpg", scene(9), fraction="37")
    edits = [shoot(tmp_path / f"edit {number}.jpg", brighter(scene(number))) for number in (2, 0)]
    by_fraction = shoot(tmp_path / "edit 9.jpg", brighter(scene(9))[:, ::-1], fraction="37")
    unlike = shoot(tmp_path / "edit 7.jpg", scene(7))
    found = match_by_capture([*edits, by_fraction, unlike], [*shots, timed])
    assert found == {edits[0]: shots[2], edits[1]: shots[0], by_fraction: timed}


@pytest.mark.parametrize("camera", ["Two", ""])
def test_another_camera_at_the_same_moment_is_another_photo(tmp_path: Path, camera: str) -> None:
    original = shoot(tmp_path / "IMG_1.jpg", scene(1), camera="One")
    edit = shoot(tmp_path / "edit.jpg", scene(1), camera=camera)
    assert match_by_capture([edit], [original]) == ({} if camera == "Two" else {edit: original})


def test_an_original_serves_one_edit(tmp_path: Path) -> None:
    original = shoot(tmp_path / "IMG_1.jpg", scene(1))
    edits = [shoot(tmp_path / f"{name}.jpg", brighter(scene(1))) for name in ("warm", "cold")]
    assert match_by_capture(edits, [original]) == {}


def test_files_that_are_no_photos_have_no_moment(tmp_path: Path) -> None:
    for name in ("a.jpg", "b.jpg"):
        (tmp_path / name).write_bytes(b"nothing")
    assert match_by_capture([tmp_path / "a.jpg"], [tmp_path / "b.jpg", tmp_path / "gone.jpg"]) == {}
