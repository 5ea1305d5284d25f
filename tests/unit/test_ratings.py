"""Ratings in the catalog: kept, found again after a move, and brought to catalogs of older versions."""

import sqlite3
from pathlib import Path

import pytest

from pie_desktop.catalog.store import MIGRATIONS, Catalog
from pie_desktop.edit.edit import Edit
from pie_desktop.errors import PieError
from pie_desktop.imaging.metadata.marks import Mark

MARK = Mark(4, "pick", "Blue")


@pytest.fixture
def photos(tmp_path: Path) -> list[Path]:
    paths = [tmp_path / f"{name}.jpg" for name in "ab"]
    for path in paths:
        path.write_bytes(path.name.encode() * 1000)
    return paths


def test_marks_survive_a_restart(tmp_path: Path, photos: list[Path]) -> None:
    path = tmp_path / "catalog.sqlite"
    Catalog(path).marks.put({photos[0]: MARK, photos[1]: Mark(flag="reject")})
    marks = Catalog(path).marks
    assert [marks.get(photo) for photo in photos] == [MARK, Mark(flag="reject")]


def test_a_photo_that_was_never_marked_has_none_and_a_cleared_one_has(tmp_path: Path, photos: list[Path]) -> None:
    marks = Catalog(tmp_path / "catalog.sqlite").marks
    marks.put({photos[0]: Mark()})
    assert [marks.get(photo) for photo in photos] == [Mark(), None]


def test_a_moved_photo_keeps_its_mark(tmp_path: Path, photos: list[Path]) -> None:
    marks = Catalog(tmp_path / "catalog.sqlite").marks
    marks.put({photos[0]: MARK})
    assert marks.get(photos[0].rename(tmp_path / "moved.jpg")) == MARK


def test_a_photo_that_is_gone_is_one_sentence_and_nothing_of_the_others_is_half_kept(
    tmp_path: Path, photos: list[Path]
) -> None:
    marks = Catalog(tmp_path / "catalog.sqlite").marks
    with pytest.raises(PieError, match="gone"):
        marks.put({photos[0]: MARK, tmp_path / "gone.jpg": MARK})
    assert marks.get(photos[0]) is None


def test_a_catalog_of_the_version_before_gets_the_table_and_keeps_its_edits(tmp_path: Path, photos: list[Path]) -> None:
    path = tmp_path / "catalog.sqlite"
    with sqlite3.connect(path) as connection:
        for migration in MIGRATIONS[:2]:
            migration(connection)
        connection.execute("PRAGMA user_version = 2")
    catalog = Catalog(path)
    catalog.put(photos[0], Edit.styled("style-1"))
    catalog.marks.put({photos[0]: MARK})
    assert catalog.get(photos[0]) == Edit.styled("style-1")
    assert catalog.marks.get(photos[0]) == MARK


def test_odd_rows_are_no_error(tmp_path: Path, photos: list[Path]) -> None:
    path = tmp_path / "catalog.sqlite"
    catalog = Catalog(path)
    catalog.marks.put({photos[0]: MARK})
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE marks SET stars = 99, flag = 'x', label = x'00'")
    assert catalog.marks.get(photos[0]) == Mark(5)
