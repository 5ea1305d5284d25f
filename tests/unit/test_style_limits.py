"""References that have too much in common: one scene, all dark, all black and white; each is said once."""

from pathlib import Path

import cv2
import numpy as np
import pytest
import skimage.data
import tifffile
from PIL import Image

from pie_desktop.errors import StyleError
from pie_desktop.imaging.decode import load_proxy
from pie_desktop.imaging.listing import list_photos
from pie_desktop.imaging.pairs.find import EditPair
from pie_desktop.imaging.pairs.scene import ASKED_FIRST, one_scene
from pie_desktop.imaging.stored import to_uint8
from pie_desktop.styles.store import StyleLibrary
from pie_desktop.styles.style import Limit
from pie_desktop.styles.survey import limits_of

Images = dict[str, np.ndarray]
NAMES = ("astronaut", "coffee", "chelsea")


@pytest.fixture
def library(tmp_path: Path) -> StyleLibrary:
    return StyleLibrary(tmp_path / "styles", builtin=tmp_path / "builtin")


def exposed(image: np.ndarray, stops: float) -> np.ndarray:
    """As with another exposure, about."""
    return np.clip(255 * ((image / 255) ** 2.2 * 2**stops) ** (1 / 2.2), 0, 255).astype(np.uint8)


def views(image: np.ndarray, count: int, seed: int, least: float = 0.7) -> list[np.ndarray]:
    """Crops of a photo, each with an exposure of its own."""
    generator, found = np.random.default_rng(seed), []
    for _ in range(count):
        height, width = (int(side * generator.uniform(least, 1)) for side in image.shape[:2])
        room = image.shape[0] - height, image.shape[1] - width
        top, left = generator.integers(0, room, endpoint=True)
        found.append(exposed(image[top : top + height, left : left + width], generator.uniform(-1.2, 1.2)))
    return found


def edits(folder: Path, images: list[np.ndarray], originals: list[np.ndarray] | None = None) -> list[EditPair]:
    made = []
    for number, image in enumerate(images):
        after, before = folder / f"{number}_edit.png", folder / f"{number}.png"
        Image.fromarray(image).save(after)
        if originals is not None:
            Image.fromarray(originals[number]).save(before)
        made.append(EditPair(after, before if originals is not None else None))
    return made


# ---- one scene


@pytest.mark.parametrize("name", [*NAMES, "rocket"])
def test_crops_and_exposures_of_one_photo_are_one_scene(sample_images: Images, name: str) -> None:
    assert one_scene(views(sample_images[name], 5, seed=3))


def test_a_burst_is_one_scene() -> None:
    first, second, _ = skimage.data.stereo_motorcycle()
    moved = first.copy()
    moved[200:400, 300:600] = second[250:450, 100:400]
    assert one_scene([first, second, exposed(moved, 0.7)])


def test_photos_of_several_scenes_are_not_one(sample_images: Images) -> None:
    assert not one_scene(list(sample_images.values()))
    # the stranger is among many of one scene: first, or after those that are looked at first
    many = views(sample_images["coffee"], ASKED_FIRST + 1, seed=1)
    assert one_scene(many)
    assert not one_scene([sample_images["chelsea"], *many])
    assert not one_scene([*many, sample_images["chelsea"]])


def test_a_single_photo_tells_nothing(sample_images: Images) -> None:
    assert not one_scene([sample_images["coffee"]]) and not one_scene([])


@pytest.mark.slow
def test_random_photos_never_are_one_scene(shared_data: Path) -> None:
    photos, generator = list_photos(shared_data / "photos" / "train"), np.random.default_rng(5)
    images = [to_uint8(load_proxy(photos[n])) for n in generator.permutation(len(photos))[:80]]
    draws = [generator.choice(len(images), 5, replace=False) for _ in range(200)]
    assert not any(one_scene([images[n] for n in draw]) for draw in draws)
    found = [one_scene(views(image, 5, seed)) for seed, image in enumerate(images[:25])]
    assert np.mean(found) >= 0.95


# ---- dark


def test_edits_that_are_all_dark_are_told(library: StyleLibrary, sample_images: Images, tmp_path: Path) -> None:
    dark = [exposed(sample_images[name], -2.5) for name in NAMES[:2]]
    report = library.create("Dark", edits(tmp_path, dark, [exposed(image, 0.5) for image in dark]))
    assert report.limits == (Limit.DARK_EDITS,)
    (tmp_path / "more").mkdir()
    report = library.add(report.style.id, edits(tmp_path / "more", [sample_images["chelsea"]]))
    assert Limit.DARK_EDITS not in report.limits


def test_originals_that_are_all_dark_are_told(library: StyleLibrary, sample_images: Images, tmp_path: Path) -> None:
    images = [sample_images[name] for name in NAMES]
    dark = [exposed(image, -2.5) for image in images]
    report = library.create("Rescued", edits(tmp_path, images, dark))
    assert report.limits == (Limit.DARK_ORIGINALS,)
    assert "well-exposed" in " ".join(report.remarks)
    assert library.create("Mixed", edits(tmp_path, images, [*dark[:2], exposed(images[2], -0.5)])).limits == ()


# ---- black and white


@pytest.mark.parametrize("paired", [True, False])
def test_edits_that_are_all_black_and_white_are_told(
    library: StyleLibrary, sample_images: Images, tmp_path: Path, paired: bool
) -> None:
    images = [sample_images[name] for name in NAMES]
    gray = [np.repeat(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)[..., None], 3, 2) for image in images]
    report = library.create("Gray", edits(tmp_path, gray, images if paired else None))
    assert report.limits == (Limit.BLACK_AND_WHITE,) == limits_of(library.get(report.style.id))
    assert library.create("Some", edits(tmp_path, [*gray[:2], images[2]])).limits == ()


# ---- damage


def test_a_copy_that_is_damaged_does_not_count(library: StyleLibrary, sample_images: Images, tmp_path: Path) -> None:
    crops = views(sample_images["coffee"], 2, seed=7)
    style = library.create("Coffee", edits(tmp_path, [*crops, sample_images["chelsea"]])).style
    assert limits_of(style) == ()
    style.references[2].after.write_bytes(b"damaged")
    assert limits_of(style) == (Limit.ONE_SCENE,)
    for reference in style.references:
        reference.after.write_bytes(b"damaged")
    assert limits_of(style) == ()


def test_pixels_that_are_no_numbers_do_not_reach_a_style(
    library: StyleLibrary, sample_images: Images, tmp_path: Path
) -> None:
    image = sample_images["coffee"].astype(np.float32) / 255
    tifffile.imwrite(tmp_path / "none.tif", np.full_like(image, np.nan), photometric="rgb")
    with pytest.raises(StyleError, match=r"none\.tif” is black"):
        library.create("Nothing", [EditPair(tmp_path / "none.tif")])
    image[:40] = np.nan
    tifffile.imwrite(tmp_path / "some.tif", image, photometric="rgb")
    (reference,) = library.create("Some", [EditPair(tmp_path / "some.tif")]).style.references
    copy = to_uint8(load_proxy(reference.after))
    assert copy[:10].max() < 8 and copy[60:].mean() > 50
