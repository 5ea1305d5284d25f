"""The table of the catalog with what led to each photo's edit: steps, virtual copies and snapshots.

One row holds all of a photo, as `PhotoHistory.to_text` writes it; it is read when the photo is opened, written whole.
"""

import sqlite3


def create(connection: sqlite3.Connection) -> None:
    """The migration that adds the table."""
    connection.execute(
        """
        CREATE TABLE histories (
            digest TEXT NOT NULL,
            path TEXT NOT NULL,
            history TEXT NOT NULL,
            updated REAL NOT NULL,
            PRIMARY KEY (digest, path)
        ) WITHOUT ROWID
        """
    )


def read(connection: sqlite3.Connection, digest: str, path: str, exactly: bool = False) -> str | None:
    """The text for a photo; unless `exactly`, that of the same photo elsewhere where this path has none."""
    row = connection.execute(
        "SELECT history FROM histories WHERE digest = ? AND (path = ? OR NOT ?) "
        "ORDER BY path = ? DESC, updated DESC LIMIT 1",
        (digest, path, exactly, path),
    ).fetchone()
    return row[0] if row is not None else None


def has_copies(connection: sqlite3.Connection, digest: str, path: str) -> bool:
    """Whether the text for a photo, of the same row as `read` gives, has virtual copies; not parsed here."""
    row = connection.execute(
        "SELECT CASE WHEN json_valid(history) THEN json_array_length(history, '$.copies') END FROM histories "
        "WHERE digest = ? ORDER BY path = ? DESC, updated DESC LIMIT 1",
        (digest, path),
    ).fetchone()
    return row is not None and (row[0] or 0) > 1


def updated(connection: sqlite3.Connection, digest: str, path: str) -> float | None:
    """When the text was written; None where there is none."""
    row = connection.execute("SELECT updated FROM histories WHERE digest = ? AND path = ?", (digest, path)).fetchone()
    return row[0] if row is not None else None


def write(connection: sqlite3.Connection, digest: str, path: str, text: str, now: float) -> None:
    """Put the text in place of the one before; the caller ends the transaction."""
    connection.execute("INSERT OR REPLACE INTO histories VALUES (?, ?, ?, ?)", (digest, path, text, now))
