"""Changing the styles on disk: one writer at a time, all or nothing."""

import contextlib
import logging
import uuid
from collections.abc import Callable, Iterator, Sized
from datetime import UTC, datetime
from pathlib import Path

from filelock import FileLock, Timeout

from pie_desktop.errors import StyleError
from pie_desktop.imaging.leftovers import STAGING_PREFIX, owner, remove
from pie_desktop.styles import versions
from pie_desktop.styles.document import StyleDocument, read_document, style_from, write_document
from pie_desktop.styles.reader import StyleReader
from pie_desktop.styles.style import Style

_log = logging.getLogger(__name__)

MAX_EDITS = 50
LOCK_TIMEOUT = 30.0  # seconds; a writer holds the lock for moving a few small files only


class StyleWriter(StyleReader):
    """What every change of `styles.store.StyleLibrary` is made of."""

    def adopt(self, make: Callable[[Path], StyleDocument], *, rename: bool = False) -> Style:
        """Take in a style that `make` makes in a folder that does not exist yet, with all but its description.

        Args:
            rename: give it another name where its own is taken.

        Raises:
            StyleError: bad or taken name, or the disk cannot be written; nothing is left behind, whatever is raised.
        """
        with self._writing(), self._staging() as staging:
            new = staging / "style"
            document = make(new)
            with self._lock():
                if rename and document.name.casefold() in {style.name.casefold() for style in self.list()}:
                    document = document.model_copy(update={"name": self.unique_name(document.name)})
                self.check_name(document.name)
                write_document(new, document)
                folder = self.folder / str(uuid.uuid4())
                new.rename(folder)
        return style_from(folder, document, builtin=False)

    def _own(self, style_id: str, *, references: bool = False) -> Style:
        """A style that may be changed, and its `references`, too: these take their photos."""
        style = self.get(style_id)
        if style.builtin:
            raise StyleError(f"“{style.name}” comes with the program and cannot be changed; duplicate it first.")
        if references and style.only_model is not None:
            raise StyleError(f"“{style.name}” came without its photos and cannot learn more; ask for it with them.")
        return style

    # ---- writing

    @contextlib.contextmanager
    def _changing(
        self, style_id: str, *, references: bool = True, back_to: int | None = None
    ) -> Iterator[tuple[Path, StyleDocument]]:
        """The style's folder and description, read under the lock and written back when the block ends well.

        Args:
            references: these may change; what they are now, and what they are then, is kept as a version.
            back_to: number of the version that the style goes back to.
        """
        with self._writing(), self._lock():
            style = self._own(style_id, references=references)
            document = read_document(style.folder)
            if references:
                versions.keep(style.folder, document, style.created)
            yield style.folder, document
            write_document(style.folder, document)
            if references:
                try:
                    versions.keep(style.folder, document, datetime.now(UTC), back_to)
                except OSError as error:  # the style is safe; the next change keeps it
                    _log.warning("A version of “%s” could not be kept: %s", style.name, error)

    @contextlib.contextmanager
    def _lock(self) -> Iterator[None]:
        try:
            with FileLock(self.folder / ".lock", timeout=LOCK_TIMEOUT):
                yield
        except Timeout as error:
            raise StyleError("Another PIE Desktop window is changing the styles; try again in a moment.") from error

    @contextlib.contextmanager
    def _writing(self) -> Iterator[None]:
        """Tell a disk that cannot be written in one sentence."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            yield
        except OSError as error:
            raise StyleError(f"The styles in {self.folder} cannot be written: {error.strerror or error}.") from error

    @contextlib.contextmanager
    def _staging(self) -> Iterator[Path]:
        """A folder on the same disk as the styles, where new ones are made ready; gone afterwards."""
        place = self.folder / f"{STAGING_PREFIX}{owner()}"
        place.mkdir()
        try:
            yield place
        finally:
            remove(place)


def check_count(edits: Sized) -> None:
    """Raises StyleError for none, and for more than `MAX_EDITS`."""
    if not edits:
        raise StyleError("A style is made from edited photos; add at least one.")
    if len(edits) > MAX_EDITS:
        raise StyleError(f"{len(edits)} edits are too many at once; add up to {MAX_EDITS} at a time.")


def check_active(document: StyleDocument) -> None:
    """Raises StyleError where nothing is left to learn from."""
    if all(reference.muted for reference in document.references):
        raise StyleError(
            f"“{document.name}” needs at least one reference that is not muted; add another one, or use another style."
        )
