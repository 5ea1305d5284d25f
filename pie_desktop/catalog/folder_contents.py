"""How a folder is known again after it was moved or renamed: by the photos that it holds (decision 047)."""

import os
import sqlite3
from collections.abc import Callable
from pathlib import Path

from pie_desktop.catalog.database import path_key
from pie_desktop.errors import PieError
from pie_desktop.imaging.listing import list_photos

NOTED = 32  # photos of a folder that are noted: some may go, and others may come
ASKED = 8  # photos of an unknown folder that are looked up

Digest = Callable[[Path], str]


def create(connection: sqlite3.Connection) -> None:
    """The migration that adds the table."""
    connection.execute(
        """
        CREATE TABLE folder_photos (
            folder TEXT NOT NULL,
            digest TEXT NOT NULL,
            place BLOB NOT NULL,
            PRIMARY KEY (digest, folder)
        ) WITHOUT ROWID
        """
    )


def digests_of(folder: Path, count: int, digest: Digest) -> list[str]:
    """Digests of the first photos of a folder, by name; none for one that is away.

    Args:
        count: at most so many.
        digest: that of a photo; raises OSError.
    """
    found = []
    try:
        for photo in list_photos(folder)[:count]:
            found.append(digest(photo))
    except (PieError, OSError):
        pass  # what was read is enough, or there is nothing
    return found


def note(connection: sqlite3.Connection, folder: Path, digests: list[str]) -> None:
    """Note what a folder holds, in place of what was noted before; the caller ends the transaction."""
    key, place = path_key(folder), os.fsencode(folder.absolute())  # file names need not be valid Unicode
    connection.execute("DELETE FROM folder_photos WHERE folder = ?", (key,))
    connection.executemany(
        "INSERT OR REPLACE INTO folder_photos VALUES (?, ?, ?)", [(key, digest, place) for digest in digests]
    )


def is_noted(connection: sqlite3.Connection, folder: Path) -> bool:
    """Whether it was noted what a folder holds."""
    found = connection.execute("SELECT 1 FROM folder_photos WHERE folder = ? LIMIT 1", (path_key(folder),))
    return found.fetchone() is not None


def gone_folders(connection: sqlite3.Connection) -> set[str]:
    """The folders, as they are named in the table, that are not in their place any more."""
    rows = connection.execute("SELECT DISTINCT folder, place FROM folder_photos").fetchall()
    return {key for key, place in rows if isinstance(place, bytes) and not Path(os.fsdecode(place)).is_dir()}


def holders(connection: sqlite3.Connection, digests: list[str]) -> dict[str, int]:
    """How many of the photos each folder of the table holds, or held."""
    found: dict[str, int] = {}
    for digest in dict.fromkeys(digests):
        for (folder,) in connection.execute("SELECT folder FROM folder_photos WHERE digest = ?", (digest,)):
            found[folder] = found.get(folder, 0) + 1
    return found
