"""The SQLite files of the program: migrations, in order, whole or not at all; files of version 1 still open."""

import sqlite3
import threading
import time
from pathlib import Path

import pytest

from pie_desktop.catalog import store
from pie_desktop.catalog.content import ContentHasher
from pie_desktop.catalog.database import Database, Migration, NewerVersionError, delete
from pie_desktop.catalog.store import BUSY_SECONDS, Catalog
from pie_desktop.edit.edit import Edit

# What version 1 wrote, kept as text: it must open whatever becomes of the code.
CATALOG_1 = """
PRAGMA journal_mode = WAL;
CREATE TABLE edits (
    digest TEXT NOT NULL,
    path TEXT NOT NULL,
    style_id TEXT,
    strength REAL NOT NULL,
    amount REAL NOT NULL,
    updated REAL NOT NULL,
    PRIMARY KEY (digest, path)
) WITHOUT ROWID;
PRAGMA user_version = 1;
"""


def first(connection: sqlite3.Connection) -> None:
    connection.execute("CREATE TABLE numbers (value INTEGER)")


def second(connection: sqlite3.Connection) -> None:
    connection.execute("ALTER TABLE numbers ADD COLUMN name TEXT DEFAULT 'none'")


def third(connection: sqlite3.Connection) -> None:
    connection.execute("UPDATE numbers SET name = 'number ' || value")


def database(path: Path, *migrations: Migration) -> Database:
    return Database(path, migrations, delete, busy_seconds=1)


def open_now(opened: Database) -> None:
    opened.run(lambda connection: None)


def rows(opened: Database) -> list[tuple[object, ...]]:
    return opened.run(lambda connection: connection.execute("SELECT * FROM numbers").fetchall())


def version(path: Path) -> int:
    connection = sqlite3.connect(path)
    (number,) = connection.execute("PRAGMA user_version").fetchone()
    connection.close()
    return int(number)


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """A file of version 1 with one row."""
    path = tmp_path / "numbers.sqlite"
    opened = database(path, first)

    def write(connection: sqlite3.Connection) -> None:
        with connection:
            connection.execute("INSERT INTO numbers VALUES (7)")

    opened.run(write)
    opened.close()
    assert version(path) == 1
    return path


def test_a_file_gets_the_steps_that_it_lacks_in_order(old: Path) -> None:
    for _ in range(2):  # the second time there is nothing left to do
        opened = database(old, first, second, third)
        assert rows(opened) == [(7, "number 7")]
        opened.close()
    assert version(old) == 3


def test_a_new_file_gets_all_steps(tmp_path: Path) -> None:
    opened = database(tmp_path / "deep" / "new.sqlite", first, second, third)
    assert rows(opened) == []
    assert version(opened.path) == 3


def test_a_step_that_fails_leaves_the_old_version(old: Path) -> None:
    def broken(connection: sqlite3.Connection) -> None:
        connection.execute("UPDATE numbers SET value = 8")
        raise sqlite3.OperationalError("database or disk is full")

    with pytest.raises(sqlite3.OperationalError, match="full"):
        open_now(database(old, first, second, broken))
    assert version(old) == 1
    assert rows(database(old, first)) == [(7,)]


def test_a_newer_file_is_left_alone(old: Path) -> None:
    open_now(database(old, first, second))
    with pytest.raises(NewerVersionError):
        open_now(database(old, first))
    assert rows(database(old, first, second)) == [(7, "none")]


def test_a_closed_database_stays_closed(old: Path) -> None:
    opened = database(old, first)
    opened.close()
    with pytest.raises(sqlite3.ProgrammingError):
        open_now(opened)


def test_a_catalog_of_version_1_keeps_its_edits(tmp_path: Path) -> None:
    photo = tmp_path / "a.jpg"
    photo.write_bytes(b"a" * 200_000)
    path = tmp_path / "catalog.sqlite"
    connection = sqlite3.connect(path)
    connection.executescript(CATALOG_1)
    row = (ContentHasher().digest(photo), str(photo))
    connection.execute("INSERT INTO edits VALUES (?, ?, 'style-1', 1.3, 0.6, 1700000000.0)", row)
    connection.commit()
    connection.close()
    catalog = Catalog(path)
    assert catalog.get(photo) == Edit.styled("style-1", 1.3, 0.6)
    assert catalog.take_problems() == []
    assert version(path) == len(store.MIGRATIONS)
    assert list(tmp_path.glob("*.damaged-*")) == []


def test_closing_does_not_wait_for_an_action_that_hangs(old: Path) -> None:
    opened = database(old, first)
    entered, go_on = threading.Event(), threading.Event()

    def action(connection: sqlite3.Connection) -> None:
        entered.set()
        go_on.wait(30)

    thread = threading.Thread(target=opened.run, args=(action,))
    thread.start()
    assert entered.wait(10)
    started = time.monotonic()
    opened.close(0.2)
    assert time.monotonic() - started < 5
    go_on.set()
    thread.join()
    with pytest.raises(sqlite3.ProgrammingError):
        rows(opened)


def test_problems_are_taken_while_another_process_has_locked_the_catalog(tmp_path: Path) -> None:
    photo = tmp_path / "a.jpg"
    photo.write_bytes(b"a")
    catalog = Catalog(tmp_path / "catalog.sqlite")
    other = sqlite3.connect(catalog.path, isolation_level=None, check_same_thread=False)
    other.execute("BEGIN EXCLUSIVE")
    thread = threading.Thread(target=catalog.put, args=(photo, Edit.styled("style-1")))
    thread.start()
    time.sleep(0.3)  # it waits for the lock now
    started = time.monotonic()
    assert catalog.take_problems() == []
    waited = time.monotonic() - started
    alive = thread.is_alive()
    other.execute("ROLLBACK")
    thread.join()
    assert alive and waited < BUSY_SECONDS / 2
    assert catalog.get(photo) == Edit.styled("style-1")


def test_a_catalog_can_be_made_without_waiting_for_its_file(tmp_path: Path) -> None:
    path = tmp_path / "catalog.sqlite"
    path.write_bytes(b"no database at all" * 100)
    catalog = Catalog(path, open_now=False)
    assert catalog.take_problems() == [] and path.read_bytes().startswith(b"no database")
    catalog.open()
    assert "damaged" in catalog.take_problems()[0]


@pytest.mark.parametrize("sound, damaged", [(b"CREATE TABLE", b"CREATE T\xffBLE"), (b"edits", b"\xffdits")])
@pytest.mark.parametrize("times", [1, -1])
def test_a_catalog_whose_schema_is_no_utf8_is_set_aside(
    tmp_path: Path, sound: bytes, damaged: bytes, times: int
) -> None:
    photo = tmp_path / "a.jpg"
    photo.write_bytes(b"a")
    path = tmp_path / "catalog.sqlite"
    Catalog(path).close()
    content = path.read_bytes().replace(sound, damaged, times)
    path.write_bytes(content)
    catalog = Catalog(path)
    catalog.put(photo, Edit.styled("style-1"))
    assert catalog.get(photo) == Edit.styled("style-1") and "damaged" in catalog.take_problems()[0]
    catalog.close()
    (kept,) = tmp_path.glob("*.damaged-*.sqlite")
    assert kept.read_bytes() == content


def test_text_in_the_place_of_a_number_costs_that_edit_alone(tmp_path: Path) -> None:
    path, photo = tmp_path / "catalog.sqlite", tmp_path / "a.jpg"
    photo.write_bytes(b"a")
    digest = ContentHasher().digest(photo)
    connection = sqlite3.connect(path)
    connection.executescript(CATALOG_1)
    row = (digest, str(photo), None, 1.0, 0.5, 1.0)
    connection.execute("INSERT INTO edits VALUES (?, ?, ?, ?, ?, ?)", row)
    connection.execute("INSERT INTO edits VALUES ('b', '/b.jpg', NULL, 'strong', 0.5, 1.0)")
    connection.commit()
    connection.close()
    assert Catalog(path).get(photo) == Edit.styled(None, 1.0, 0.5)
