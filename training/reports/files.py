"""Files of results: JSON reports, with rounded numbers, and the folders that they go to."""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pie_desktop.errors import PieError
from pie_desktop.imaging.atomic import atomic_write


def rounded(value: Any, digits: int = 4) -> Any:
    """The same JSON value with its floats rounded."""
    if isinstance(value, float):
        return round(value, digits)
    if isinstance(value, Mapping):
        return {key: rounded(part, digits) for key, part in value.items()}
    return [rounded(part, digits) for part in value] if isinstance(value, list | tuple) else value


def prepare_folder(path: Path | None) -> None:
    """Make the folder of an output that is written at the end, so that no long run is in vain.

    Raises:
        PieError: it cannot be made.
    """
    if path is None:
        return
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise PieError(f"The folder of {path} cannot be made; choose another one.") from error


def write_json(path: Path, found: Mapping[str, Any]) -> None:
    """Write a report; lists of numbers stand on one line."""
    text = re.sub(r"\[[-\d.,\s]+\]", lambda m: re.sub(r"\s+", " ", m[0]), json.dumps(found, indent=1))
    with atomic_write(path) as temporary:
        temporary.write_text(text + "\n", encoding="utf-8")
