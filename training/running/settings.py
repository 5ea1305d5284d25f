"""Reading of configurations (TOML): sections that refuse unknown keys, and mistakes as one sentence."""

import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic_core import PydanticCustomError

from pie_desktop.errors import PieError


class Section(BaseModel):
    """Base of configurations and their sections."""

    model_config = ConfigDict(extra="forbid", frozen=True)


Model = TypeVar("Model", bound=BaseModel)
_RANGES = "ranges"  # type of an error that says all itself


def read_toml(path: Path) -> dict[str, Any]:
    """The tables of a file.

    Raises:
        PieError: the file cannot be read or is not TOML.
    """
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise PieError(f"The configuration {path} cannot be read: {error.strerror}.") from error
    except ValueError as error:  # not TOML, or not text
        raise PieError(f"The configuration {path} is not valid: {error}.") from error


DEEPEST = 8  # files that inherit from each other


def read_inherited(path: Path) -> dict[str, Any]:
    """The tables of a file and of its base.

    `base = "other.toml"`, relative to the file, names one whose tables hold wherever this one does not say otherwise. A
    base may have one itself. `variants` are not inherited.

    Raises:
        PieError: a file cannot be read or is not TOML, or a file is its own base.
    """
    chain: list[dict[str, Any]] = []
    for _ in range(DEEPEST):
        values = read_toml(path)
        if chain:
            values.pop("variants", None)
        chain.append(values)
        base = values.pop("base", None)
        if base is None:
            result: dict[str, Any] = {}
            for part in reversed(chain):
                result = merged(result, part)
            return result
        if not isinstance(base, str):
            raise PieError(f"The configuration {path} is not valid: base is the name of a file, not {base!r:.60}.")
        path = path.parent / base
    raise PieError(f"The configuration {path} has too many bases, or is its own: name at most {DEEPEST - 1}.")


def validated(kind: type[Model], values: Mapping[str, Any], path: Path) -> Model:
    """A configuration of the tables of a file.

    Raises:
        PieError: a key is unknown or missing, or a value is impossible.
    """
    try:
        return kind.model_validate(values)
    except ValidationError as error:
        raise PieError(f"The configuration {path} is not valid: {_mistakes(error)}.") from error


def refuse_ranges(sentences: Sequence[str]) -> None:
    """For validators: refuse values for these reasons, which are told as they are.

    Raises:
        PydanticCustomError: there is any.
    """
    if sentences:
        raise PydanticCustomError(_RANGES, "{reasons}", {"reasons": "; ".join(one.rstrip(".") for one in sentences)})


def _mistakes(error: ValidationError, most: int = 3) -> str:
    """What is wrong, such as `data.users: Input should be greater than or equal to 1, not 0`; the first few."""
    found = []
    for one in error.errors(include_url=False, include_context=False):
        place = ".".join(str(step) for step in one["loc"])
        if one["type"] == "extra_forbidden":
            found.append(f"{place} is not known")
        elif one["type"] == "missing":
            found.append(f"{place} is missing")
        elif one["type"] == _RANGES:
            found.append(one["msg"])
        else:
            found.append(f"{place}: {one['msg']}, not {one['input']!r:.60}")
    more = len(found) - most
    return "; ".join(found[:most]) + (f"; and {more} more" if more > 0 else "")


def merged(base: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """`base` with `changes`, table by table."""
    result = dict(base)
    for key, value in changes.items():
        result[key] = merged(result.get(key, {}), value) if isinstance(value, Mapping) else value
    return result
