"""The catalog: what the user chose for each photo, in one SQLite file.

A photo is known by a fast hash of its content, so that it is found after it was moved or renamed.
"""

import logging
import sqlite3
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from pie_desktop.catalog import edits_table, folder_contents, group_steps, history_table, ratings
from pie_desktop.catalog.content import ContentHasher
from pie_desktop.catalog.database import Database, Migration, is_locked, path_key, set_aside
from pie_desktop.catalog.folder_styles import FolderStyles, create_folder_styles
from pie_desktop.catalog.replaced import keep_unreadable, keep_unreadable_history
from pie_desktop.edit.edit import Edit
from pie_desktop.edit.history import PhotoHistory
from pie_desktop.errors import EditError, NewerEditError, PieError

BUSY_SECONDS = 10.0

T = TypeVar("T")
_log = logging.getLogger(__name__)


MIGRATIONS: tuple[Migration, ...] = (
    edits_table.create,
    edits_table.hold_whole_edits,
    history_table.create,
    create_folder_styles,
    ratings.create_table,
    group_steps.create,
    folder_contents.create,
)


class Catalog:
    """Edits by photo; safe to use from several threads and processes.

    A photo is known by its content and its path: a moved or renamed one is found again, a copy begins with the edit of
    the photo it was copied from and goes its own way, another photo under an old name begins afresh.

    The program must open whatever the state of this file is: a damaged one is set aside, and where none can be written
    the edits last until the program ends; `take_problems` reports it.

    Attributes:
        folder_styles: the current style of each folder, which photos without an edit open in.
        marks: the ratings, flags and labels.
    """

    def __init__(self, path: Path, open_now: bool = True) -> None:
        """`open_now` False leaves opening to `open` or the first use, for a thread that must not wait for the file."""
        self.path = path
        self._hasher = ContentHasher()
        self._seen: dict[tuple[str, str], float] = {}  # when the histories were written that this object knows
        self._problems: list[str] = []
        self._problems_lock = threading.Lock()  # not that of the database, which may wait for another process
        self._database = Database(
            path, MIGRATIONS, self._set_aside, on_unusable=self._do_without, busy_seconds=BUSY_SECONDS
        )
        self.folder_styles = FolderStyles(self._run, self._hasher.digest)
        self.marks = ratings.Marks(self._run, self._keys)
        if open_now:
            self.open()

    def open(self) -> None:
        """Open the file; what is wrong with it can then be taken by `take_problems`."""
        self._run(lambda connection: None)

    def get(self, photo: Path) -> Edit | None:
        """The edit last put for this photo, or None; also for a photo that cannot be read.

        A stored edit that cannot be understood is no edit: `take_problems` reports it, and the photo opens as if it
        had never been edited.

        Raises:
            PieError: the catalog cannot be used.
            NewerEditError: the edit was made with a newer version of the program.
        """
        try:
            digest = self._hasher.digest(photo)
        except OSError:
            return None
        text = self._run(lambda connection: edits_table.read(connection, digest, path_key(photo)))
        if text is None:
            return None
        try:
            return Edit.from_text(text)
        except NewerEditError:
            raise
        except EditError as error:
            self._warn(f"The edit of “{photo.name}” could not be used, so that the photo opens without it. {error}")
            return None

    def recent(self, most: int) -> list[tuple[Path, Edit]]:
        """The photos that were edited last, the latest first; what cannot be understood is left out.

        Raises:
            PieError: the catalog cannot be used.
        """
        found = []
        for key, text in self._run(lambda connection: edits_table.latest(connection, most)):
            try:
                found.append((Path(key), Edit.from_text(text)))
            except EditError:
                continue
        return found

    def put(self, photo: Path, edit: Edit) -> None:
        """Keep the edit; it is on the disk when this returns.

        An edit in its place that cannot be understood, such as one of a newer version, is kept as a file of its own;
        `take_problems` says where.

        Raises:
            PieError: the photo is gone, or the disk is full.
        """
        self._put(photo, edit, None)

    def _put(self, photo: Path, edit: Edit, history: PhotoHistory | None) -> PhotoHistory | None:
        try:
            digest = self._hasher.digest(photo)
        except OSError as error:
            # Its folder or drive is away: the edit waits for it.
            known = self._hasher.last_digest(photo)
            if known is None:
                raise PieError(f"The edit of “{photo}” cannot be saved: {error.strerror or error}.") from error
            digest = known
        now, key = time.time(), path_key(photo)

        def write(connection: sqlite3.Connection) -> PhotoHistory | None:
            kept = history
            with connection:
                replaced = edits_table.read(connection, digest, key, exactly=True)
                if replaced is not None and (told := keep_unreadable(photo, replaced)) is not None:
                    self._warn(told)
                edits_table.write(connection, digest, key, edit.to_text(), now)
                if kept is not None:
                    before = history_table.read(connection, digest, key, exactly=True)
                    if before is not None and (told := keep_unreadable_history(photo, before)) is not None:
                        self._warn(told)
                    elif before is not None and history_table.updated(connection, digest, key) != self._seen.get(
                        (digest, key)
                    ):
                        kept = kept.merged(PhotoHistory.from_text(before))  # another window wrote meanwhile
                    history_table.write(connection, digest, key, kept.to_text(), now)
                    group_steps.write(connection, digest, key, photo, kept.groups)
            if kept is not None:
                self._seen[digest, key] = now
            return kept

        return self._run(write)

    def history(self, photo: Path) -> PhotoHistory | None:
        """The history last put for this photo, or None; also for a photo that cannot be read.

        One that cannot be understood is none: the photo opens with its edit all the same.

        Raises:
            PieError: the catalog cannot be used.
        """
        try:
            digest = self._hasher.digest(photo)
        except OSError:
            return None
        key = path_key(photo)

        def read(connection: sqlite3.Connection) -> str | None:
            if (updated := history_table.updated(connection, digest, key)) is not None:
                self._seen[digest, key] = updated
            return history_table.read(connection, digest, key)

        text = self._run(read)
        try:
            return None if text is None else PhotoHistory.from_text(text)
        except EditError as error:
            _log.warning("The history of %s could not be used: %s", photo, error)
            return None

    def copies(self, photo: Path) -> dict[str, Edit]:
        """The edits of a photo's virtual copies by their names; nothing also for a photo that cannot be read.

        Raises:
            PieError: the catalog cannot be used.
        """
        try:
            digest, key = self._hasher.digest(photo), path_key(photo)
        except OSError:
            return {}

        def read(connection: sqlite3.Connection) -> str | None:
            return (
                history_table.read(connection, digest, key)
                if history_table.has_copies(connection, digest, key)
                else None
            )

        # Not noted as seen: whoever edits the photo still has to hear of it.
        text = self._run(read)
        try:
            return {} if text is None else PhotoHistory.from_text(text).copy_edits
        except EditError as error:
            _log.warning("The virtual copies of %s could not be used: %s", photo, error)
            return {}

    def put_history(self, photo: Path, history: PhotoHistory) -> PhotoHistory:
        """Keep edit and history of a photo, both or none; they are on the disk when this returns.

        The edit is that of the photo itself, whichever virtual copy is active.

        What stands in their place and cannot be understood is kept as by `put`.

        Returns:
            The history that is kept now: with the steps that another window of the program added meanwhile.

        Raises:
            PieError: the photo is gone and was never seen, the disk is full, or another program holds the catalog.
        """
        return self._put(photo, history.photo_edit, history) or history

    def photos_of_step(self, group: str, beside: Path) -> list[Path]:
        """The photos that were changed in a step of several; those that are gone are left out.

        Args:
            group: of the step.
            beside: one of them; where their folder was moved, the others are looked for in the folder of this one.

        Raises:
            PieError: the catalog cannot be used.
        """
        found = []
        for digest, photo in self._run(lambda connection: group_steps.read(connection, group)):
            place = next((one for one in (photo, beside.with_name(photo.name)) if self._shows(one, digest)), None)
            if place is not None:
                found.append(place)
        return found

    def _shows(self, photo: Path, digest: str) -> bool:
        try:
            return self._hasher.digest(photo) == digest
        except OSError:
            return False

    def take_problems(self) -> list[str]:
        """Sentences about the catalog file itself since the last call, each once; never waits for the file."""
        with self._problems_lock:
            problems, self._problems = self._problems, []
        return problems

    def close(self) -> None:
        """What was put is on the disk already."""
        self._database.close()

    def _keys(self, photo: Path) -> tuple[str, str]:
        """Digest and path that a photo is known by. Raises PieError for one that is gone and was never seen."""
        try:
            return self._hasher.digest(photo), path_key(photo)
        except OSError as error:
            # As with edits: its folder or drive is away, and what is decided waits for it.
            if (known := self._hasher.last_digest(photo)) is not None:
                return known, path_key(photo)
            raise PieError(f"“{photo}” cannot be read: {error.strerror or error}.") from error

    def _run(self, action: Callable[[sqlite3.Connection], T]) -> T:
        try:
            return self._database.run(action)
        except sqlite3.Error as error:
            if is_locked(error):
                raise PieError(
                    f"The catalog of edits is locked by another program; close what uses {self.path}."
                ) from error
            raise PieError(f"The catalog {self.path} cannot be used: {error}.") from error

    def _set_aside(self, path: Path) -> None:
        place = set_aside(path)
        self._warn(f"The catalog of edits was damaged. It was set aside as {place}, and a new one was started.")

    def _do_without(self, error: Exception) -> None:
        self._warn(f"The edits of this session will not be saved, because {self.path} cannot be used: {error}.")

    def _warn(self, problem: str) -> None:
        _log.warning(problem)
        with self._problems_lock:
            self._problems.append(problem)
