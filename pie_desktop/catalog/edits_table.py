"""The table of the catalog with the edit of each photo, and what it once was."""

import logging
import sqlite3
from typing import Any

from pie_desktop.edit.edit import Edit
from pie_desktop.errors import EditError

_log = logging.getLogger(__name__)


def create(connection: sqlite3.Connection) -> None:
    """Version 1: strength and amount in columns of their own."""
    connection.execute(
        """
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
    )


def hold_whole_edits(connection: sqlite3.Connection) -> None:
    """Version 2: the whole edit as one JSON text (see `Edit.to_text`), whatever parts it has.

    A row with something else in the place of a number is left out: it must not cost the others.
    """
    rows = connection.execute("SELECT digest, path, style_id, strength, amount, updated FROM edits").fetchall()
    connection.execute("DROP TABLE edits")
    connection.execute(
        """
        CREATE TABLE edits (
            digest TEXT NOT NULL,
            path TEXT NOT NULL,
            edit TEXT NOT NULL,
            updated REAL NOT NULL,
            PRIMARY KEY (digest, path)
        ) WITHOUT ROWID
        """
    )
    connection.executemany(
        "INSERT INTO edits VALUES (?, ?, ?, ?)",
        [whole for row in rows if (whole := _whole_edit(*row)) is not None],
    )


def _whole_edit(
    digest: Any, path: Any, style: Any, strength: Any, amount: Any, updated: Any
) -> tuple[Any, Any, str, Any] | None:
    try:
        edit = Edit.from_json({"style_id": style, "strength": strength, "amount": amount})
    except EditError as error:
        _log.warning("The edit of %r was left out: %s", path, error)
        return None
    return digest, path, edit.to_text(), updated


def read(connection: sqlite3.Connection, digest: str, path: str, exactly: bool = False) -> Any:
    """The text for a photo, or None; unless `exactly`, that of the same photo elsewhere where this path has none.

    A catalog may hold anything in the place of a text.
    """
    row = connection.execute(
        "SELECT edit FROM edits WHERE digest = ? AND (path = ? OR NOT ?) ORDER BY path = ? DESC, updated DESC LIMIT 1",
        (digest, path, exactly, path),
    ).fetchone()
    return row[0] if row is not None else None


def latest(connection: sqlite3.Connection, most: int) -> list[tuple[str, Any]]:
    """Paths and texts of the photos whose edits were written last, the latest first."""
    rows = connection.execute("SELECT path, edit FROM edits ORDER BY updated DESC LIMIT ?", (most,))
    return [(path, text) for path, text in rows if isinstance(path, str)]


def write(connection: sqlite3.Connection, digest: str, path: str, text: str, now: float) -> None:
    """Put the text in place of the one before; the caller ends the transaction."""
    connection.execute("INSERT OR REPLACE INTO edits VALUES (?, ?, ?, ?)", (digest, path, text, now))
