"""The styles of folders in the catalog."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from pie_desktop.catalog import folder_contents
from pie_desktop.catalog.content import ContentHasher
from pie_desktop.catalog.folder_styles import FolderStyle, create_folder_styles
from pie_desktop.catalog.store import MIGRATIONS, Catalog
from pie_desktop.edit.edit import Edit


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "home" / "catalog.sqlite"


def test_it_survives_a_restart_folder_by_folder(path: Path, tmp_path: Path) -> None:
    day, evening = tmp_path / "day", tmp_path / "evening \udcff 🌙"
    styles = Catalog(path).folder_styles
    assert styles.get(day) is None
    styles.put(day, FolderStyle("warm"))
    styles.put(evening, FolderStyle("cool", pinned=True))
    styles.put(day, FolderStyle(None, pinned=True))
    # Without close: a crash must not lose what was put.
    again = Catalog(path).folder_styles
    assert again.get(day) == FolderStyle(None, pinned=True)
    assert again.get(evening) == FolderStyle("cool", pinned=True)
    assert again.get(tmp_path) is None


def test_a_catalog_without_folder_styles_keeps_its_edits(path: Path, tmp_path: Path) -> None:
    photo = tmp_path / "a.jpg"
    photo.write_bytes(b"a" * 1000)
    version = MIGRATIONS.index(create_folder_styles)
    path.parent.mkdir()
    with closing(sqlite3.connect(path)) as connection, connection:
        for migration in MIGRATIONS[:version]:
            migration(connection)
        row = (ContentHasher().digest(photo), str(photo), Edit.styled("warm", 0.5).to_text(), 0.0)
        connection.execute("INSERT INTO edits (digest, path, edit, updated) VALUES (?, ?, ?, ?)", row)
        connection.execute(f"PRAGMA user_version = {version}")
    catalog = Catalog(path)
    assert catalog.folder_styles.get(tmp_path) is None and catalog.get(photo) == Edit.styled("warm", 0.5)
    assert not catalog.take_problems()


def test_what_is_no_style_is_none(path: Path, tmp_path: Path) -> None:
    styles = Catalog(path).folder_styles
    styles.put(tmp_path, FolderStyle("warm"))
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE folder_styles SET style_id = x'ff00'")
    assert styles.get(tmp_path) is None


def _photos(folder: Path, numbers: range) -> Path:
    folder.mkdir(parents=True)
    for number in numbers:
        (folder / f"{number:03}.jpg").write_bytes(str(number).encode() * 100)
    return folder


def test_a_folder_that_was_moved_or_renamed_keeps_its_style(path: Path, tmp_path: Path) -> None:
    folder = _photos(tmp_path / "day \udcff", range(40))
    catalog = Catalog(path)
    catalog.folder_styles.put(folder, FolderStyle("warm", pinned=True))
    (tmp_path / "2026").mkdir()
    moved = folder.rename(tmp_path / "2026" / "evening")
    (moved / "000.jpg").unlink()  # what was done to it meanwhile
    (moved / "0000.jpg").write_bytes(b"a new photo")
    assert Catalog(path).folder_styles.get(moved) == FolderStyle("warm", pinned=True)
    again = moved.rename(tmp_path / "night")  # and once more, after another style was chosen there
    styles = Catalog(path).folder_styles
    assert styles.get(again) == FolderStyle("warm", pinned=True)
    styles.put(again, FolderStyle("cool"))
    assert Catalog(path).folder_styles.get(again.rename(tmp_path / "last")) == FolderStyle("cool")
    assert {one.name for one in (tmp_path / "last").iterdir()} >= {"0000.jpg"}
    assert not [one for one in (tmp_path / "last").iterdir() if one.suffix != ".jpg"]


def test_a_copy_of_a_folder_begins_without_a_style(path: Path, tmp_path: Path) -> None:
    folder = _photos(tmp_path / "day", range(5))
    styles = Catalog(path).folder_styles
    styles.put(folder, FolderStyle("warm"))
    assert styles.get(_photos(tmp_path / "copy", range(5))) is None
    folder.rename(tmp_path / "elsewhere")
    assert styles.get(_photos(tmp_path / "others", range(10, 15))) is None
    assert styles.get(tmp_path / "elsewhere") == FolderStyle("warm")


def test_of_two_folders_with_the_same_photos_the_fuller_one_is_meant(path: Path, tmp_path: Path) -> None:
    styles = Catalog(path).folder_styles
    whole, part = _photos(tmp_path / "whole", range(6)), _photos(tmp_path / "part", range(2))
    styles.put(whole, FolderStyle("warm"))
    styles.put(part, FolderStyle("cool"))
    moved = whole.rename(tmp_path / "moved")
    part.rename(tmp_path / "away")
    assert styles.get(moved) == FolderStyle("warm")


def test_folders_of_an_older_catalog_are_noted_when_they_are_seen(path: Path, tmp_path: Path) -> None:
    folder = _photos(tmp_path / "day", range(3))
    version = MIGRATIONS.index(folder_contents.create)
    path.parent.mkdir()
    with closing(sqlite3.connect(path)) as connection, connection:
        for migration in MIGRATIONS[:version]:
            migration(connection)
        connection.execute("INSERT INTO folder_styles VALUES (?, 'warm', 0, 1.0)", (str(folder),))
        connection.execute(f"PRAGMA user_version = {version}")
    styles = Catalog(path).folder_styles
    assert styles.get(folder) == FolderStyle("warm")
    assert styles.get(folder.rename(tmp_path / "moved")) == FolderStyle("warm")


def test_it_is_asked_once_and_not_for_each_photo(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    gone, unstyled = _photos(tmp_path / "gone", range(3)), _photos(tmp_path / "unstyled", range(50, 60))
    styles = Catalog(path).folder_styles
    styles.put(gone, FolderStyle("warm"))
    gone.rename(tmp_path / "elsewhere")
    read: list[Path] = []
    monkeypatch.setattr(styles, "_digest", lambda photo: read.append(photo) or photo.name)
    for _ in range(100):
        assert styles.get(unstyled) is None
    assert len(read) == folder_contents.ASKED
    (tmp_path / "unstyled").rename(tmp_path / "aside")
    monkeypatch.undo()
    (tmp_path / "elsewhere").rename(unstyled)
    assert styles.get(unstyled) == FolderStyle("warm"), "another folder stands in its place now"
