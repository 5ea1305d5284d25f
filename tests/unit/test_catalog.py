"""The catalog of edit states: kept, found again after a move, and never in the way of starting."""

import json
import os
import sqlite3
import sys
import threading
from pathlib import Path

import pytest

from pie_desktop import paths
from pie_desktop.catalog.store import Catalog
from pie_desktop.edit.edit import Edit
from pie_desktop.errors import NewerEditError, PieError

STATE = Edit.styled("style-1", 1.3, 0.6)


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    path = tmp_path / "photos" / "a.jpg"
    path.parent.mkdir()
    path.write_bytes(b"a" * 200_000)
    return path


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "home" / "catalog.sqlite"


def test_state_survives_a_restart_and_leaves_the_photo_alone(path: Path, photo: Path) -> None:
    catalog = Catalog(path)
    assert catalog.get(photo) is None
    catalog.put(photo, STATE)
    catalog.put(photo, Edit.styled(None, 0.2, 1.0))
    catalog.put(photo, STATE)
    # Without close: a crash must not lose what was put.
    assert Catalog(path).get(photo) == STATE
    assert list(photo.parent.iterdir()) == [photo]
    with sqlite3.connect(path) as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_moved_and_renamed_photo_is_found(path: Path, photo: Path, tmp_path: Path) -> None:
    catalog = Catalog(path)
    catalog.put(photo, STATE)
    moved = tmp_path / "elsewhere.jpg"
    photo.rename(moved)
    assert catalog.get(moved) == STATE
    assert catalog.get(photo) is None


def test_a_copy_goes_its_own_way(path: Path, photo: Path) -> None:
    catalog = Catalog(path)
    catalog.put(photo, STATE)
    copy = photo.with_name("copy.jpg")
    copy.write_bytes(photo.read_bytes())
    assert catalog.get(copy) == STATE
    other = Edit.styled("style-2")
    catalog.put(copy, other)
    assert (catalog.get(photo), catalog.get(copy)) == (STATE, other)


@pytest.mark.parametrize("content", [b"b" + b"a" * 199_999, b"a" * 199_999 + b"b", b"a" * 200_001, b""])
def test_another_photo_under_an_old_name_begins_afresh(path: Path, photo: Path, content: bytes) -> None:
    catalog = Catalog(path)
    catalog.put(photo, STATE)
    photo.write_bytes(content)
    assert catalog.get(photo) is None


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have Unicode names only")
def test_a_name_that_is_no_text(path: Path, photo: Path) -> None:
    odd = photo.rename(photo.with_name(os.fsdecode(b"caf\xe9.jpg")))
    catalog = Catalog(path)
    catalog.put(odd, STATE)
    assert Catalog(path).get(odd) == STATE


def test_a_deleted_photo(path: Path, photo: Path) -> None:
    catalog = Catalog(path)
    photo.unlink()
    assert catalog.get(photo) is None
    with pytest.raises(PieError, match=r"a\.jpg"):
        catalog.put(photo, STATE)


def test_a_file_that_is_no_database_is_set_aside(path: Path, photo: Path) -> None:
    path.parent.mkdir()
    path.write_bytes(b"this is no database" * 100)
    catalog = Catalog(path)
    (problem,) = catalog.take_problems()
    assert catalog.take_problems() == []
    (kept,) = path.parent.glob("*.damaged-*")
    assert str(kept) in problem
    assert kept.read_bytes() == b"this is no database" * 100
    catalog.put(photo, STATE)
    assert Catalog(path).get(photo) == STATE


def test_damage_inside_a_database_is_set_aside(path: Path, photo: Path) -> None:
    catalog = Catalog(path)
    for number in range(200):
        catalog.put(photo.rename(photo.with_name(f"{number:0100}.jpg")), STATE)
        photo.with_name(f"{number:0100}.jpg").rename(photo)
    catalog.close()
    content = bytearray(path.read_bytes())
    content[4096:] = b"\xee" * (len(content) - 4096)
    path.write_bytes(content)
    catalog = Catalog(path)
    assert len(catalog.take_problems()) == 1
    catalog.put(photo, STATE)
    assert catalog.get(photo) == STATE


def test_without_a_place_to_write_the_program_still_runs(tmp_path: Path, photo: Path) -> None:
    in_the_way = tmp_path / "file"
    in_the_way.touch()
    catalog = Catalog(in_the_way / "catalog.sqlite")
    assert "will not be saved" in catalog.take_problems()[0]
    catalog.put(photo, STATE)
    assert catalog.get(photo) == STATE


def test_a_newer_catalog_is_left_alone(path: Path, photo: Path) -> None:
    Catalog(path).close()
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA user_version = 99")
    connection.close()
    catalog = Catalog(path)
    assert "newer" in catalog.take_problems()[0]
    catalog.put(photo, STATE)
    assert list(path.parent.glob("*.damaged-*")) == []
    with sqlite3.connect(path) as connection:
        assert connection.execute("SELECT count(*) FROM edits").fetchone() == (0,)


def test_threads_and_a_second_catalog_write_together(path: Path, photo: Path) -> None:
    catalogs = [Catalog(path), Catalog(path)]
    photos = []
    for number in range(40):
        other = photo.with_name(f"{number}.jpg")
        other.write_bytes(bytes([number]) * 1000)
        photos.append(other)
    failures: list[Exception] = []

    def write(start: int) -> None:
        try:
            for number in range(start, 40, 4):
                catalogs[number % 2].put(photos[number], Edit.styled(str(number)))
        except Exception as error:
            failures.append(error)

    threads = [threading.Thread(target=write, args=(start,)) for start in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert [catalogs[0].get(item) for item in photos] == [Edit.styled(str(number)) for number in range(40)]


@pytest.mark.parametrize(
    "stored",
    [
        "[" * 100_000,
        3,
        2.5,
        None,
        b"\xff\x00",
        '{"version": "1"}',
        '{"version": 1, "parts": {"style": {"amount": "much"}}}',
    ],
)
def test_a_damaged_edit_does_not_keep_its_photo_from_opening(path: Path, photo: Path, stored: object) -> None:
    catalog = Catalog(path)
    catalog.put(photo, STATE)
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA ignore_check_constraints = 1")
        connection.execute("UPDATE edits SET edit = ?", ("" if stored is None else stored,))
    assert catalog.get(photo) is None
    (problem,) = catalog.take_problems()
    assert photo.name in problem
    catalog.put(photo, STATE)
    assert catalog.get(photo) == STATE


@pytest.mark.parametrize(
    ("stored", "newer"),
    [
        ('{"version": 999, "parts": {}}', True),
        ('{"version": 1, "parts": {"style": {"version": 9}}}', True),
        ("no edit at all", False),
    ],
)
def test_an_edit_that_cannot_be_understood_is_kept_when_another_takes_its_place(
    path: Path, photo: Path, stored: str, newer: bool
) -> None:
    catalog = Catalog(path)
    catalog.put(photo, STATE)
    assert not paths.replaced_edits_dir().exists()
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE edits SET edit = ?", (stored,))
    if newer:
        with pytest.raises(NewerEditError):
            catalog.get(photo)
    catalog.take_problems()
    catalog.put(photo, STATE)
    catalog.put(photo, Edit.styled("style-2"))
    (problem,) = catalog.take_problems()
    (kept,) = paths.replaced_edits_dir().iterdir()
    assert str(kept) in problem and ("newer version" in problem) == newer
    assert json.loads(kept.read_text())["edit"] == stored
    assert catalog.get(photo) == Edit.styled("style-2")


def test_a_newer_edit_that_cannot_be_copied_is_not_replaced(path: Path, photo: Path) -> None:
    catalog = Catalog(path)
    catalog.put(photo, STATE)
    newer = '{"version": 999, "parts": {}}'
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE edits SET edit = ?", (newer,))
    paths.replaced_edits_dir().parent.mkdir(parents=True, exist_ok=True)
    paths.replaced_edits_dir().write_text("in the way")
    with pytest.raises(PieError, match="was not saved"):
        catalog.put(photo, STATE)
    with sqlite3.connect(path) as connection:
        assert connection.execute("SELECT edit FROM edits").fetchone() == (newer,)


FOREIGN = {
    "another schema": "CREATE TABLE edits (photo TEXT, stars INTEGER); PRAGMA user_version = 2;",
    "another schema of version 1": "CREATE TABLE edits (photo TEXT, stars INTEGER); PRAGMA user_version = 1;",
    "no table": "CREATE TABLE other (a); PRAGMA user_version = 2;",
    "no table of version 1": "CREATE TABLE other (a); PRAGMA user_version = 1;",
    "a view of that name": "CREATE TABLE a (b); CREATE VIEW edits AS SELECT * FROM a; PRAGMA user_version = 1;",
}


@pytest.mark.parametrize("script", FOREIGN.values(), ids=FOREIGN.keys())
def test_a_catalog_with_another_schema_is_set_aside(path: Path, photo: Path, script: str) -> None:
    path.parent.mkdir()
    connection = sqlite3.connect(path)
    connection.executescript(script)
    connection.close()
    catalog = Catalog(path)
    catalog.put(photo, STATE)
    assert catalog.get(photo) == STATE
    (problem,) = catalog.take_problems()
    assert "set aside" in problem
