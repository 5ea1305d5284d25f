"""The current style of each folder: what its photos without an edit of their own open and are exported in."""

import sqlite3
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pie_desktop.catalog.database import path_key


@dataclass(frozen=True)
class FolderStyle:
    """What was chosen for the photos of a folder.

    Attributes:
        style_id: the style, or None for neutral enhancement.
        pinned: it stays when another style is chosen for a photo; else the folder takes the style chosen last.
    """

    style_id: str | None
    pinned: bool = False


def create_folder_styles(connection: sqlite3.Connection) -> None:
    """The migration that adds the table."""
    connection.execute(
        """
        CREATE TABLE folder_styles (
            folder TEXT NOT NULL PRIMARY KEY,
            style_id TEXT,
            pinned INTEGER NOT NULL,
            updated REAL NOT NULL
        ) WITHOUT ROWID
        """
    )


class FolderStyles:
    """The styles of folders, by their paths; safe to use from several threads."""

    def __init__(self, run: Callable[[Callable[[sqlite3.Connection], Any]], Any]) -> None:
        """`run` runs an action on the database, as `Catalog` does it."""
        self._run = run

    def get(self, folder: Path) -> FolderStyle | None:
        """The style chosen for a folder; None where none ever was, which means neutral. Raises PieError."""
        row = self._run(
            lambda connection: connection.execute(
                "SELECT style_id, pinned FROM folder_styles WHERE folder = ?", (path_key(folder),)
            ).fetchone()
        )
        if row is None or not (row[0] is None or isinstance(row[0], str)):  # a catalog may hold anything
            return None
        return FolderStyle(row[0], bool(row[1]))

    def put(self, folder: Path, style: FolderStyle) -> None:
        """Keep the style of a folder; it is on the disk when this returns. Raises PieError."""
        row = (path_key(folder), style.style_id, int(style.pinned), time.time())

        def write(connection: sqlite3.Connection) -> None:
            with connection:
                connection.execute("INSERT OR REPLACE INTO folder_styles VALUES (?, ?, ?, ?)", row)

        self._run(write)
