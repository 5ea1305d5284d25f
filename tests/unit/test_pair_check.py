"""One check of pairs for styles, training, prepared data sets and evaluation: crops, strangers, blanks, one edit."""

import io
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from pie_desktop.errors import PieError
from pie_desktop.imaging.color.difference import mean_delta_e
from pie_desktop.imaging.pairs.alignment import AlignedPair
from pie_desktop.imaging.pairs.check import Fault, NoPair, prepare_pair, prepare_versions, read_pair
from pie_desktop.imaging.pairs.content import explained, same_edit
from pie_desktop.imaging.pairs.find import EditPair, find_pairs, pairs_in_folder
from pie_desktop.styles.store import StyleLibrary
from training.benchmark.cases import Draws
from training.benchmark.people import own_cases, user_cases
from training.data.fivek import find_dataset
from training.data.inspection import inspect
from training.data.pairs import load_pairs
from training.data.prepared import open_prepared
from training.data.preparing import PrepareReport, prepare

Images = dict[str, np.ndarray]
SIDE = 96
WHOLE = ("astronaut", "coffee", "chelsea")


def toned(image: np.ndarray) -> np.ndarray:
    values = np.clip((image / 255) ** 0.85 * np.array([1.08, 1.0, 0.86]), 0, 1)
    return np.rint(values * 255).astype(np.uint8)


def cropped(image: np.ndarray) -> np.ndarray:
    """70 % of both sides, off-centre: another part of the photo, of the very same shape."""
    height, width = image.shape[:2]
    top, left = int(height * 0.05), int(width * 0.25)
    return np.ascontiguousarray(image[top : top + int(height * 0.7), left : left + int(width * 0.7)])


def faded(image: np.ndarray) -> np.ndarray:
    return np.rint(30 + 0.8 * image).astype(np.uint8)


def saved(image: np.ndarray, kind: str, quality: int, scale: float = 1.0) -> np.ndarray:
    """The image as it comes back from a file of this kind."""
    size = round(image.shape[1] * scale), round(image.shape[0] * scale)
    file = io.BytesIO()
    Image.fromarray(image).resize(size, Image.Resampling.LANCZOS).save(file, kind, quality=quality)
    return np.asarray(Image.open(file).convert("RGB"))


def save(image: np.ndarray, path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(image).save(path, quality=95)
    return path


@pytest.fixture
def pairs(tmp_path: Path, sample_images: Images) -> Callable[[str, str], Path]:
    """Makes a folder of edits and one of originals: ten pairs, of which six are as a careless user may give them."""

    def make(edits: str, originals: str) -> Path:
        photos = [sample_images[name] for name in WHOLE]
        photos += [np.ascontiguousarray(photo[:, ::-1]) for photo in photos]
        size = photos[0].shape[1::-1]
        for number, photo in enumerate(photos):
            save(photo, tmp_path / originals / f"p{number}.jpg")
            save(toned(photo), tmp_path / edits / f"p{number}.jpg")
        careless = {
            "crop": cropped(toned(photos[0])),
            "black": np.zeros_like(photos[0]),
            "dot": np.full((1, 1, 3), 90, np.uint8),
            "other": cv2.resize(toned(photos[1]), size, interpolation=cv2.INTER_AREA),
            "twice": photos[0],
        }
        for name, edit in careless.items():
            save(photos[0], tmp_path / originals / f"{name}.jpg")
            save(edit, tmp_path / edits / f"{name}.jpg")
        return tmp_path / edits

    return make


def one_sentence_each(problems: tuple[str, ...], *left_out: str) -> None:
    assert len(problems) == len(left_out)
    for name in left_out:
        (sentence,) = (problem for problem in problems if f"{name}.jpg" in problem)
        assert sentence.count(". ") == 0 and sentence.endswith("so the pair is left out.")


def test_training_learns_from_pairs_only(pairs: Callable[[str, str], Path]) -> None:
    bank = load_pairs(pairs_in_folder(pairs("edits", "edits/original")), SIDE)
    one_sentence_each(bank.problems, "black", "dot", "other", "twice")
    assert sorted(bank.names) == ["crop.jpg", *(f"p{n}.jpg" for n in range(6))]
    for before, after in zip(bank.before, bank.after, strict=True):
        assert mean_delta_e(toned(before), after) < 2  # the crop, too, lies on its original


def test_a_prepared_data_set_holds_pairs_only(pairs: Callable[[str, str], Path], tmp_path: Path) -> None:
    pairs("set/Film", "set/original")
    for number in range(6):  # enough photos to train with
        path = tmp_path / "set" / "{}" / f"p{number}.jpg"
        for folder in ("Film", "original"):
            image = cv2.imread(str(path).format(folder))
            cv2.imwrite(str(path.with_name(f"q{number}.jpg")).format(folder), image[: -20 - number])
    Image.new("RGB", (600, 400)).save(tmp_path / "set" / "Film" / "dot.jpg")
    found = inspect(find_dataset(tmp_path / "set"), SIDE)
    out = tmp_path / "cache"
    report = prepare(found.dataset, found.whole, out, SIDE)
    one_sentence_each(report.left_out, "Film/black", "Film/dot", "Film/other", "Film/twice")
    assert report.photos == 13
    data = open_prepared(out)
    for name, split, before, after in zip(data.names, data.splits, data.before, data.after[0], strict=True):
        assert bool(split) == (name not in ("black", "dot", "other", "twice"))
        if split:
            assert mean_delta_e(toned(before), after) < 2
    assert prepare(found.dataset, found.whole, out, SIDE) == PrepareReport(13, 0, report.left_out)


def test_evaluation_compares_pairs_only(pairs: Callable[[str, str], Path], tmp_path: Path) -> None:
    folder = pairs("ann/after", "ann/before")
    said: list[str] = []
    (case,) = own_cases([folder], tmp_path / "ann" / "before", Draws(20, 2), said.append)
    one_sentence_each(tuple(said), "black", "dot", "other", "twice")
    assert (len(case.references), len(case.queries)) == (5, 2)
    for before, after in (*case.references, *case.queries):
        assert mean_delta_e(toned(before), after) < 2
    said.clear()
    (user,) = user_cases(tmp_path, Draws(20, 2), said.append)
    assert len(said) == 4 and len(user.references) == 5
    for path in folder.glob("p[1-9].jpg"):
        path.unlink()
    (folder / "crop.jpg").unlink()
    with pytest.raises(PieError, match="Fewer than 2 edits with a usable original"):
        own_cases([folder], tmp_path / "ann" / "before", Draws(20, 2))


def test_several_edits_of_a_photo_share_its_frame(sample_images: Images) -> None:
    photo = sample_images["coffee"]
    whole = prepare_versions(photo, [toned(photo), faded(photo)])
    assert isinstance(whole, list) and whole[0] is photo
    versions = prepare_versions(photo, [toned(photo), cropped(faded(photo)), photo])
    assert isinstance(versions, list)
    before, first, second, third = versions
    assert before.shape == first.shape == second.shape == third.shape
    assert 0.4 < before.size / photo.size < 0.55
    assert mean_delta_e(toned(before), first) < 1
    assert mean_delta_e(faded(before), second) < 2
    assert np.array_equal(before, third)  # this author left the photo as it is
    stranger = prepare_versions(photo, [toned(photo), toned(sample_images["chelsea"])])
    assert isinstance(stranger, tuple) and stranger[0] == 1
    twice = prepare_versions(photo, [saved(photo, "JPEG", 90), photo])
    assert isinstance(twice, tuple) and "identical" in twice[1].reason


def test_soft_images_without_edges_are_compared_by_their_colors(sample_images: Images) -> None:
    soft = cv2.GaussianBlur(sample_images["astronaut"], (0, 0), 30)
    assert isinstance(prepare_pair(soft, toned(soft)), AlignedPair)
    other = cv2.resize(sample_images["coffee"], soft.shape[1::-1], interpolation=cv2.INTER_AREA)
    assert explained(toned(other), soft) < 0.6 < explained(toned(soft), soft)
    assert isinstance(prepare_pair(soft, toned(other)), NoPair)
    assert isinstance(prepare_pair(other, toned(soft)), NoPair)


def test_the_reason_names_the_image_at_fault(sample_images: Images, tmp_path: Path) -> None:
    photo = sample_images["coffee"]
    white, dot = np.full_like(photo, 255), photo[:3, :5]
    for before, after, fault in (
        (photo, white, Fault.EDIT),
        (white, photo, Fault.ORIGINAL),
        (dot, photo, Fault.ORIGINAL),
    ):
        reason = prepare_pair(before, after)
        assert isinstance(reason, NoPair) and reason.fault is fault
    assert "5 x 3" in reason.reason
    checked = read_pair(tmp_path / "gone.jpg", save(photo, tmp_path / "here.jpg"))
    assert checked.pair is None and checked.problem is not None and "gone.jpg" in checked.problem


# ---- two files of one edit


@pytest.mark.parametrize("name", ["astronaut", "coffee", "chelsea", "rocket"])
def test_an_edit_saved_twice_is_one_edit_and_a_subtle_edit_is_not(sample_images: Images, name: str) -> None:
    photo = sample_images[name]
    for kind, quality, scale in (
        ("JPEG", 85, 1),
        ("JPEG", 75, 1),
        ("JPEG", 85, 0.5),
        ("WEBP", 80, 1),
        ("WEBP", 60, 0.5),
    ):
        again = prepare_pair(photo, saved(photo, kind, quality, scale))
        assert isinstance(again, NoPair) and "nearly identical" in again.reason
    for edit in (toned(photo), faded(photo)):
        subtle = cv2.addWeighted(photo, 0.9, edit, 0.1, 0)
        assert isinstance(prepare_pair(photo, saved(subtle, "JPEG", 90)), AlignedPair)
    spot = photo.copy()
    spot[100:180, 100:180] = toned(faded(photo))[100:180, 100:180]
    assert not same_edit(spot, photo)


def test_a_style_does_not_take_two_files_of_one_edit_for_a_pair(sample_images: Images, tmp_path: Path) -> None:
    for number, name in enumerate(WHOLE):
        edit = toned(sample_images[name])
        Image.fromarray(edit).save(tmp_path / f"IMG_{number}.tif")
        Image.fromarray(edit).save(tmp_path / f"IMG_{number}.jpg", quality=85)
    guesses = find_pairs(sorted(tmp_path.glob("*.jpg")))
    edits = [EditPair(guess.after, guess.before) for guess in guesses]
    assert all(edit.before is not None for edit in edits)
    report = StyleLibrary(tmp_path / "styles", builtin=tmp_path / "builtin").create("One edit", edits)
    assert (report.added, report.style.pair_count) == (3, 0)
    for number, problem in enumerate(report.problems):
        assert f"IMG_{number}.jpg" in problem and f"IMG_{number}.tif" in problem and "nearly identical" in problem
