"""The catalog: what the user chose for each photo, in one SQLite file.

A fast hash that knows a photo again after it was moved or renamed.
"""

import hashlib
import logging
import os
import sqlite3
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import TypeVar

from pie_desktop.edit.edit import EditState
from pie_desktop.errors import PieError

VERSION = 1
BUSY_SECONDS = 10.0
_DAMAGE = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
_SCHEMA = """
CREATE TABLE IF NOT EXISTS edits (
    digest TEXT NOT NULL,
    path TEXT NOT NULL,
    style_id TEXT,
    strength REAL NOT NULL,
    amount REAL NOT NULL,
    updated REAL NOT NULL,
    PRIMARY KEY (digest, path)
) WITHOUT ROWID
"""

T = TypeVar("T")
logger = logging.getLogger(__name__)


class Catalog:
    """Edit states by photo; safe to use from several threads and processes.

    A photo is known by its content and its path: a moved or renamed one is found again, a copy begins with the state of
    the photo it was copied from and goes its own way, another photo under an old name begins afresh.

    The program must open whatever the state of this file is: a damaged one is set aside, and where none can be written
    the edits last until the program ends; `take_problems` tells it.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._hasher = ContentHasher()
        self._lock = threading.RLock()
        self._problems: list[str] = []
        self._connection = self._open()

    def get(self, photo: Path) -> EditState | None:
        """The state last put for this photo, or None; also for a photo that cannot be read."""
        try:
            digest = self._hasher.digest(photo)
        except OSError:
            return None
        row = self._run(
            lambda connection: connection.execute(
                "SELECT style_id, strength, amount FROM edits WHERE digest = ? "
                "ORDER BY path = ? DESC, updated DESC LIMIT 1",
                (digest, _key(photo)),
            ).fetchone()
        )
        return EditState(*row) if row else None

    def put(self, photo: Path, state: EditState) -> None:
        """Keep the state; it is on the disk when this returns.

        Raises:
            PieError: the photo is gone, or the disk is full.
        """
        try:
            digest = self._hasher.digest(photo)
        except OSError as error:
            raise PieError(f"The edit of “{photo}” cannot be kept: {error.strerror or error}.") from error
        row = (digest, _key(photo), state.style_id, state.strength, state.amount, time.time())

        def write(connection: sqlite3.Connection) -> None:
            with connection:
                connection.execute("INSERT OR REPLACE INTO edits VALUES (?, ?, ?, ?, ?, ?)", row)

        self._run(write)

    def take_problems(self) -> list[str]:
        """Sentences about the catalog file itself since the last call; each is told once."""
        with self._lock:
            problems, self._problems = self._problems, []
        return problems

    def close(self) -> None:
        with self._lock:
            self._connection.close()

    def _run(self, action: Callable[[sqlite3.Connection], T]) -> T:
        with self._lock:
            try:
                try:
                    return action(self._connection)
                except sqlite3.DatabaseError as error:
                    if not is_damage(error):
                        raise
                self._connection.close()
                self._connection = self._open()
                return action(self._connection)
            except sqlite3.Error as error:
                raise PieError(f"The catalog {self.path} cannot be used: {error}.") from error

    def _open(self) -> sqlite3.Connection:
        """Open the file; set it aside when it is damaged; do without a file when there can be none."""
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            try:
                return _connect(str(self.path))
            except sqlite3.DatabaseError as error:
                if not is_damage(error):
                    raise
            self._set_aside()
            return _connect(str(self.path))
        except (OSError, sqlite3.Error) as error:
            self._tell(f"The edits of this session will not be kept, because {self.path} cannot be used: {error}.")
            return _connect(":memory:")

    def _set_aside(self) -> None:
        place = self.path.with_name(f"{self.path.stem}.damaged-{time.time_ns()}{self.path.suffix}")
        self.path.rename(place)
        for suffix in ("-wal", "-shm"):
            companion = self.path.with_name(self.path.name + suffix)
            if companion.exists():
                companion.rename(place.with_name(place.name + suffix))
        self._tell(f"The catalog of edits was damaged; it was set aside as {place}, and a new one was begun.")

    def _tell(self, problem: str) -> None:
        logger.warning(problem)
        self._problems.append(problem)


def _connect(path: str) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=BUSY_SECONDS, check_same_thread=False)
    try:
        connection.execute("PRAGMA journal_mode = WAL")
        with closing(connection.execute("PRAGMA quick_check")) as check:
            (verdict,) = check.fetchone()
        if verdict != "ok":
            error = sqlite3.DatabaseError(verdict)
            error.sqlite_errorcode = sqlite3.SQLITE_CORRUPT
            raise error
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        if version > VERSION:
            raise sqlite3.NotSupportedError("it was written by a newer version of PIE Desktop")
        with connection:
            connection.execute(_SCHEMA)
            connection.execute(f"PRAGMA user_version = {VERSION}")
    except BaseException:
        connection.close()
        raise
    return connection


def is_damage(error: sqlite3.Error) -> bool:
    """Not every trouble is damage: a locked file or a full disk must not cost the user the catalog."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF in _DAMAGE


def _key(photo: Path) -> str:
    # File names need not be valid Unicode, text in SQLite must be.
    return str(photo.absolute()).encode("utf-8", "backslashreplace").decode("utf-8")


SAMPLE = 64 * 1024
REMEMBERED = 10_000


class ContentHasher:
    """Digest of the size and the first and last 64 KiB of a file, remembered while the file does not change.

    Photos differ in their first bytes (header, EXIF time, embedded preview) and their last (entropy-coded pixels), so
    that two reads tell them apart even on a slow network drive.
    """

    def __init__(self) -> None:
        self._known: OrderedDict[tuple[str, int, int], str] = OrderedDict()
        self._lock = threading.Lock()

    def digest(self, path: Path) -> str:
        """32 hexadecimal digits. Raises OSError."""
        status = path.stat()
        key = (str(path), status.st_size, status.st_mtime_ns)
        with self._lock:
            if key in self._known:
                self._known.move_to_end(key)
                return self._known[key]
        digest = _digest(path, status.st_size)
        with self._lock:
            self._known[key] = digest
            if len(self._known) > REMEMBERED:
                self._known.popitem(last=False)
        return digest


def _digest(path: Path, size: int) -> str:
    state = hashlib.blake2b(str(size).encode(), digest_size=16)
    with path.open("rb") as file:
        state.update(file.read(SAMPLE))
        if size > SAMPLE:
            file.seek(max(SAMPLE, size - SAMPLE), os.SEEK_SET)
            state.update(file.read(SAMPLE))
    return state.hexdigest()
