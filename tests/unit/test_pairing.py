"""Which original belongs to which edit."""

from pathlib import Path

import pytest

from pie_desktop.imaging.pairs.find import PairGuess, find_original, find_pairs, pairs_in_folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "shoot"


def make(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).touch()


@pytest.mark.parametrize(
    "edit",
    [
        "IMG_1_edit.jpg",
        "IMG_1-edited.jpg",
        "IMG_1_final.jpg",
        "IMG_1 (1).jpg",
        "IMG_1(2).jpg",
        "IMG_1-Edit.tif",
        "img_1_EDITED.JPG",
        "IMG_1-Edit-2.jpg",
        "IMG_1_edit_final (1).jpg",
        "IMG_1 copy.jpg",
        "edited_IMG_1.jpg",
    ],
)
def test_suffixes_in_one_folder(folder: Path, edit: str) -> None:
    make(folder, "IMG_1.jpg", "IMG_2.jpg", "IMG_11.jpg", edit)
    assert find_original(folder / edit) == folder / "IMG_1.jpg"


@pytest.mark.parametrize("original", ["a_original.jpg", "a-before.jpg", "a_RAW.tif", "orig_a.jpg"])
def test_names_of_originals(folder: Path, original: str) -> None:
    make(folder, "a.jpg", original)
    assert find_original(folder / "a.jpg") == folder / original
    assert find_original(folder / original) is None


@pytest.mark.parametrize(
    ("edit", "original"),
    [
        ("a.jpg", "originals/a.jpg"),
        ("a.jpg", "Original/A.JPG"),
        ("a.jpg", "before/a.png"),
        ("a.jpg", "RAW/a.tif"),
        ("a_edit.jpg", "originals/a.jpg"),
        ("edits/a.jpg", "originals/a.jpg"),
        ("after/a.jpg", "before/a.jpg"),
        ("exports/web/a-edited.jpg", "originals/a.jpg"),
        ("a.jpg", "original photos/a.jpg"),
    ],
)
def test_folders_of_originals(folder: Path, edit: str, original: str) -> None:
    make(folder, edit, original, "b.jpg")
    assert find_original(folder / edit) == folder / original


def test_the_same_folder_comes_first(folder: Path) -> None:
    make(folder, "a_edit.jpg", "a.jpg", "originals/a.jpg")
    assert find_original(folder / "a_edit.jpg") == folder / "a.jpg"


def test_originals_are_not_edits_of_each_other(folder: Path) -> None:
    make(folder, "before/a.jpg", "raw/a.jpg", "a_edit.jpg")
    assert find_original(folder / "a.jpg") != folder / "a.jpg"
    make(folder, "b.jpg", "c.jpg", "b2.jpg")
    assert find_original(folder / "b.jpg") is None


def test_another_file_type_counts_last_and_only_if_it_is_the_only_one(folder: Path) -> None:
    make(folder, "a.jpg", "a.tif", "b.jpg", "b.tif", "b.png", "c.jpg", "c.tif", "originals/c.jpg")
    assert find_original(folder / "a.jpg") == folder / "a.tif"
    assert find_original(folder / "b.jpg") is None
    assert find_original(folder / "c.jpg") == folder / "originals" / "c.jpg"


def test_ambiguous_is_none(folder: Path) -> None:
    make(folder, "a_edit.tif", "a.jpg", "a.png")
    assert find_original(folder / "a_edit.tif") is None
    make(folder, "b_edit.png", "b.jpg", "b.png")
    assert find_original(folder / "b_edit.png") == folder / "b.png"


def test_extra_folders_come_first(folder: Path, tmp_path: Path) -> None:
    make(folder, "a_edit.jpg", "a.jpg")
    make(tmp_path / "card", "a.jpg")
    assert find_original(folder / "a_edit.jpg", [tmp_path / "card"]) == tmp_path / "card" / "a.jpg"
    assert find_original(folder / "a_edit.jpg", [tmp_path / "gone"]) == folder / "a.jpg"


def test_dropped_together(folder: Path) -> None:
    names = ["b.jpg", "a_edit.jpg", "a.jpg", "c_edit.jpg"]
    make(folder, *names)
    guesses = find_pairs([folder / name for name in names])
    assert [(guess.after.name, guess.before and guess.before.name, guess.how) for guess in guesses] == [
        ("b.jpg", None, ""),
        ("a_edit.jpg", "a.jpg", "dropped together"),
        ("c_edit.jpg", None, ""),
    ]


def test_two_edits_of_one_original(folder: Path) -> None:
    names = ["a.jpg", "a_edit.jpg", "a_edit_final.jpg"]
    make(folder, *names)
    guesses = find_pairs([folder / name for name in names])
    assert [(guess.after.name, guess.before) for guess in guesses] == [
        ("a_edit.jpg", folder / "a.jpg"),
        ("a_edit_final.jpg", folder / "a.jpg"),
    ]


def test_same_names_from_different_folders_dropped_together(folder: Path) -> None:
    make(folder, "before/a.jpg", "after/a.jpg")
    after, before = folder / "after" / "a.jpg", folder / "before" / "a.jpg"
    for dropped in ([after, before], [before, after]):
        assert [(guess.after, guess.before) for guess in find_pairs(dropped)] == [(after, before)]


def test_given_originals(folder: Path, tmp_path: Path) -> None:
    make(folder, "a.jpg", "b.jpg")
    make(tmp_path / "other", "a.jpg", "x.jpg", "b.jpg")
    other = tmp_path / "other"
    assert find_pairs([folder / "a.jpg"], [other / "a.jpg"])[0].before == other / "a.jpg"
    assert find_pairs([folder / "a.jpg"], [other / "x.jpg"])[0].before == other / "x.jpg"
    both = find_pairs([folder / "a.jpg", folder / "b.jpg"], [other])
    assert [guess.before for guess in both] == [other / "a.jpg", other / "b.jpg"]
    assert both[0].how == "folder other"


def test_never_itself(folder: Path) -> None:
    make(folder, "originals/a.jpg", "b.jpg")
    assert find_original(folder / "originals" / "a.jpg") is None
    assert find_pairs([folder / "b.jpg"], [folder / "b.jpg"])[0].before is None
    assert len(find_pairs([folder / "b.jpg", folder / "b.jpg"])) == 1


def test_raw_and_jpeg_of_one_name_are_a_pair(folder: Path) -> None:
    make(folder, "a.NEF", "a.JPG", "b.CR3", "c.jpg", "d.dng", "d.heic", "d.tif")
    expected = PairGuess(folder / "a.JPG", folder / "a.NEF", "same folder")
    assert find_pairs([folder / "a.JPG"]) == [expected]
    assert find_pairs([folder / "a.NEF"]) == [expected], "the one photo of the filmstrip"
    assert find_pairs([folder / "a.JPG", folder / "a.NEF"]) == [expected]
    assert find_original(folder / "d.heic") == folder / "d.dng"
    assert find_original(folder / "d.tif") == folder / "d.dng"
    assert find_pairs([folder / "b.CR3"]) == [PairGuess(folder / "b.CR3", None, "")]
    assert find_original(folder / "a.NEF") is None, "nothing is more unedited than a RAW photo"


def test_a_raw_photo_is_the_original_of_an_edit_given_with_it(folder: Path) -> None:
    make(folder, "a.NEF", "a.JPG", "a_edit.tif")
    guesses = find_pairs([folder / "a.NEF", folder / "a_edit.tif"])
    assert guesses == [PairGuess(folder / "a_edit.tif", folder / "a.NEF", "dropped together")]


def test_raw_and_jpeg_in_a_folder_to_learn_from(folder: Path) -> None:
    make(folder, "a.NEF", "a.JPG", "b.RAF", "b.jpg")
    pairs = [(guess.after.name, guess.before and guess.before.name) for guess in pairs_in_folder(folder)]
    assert pairs == [("a.JPG", "a.NEF"), ("b.jpg", "b.RAF")]
