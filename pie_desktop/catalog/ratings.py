"""Ratings, flags and colour labels in the catalog. A photo without a row has what its file and its sidecars say."""

import sqlite3
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Protocol, TypeVar

from pie_desktop.imaging.metadata.marks import LABELS, MAX_STARS, Flag, Mark

T = TypeVar("T")
_FLAGS: tuple[Flag, ...] = ("", "pick", "reject")


def create_table(connection: sqlite3.Connection) -> None:
    """The migration that brings the table."""
    connection.execute(
        """
        CREATE TABLE marks (
            digest TEXT NOT NULL,
            path TEXT NOT NULL,
            stars INTEGER NOT NULL,
            flag TEXT NOT NULL,
            label TEXT NOT NULL,
            updated REAL NOT NULL,
            PRIMARY KEY (digest, path)
        ) WITHOUT ROWID
        """
    )


class Runner(Protocol):
    """Runs an action on the catalog's connection."""

    def __call__(self, action: Callable[[sqlite3.Connection], T]) -> T: ...


class Marks:
    """The marks of all photos; a photo is known as `Catalog` knows it. Safe to use from several threads."""

    def __init__(self, run: Runner, keys: Callable[[Path], tuple[str, str]]) -> None:
        """Args:
        run: raises PieError where the catalog cannot be used.
        keys: digest and path of a photo; raises PieError for one that is gone and was never seen.
        """
        self._run = run
        self._keys = keys

    def get(self, photo: Path) -> Mark | None:
        """What was last put for this photo, or for one that it is a copy of; None without. Raises PieError."""
        digest, path = self._keys(photo)
        row = self._run(
            lambda connection: connection.execute(
                "SELECT stars, flag, label FROM marks WHERE digest = ? ORDER BY path = ? DESC, updated DESC LIMIT 1",
                (digest, path),
            ).fetchone()
        )
        return None if row is None else _mark(*row)

    def put(self, marks: Mapping[Path, Mark]) -> None:
        """Keep the marks of some photos, all of them or none; on the disk when this returns. Raises PieError."""
        now = time.time()
        rows = [(*self._keys(photo), mark.stars, mark.flag, mark.label, now) for photo, mark in marks.items()]

        def write(connection: sqlite3.Connection) -> None:
            with connection:
                connection.executemany("INSERT OR REPLACE INTO marks VALUES (?, ?, ?, ?, ?, ?)", rows)

        self._run(write)


def _mark(stars: Any, flag: Any, label: Any) -> Mark:
    """Whatever stands in the table: what is no mark counts as none."""
    known = isinstance(stars, int)
    return Mark(
        min(max(stars, 0), MAX_STARS) if known else 0,
        flag if flag in _FLAGS else "",
        label if label in LABELS else "",
    )
