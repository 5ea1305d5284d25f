"""Pairs of several folders: by names in two of them, by the moment of capture, by what the photos show."""

import os
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from pie_desktop.imaging.pairs.find import PairGuess
from pie_desktop.imaging.pairs.folders import CONTENT, pairs_in_folders

LATER = 2_000_000_000  # of files that are saved last, seconds
NOON, NIGHT = "2026:05:01 12:00:00", "2026:05:01 23:00:00"


@pytest.fixture(scope="module")
def photos(sample_images: dict[str, np.ndarray]) -> list[np.ndarray]:
    """Four scenes, uint8 (384, 512, 3)."""
    images = list(sample_images.values())
    crops = [image[:288, :384] for image in images[:3]] + [images[0][-288:, -384:]]
    return [np.asarray(Image.fromarray(crop).resize((512, 384), Image.Resampling.LANCZOS)) for crop in crops]


def save(path: Path, image: np.ndarray, taken: str | None = None, seconds: int | None = None) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    exif = Image.Exif()
    if taken is not None:
        exif.get_ifd(0x8769)[0x9003] = taken
    Image.fromarray(image).save(path, quality=95, exif=exif)
    if seconds is not None:
        os.utime(path, (seconds, seconds))
    return path


def warm(image: np.ndarray) -> np.ndarray:
    return np.clip((image / 255.0) ** 0.8 * [262, 250, 215], 0, 255).astype(np.uint8)


def found(guesses: list[PairGuess]) -> dict[str, str | None]:
    return {guess.after.name: guess.before and guess.before.name for guess in guesses}


def test_pairs_of_several_folders_are_listed_once(tmp_path: Path, photos: list[np.ndarray]) -> None:
    for place, image in zip(("may", "june"), photos, strict=False):
        save(tmp_path / place / "a.jpg", image)
        save(tmp_path / place / "a_edit.jpg", warm(image))
    guesses = pairs_in_folders([tmp_path / "may", tmp_path / "june", tmp_path / "may", tmp_path])
    assert {guess.after: guess.before for guess in guesses} == {
        tmp_path / place / "a_edit.jpg": tmp_path / place / "a.jpg" for place in ("may", "june")
    }


def test_of_two_folders_with_the_same_names_the_later_files_are_the_edits(
    tmp_path: Path, photos: list[np.ndarray]
) -> None:
    for number, image in enumerate(photos[:3]):
        save(tmp_path / "one" / f"{number}.jpg", image, seconds=LATER - 10_000)
        save(tmp_path / "two" / f"{number}.jpg", warm(image), seconds=LATER)
    for folders in (["one", "two"], ["two", "one"]):
        guesses = pairs_in_folders([tmp_path / folder for folder in folders])
        assert {guess.after.parent.name for guess in guesses} == {"two"} and len(guesses) == 3
        assert not any(guess.doubt for guess in guesses)


def test_where_nothing_says_which_folder_has_the_edits_a_person_decides(
    tmp_path: Path, photos: list[np.ndarray]
) -> None:
    for number, image in enumerate(photos[:2]):
        save(tmp_path / "one" / f"{number}.jpg", image, seconds=LATER)
        save(
            tmp_path / "two" / f"{number}.jpg", np.clip(image * [1.0, 0.9, 1.1], 0, 255).astype(np.uint8), seconds=LATER
        )
    guesses = pairs_in_folders([tmp_path / "one", tmp_path / "two"])
    assert len(guesses) == 2 and all("or the other way round" in guess.doubt for guess in guesses)


def test_equal_names_in_subfolders_of_one_folder_are_different_photos(tmp_path: Path, photos: list[np.ndarray]) -> None:
    save(tmp_path / "f" / "may" / "1.jpg", photos[0])
    save(tmp_path / "f" / "june" / "1.jpg", photos[1])
    assert set(found(pairs_in_folders([tmp_path / "f"])).values()) == {None}


def test_originals_with_other_names_are_found_by_what_they_show_also_of_crops(
    tmp_path: Path, photos: list[np.ndarray]
) -> None:
    for number, image in enumerate(photos[:3]):
        save(tmp_path / "camera" / "raw" / f"DSC_{number}.jpg", image)
    save(tmp_path / "best" / "harbour.jpg", warm(photos[0]))
    save(tmp_path / "best" / "portrait.jpg", warm(photos[1][40:330, 60:450]))
    save(tmp_path / "best" / "stranger.jpg", warm(photos[3]))
    guesses = pairs_in_folders([tmp_path / "best", tmp_path / "camera"])
    edits = {guess.after.name: guess for guess in guesses if guess.after.parent.name == "best"}
    assert found(list(edits.values())) == {
        "harbour.jpg": "DSC_0.jpg",
        "portrait.jpg": "DSC_1.jpg",
        "stranger.jpg": None,
    }
    assert edits["harbour.jpg"].how == CONTENT and not edits["harbour.jpg"].doubt


def test_photos_of_another_moment_are_no_originals_and_two_of_a_burst_are_asked_about(
    tmp_path: Path, photos: list[np.ndarray]
) -> None:
    save(tmp_path / "raw" / "1.jpg", photos[0], NIGHT)
    save(tmp_path / "raw" / "2.jpg", photos[1], NOON)
    save(tmp_path / "raw" / "3.jpg", np.clip(photos[1].astype(int) + 2, 0, 255).astype(np.uint8), NOON)
    save(tmp_path / "best" / "a.jpg", warm(photos[0]), NOON)
    save(tmp_path / "best" / "b.jpg", warm(photos[1]), NOON)
    guesses = {guess.after.name: guess for guess in pairs_in_folders([tmp_path / "best"], tmp_path / "raw")}
    assert guesses["a.jpg"].before is None
    assert {guesses["b.jpg"].before, *guesses["b.jpg"].others} == {tmp_path / "raw" / f"{n}.jpg" for n in (2, 3)}
    assert guesses["b.jpg"].doubt == "Several photos may be the original of “b.jpg”; choose one."


def test_it_can_be_given_up(tmp_path: Path, photos: list[np.ndarray]) -> None:
    save(tmp_path / "f" / "a_edit.jpg", photos[0])

    def give_up() -> None:
        raise InterruptedError

    with pytest.raises(InterruptedError):
        pairs_in_folders([tmp_path / "f"], check=give_up)
