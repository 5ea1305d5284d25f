"""What a stored edit has that this program does not apply: kept as it is, written back unchanged, and told once.

A newer version of the program, another program, or a hand with a text editor may have written it: parts and values
that are not known here, parts of a newer version, and numbers outside of their bounds. All else of the edit is applied.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from typing import Any

from pie_desktop.edit.part import Part, known_part, stated_version
from pie_desktop.errors import EditError, printable

_NAMED = 5  # in a sentence; more are counted
_LONGEST = 40  # letters of a name that a file gives


@dataclass(frozen=True)
class Unapplied:
    """One piece of a stored edit.

    Attributes:
        part: key of its part; empty for a value beside the parts.
        name: of the value; empty for a part as a whole.
        text: its JSON.
        label: what it is, for a person.
    """

    part: str
    name: str
    text: str
    label: str

    @classmethod
    def of(cls, part: str, name: str, value: Any, label: str) -> "Unapplied":
        return cls(part, name, json.dumps(value, ensure_ascii=False, separators=(",", ":")), label)

    @property
    def value(self) -> Any:
        """What was stored."""
        return json.loads(self.text)


def read_part(key: str, stored: Any) -> tuple[Part | None, tuple[Unapplied, ...]]:
    """A part of a stored edit as far as it can be applied, None where it cannot, and what is kept instead.

    Raises:
        EditError: it is damaged: a value has the wrong type.
    """
    kind = known_part(key)
    if kind is None:
        return None, (Unapplied.of(key, "", stored, f"“{_name(key)}”, which is not known"),)
    if not isinstance(stored, Mapping):
        raise EditError(f"The edit is damaged: its part {key!r} is not a set of values.")
    title = kind.LABEL or key
    values = dict(stored)
    version = stated_version(values.pop("version", 1))
    if version > kind.VERSION:
        return None, (Unapplied.of(key, "", stored, f"{title}, of a newer version"),)
    values = kind.upgrade(values, version)
    known = {one.name for one in fields(kind)}
    kept = []
    for name, value in list(values.items()):
        if name not in known:
            kept.append(Unapplied.of(key, name, value, f"{title} “{_name(name)}”, which is not known"))
        elif (problem := kind.outside(name, value)) is not None:
            kept.append(Unapplied.of(key, name, value, problem))
        else:
            continue
        del values[name]
    return kind.from_json(values | {"version": kind.VERSION}), tuple(kept)


def in_order(unapplied: Iterable[Unapplied]) -> tuple[Unapplied, ...]:
    """In an order that does not depend on that of the document."""
    return tuple(sorted(unapplied, key=lambda one: (one.part, one.name)))


def put_back(document: dict[str, Any], unapplied: Iterable[Unapplied]) -> None:
    """Add what is kept to the JSON of an edit, where it stood."""
    parts = document["parts"]
    for one in unapplied:
        kind = known_part(one.part)
        if one.name and not one.part:
            document[one.name] = one.value
        elif not one.name:
            parts[one.part] = one.value
        elif kind is not None:
            parts.setdefault(one.part, {"version": kind().to_json()["version"]})[one.name] = one.value


def still_unapplied(unapplied: tuple[Unapplied, ...], before: Part, after: Part) -> tuple[Unapplied, ...]:
    """What is left when a person has put a part in the place of another one: what was changed is decided anew."""
    changed = {one.name for one in fields(after) if getattr(before, one.name) != getattr(after, one.name)}
    if not changed:
        return unapplied
    return tuple(one for one in unapplied if one.part != after.KEY or (one.name and one.name not in changed))


def unapplied_sentence(unapplied: tuple[Unapplied, ...], whose: str) -> str:
    """One sentence about what is not applied.

    Args:
        unapplied: at least one.
        whose: whose edit it is, such as `The edit of IMG_1.jpg`.
    """
    names = [one.label for one in unapplied[:_NAMED]]
    if len(unapplied) > _NAMED:
        names.append(f"{len(unapplied) - _NAMED} more")
    what = "values" if len(unapplied) > 1 else "a value"
    return (
        f"{whose} has {what} that this version of PIE Desktop does not apply: {'; '.join(names)}. "
        "All else is applied, and nothing is lost."
    )


def _name(text: str) -> str:
    text = printable(text)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
