"""What a style is made of: names proposed from files, folders expanded to their photos."""

from pathlib import Path

import pytest

from pie_desktop.errors import StyleError
from pie_desktop.ui.styles.jobs import FALLBACK, expand_folders, propose_name


@pytest.mark.parametrize(
    ("edits", "name"),
    [
        (["/photos/warm_evening/1.jpg", "/photos/warm_evening/2.jpg"], "Warm evening"),
        (["/photos/warm_evening/edits/1.jpg"], "Warm evening"),
        (["/photos/warm_evening/2024-05-01/1.jpg"], "Warm evening"),
        (["/a/Downloads/street_01.jpg", "/b/Downloads/street_02.jpg"], "Street"),
        (["/home/anna/Pictures/IMG_0001.jpg", "/home/anna/Pictures/IMG_0002.jpg"], FALLBACK),
        (["/a/x.jpg", "/b/y.jpg"], FALLBACK),
        (["/home/Desktop/holiday.jpg"], FALLBACK),
    ],
)
def test_names_come_from_folders_or_files(edits: list[str], name: str) -> None:
    assert propose_name([Path(edit) for edit in edits]) == name


def test_folders_are_expanded_and_nothing_is_taken_twice(photo_folder: Path) -> None:
    (photo_folder / "notes.txt").write_text("not a photo")
    photo = photo_folder / "rocket.jpg"
    found = expand_folders([photo, photo_folder])
    assert found[0] == photo
    assert sorted(path.name for path in found) == ["astronaut.jpg", "chelsea.jpg", "coffee.jpg", "rocket.jpg"]


def test_a_folder_without_photos_is_named(tmp_path: Path) -> None:
    empty = tmp_path / "nothing here"
    empty.mkdir()
    with pytest.raises(StyleError, match="nothing here"):
        expand_folders([empty])
