"""The table of the catalog that says which photos took part in a step of several photos, so that all can go back.

The step itself stands in the history of each of them, under the name of its group.
"""

import os
import sqlite3
from collections.abc import Iterable
from pathlib import Path


def create(connection: sqlite3.Connection) -> None:
    """The migration that adds the table."""
    connection.execute(
        """
        CREATE TABLE group_steps (
            step_group TEXT NOT NULL,
            digest TEXT NOT NULL,
            path TEXT NOT NULL,
            photo BLOB NOT NULL,
            PRIMARY KEY (step_group, digest, path)
        ) WITHOUT ROWID
        """
    )
    connection.execute("CREATE INDEX group_steps_of_photo ON group_steps (digest, path)")


def write(connection: sqlite3.Connection, digest: str, path: str, photo: Path, groups: Iterable[str]) -> None:
    """Put the groups that a photo's history has in place of those before; the caller ends the transaction."""
    connection.execute("DELETE FROM group_steps WHERE digest = ? AND path = ?", (digest, path))
    name = os.fsencode(photo.absolute())  # file names need not be valid Unicode
    rows = [(group, digest, path, name) for group in groups]
    connection.executemany("INSERT INTO group_steps VALUES (?, ?, ?, ?)", rows)


def read(connection: sqlite3.Connection, group: str) -> list[tuple[str, Path]]:
    """Digest and path of the photos of a group, by path."""
    rows = connection.execute("SELECT digest, photo FROM group_steps WHERE step_group = ? ORDER BY photo", (group,))
    return [(digest, Path(os.fsdecode(photo))) for digest, photo in rows if isinstance(photo, bytes)]
