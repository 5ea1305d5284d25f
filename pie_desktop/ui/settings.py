"""The program's own settings: one small JSON file that several editors may have open at once."""

import contextlib
import logging
import math
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from pie_desktop import json_files

_log = logging.getLogger(__name__)

LARGEST = 100_000  # px: beyond any window, and still what the toolkit can count with
_LOCK_SECONDS = 2.0  # a writer holds the lock for as long as it takes to write a page


class Settings:
    """Values by dotted name, kept in memory and saved on `save`.

    Values are what JSON can hold. Only those that were set here are written: another editor on the same file keeps its
    own. A file that cannot be understood is renamed, never overwritten, and `problem` says so. Values in a sound file
    may still be of any type: `text`, `number`, `flag` and `sizes` give the default in place of another
    type.

    Attributes:
        problem: one sentence for the user if the file could not be used, else None.
        changed: called after each change; the place to save soon.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.problem: str | None = None
        self.changed: Callable[[], None] = lambda: None
        self._lock = threading.Lock()  # the values are set in one thread and saved in another
        self._unsaved: dict[str, Any] = {}
        self._values = self._read() or {}

    def get(self, name: str, default: Any = None) -> Any:
        """A value as it was stored; its reader checks it."""
        return self._values.get(name, default)

    def text(self, name: str, default: str = "") -> str:
        value = self._values.get(name)
        return value if isinstance(value, str) else default

    def number(self, name: str, default: float, low: float, high: float) -> float:
        """A number between two bounds; the default where there is none, the nearer bound where it is outside them."""
        value = self._values.get(name)
        if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < math.inf:
            return default
        return min(max(value, low), high)

    def sizes(self, name: str, count: int) -> list[int] | None:
        """So many sizes of parts of a window, px; None where there are none, or senseless ones."""
        value = self._values.get(name)
        if not isinstance(value, list) or len(value) != count:
            return None
        return value if all(isinstance(size, int) and 0 <= size <= LARGEST for size in value) else None

    def flag(self, name: str, default: bool = False) -> bool:
        value = self._values.get(name)
        return value if isinstance(value, bool) else default

    def set(self, name: str, value: Any) -> None:
        with self._lock:
            if name in self._values and self._values[name] == value:
                return
            self._values[name] = self._unsaved[name] = value
        self.changed()

    def save(self) -> None:
        """Write what was set since the last time, if anything was, into the file as it is now.

        Raises:
            OSError: if the folder cannot be written.
        """
        with self._lock:
            unsaved, self._unsaved = self._unsaved, {}
        if not unsaved:
            return
        try:
            self._write(unsaved)
        except OSError:
            with self._lock:
                self._unsaved = unsaved | self._unsaved
            raise

    def _write(self, unsaved: dict[str, Any]) -> None:
        from pie_desktop.imaging.atomic import atomic_write

        self.path.parent.mkdir(parents=True, exist_ok=True)
        with _locked(self.path):
            kept = self._read()
            values = (kept if kept is not None else self._values) | unsaved
            with atomic_write(self.path) as temporary:
                temporary.write_text(json_files.to_text(dict(sorted(values.items())), indent=1), encoding="utf-8")

    def _read(self) -> dict[str, Any] | None:
        """What the file holds; None where it cannot be used, which is for `problem` to say."""
        values, problem = json_files.read_settings(self.path)
        self.problem = problem or self.problem
        return values


@contextlib.contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Hold the file's lock; where none can be had for long, go on without: settings are no reason to stand still."""
    from filelock import FileLock, Timeout

    lock = FileLock(path.with_name(f".{path.name}.lock"), timeout=_LOCK_SECONDS)
    try:
        lock.acquire()
    except (Timeout, OSError, NotImplementedError) as error:
        _log.warning("The settings are written without a lock: %s", error)
    try:
        yield
    finally:
        lock.release()
