"""One SQLite file of the program: opened, checked, brought to the newest version and replaced when it is damaged.

The catalog of edits and the cache of thumbnails both live in such a file; they differ in what they do about damage and
about a file that cannot be used at all, so they pass that in.
"""

import logging
import sqlite3
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, TypeVar

FILES = ("", "-wal", "-shm")  # what SQLite adds to the name
_DAMAGE = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)

T = TypeVar("T")
Migration = Callable[[sqlite3.Connection], None]
_log = logging.getLogger(__name__)


class NewerVersionError(sqlite3.NotSupportedError):
    """The file was written by a newer version of the program, which this one must not guess at."""


class Database:
    """One connection to a versioned SQLite file, shared by threads behind a lock.

    `PRAGMA user_version` counts the migrations that a file has seen: entry 0 turns an empty file into version 1, entry
    1 turns version 1 into version 2, and so on. A change of the schema is a new entry at the end; entries that were
    released are never changed. All that a file still needs run in one transaction, so that a crash or an error leaves
    the old version; a migration therefore must not call `executescript`, which commits.
    """

    def __init__(
        self,
        path: Path,
        migrations: Sequence[Migration],
        on_damage: Callable[[Path], None],
        *,
        on_unusable: Callable[[Exception], None] | None = None,
        busy_seconds: float,
        pragmas: Sequence[str] = (),
        check: bool = True,
    ) -> None:
        """The file is opened at the first use.

        Args:
            migrations: the steps from an empty file to the newest version.
            on_damage: moves a damaged file out of the way; nothing of the program has it open then.
            on_unusable: hears why the file cannot be opened; a database in memory then takes its place. Without it,
                the error is raised.
            busy_seconds: how long a statement waits for another process that is writing.
            pragmas: run before anything else, such as `synchronous = NORMAL`.
            check: read the whole file once at opening to find damage; for files that are small and cannot be made
                again.
        """
        self.path = path
        self._migrations = tuple(migrations)
        self._on_damage = on_damage
        self._on_unusable = on_unusable
        self._busy_seconds = busy_seconds
        self._pragmas = tuple(pragmas)
        self._check = check
        self._lock = threading.Lock()
        self._connection: sqlite3.Connection | None = None
        self._closed = False

    def run(self, action: Callable[[sqlite3.Connection], T]) -> T:
        """What the action returns. It runs a second time, on a sound file, if it meets damage.

        Raises:
            sqlite3.Error, OSError: the file cannot be used, or the database is closed.
        """
        with self._lock:
            if self._closed:
                raise sqlite3.ProgrammingError("the database is closed")
            if self._connection is None:
                self._connection = self._open()
            try:
                return action(self._connection)
            except sqlite3.Error as error:
                if not is_damage(error):
                    raise
                _log.info("%s: %s", self.path, error)
            self._connection.close()
            self._connection = None
            if not self._check:  # opening would not see the damage
                self._on_damage(self.path)
            self._connection = self._open()
            return action(self._connection)

    def close(self, seconds: float = 1.0) -> None:
        """Close the file for good; nothing runs afterwards.

        Args:
            seconds: the longest wait for an action that is running. After that the file stays open until the process
                ends, which SQLite recovers from by itself.
        """
        self._closed = True
        if not self._lock.acquire(timeout=seconds):
            _log.warning("%s is still in use and was not closed.", self.path)
            return
        try:
            if self._connection is not None:
                self._connection.close()
                self._connection = None
        finally:
            self._lock.release()

    def _open(self) -> sqlite3.Connection:
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            try:
                return self._connect(str(self.path))
            except sqlite3.DatabaseError as error:
                if not is_damage(error):
                    raise
            self._on_damage(self.path)
            return self._connect(str(self.path))
        except (OSError, sqlite3.Error) as error:
            # A lock ends: what is written into memory meanwhile would be lost.
            if self._on_unusable is None or is_locked(error):
                raise
            self._on_unusable(error)
            return self._connect(":memory:")

    def _connect(self, name: str) -> sqlite3.Connection:
        connection = sqlite3.connect(name, timeout=self._busy_seconds, check_same_thread=False)
        try:
            for pragma in (*self._pragmas, "journal_mode = WAL"):
                connection.execute(f"PRAGMA {pragma}")
            if self._check:
                _quick_check(connection)
            try:
                self._migrate(connection)
                tables = _schema(connection)
                foreign = any(tables.get(name) != columns for name, columns in self._expected_schema().items())
            except sqlite3.OperationalError as error:
                # SQL that is right for our own tables and wrong for these: somebody else's, under our name.
                if getattr(error, "sqlite_errorcode", 0) != sqlite3.SQLITE_ERROR:
                    raise
                _log.info("%s: %s", self.path, error)
                foreign = True
            if foreign:
                raise _damage("its tables are not those of this program")
        except UnicodeDecodeError as error:  # of a message in which SQLite quotes the schema
            connection.close()
            raise _damage("its schema is no UTF-8") from error
        except BaseException:
            connection.close()
            raise
        return connection

    def _expected_schema(self) -> dict[str, list[tuple[Any, ...]]]:
        with closing(sqlite3.connect(":memory:")) as empty:
            for migration in self._migrations:
                migration(empty)
            return _schema(empty)

    def _migrate(self, connection: sqlite3.Connection) -> None:
        newest = len(self._migrations)
        if _version(connection) == newest:
            return
        with connection:
            connection.execute("BEGIN IMMEDIATE")
            version = _version(connection)  # another process may have been faster
            if version > newest:
                raise NewerVersionError("it was written by a newer version of PIE Desktop")
            for migration in self._migrations[version:]:
                migration(connection)
            connection.execute(f"PRAGMA user_version = {newest}")
        if version:
            _log.info("%s: version %d became version %d.", self.path, version, newest)


def _schema(connection: sqlite3.Connection) -> dict[str, list[tuple[Any, ...]]]:
    """The columns of all tables: names, types, whether they may be NULL, their place in the primary key."""
    named = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
    columns = 'SELECT name, type, "notnull", pk FROM pragma_table_info(?) ORDER BY cid'
    connection.text_factory = lambda text: text.decode("utf-8", "replace")  # names that are no UTF-8 are not ours
    try:
        tables = [name for (name,) in connection.execute(named)]
        return {table: connection.execute(columns, (table,)).fetchall() for table in tables}
    finally:
        connection.text_factory = str


def is_damage(error: BaseException) -> bool:
    """Whether the file is damaged, rather than locked, on a full disk or the like, which must not cost a user it."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF in _DAMAGE


def is_locked(error: BaseException) -> bool:
    """Whether another program holds the file, for now."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)


def set_aside(path: Path) -> Path:
    """Rename a database and the files beside it, so that a person can still look into it; its new path."""
    place = path.with_name(f"{path.stem}.damaged-{time.time_ns()}{path.suffix}")
    path.rename(place)
    for suffix in FILES[1:]:
        companion = path.with_name(path.name + suffix)
        if companion.exists():
            companion.rename(place.with_name(place.name + suffix))
    return place


def path_key(path: Path) -> str:
    """A path as tables hold it: absolute, as text."""
    # File names need not be valid Unicode, text in SQLite must be.
    return str(path.absolute()).encode("utf-8", "backslashreplace").decode("utf-8")


def delete(path: Path) -> None:
    """Delete a database and the files beside it."""
    for suffix in FILES:
        path.with_name(path.name + suffix).unlink(missing_ok=True)


def _version(connection: sqlite3.Connection) -> int:
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    return int(version)


def _quick_check(connection: sqlite3.Connection) -> None:
    with closing(connection.execute("PRAGMA quick_check")) as check:
        (verdict,) = check.fetchone()
    if verdict != "ok":
        raise _damage(verdict)


def _damage(reason: str) -> sqlite3.DatabaseError:
    error = sqlite3.DatabaseError(reason)
    error.sqlite_errorcode = sqlite3.SQLITE_CORRUPT
    return error
