"""The history of one photo: its steps, its virtual copies and its snapshots, as one frozen value."""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Self

from pie_desktop import json_files
from pie_desktop.edit.edit import Edit
from pie_desktop.edit.part import known_version
from pie_desktop.edit.virtual_copy import MAX_NAME, NamedEdit, VirtualCopy, stored_index, stored_list
from pie_desktop.errors import EditError

VERSION = 1
FIRST_STEP = "Opened"
FIRST_COPY = "Photo"
MAX_TEXT = 16 * 1024 * 1024


@dataclass(frozen=True)
class PhotoHistory:
    """All that is kept of a photo's editing; every method that changes something returns the next value.

    Attributes:
        copies: at least one; the first is the photo itself.
        active: index of the copy that is shown and edited; each one is exported as a file of its own.
        snapshots: edits that a person gave a name.
    """

    copies: tuple[VirtualCopy, ...]
    active: int = 0
    snapshots: tuple[NamedEdit, ...] = ()

    @classmethod
    def begin(cls, edit: Edit, now: float) -> Self:
        """The history of a photo that has just been opened."""
        return cls((VirtualCopy(FIRST_COPY, (NamedEdit(FIRST_STEP, edit, now),)),))

    @property
    def copy(self) -> VirtualCopy:
        """The active copy."""
        return self.copies[self.active]

    @property
    def edit(self) -> Edit:
        """The edit as it is now."""
        return self.copy.edit

    @property
    def photo_edit(self) -> Edit:
        """The edit of the photo itself, whichever copy is active."""
        return self.copies[0].edit

    @property
    def copy_name(self) -> str:
        """The name of the active copy; empty for the photo itself."""
        return self.copy.name if self.active else ""

    @property
    def copy_edits(self) -> dict[str, Edit]:
        """The edits of the virtual copies by their names; the photo itself is none of them."""
        return {copy.name: copy.edit for copy in self.copies[1:]}

    @property
    def edited(self) -> bool:
        """Whether there is anything beyond the photo as it was opened."""
        return len(self.copies) > 1 or len(self.copy.steps) > 1 or bool(self.snapshots)

    @property
    def can_undo(self) -> bool:
        return self.copy.place > 0

    @property
    def can_redo(self) -> bool:
        return self.copy.place < len(self.copy.steps) - 1

    @property
    def groups(self) -> set[str]:
        """The groups of all steps, of all copies."""
        return {step.group for copy in self.copies for step in copy.steps if step.group}

    def push(self, name: str, edit: Edit, now: float, group: str = "") -> Self:
        """With a step of the active copy; unchanged where the edit is the one that holds."""
        return self if edit == self.edit else self._with_active(self.copy.push(NamedEdit(name, edit, now, group)))

    def follow(self, group: str, backwards: bool) -> Self:
        """With the step of a group undone or redone; unchanged where that is not the next to be."""
        step = self.copy.step if backwards and self.can_undo else None if backwards else self.copy.next_step
        if step is None or step.group != group:
            return self
        return self.undo() if backwards else self.redo()

    def go(self, place: int) -> Self:
        """At another step of the active copy; the nearest that there is."""
        return self._with_active(replace(self.copy, place=min(max(place, 0), len(self.copy.steps) - 1)))

    def undo(self) -> Self:
        return self.go(self.copy.place - 1)

    def redo(self) -> Self:
        return self.go(self.copy.place + 1)

    def with_snapshot(self, name: str, now: float) -> Self:
        """With a snapshot of the edit as it is now; one of the same name is replaced."""
        others = tuple(one for one in self.snapshots if one.name != name)
        return replace(self, snapshots=(*others, NamedEdit(name, self.edit, now)))

    def without_snapshot(self, name: str) -> Self:
        return replace(self, snapshots=tuple(one for one in self.snapshots if one.name != name))

    def renamed_snapshot(self, name: str, other: str) -> Self:
        """With another name for a snapshot; unchanged where that is taken or empty."""
        if not other or any(one.name == other for one in self.snapshots):
            return self
        named = (replace(one, name=other[:MAX_NAME]) if one.name == name else one for one in self.snapshots)
        return replace(self, snapshots=tuple(named))

    def with_copy(self, name: str, now: float) -> Self:
        """With a virtual copy of the edit as it is now, which becomes the active one."""
        made = VirtualCopy(name, (NamedEdit(FIRST_STEP, self.edit, now),))
        return replace(self, copies=(*self.copies, made), active=len(self.copies))

    def choose(self, copy: int) -> Self:
        """With another copy active."""
        return replace(self, active=min(max(copy, 0), len(self.copies) - 1))

    def choose_named(self, name: str) -> Self:
        """With the virtual copy of a name active; the photo itself for an empty name, or one that there is not."""
        names = [copy.name for copy in self.copies[1:]]
        return self.choose(names.index(name) + 1 if name in names else 0)

    def at(self, name: str, change: Callable[[Self], Self]) -> Self:
        """With a copy changed as if it were the active one; unchanged where there is none of that name."""
        chosen = self.choose_named(name)
        if chosen.copy_name != name:
            return self
        changed = change(chosen)
        return self if changed is chosen else replace(changed, active=self.active)

    def with_removed(self, copy: VirtualCopy, place: int) -> Self:
        """With a copy that was removed in its place again, and active; named anew where its name is taken."""
        if any(one.name == copy.name for one in self.copies):
            copy = replace(copy, name=self.free_copy_name())
        place = min(max(place, 1), len(self.copies))
        return replace(self, copies=(*self.copies[:place], copy, *self.copies[place:]), active=place)

    def without_copy(self, copy: int) -> Self:
        """Without a virtual copy; the photo itself stays, whatever is asked for."""
        if not 0 < copy < len(self.copies):
            return self
        active = self.active - 1 if self.active >= copy else self.active
        return replace(self, copies=self.copies[:copy] + self.copies[copy + 1 :], active=active)

    def without_named(self, name: str) -> Self:
        """Without the virtual copy of a name; unchanged where there is none."""
        names = [copy.name for copy in self.copies[1:]]
        return self.without_copy(names.index(name) + 1) if name in names else self

    def merged(self, other: Self) -> Self:
        """With what somebody else kept of the same photo meanwhile; the edit stays this one's.

        Steps of both stand in the order they were made, so that nothing is lost that could be come back to.
        """
        named = {one.name: one for one in other.copies}
        copies = [one.merged(named.pop(one.name)) if one.name in named else one for one in self.copies]
        known = {one.name for one in self.snapshots}
        snapshots = (*self.snapshots, *(one for one in other.snapshots if one.name not in known))
        return replace(self, copies=(*copies, *named.values()), snapshots=snapshots)

    def free_copy_name(self) -> str:
        """A name that no copy has yet."""
        return _free("Copy", {one.name for one in self.copies})

    def free_snapshot_name(self) -> str:
        """A name that no snapshot has yet."""
        return _free("Snapshot", {one.name for one in self.snapshots})

    def to_text(self) -> str:
        """One line of JSON; see `from_text`."""
        document = {
            "version": VERSION,
            "active": self.active,
            "copies": [one.to_json() for one in self.copies],
            "snapshots": [one.to_json() for one in self.snapshots],
        }
        return json.dumps(document, ensure_ascii=False, separators=(",", ":"))

    @classmethod
    def from_text(cls, text: Any) -> Self:
        """Read what `to_text` wrote.

        Raises:
            EditError: it is damaged.
            NewerEditError: a newer version wrote it, or a step of it.
        """
        if not isinstance(text, str):  # a catalog may hold anything
            raise EditError("The history is damaged: it is not text.")
        try:
            stored = json_files.parse_object(text, max_bytes=MAX_TEXT)
        except json_files.DamagedJsonError as error:
            raise EditError(f"The history is damaged: {error}.") from error
        known_version(stored.get("version"), VERSION)
        copies = tuple(VirtualCopy.from_json(one) for one in stored_list(stored, "copies"))
        if not copies:
            raise EditError("The history is damaged: it has no copies.")
        snapshots = tuple(NamedEdit.from_json(one) for one in stored_list(stored, "snapshots"))
        return cls(copies, stored_index(stored, "active", len(copies)), snapshots)

    def _with_active(self, copy: VirtualCopy) -> Self:
        copies = (*self.copies[: self.active], copy, *self.copies[self.active + 1 :])
        return replace(self, copies=copies)


def _free(word: str, taken: set[str]) -> str:
    number = 1
    while f"{word} {number}" in taken:
        number += 1
    return f"{word} {number}"
