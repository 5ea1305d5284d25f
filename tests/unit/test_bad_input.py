"""References as people give them: moved, saved twice, empty, black and white, the wrong way round."""

import os
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from pie_desktop.errors import StyleError
from pie_desktop.imaging.color.difference import mean_delta_e
from pie_desktop.imaging.pairs.alignment import AlignedPair, align, common_area
from pie_desktop.imaging.pairs.find import EditPair
from pie_desktop.imaging.pairs.order import image_hints
from pie_desktop.styles.store import StyleLibrary
from pie_desktop.styles.style import contradiction

Images = dict[str, np.ndarray]
NAMES = ("astronaut", "coffee", "chelsea", "rocket")
HOUR = 3600


def look(image: np.ndarray) -> np.ndarray:
    """Warmer, more contrast, clipped at both ends: as many edits are."""
    x = image.astype(np.float32) / 255
    edited = np.clip((x - 0.5) * 1.5 + 0.5, 0, 1) * np.array([1.05, 1.0, 0.85], np.float32)
    return np.rint(np.clip(edited, 0, 1) * 255).astype(np.uint8)


def grey(image: np.ndarray) -> np.ndarray:
    return np.repeat(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)[..., None], 3, axis=2)


def cropped(image: np.ndarray, share: float) -> np.ndarray:
    """A crop of the same shape, off the middle."""
    height, width = (round(side * share) for side in image.shape[:2])
    top, left = (image.shape[0] - height) // 3, (image.shape[1] - width) // 2
    return np.ascontiguousarray(image[top : top + height, left : left + width])


def turned(image: np.ndarray, degrees: float, zoom: float = 1.06) -> np.ndarray:
    height, width = image.shape[:2]
    matrix = cv2.getRotationMatrix2D(((width - 1) / 2, (height - 1) / 2), degrees, zoom)
    return cv2.warpAffine(image, matrix, (width, height), flags=cv2.INTER_CUBIC)


def save(image: np.ndarray, path: Path, **options: object) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(image).save(path, **options)
    return path


@pytest.fixture
def library(tmp_path: Path) -> StyleLibrary:
    return StyleLibrary(tmp_path / "styles", builtin=tmp_path / "builtin")


# ---- crops, turns, sizes


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    "move",
    [
        lambda image: cropped(image, 0.95),
        lambda image: cropped(image, 0.9),
        lambda image: cropped(image, 0.8),
        lambda image: cropped(image, 0.6),
        lambda image: np.ascontiguousarray(image[:, 40:-90]),
        lambda image: turned(image, 1.0),
        lambda image: turned(image, -3.0, 1.12),
        lambda image: np.ascontiguousarray(image[:, ::-1]),
        lambda image: np.ascontiguousarray(np.rot90(image)),
    ],
    ids=["95%", "90%", "80%", "60%", "other shape", "turned 1", "turned 3", "mirrored", "upright"],
)
def test_a_moved_edit_is_aligned_or_used_alone(sample_images: Images, name: str, move) -> None:  # type: ignore[no-untyped-def]
    image = sample_images[name]
    edit = move(look(image))
    pair = align(edit, image)
    if isinstance(pair, str):
        assert "frame" in pair or "shape" in pair
        assert name == "rocket"  # mostly sky: too little to be sure of
        return
    assert pair.moved
    assert pair.edited.shape == pair.original.shape
    assert pair.edited.shape[0] * pair.edited.shape[1] >= 0.9 * edit.shape[0] * edit.shape[1]
    # The edit is the look of the original, pixel by pixel, as it would not be a few pixels off.
    right = mean_delta_e(look(pair.original), pair.edited)
    wrong = mean_delta_e(look(np.roll(pair.original, (3, 3), (0, 1))), pair.edited)
    assert right < 2.5
    assert right < 0.6 * wrong


def test_only_what_both_show_is_kept(sample_images: Images) -> None:
    coffee = sample_images["coffee"]
    framed = cv2.copyMakeBorder(look(coffee), 30, 30, 30, 30, cv2.BORDER_CONSTANT, value=(255, 255, 255))
    pair = align(framed, coffee)
    assert isinstance(pair, AlignedPair)
    assert abs(pair.edited.shape[0] - coffee.shape[0]) <= 6
    assert mean_delta_e(look(pair.original), pair.edited) < 1.5


@pytest.mark.parametrize("edit", [look, grey, lambda image: 255 - image], ids=["look", "grey", "negative"])
@pytest.mark.parametrize("name", NAMES)
def test_other_sizes_are_no_other_frames(sample_images: Images, name: str, edit) -> None:  # type: ignore[no-untyped-def]
    image = sample_images[name]
    smaller = cv2.resize(edit(image), None, fx=0.41, fy=0.41, interpolation=cv2.INTER_AREA)
    pair = align(smaller, image)
    assert isinstance(pair, AlignedPair)
    assert not pair.moved


def test_another_photo_is_no_original(sample_images: Images) -> None:
    for name in NAMES:
        for other in NAMES:
            if other != name:
                fitted = cv2.resize(sample_images[other], sample_images[name].shape[1::-1])
                assert isinstance(align(look(sample_images[name]), fitted), str)


def test_common_area_lies_inside() -> None:
    inside = turned(np.full((200, 300), 255, np.uint8), 3, 1.0) == 255
    top, bottom, left, right = common_area(inside)
    assert inside[top:bottom, left:right].all()
    assert (bottom - top) * (right - left) > 0.8 * inside.sum()
    assert common_area(np.ones((20, 30), bool)) == (0, 20, 0, 30)


def test_a_crop_does_not_poison_the_style(library: StyleLibrary, sample_images: Images, tmp_path: Path) -> None:
    coffee = sample_images["coffee"]
    before = save(coffee, tmp_path / "coffee.png")
    edit = save(cropped(look(coffee), 0.9), tmp_path / "coffee_edit.png")
    report = library.create("Cropped", [EditPair(edit, before)])
    assert (report.style.pair_count, report.problems) == (1, ())
    (reference,) = report.style.references
    assert reference.before is not None
    after, original = (np.asarray(Image.open(path)) for path in (reference.after, reference.before))
    assert mean_delta_e(look(original), after) < 2.5
    by_hand = library.create("By hand", [EditPair(edit)]).style
    by_hand = library.set_before(by_hand.id, "001", before).style
    assert by_hand.references[0].before is not None
    assert mean_delta_e(look(np.asarray(Image.open(by_hand.references[0].before))), after) < 2.5


# ---- duplicates


def test_a_copy_saved_anew_counts_once(library: StyleLibrary, sample_images: Images, tmp_path: Path) -> None:
    edit = look(sample_images["coffee"])
    first = save(edit, tmp_path / "coffee.png")
    again = [
        save(edit, tmp_path / "same.png", compress_level=1),
        save(edit, tmp_path / "web.jpg", quality=75),
        save(cv2.resize(edit, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA), tmp_path / "small.jpg"),
    ]
    report = library.create("Once", [EditPair(path) for path in [first, *again]])
    assert report.added == 1
    assert [problem.count("coffee.png") for problem in report.problems] == [1, 1, 1]
    for problem, path in zip(report.problems, again, strict=True):
        assert path.name in problem
    assert library.add(report.style.id, [EditPair(again[1])]).added == 0
    report = library.add(report.style.id, [EditPair(again[1], save(sample_images["coffee"], tmp_path / "raw.png"))])
    assert (report.added, report.style.pair_count, len(report.style.references)) == (0, 1, 1)


def test_another_edit_of_the_same_photo_is_no_copy(
    library: StyleLibrary, sample_images: Images, tmp_path: Path
) -> None:
    edit = look(sample_images["coffee"])
    darker = (255 * (edit / 255.0) ** 1.08).astype(np.uint8)
    crop = cropped(edit, 0.8)
    edits = [EditPair(save(image, tmp_path / f"{n}.png")) for n, image in enumerate((edit, darker, crop))]
    assert library.create("Three", edits).added == 3


# ---- nothing to see


@pytest.mark.parametrize(
    ("color", "said"), [((0, 0, 0), "black"), ((255, 255, 255), "white"), ((90, 60, 30), "single")]
)
def test_an_empty_image_is_refused(
    library: StyleLibrary, sample_images: Images, tmp_path: Path, color: tuple[int, int, int], said: str
) -> None:
    empty = save(np.full((90, 120, 3), color, np.uint8), tmp_path / "empty.jpg")
    with pytest.raises(StyleError, match=f"empty.jpg.*{said}"):
        library.create("Nothing", [EditPair(empty)])
    coffee = save(sample_images["coffee"], tmp_path / "coffee.png")
    report = library.create("Coffee", [EditPair(empty, coffee), EditPair(coffee, empty)])
    assert (report.added, report.style.pair_count) == (1, 0)
    assert all("empty.jpg" in problem and said in problem for problem in report.problems)
    assert len(report.problems) == 2


def test_a_dark_image_is_not_empty(library: StyleLibrary, sample_images: Images, tmp_path: Path) -> None:
    dark = save((sample_images["rocket"] * 0.15).astype(np.uint8), tmp_path / "night.png")
    assert library.create("Night", [EditPair(dark)]).added == 1


# ---- black and white


@pytest.mark.parametrize("name", ["grey.png", "grey16.png", "grey.jpg", "grey16.tif"])
@pytest.mark.parametrize("paired", [True, False])
def test_grayscale_files_are_references(
    library: StyleLibrary, sample_images: Images, tmp_path: Path, name: str, paired: bool
) -> None:
    coffee = sample_images["coffee"]
    single = grey(coffee)[..., 0]
    assert cv2.imwrite(str(tmp_path / name), single.astype(np.uint16) * 257 if "16" in name else single)
    before = save(coffee, tmp_path / "coffee.png") if paired else None
    report = library.create("Grey", [EditPair(tmp_path / name, before)])
    assert (report.added, report.style.pair_count, report.problems) == (1, int(paired), ())
    copy = np.asarray(Image.open(report.style.references[0].after).convert("RGB")).astype(int)
    assert np.abs(copy - single[..., None]).mean() < 2


# ---- the wrong way round


def pair_on_disk(folder: Path, image: np.ndarray, edit: np.ndarray, after_is_older: bool) -> EditPair:
    pair = EditPair(save(edit, folder / "photo_edit.jpg", quality=95), save(image, folder / "photo.jpg", quality=95))
    assert pair.before is not None
    os.utime(pair.after, (0, 10**9 - HOUR * after_is_older))
    os.utime(pair.before, (0, 10**9 - HOUR * (not after_is_older)))
    return pair


@pytest.mark.parametrize("name", ["astronaut", "coffee", "chelsea"])
def test_an_edit_that_is_older_and_flatter_is_doubted(
    library: StyleLibrary, sample_images: Images, tmp_path: Path, name: str
) -> None:
    image = sample_images[name]
    report = library.create("Swapped", [pair_on_disk(tmp_path, look(image), image, after_is_older=True)])
    (problem,) = report.problems
    assert "photo_edit.jpg" in problem and "photo.jpg" in problem and "older" in problem
    assert report.style.pair_count == 1
    assert report.style.references[0].doubt is not None


@pytest.mark.parametrize("after_is_older", [True, False])
@pytest.mark.parametrize("name", NAMES)
def test_one_hint_alone_is_no_reason(
    library: StyleLibrary, sample_images: Images, tmp_path: Path, name: str, after_is_older: bool
) -> None:
    image = sample_images[name]
    faded = (60 + 0.6 * grey(image) * 0.5 + 0.6 * image * 0.5).astype(np.uint8)
    # Misleading times and a look that is not flat; a faded or grey look and times that are right.
    edits = [look(image), grey(image)] if after_is_older else [faded, grey(image), look(image)]
    for number, edit in enumerate(edits):
        pair = pair_on_disk(tmp_path / str(number), image, edit, after_is_older)
        report = library.create(f"{number}", [pair])
        assert (report.problems, report.style.references[0].doubt) == ((), None)


def test_a_color_edit_of_a_black_and_white_original_is_doubted(
    library: StyleLibrary, sample_images: Images, tmp_path: Path
) -> None:
    image = sample_images["chelsea"]
    pair = pair_on_disk(tmp_path, grey(image), image, after_is_older=False)
    (problem,) = library.create("Swapped", [pair]).problems
    assert "black and white" in problem
    toned = np.clip(grey(image) * np.array([1.0, 0.9, 0.7]), 0, 255).astype(np.uint8)
    assert not image_hints(toned, grey(image)).colored


@pytest.mark.parametrize(
    ("tag", "early", "late"),
    [(0x0131, "Ver.1.0", "Adobe Lightroom 8"), (0x0132, "2024:01:01 10:00:00", "2024:01:03 10:00:00")],
)
def test_metadata_tells_the_order(
    library: StyleLibrary, sample_images: Images, tmp_path: Path, tag: int, early: str, late: str
) -> None:
    image = sample_images["coffee"]
    mild = (255 * (image / 255.0) ** 0.95).astype(np.uint8)
    for name, values in (("right", (late, early)), ("swapped", (early, late))):
        files = []
        for shown, value, file in zip((mild, image), values, ("a_edit.jpg", "a.jpg"), strict=True):
            exif = Image.Exif()
            exif[tag] = value
            files.append(save(shown, tmp_path / name / file, exif=exif, quality=95))
        reference = library.create(name, [EditPair(*files)]).style.references[0]
        assert (reference.doubt is not None) == (name == "swapped")


def test_swapping_is_undone_by_swapping(library: StyleLibrary, sample_images: Images, tmp_path: Path) -> None:
    image = sample_images["coffee"]
    wrong = library.create("Wrong", [pair_on_disk(tmp_path, look(image), image, after_is_older=True)]).style
    pixels = wrong.references[0].after.read_bytes()
    right = library.swap_pair(wrong.id, "001")
    reference = right.references[0]
    assert reference.before is not None and reference.before.read_bytes() == pixels
    assert Path(reference.source).name == "photo.jpg"
    assert reference.doubt is None
    assert right.fingerprint != wrong.fingerprint
    back = library.swap_pair(wrong.id, "001").references[0]
    assert (back.after, back.digest) == (wrong.references[0].after, wrong.references[0].digest)
    # A new original must not overwrite the copy of the edit, whatever that is called.
    library.swap_pair(wrong.id, "001")
    changed = library.set_before(wrong.id, "001", tmp_path / "photo_edit.jpg").style.references[0]
    assert changed.after != changed.before
    assert np.abs(np.asarray(Image.open(changed.after)).astype(int) - look(image)).mean() < 5
    library.set_before(wrong.id, "001", None)
    with pytest.raises(StyleError, match="no original"):
        library.swap_pair(wrong.id, "001")


def test_a_doubt_that_was_settled_stays_settled(library: StyleLibrary, sample_images: Images, tmp_path: Path) -> None:
    image = sample_images["coffee"]
    style = library.create("Right", [pair_on_disk(tmp_path, look(image), image, after_is_older=True)]).style
    assert library.dismiss_doubt(style.id, "001").references[0].doubt is None
    assert library.get(style.id).references[0].doubt is None
    assert library.get(style.id).fingerprint == style.fingerprint


# ---- references that contradict each other


@pytest.mark.parametrize(
    ("agreement", "said"),
    [
        ([], None),
        ([0.1], None),
        ([0.9, 0.6, 0.5], None),
        ([0.0, 0.8, 0.9, 0.9, 0.7], "1 of 5 disagrees with the others."),
        ([0.0, 0.1, 0.7, 0.7, 0.8], "2 of 5 disagree with the others."),
        ([0.0, 0.0, 0.7, 0.7], "2 of 4 disagree with the others."),
        ([0.0, 0.45, 0.48, 0.46, 0.47], None),  # none stand together: every photo by what it shows
        ([0.0, 0.0, 0.0], None),
        ([0.0, 0.4, 0.7, 0.7, 0.7], "1 of 5 disagrees with the others."),
        ([0.05, 0.05], "These references contradict each other."),
        ([0.0, 0.3], None),
    ],
)
def test_contradiction_is_told_in_one_sentence(agreement: list[float], said: str | None) -> None:
    found = contradiction(agreement)
    assert (found.sentence if found is not None else None) == said
