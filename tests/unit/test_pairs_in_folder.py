"""Pairs of whole folders, as training finds them."""

from pathlib import Path

from pie_desktop.imaging.pairs.find import pairs_in_folder


def _touch(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).touch()


def _names(folder: Path, originals: Path | None = None) -> dict[str, str | None]:
    root = folder.parent
    return {
        guess.after.relative_to(root).as_posix(): guess.before and guess.before.relative_to(root).as_posix()
        for guess in pairs_in_folder(folder, originals)
    }


def test_originals_in_the_same_folder_are_no_edits(tmp_path: Path) -> None:
    _touch(tmp_path / "f", "a.jpg", "a_edit.jpg", "b-edited.jpg", "lonely_edit.jpg")
    _touch(tmp_path / "f" / "originals", "b.jpg")
    assert _names(tmp_path / "f") == {
        "f/a_edit.jpg": "f/a.jpg",
        "f/b-edited.jpg": "f/originals/b.jpg",
        "f/lonely_edit.jpg": None,
    }


def test_a_folder_of_originals_with_equal_names(tmp_path: Path) -> None:
    _touch(tmp_path / "edits", "1.jpg", "2.jpg", "only.jpg")
    _touch(tmp_path / "shots", "1.jpg", "2.tif")
    found = _names(tmp_path / "edits", tmp_path / "shots")
    assert found == {"edits/1.jpg": "shots/1.jpg", "edits/2.jpg": "shots/2.tif", "edits/only.jpg": None}


def test_the_place_of_the_original_is_told(tmp_path: Path) -> None:
    _touch(tmp_path / "f", "a.jpg", "a_edit.jpg", "b_edit.jpg")
    _touch(tmp_path / "shots", "b.jpg")
    assert {guess.after.name: guess.how for guess in pairs_in_folder(tmp_path / "f", tmp_path / "shots")} == {
        "a_edit.jpg": "same folder",
        "b_edit.jpg": "folder shots",
    }


def test_subfolders_tell_equal_names_apart(tmp_path: Path) -> None:
    _touch(tmp_path / "edits", "may/1.jpg", "june/1.jpg")
    _touch(tmp_path / "shots", "may/1.jpg", "june/1.jpg")
    found = _names(tmp_path / "edits", tmp_path / "shots")
    assert found == {"edits/may/1.jpg": "shots/may/1.jpg", "edits/june/1.jpg": "shots/june/1.jpg"}


def test_originals_below_the_folder_of_edits_are_not_edits(tmp_path: Path) -> None:
    _touch(tmp_path / "f", "1.jpg", "camera/1.jpg", "camera/unused.jpg")
    assert _names(tmp_path / "f", tmp_path / "f" / "camera") == {"f/1.jpg": "f/camera/1.jpg"}
