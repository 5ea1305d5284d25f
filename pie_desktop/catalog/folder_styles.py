"""The current style of each folder: what its photos without an edit of their own open and are exported in."""

import sqlite3
import time
from dataclasses import dataclass
from pathlib import Path

from pie_desktop.catalog.database import path_key
from pie_desktop.catalog.folder_contents import (
    ASKED,
    NOTED,
    Digest,
    digests_of,
    gone_folders,
    holders,
    is_noted,
    note,
)
from pie_desktop.catalog.ratings import Runner


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
    """The styles of folders, by their paths and by what they hold; safe to use from several threads."""

    def __init__(self, run: Runner, digest: Digest) -> None:
        """Args:
        run: raises PieError where the catalog cannot be used.
        digest: that of a photo; raises OSError.
        """
        self._run = run
        self._digest = digest
        # Found out once, and not for each photo: folders that are noted, and those that are no moved ones.
        self._noted: set[str] = set()
        self._unknown: set[tuple[str, int]] = set()

    def get(self, folder: Path) -> FolderStyle | None:
        """The style chosen for a folder; None where none ever was, which means neutral. Raises PieError.

        A folder that was moved or renamed has the style that it had in its old place, from then on for good.
        """
        key = path_key(folder)
        found = self._run(lambda connection: _read(connection, key))
        if found is None:
            return self._find_moved(folder)
        if key not in self._noted:
            self._noted.add(key)
            if not self._run(lambda connection: is_noted(connection, folder)):  # since before folders were noted
                self._note(folder)
        return found

    def put(self, folder: Path, style: FolderStyle) -> None:
        """Keep the style of a folder; it is on the disk when this returns. Raises PieError."""
        row = (path_key(folder), style.style_id, int(style.pinned), time.time())

        def write(connection: sqlite3.Connection) -> None:
            with connection:
                connection.execute("INSERT OR REPLACE INTO folder_styles VALUES (?, ?, ?, ?)", row)

        self._run(write)
        self._note(folder)

    def _note(self, folder: Path) -> None:
        digests = digests_of(folder, NOTED, self._digest)

        def write(connection: sqlite3.Connection) -> None:
            with connection:
                note(connection, folder, digests)

        if digests:  # else what was noted of a folder that is away now stays
            self._run(write)

    def _find_moved(self, folder: Path) -> FolderStyle | None:
        try:
            key = path_key(folder), folder.stat().st_ino  # another folder may come to stand in this place
        except OSError:
            return None
        if key in self._unknown:
            return None
        gone = self._run(gone_folders)
        digests = digests_of(folder, ASKED, self._digest) if gone else []

        def find(connection: sqlite3.Connection) -> FolderStyle | None:
            held = {old: count for old, count in holders(connection, digests).items() if old in gone}
            rows = [
                (count, updated, old)
                for old, count in held.items()
                for (updated,) in connection.execute("SELECT updated FROM folder_styles WHERE folder = ?", (old,))
            ]
            return _read(connection, max(rows)[2]) if rows else None

        found = self._run(find)
        if found is None:
            self._unknown.add(key)
        else:
            # The old row stays: the folder may be a copy of one on a drive that is away.
            self.put(folder, found)
        return found


def _read(connection: sqlite3.Connection, folder: str) -> FolderStyle | None:
    row = connection.execute("SELECT style_id, pinned FROM folder_styles WHERE folder = ?", (folder,)).fetchone()
    if row is None or not (row[0] is None or isinstance(row[0], str)):  # a catalog may hold anything
        return None
    return FolderStyle(row[0], bool(row[1]))
