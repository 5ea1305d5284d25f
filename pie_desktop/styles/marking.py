"""The part of the library that keeps what a person notes about styles, see `marks`."""

import contextlib
import logging
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime

from pie_desktop import json_files
from pie_desktop.styles import trash
from pie_desktop.styles.marks import (
    FILE_NAME,
    MOST_USES,
    DamagedMarks,
    LibraryMarks,
    NewerMarks,
    StyleMarks,
    checked_tags,
    read_marks,
    write_marks,
)
from pie_desktop.styles.writing import StyleWriter

_log = logging.getLogger(__name__)


class Marking(StyleWriter):
    """Every change re-reads the file under the lock of the library, so that no window undoes what another one did."""

    def marks(self) -> LibraryMarks:
        """What is noted about the styles; nothing where the file is damaged, which is set aside: `take_problems`."""
        path = self.folder / FILE_NAME
        try:
            return read_marks(path)
        except DamagedMarks as error:
            self._tell(f"{error}; {json_files.kept_aside(path)}.")
        except NewerMarks as error:
            self._tell(str(error))
        except OSError as error:
            self._tell(f"{path} cannot be read: {error.strerror or error}.")
        return LibraryMarks()

    def set_favorite(self, style_id: str, favorite: bool) -> LibraryMarks:
        """Give a style a star, or take it away. Raises StyleError, as all that follow, where nothing can be written."""
        return self._mark(style_id, lambda marks: replace(marks, favorite=favorite))

    def set_archived(self, style_id: str, archived: bool) -> LibraryMarks:
        """Put a style away, or bring it out again; photos that have it keep it."""
        return self._mark(style_id, lambda marks: replace(marks, archived=archived))

    def set_tags(self, style_id: str, tags: Iterable[str]) -> LibraryMarks:
        """Give a style these tags in place of those that it has. Raises StyleError for too many or too long ones."""
        checked = checked_tags(tags)
        return self._mark(style_id, lambda marks: replace(marks, tags=checked))

    def note_use(self, style_id: str) -> LibraryMarks:
        """A style was chosen now."""
        now = datetime.now(UTC).replace(microsecond=0)
        return self._mark(style_id, lambda marks: replace(marks, used=now, uses=min(marks.uses + 1, MOST_USES)))

    def move(self, style_id: str, before: str | None) -> LibraryMarks:
        """Move a style in the order of the person's own.

        Args:
            before: id of the style that is to follow it, None to make it the last. One that is gone counts as None.

        Raises:
            StyleError: there is no such style, or nothing can be written.
        """

        def moved(marks: LibraryMarks) -> LibraryMarks:
            self.get(style_id)
            order = [style.id for style in marks.ordered(self.list()) if style.id != style_id]
            place = order.index(before) if before in order else len(order)
            return replace(marks, order=(*order[:place], style_id, *order[place:]))

        return self._change_marks(moved)

    def _mark(self, style_id: str, change: Callable[[StyleMarks], StyleMarks]) -> LibraryMarks:
        self.get(style_id)
        return self._change_marks(lambda marks: marks.with_style(style_id, change(marks.of(style_id))))

    def _change_marks(self, change: Callable[[LibraryMarks], LibraryMarks]) -> LibraryMarks:
        path = self.folder / FILE_NAME
        with self._writing(), self._lock():
            try:
                marks = read_marks(path)
            except DamagedMarks as error:
                self._tell(f"{error}; {json_files.kept_aside(path)}.")
                marks = LibraryMarks()
            changed = change(marks)
            if changed != marks:
                write_marks(path, changed, self._known_ids())
        return changed

    def _known_ids(self) -> set[str]:
        """Ids of all styles, and of those in the trash, which may come back."""
        ids = self._ids()
        with contextlib.suppress(OSError):
            ids |= {entry.name.rpartition(".")[0] for entry in (self.folder / trash.TRASH).iterdir()}
        return ids
