"""The one reader of JSON that this program wrote: settings, models, styles, presets, journals, training runs.

Such a file may have been cut off by a crash, edited by hand or made by somebody else. Every reader of one goes through
this module, so that none of them has to think of a document of ten gigabytes, of a hundred thousand brackets, or of
numbers that are none.
"""

import contextlib
import functools
import json
import logging
import math
from collections.abc import Hashable, Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, cast

if TYPE_CHECKING:
    from pydantic import TypeAdapter

T = TypeVar("T")
_log = logging.getLogger(__name__)
MAX_BYTES = 16 * 1024 * 1024
MAX_DEPTH = 32
_MAX_INTEGER = 2**63 - 1  # sizes and times in nanoseconds fit


class DamagedJsonError(ValueError):
    """A document that cannot be used; the message says why, as the end of a sentence: `it is too large`."""


def parse(text: bytes | str, *, max_bytes: int = MAX_BYTES, finite: bool = True) -> Any:
    """The value of a JSON document.

    Args:
        text: UTF-8 where it is bytes, with or without the byte order mark that some editors write.
        max_bytes: longest document, in bytes or letters.
        finite: refuse NaN, infinities and numbers too large for a float; otherwise None takes their place.

    Raises:
        DamagedJsonError: it is no JSON, too large, nested deeper than `MAX_DEPTH`, or has a number that is none.
    """
    if len(text) > max_bytes:
        raise DamagedJsonError(f"it is larger than {max_bytes:,} bytes")

    def number(digits: str) -> float | None:
        value = float(digits)
        if math.isfinite(value):
            return value
        if finite:
            raise DamagedJsonError("a number in it is not finite")
        return None

    try:
        decoded = text.decode("utf-8-sig") if isinstance(text, bytes) else text
        value = json.loads(decoded, parse_float=number, parse_constant=number, parse_int=_integer)
    except DamagedJsonError:
        raise
    except RecursionError as error:
        raise DamagedJsonError("it is nested too deeply") from error
    except ValueError as error:  # JSON and UTF-8 errors alike
        raise DamagedJsonError("it is not valid JSON") from error
    if decoded.count("[") + decoded.count("{") > MAX_DEPTH and _deeper_than(value, MAX_DEPTH):
        raise DamagedJsonError("it is nested too deeply")
    return value


def parse_object(text: bytes | str, *, max_bytes: int = MAX_BYTES, finite: bool = True) -> dict[str, Any]:
    """As `parse`, of a document that is one object. Raises DamagedJsonError."""
    value = parse(text, max_bytes=max_bytes, finite=finite)
    if not isinstance(value, dict):
        raise DamagedJsonError("it is not a set of values")
    return value


def read_object(path: Path, *, max_bytes: int = MAX_BYTES, finite: bool = True) -> dict[str, Any]:
    """The object in a file; no more of the file is read than may be.

    Raises:
        DamagedJsonError: as `parse`.
        OSError: the file cannot be read.
    """
    with Path(path).open("rb") as file:
        return parse_object(file.read(max_bytes + 1), max_bytes=max_bytes, finite=finite)


def as_type(kind: type[T], value: Any) -> T:
    """A dataclass from its JSON, every field checked by its type; instances in it are taken as they are.

    Raises:
        DamagedJsonError: it is none; the message names the first field that is wrong.
        ValueError, TypeError: the dataclass itself refuses its values.
    """
    from pydantic import ValidationError

    try:
        checked: T = _checker(cast(Hashable, kind)).validate_python(value)
        return checked
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(map(str, first["loc"])) or "its values"
        raise DamagedJsonError(f"{where}: {first['msg']}".replace("\n", " ").rstrip(".")) from error
    except UnicodeError as error:
        raise DamagedJsonError("a text in it has half a character") from error


@functools.cache
def _checker(kind: Any) -> "TypeAdapter[Any]":
    from pydantic import TypeAdapter  # made at the first use: processes that only write or decode do without

    return TypeAdapter(kind)


def to_text(document: Mapping[str, Any], indent: int | None = 2) -> str:
    """A document that `parse` takes: numbers that are not finite are written as null."""
    return json.dumps(_finite(document), indent=indent, allow_nan=False) + "\n"


def set_aside(path: Path) -> Path | None:
    """Rename a damaged file, so that a person can still look into it; its new path, or None where that failed.

    The new name ends with `.damaged` and a time: it matches no pattern by which files of a kind are found.
    """
    place = path.with_name(f"{path.name}.damaged-{datetime.now():%Y%m%d-%H%M%S-%f}")
    with contextlib.suppress(OSError):
        path.rename(place)
        return place
    return None


def kept_aside(path: Path) -> str:
    """Set a damaged file aside, and say where it is now, for the end of a sentence."""
    place = set_aside(path)
    return f"the old file is kept as {place}" if place is not None else "the old file could not be set aside"


def read_settings(path: Path, max_bytes: int = 1024 * 1024) -> tuple[dict[str, Any] | None, str | None]:
    """The values in a file of settings, which the program can do without; a damaged one is set aside.

    Returns:
        The values, none where there is no file, or None where it cannot be used; and then a sentence that says so.
    """
    try:
        return read_object(path, max_bytes=max_bytes), None
    except FileNotFoundError:
        return {}, None
    except OSError as error:
        return None, f"The settings in {path} cannot be read ({error.strerror}); defaults are used."
    except DamagedJsonError as error:
        _log.warning("The settings in %s are damaged: %s", path, error)
        return None, f"The settings were damaged and have been reset; {kept_aside(path)}."


def _integer(digits: str) -> int:
    if len(digits) > len(str(_MAX_INTEGER)) + 1 or abs(value := int(digits)) > _MAX_INTEGER:
        raise DamagedJsonError("a number in it is too large")
    return value


def _deeper_than(value: Any, depth: int) -> bool:
    level = [value]
    for _ in range(depth):
        level = [
            inner
            for one in level
            if isinstance(one, dict | list)
            for inner in (one.values() if isinstance(one, dict) else one)
            if isinstance(inner, dict | list)
        ]
        if not level:
            return False
    return True


def _finite(value: Any) -> Any:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {key: _finite(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(one) for one in value]
    return value
