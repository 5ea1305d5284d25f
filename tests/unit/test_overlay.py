"""Frames, bars, text and logos drawn over an edit: left out of what is learned, or said; ordinary edits are not."""

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from pie_desktop.imaging.pairs.alignment import AlignedPair
from pie_desktop.imaging.pairs.check import prepare_pair, prepare_versions, read_pair
from pie_desktop.imaging.pairs.find import EditPair
from pie_desktop.imaging.pairs.overlay import find_overlay
from pie_desktop.styles.store import StyleLibrary

Images = dict[str, np.ndarray]
Edit = Callable[[np.ndarray], np.ndarray]
NAMES = ("astronaut", "coffee", "chelsea", "rocket")


def toned(image: np.ndarray) -> np.ndarray:
    values = np.clip((image / 255) ** 0.85 * np.array([1.08, 1.0, 0.86]), 0, 1)
    return np.rint(values * 255).astype(np.uint8)


def framed(image: np.ndarray, width: int = 18, color: int = 255) -> np.ndarray:
    result = toned(image)
    result[:width] = result[-width:] = color
    result[:, :width] = result[:, -width:] = color
    return result


def double_frame(image: np.ndarray) -> np.ndarray:
    """White, a thin black line, white."""
    result = framed(image, 20)
    for width, color in ((10, 0), (8, 255)):
        result[:width] = result[-width:] = color
        result[:, :width] = result[:, -width:] = color
    return result


def letterboxed(image: np.ndarray) -> np.ndarray:
    result = toned(image)
    result[:30] = result[-30:] = 0
    return result


def drawn(image: np.ndarray, draw: Callable[[ImageDraw.ImageDraw, int, int], object]) -> np.ndarray:
    canvas = Image.fromarray(toned(image))
    draw(ImageDraw.Draw(canvas), *canvas.size)
    return np.asarray(canvas)


def logo(image: np.ndarray) -> np.ndarray:
    return drawn(
        image, lambda d, w, h: d.ellipse((w - 90, h - 90, w - 20, h - 20), fill=(230, 40, 30), outline="white")
    )


def signed(image: np.ndarray) -> np.ndarray:
    font = ImageFont.load_default(28)
    return drawn(image, lambda d, w, h: d.text((10, h - 40), "© 2024 A. Photographer", fill=(255, 255, 255), font=font))


def vignette(image: np.ndarray) -> np.ndarray:
    y, x = np.mgrid[-1 : 1 : image.shape[0] * 1j, -1 : 1 : image.shape[1] * 1j]
    return np.rint(toned(image) * (1 - 0.35 * (x * x + y * y))[..., None]).clip(0, 255).astype(np.uint8)


def grainy(image: np.ndarray) -> np.ndarray:
    noise = np.random.default_rng(0).normal(0, 12, image.shape[:2])[..., None]
    return (toned(image) + noise).clip(0, 255).astype(np.uint8)


def brightened_part(image: np.ndarray) -> np.ndarray:
    y, x = np.mgrid[-1 : 1 : image.shape[0] * 1j, -1 : 1 : image.shape[1] * 1j]
    part = np.clip((0.5 - np.hypot(x - 0.2, y)) / 0.15, 0, 1)[..., None]
    return np.rint(toned(image) * (1 + 0.6 * part)).clip(0, 255).astype(np.uint8)


def harsh(image: np.ndarray) -> np.ndarray:
    return ((image.astype(float) - 110) * 2.5 + 128).clip(0, 255).astype(np.uint8)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("edit", [framed, lambda i: framed(i, 5, 0), double_frame, letterboxed])
def test_bars_and_frames_are_left_out(sample_images: Images, name: str, edit: Edit) -> None:
    photo = sample_images[name]
    pair = prepare_pair(photo, edit(photo))
    assert isinstance(pair, AlignedPair) and pair.overlay is not None and pair.area is not None
    top, bottom, left, right = pair.area
    assert pair.edited.shape[:2] == (bottom - top, right - left)
    assert pair.edited.shape[0] * pair.edited.shape[1] > 0.75 * photo.shape[0] * photo.shape[1]
    assert np.abs(pair.edited.astype(int) - toned(pair.original)).max() == 0


@pytest.mark.parametrize("edit", [logo, signed])
def test_what_is_drawn_into_the_photo_is_cut_off(sample_images: Images, edit: Edit) -> None:
    photo = sample_images["astronaut"] // 2 + 30
    pair = prepare_pair(photo, edit(photo))
    assert isinstance(pair, AlignedPair) and pair.overlay is not None and not pair.overlay.bars
    off = np.abs(pair.edited.astype(int) - toned(pair.original)).max(-1) > 40
    assert off.mean() < 0.001


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("edit", [toned, vignette, grainy, brightened_part, harsh, lambda i: 255 - i])
def test_ordinary_edits_have_nothing_drawn_over_them(sample_images: Images, name: str, edit: Edit) -> None:
    assert find_overlay(edit(sample_images[name]), sample_images[name]) is None


def test_a_mark_across_the_photo_is_reported(sample_images: Images, tmp_path: Path) -> None:
    photo = sample_images["chelsea"] // 2 + 40

    def sample(draw: ImageDraw.ImageDraw, width: int, height: int) -> None:
        draw.text((20, height // 2 - 60), "SAMPLE", fill=(255, 255, 255), font=ImageFont.load_default(110))

    Image.fromarray(photo).save(tmp_path / "cat.png")
    Image.fromarray(drawn(photo, sample)).save(tmp_path / "cat_edit.png")
    checked = read_pair(tmp_path / "cat.png", tmp_path / "cat_edit.png")
    assert checked.pair is not None and checked.pair.edited.shape == checked.pair.original.shape
    assert any("cat_edit.png" in warning and "drawn over much of it" in warning for warning in checked.warnings)


def test_several_edits_share_the_part_without_the_frame(sample_images: Images) -> None:
    photo = sample_images["coffee"]
    versions = prepare_versions(photo, [toned(photo), framed(photo)])
    assert isinstance(versions, list)
    before, plain, without = versions
    assert before.shape == plain.shape == without.shape != photo.shape
    assert np.array_equal(plain, without)


def test_a_frame_does_not_poison_a_style(sample_images: Images, tmp_path: Path) -> None:
    edits = []
    for name in NAMES[:3]:
        edit, original = tmp_path / f"{name}_edit.png", tmp_path / f"{name}.png"
        Image.fromarray(framed(sample_images[name])).save(edit)
        Image.fromarray(sample_images[name]).save(original)
        edits.append(EditPair(edit, original))
    report = StyleLibrary(tmp_path / "styles", builtin=tmp_path / "builtin").create("Framed", edits)
    assert report.style.pair_count == 3
    assert [problem.count("bars or a frame") for problem in report.problems] == [1, 1, 1]
    for reference in report.style.references:
        border = cv2.imread(str(reference.after))[[0, -1]]
        assert border.min() < 200


def test_an_original_chosen_by_hand_says_what_was_cut_off(sample_images: Images, tmp_path: Path) -> None:
    edit, original = tmp_path / "edit.png", tmp_path / "original.png"
    Image.fromarray(framed(sample_images["coffee"])).save(edit)
    Image.fromarray(sample_images["coffee"]).save(original)
    library = StyleLibrary(tmp_path / "styles", builtin=tmp_path / "builtin")
    style = library.create("Framed", [EditPair(edit)]).style
    report = library.set_before(style.id, "001", original)
    assert report.style.pair_count == 1 and report.problems == (
        "“edit.png” has bars or a frame drawn over it; that part is left out.",
    )
