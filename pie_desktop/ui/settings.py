"""The program's own settings: one small JSON file, written atomically."""

import json
import logging
from datetime import datetime
from pathlib import Path
from typing import Any

_log = logging.getLogger(__name__)


class Settings:
    """Values by dotted name, kept in memory and saved on `save`.

    Values are what JSON can hold. A file that cannot be parsed is renamed, never overwritten, and `problem` says so.

    Attributes:
        problem: one sentence for the user if the file could not be used, else None.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.problem: str | None = None
        self._values: dict[str, Any] = {}
        self._changed = False
        self._load()

    def get(self, name: str, default: Any = None) -> Any:
        return self._values.get(name, default)

    def set(self, name: str, value: Any) -> None:
        if self._values.get(name) != value:
            self._values[name] = value
            self._changed = True

    def save(self) -> None:
        """Write the file if anything changed.

        Raises:
            OSError: if the folder cannot be written.
        """
        if not self._changed:
            return
        from pie_desktop.imaging.atomic import atomic_write

        self.path.parent.mkdir(parents=True, exist_ok=True)
        with atomic_write(self.path) as temporary:
            Path(temporary).write_text(json.dumps(self._values, indent=1, sort_keys=True), encoding="utf-8")
        self._changed = False

    def _load(self) -> None:
        try:
            values = json.loads(self.path.read_text(encoding="utf-8"))
            if not isinstance(values, dict):
                raise ValueError("not an object")
            self._values = values
        except FileNotFoundError:
            return
        except OSError as error:
            self.problem = f"The settings in {self.path} cannot be read ({error.strerror}); defaults are used."
        except ValueError:
            aside = self.path.with_name(f"{self.path.stem}-damaged-{datetime.now():%Y%m%d-%H%M%S}{self.path.suffix}")
            try:
                self.path.rename(aside)
            except OSError:
                _log.exception("Cannot set %s aside", self.path)
            self.problem = f"The settings were damaged and have been reset; the old file is kept as {aside}."
