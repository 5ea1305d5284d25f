"""Reading the styles there are; damaged ones are set aside and never stop the others."""

import contextlib
import logging
import os
import threading
from pathlib import Path

from pie_desktop import paths
from pie_desktop.errors import StyleError
from pie_desktop.styles import trash
from pie_desktop.styles.document import (
    FILE_NAME,
    MAX_NAME,
    REFERENCES_FOLDER,
    DamagedStyle,
    read_document,
    style_from,
)
from pie_desktop.styles.style import Style

Styles = list[Style]
Sentences = list[str]

logger = logging.getLogger(__name__)


class StyleReader:
    """The reading half of `styles.store.StyleLibrary`.

    What was read is remembered for as long as the files are the same, so that thousands of styles are listed at once.
    """

    def __init__(self, folder: Path, builtin: Path | None) -> None:
        self.folder = folder
        self._builtin = builtin
        self._problems: list[str] = []
        self._problems_lock = threading.Lock()
        self._remembered: dict[Path, tuple[_State, Style]] = {}

    def list(self) -> Styles:
        """The user's styles, the newest first, then the built-in ones. Damaged ones are set aside: `take_problems`."""
        folders = _style_folders(self.folder)
        own = [style for folder in folders if (style := self._read(folder, builtin=False))]
        # A list of it is made in one go, whatever other threads remember meanwhile.
        known = list(self._remembered)
        for gone in set(known).difference(folders, _style_folders(self._builtin)):
            self._remembered.pop(gone, None)
        own.sort(key=lambda style: (style.created, style.name), reverse=True)
        return own + self._builtin_styles()

    def take_problems(self) -> Sentences:
        """Sentences about styles that could not be read since the last call; each once."""
        with self._problems_lock:
            problems, self._problems = self._problems, []
        return problems

    def get(self, style_id: str) -> Style:
        """Raises StyleError when there is no such style (any more)."""
        for root, builtin in ((self.folder, False), (self._builtin, True)):
            # Ids are compared with what is there rather than joined to a path: they may come from anywhere.
            for folder in _style_folders(root, style_id):
                if style := self._read(folder, builtin=builtin):
                    return style
        raise StyleError("This style no longer exists; choose another one.")

    def find(self, name: str) -> Style:
        """By name (any case) or id. Raises StyleError that lists the names there are."""
        styles = self.list()
        for style in styles:
            if style.id == name or style.name.casefold() == name.strip().casefold():
                return style
        known = ", ".join(f"“{style.name}”" for style in styles) or "none yet"
        raise StyleError(f"There is no style called “{name}”; the styles are: {known}.")

    def unique_name(self, wanted: str) -> str:
        """`wanted`, or `wanted 2`, `wanted 3`, … when it is taken."""
        taken = {style.name.casefold() for style in self.list()}
        stem = wanted.strip()[: MAX_NAME - 5] or "New style"
        name, number = stem, 2
        while name.casefold() in taken:
            name, number = f"{stem} {number}", number + 1
        return name

    def check_name(self, name: str, except_id: str | None = None) -> None:
        name = name.strip()
        if not name or not name.isprintable():
            raise StyleError("A style needs a name made of printable characters.")
        if len(name) > MAX_NAME:
            raise StyleError(f"A style's name can have at most {MAX_NAME} characters; “{name[:20]}…” has {len(name)}.")
        for style in self.list():
            if style.id != except_id and style.name.casefold() == name.casefold():
                raise StyleError(f"There is already a style called “{style.name}”; choose another name.")

    def _ids(self) -> set[str]:
        """Of all styles that may be there."""
        return {folder.name for root in (self.folder, self._builtin) for folder in _style_folders(root)}

    def _builtin_styles(self) -> Styles:
        styles = [style for folder in _style_folders(self._builtin) if (style := self._read(folder, builtin=True))]
        return sorted(styles, key=lambda style: style.id)

    def _read(self, folder: Path, *, builtin: bool) -> Style | None:
        try:
            state = _state(folder)  # before it is read: what is written meanwhile counts as a change
            remembered = self._remembered.get(folder)
            if remembered is not None and remembered[0] == state:
                return remembered[1]
            style = style_from(folder, read_document(folder), builtin=builtin)
            self._remembered[folder] = (state, style)
            return style
        except DamagedStyle as error:
            if builtin:
                self._tell(str(error))
            else:
                with contextlib.suppress(OSError):  # another process may have set it aside already
                    place = trash.set_aside(self.folder, folder)
                    self._tell(f"{error} It was set aside as {place}; its images are still there.")
        except StyleError as error:
            self._tell(str(error))
        except FileNotFoundError:
            logger.warning("%s has no %s and is left alone", folder, FILE_NAME)
        except OSError as error:
            self._tell(f"The style in {folder} cannot be read: {error.strerror or error}.")
        return None

    def _tell(self, problem: str) -> None:
        logger.warning(problem)
        with self._problems_lock:
            if problem not in self._problems:
                self._problems.append(problem)


def shipped_styles() -> Path | None:
    try:
        return paths.resource("styles")
    except FileNotFoundError:
        return None


_State = tuple[int, ...]


def _state(folder: Path) -> _State:
    """What differs once a style's description was replaced, or copies came or went. Raises OSError."""
    description = (folder / FILE_NAME).stat()
    try:
        copies = (folder / REFERENCES_FOLDER).stat().st_mtime_ns
    except FileNotFoundError:
        copies = 0
    return description.st_mtime_ns, description.st_size, description.st_ino, copies


def _style_folders(root: Path | None, style_id: str | None = None) -> list[Path]:
    """Folders of the styles in `root`, or of the one with this id."""
    try:
        with os.scandir(root) if root is not None else contextlib.nullcontext(()) as entries:
            return [
                Path(entry.path)
                for entry in entries
                if (style_id is None or entry.name == style_id) and not entry.name.startswith(".") and entry.is_dir()
            ]
    except OSError:
        return []
