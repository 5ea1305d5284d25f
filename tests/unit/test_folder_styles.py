"""The styles of folders in the catalog."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

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
