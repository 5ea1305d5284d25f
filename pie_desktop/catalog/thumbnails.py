"""Thumbnails on disk, so that a folder that was seen before is there at once.

One SQLite file in the cache folder of the system, never anything beside the photos. Everything in it can be made
again: whatever is wrong with it is answered by doing without, or by beginning anew, never by an error.
(`diskcache` would do, but for its pickles, which a cache that anybody may write to should not hold.)
"""

import logging
import os
import sqlite3
import time
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import cv2
import numpy as np

from pie_desktop.catalog.database import FILES, Database, Migration, NewerVersionError, delete
from pie_desktop.imaging.resize.resize import resize_long_side

DEFAULT_LIMIT = 500_000_000
_BUSY_SECONDS = 2.0
_QUALITY = 90
_EVICT_EVERY = 64  # thumbnails put between two looks at the size
_KEPT = 0.9  # share of the limit that is left after an eviction
_USED_PRECISION = 3600  # seconds; a thumbnail that is seen every minute is not written every minute
_WAL_BYTES = 1 << 20
_PRAGMAS = (
    "auto_vacuum = INCREMENTAL",  # before the first table, so that the file can shrink
    "synchronous = NORMAL",
    f"journal_size_limit = {_WAL_BYTES}",
)

T = TypeVar("T")
_log = logging.getLogger(__name__)


def _begin(connection: sqlite3.Connection) -> None:
    """Version 1. A later version may drop the table and make it again: the thumbnails come back by themselves."""
    connection.execute(
        """
        CREATE TABLE IF NOT EXISTS thumbnails (
            id INTEGER PRIMARY KEY,
            path BLOB NOT NULL,
            side INTEGER NOT NULL,
            modified INTEGER NOT NULL,
            size INTEGER NOT NULL,
            used INTEGER NOT NULL,
            checksum INTEGER NOT NULL,
            jpeg BLOB NOT NULL,
            UNIQUE (path, side)
        )
        """
    )
    connection.execute("CREATE INDEX IF NOT EXISTS by_use ON thumbnails (used)")


MIGRATIONS: tuple[Migration, ...] = (_begin,)


@dataclass(frozen=True)
class FileVersion:
    """What changes when a file does.

    Attributes:
        modified: time in nanoseconds.
        size: bytes.
    """

    modified: int
    size: int

    @classmethod
    def of(cls, path: Path) -> "FileVersion | None":
        """None for a file that is gone or cannot be asked."""
        try:
            status = path.stat()
        except (OSError, ValueError):
            return None
        return cls(status.st_mtime_ns, status.st_size)


class ThumbnailStore:
    """Thumbnails by path, version of the file and side; safe to use from several threads and processes.

    The file is opened at the first use. The least recently used thumbnails go when there are more than `limit` bytes.
    """

    def __init__(self, path: Path, limit: int = DEFAULT_LIMIT) -> None:
        self.path = path
        self.limit = limit
        self._database = Database(path, MIGRATIONS, delete, busy_seconds=_BUSY_SECONDS, pragmas=_PRAGMAS, check=False)
        self._puts = 0

    def get(self, photo: Path, version: FileVersion, side: int) -> np.ndarray | None:
        """Thumbnail (H, W, 3) uint8 sRGB, long side at most `side`, or None when there is none for this version."""
        row = self._run(
            lambda connection: connection.execute(
                "SELECT id, used, checksum, jpeg FROM thumbnails "
                "WHERE path = ? AND side >= ? AND modified = ? AND size = ? ORDER BY side LIMIT 1",
                (_key(photo), side, version.modified, version.size),
            ).fetchone()
        )
        if row is None:
            return None
        number, used, checksum, jpeg = row
        image = _decode(jpeg, checksum)
        if image is None:
            self._write("DELETE FROM thumbnails WHERE id = ?", number)
            return None
        now = int(time.time())
        if now - used > _USED_PRECISION:
            self._write("UPDATE thumbnails SET used = ? WHERE id = ?", now, number)
        return resize_long_side(image, side)

    def put(self, photo: Path, version: FileVersion, side: int, image: np.ndarray) -> None:
        """Keep a thumbnail that was made for `side`; that of another version of the file is replaced."""
        done, encoded = cv2.imencode(".jpg", image[..., ::-1], _ENCODING)
        if not done or self.limit <= 0:
            return
        jpeg = encoded.tobytes()
        self._write(
            "INSERT OR REPLACE INTO thumbnails (path, side, modified, size, used, checksum, jpeg) "
            "VALUES (?, ?, ?, ?, ?, ?, ?)",
            *(_key(photo), side, version.modified, version.size, int(time.time()), zlib.crc32(jpeg), jpeg),
        )
        self._puts += 1
        if self._puts % _EVICT_EVERY == 0:
            self._run(self._evict)

    @property
    def used_bytes(self) -> int:
        """Bytes on the disk; asks the disk alone, so that it may be called in the GUI thread."""
        versions = [FileVersion.of(self.path.with_name(self.path.name + suffix)) for suffix in FILES]
        return sum(version.size for version in versions if version is not None)

    def clear(self) -> None:
        """Throw everything away and give the disk back."""

        def empty(connection: sqlite3.Connection) -> None:
            with connection:
                connection.execute("DELETE FROM thumbnails")
            _shrink(connection)

        if self.path.exists():
            self._run(empty)

    def close(self) -> None:
        self._database.close()

    def _write(self, statement: str, *values: object) -> None:
        def write(connection: sqlite3.Connection) -> None:
            with connection:
                connection.execute(statement, values)

        self._run(write)

    def _evict(self, connection: sqlite3.Connection) -> None:
        size = _file_size(connection)
        if size <= self.limit:
            return
        (count,) = connection.execute("SELECT COUNT(*) FROM thumbnails").fetchone()
        excess = int(count * (1 - _KEPT * self.limit / size)) + 1
        with connection:
            connection.execute(
                "DELETE FROM thumbnails WHERE id IN (SELECT id FROM thumbnails ORDER BY used, id LIMIT ?)", (excess,)
            )
        _shrink(connection)

    def _run(self, action: Callable[[sqlite3.Connection], T]) -> T | None:
        """What the action returns; None when the file cannot be used now."""
        try:
            try:
                return self._database.run(action)
            except NewerVersionError:
                delete(self.path)
                return self._database.run(action)
        except (sqlite3.Error, OSError) as error:
            _log.info("Thumbnails in %s: %s", self.path, error)
            return None


_ENCODING = [
    *(cv2.IMWRITE_JPEG_QUALITY, _QUALITY),
    *(cv2.IMWRITE_JPEG_SAMPLING_FACTOR, cv2.IMWRITE_JPEG_SAMPLING_FACTOR_444),
]


def _decode(jpeg: bytes, checksum: int) -> np.ndarray | None:
    if zlib.crc32(jpeg) != checksum:
        return None
    image: np.ndarray | None = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR_RGB)
    return image


def _file_size(connection: sqlite3.Connection) -> int:
    (pages,) = connection.execute("PRAGMA page_count").fetchone()
    (page_size,) = connection.execute("PRAGMA page_size").fetchone()
    return int(pages * page_size)


def _shrink(connection: sqlite3.Connection) -> None:
    """Give freed pages back to the disk."""
    connection.executescript("PRAGMA incremental_vacuum")  # `execute` would stop after one page
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()


def _key(photo: Path) -> bytes:
    return os.fsencode(photo.absolute())  # file names need not be valid Unicode
