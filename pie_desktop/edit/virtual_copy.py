"""One of the edits that a photo has side by side, with the steps that led to it, as a frozen value."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Self

from pie_desktop.edit.edit import Edit
from pie_desktop.errors import EditError

STEPS = 200
"""Longest history of a copy; what is older is forgotten."""
MAX_NAME = 80


@dataclass(frozen=True)
class NamedEdit:
    """An edit with a name: a step of a history, or a snapshot.

    Attributes:
        name: as a person reads it, such as `Preference 85 %`.
        edit: the edit after the step.
        made: when, in seconds since 1970.
        group: what the same step has in all photos that were changed together; empty for a step of this photo alone.
    """

    name: str
    edit: Edit
    made: float
    group: str = ""

    def to_json(self) -> dict[str, Any]:
        """JSON-ready; see `from_json`."""
        stored: dict[str, Any] = {"name": self.name, "made": self.made, "edit": self.edit.to_json()}
        return stored | {"group": self.group} if self.group else stored

    @classmethod
    def from_json(cls, stored: Any) -> Self:
        """Read what `to_json` wrote. Raises EditError, as `Edit.from_json`."""
        values = _values(stored, "a step")
        made = values.get("made")
        if isinstance(made, bool) or not isinstance(made, int | float):
            raise EditError("The history is damaged: a time is missing.")
        group = values.get("group", "")
        if not isinstance(group, str):
            raise EditError("The history is damaged: the group of a step is not text.")
        return cls(_name(values), Edit.from_json(values.get("edit")), float(made), group)


@dataclass(frozen=True)
class VirtualCopy:
    """One of several edits that a photo has side by side, with the steps that led to it.

    Attributes:
        name: as a person reads it.
        steps: in the order they were made; the first is how the photo was opened.
        place: index of the step that holds; those behind it were undone.
    """

    name: str
    steps: tuple[NamedEdit, ...]
    place: int = 0

    @property
    def edit(self) -> Edit:
        """The edit as it is now."""
        return self.step.edit

    @property
    def step(self) -> NamedEdit:
        """The step that holds, which undoing takes back."""
        return self.steps[self.place]

    @property
    def next_step(self) -> NamedEdit | None:
        """The step that redoing brings, None where nothing was undone."""
        return self.steps[self.place + 1] if self.place + 1 < len(self.steps) else None

    def push(self, step: NamedEdit) -> Self:
        """With a step after the present one, in place of what was undone; at most `STEPS` are kept."""
        steps = (*self.steps[: self.place + 1], step)[-STEPS:]
        return replace(self, steps=steps, place=len(steps) - 1)

    def merged(self, other: Self) -> Self:
        """With the steps of another history of the same copy, in the order they were made; the present one stays."""
        present = self.step
        missing = [one for one in other.steps[1:] if one not in self.steps]
        steps = sorted((*self.steps, *missing), key=lambda step: step.made)[-STEPS:]
        return replace(self, steps=tuple(steps), place=steps.index(present)) if present in steps else self

    def to_json(self) -> dict[str, Any]:
        """JSON-ready; see `from_json`."""
        return {"name": self.name, "place": self.place, "steps": [step.to_json() for step in self.steps]}

    @classmethod
    def from_json(cls, stored: Any) -> Self:
        """Read what `to_json` wrote. Raises EditError, as `Edit.from_json`."""
        values = _values(stored, "a copy")
        steps = tuple(NamedEdit.from_json(one) for one in stored_list(values, "steps"))
        if not steps:
            raise EditError("The history is damaged: a copy has no steps.")
        return cls(_name(values), steps, stored_index(values, "place", len(steps)))


def stored_list(values: Mapping[str, Any], key: str) -> list[Any]:
    """A list of a stored history. Raises EditError where it is none."""
    found = values.get(key)
    if not isinstance(found, list):
        raise EditError(f"The history is damaged: its {key} are missing.")
    return found


def stored_index(values: Mapping[str, Any], key: str, count: int) -> int:
    """The place of one of `count` things in a stored history. Raises EditError where there is none."""
    found = values.get(key)
    if isinstance(found, bool) or not isinstance(found, int) or not 0 <= found < count:
        raise EditError(f"The history is damaged: its {key} is not one of {count}.")
    return found


def _values(stored: Any, what: str) -> Mapping[str, Any]:
    if not isinstance(stored, Mapping):
        raise EditError(f"The history is damaged: {what} is not a set of values.")
    return stored


def _name(values: Mapping[str, Any]) -> str:
    name = values.get("name")
    if not isinstance(name, str):
        raise EditError("The history is damaged: a name is missing.")
    return name[:MAX_NAME]
