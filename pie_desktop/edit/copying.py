"""Taking what was decided about one photo over to others: all of it, chosen parts, or only what was just changed."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, fields, replace
from typing import Any

from pie_desktop.edit.edit import Edit
from pie_desktop.edit.part import Part, part_types
from pie_desktop.edit.parts.style import StylePart

CHOICE = frozenset({"style_id", "blend_id", "mix"})
"""Of the style part: what is chosen together, as a blend is no blend with another style."""


@dataclass(frozen=True)
class CopyGroup:
    """Some values of an edit that a person copies together.

    Attributes:
        key: its name in the settings; never changed.
        label: as on screen.
        kind: the part that the values are of.
        names: of the fields; empty for all of the part.
    """

    key: str
    label: str
    kind: type[Part]
    names: frozenset[str] = frozenset()

    def fields(self) -> Iterator[str]:
        """The names of the fields."""
        return (one.name for one in fields(self.kind) if not self.names or one.name in self.names)

    @property
    def of_one_photo(self) -> bool:
        """Whether it is usually right for one photo alone, as a crop is, so that it is copied only where chosen."""
        return self.kind.MOVES_PIXELS


def copy_groups() -> list[CopyGroup]:
    """What can be copied by itself: style or blend, its strengths, its amount, and every other part as a whole."""
    strengths = frozenset({"strength", "tone_strength", "color_strength"})
    style = [
        CopyGroup("style", "Style", StylePart, CHOICE),
        CopyGroup("preference", "Preference, tone and colour", StylePart, strengths),
        CopyGroup("amount", "Amount", StylePart, frozenset({"amount"})),
    ]
    others = [CopyGroup(kind.KEY, kind.LABEL or kind.KEY, kind) for kind in part_types() if kind is not StylePart]
    return style + others


def with_groups(edit: Edit, source: Edit, keys: Collection[str]) -> Edit:
    """An edit with the values of some groups from another one.

    Args:
        edit: of the photo that gets them.
        source: where they come from.
        keys: of the groups; unknown ones are left out.
    """
    for group in copy_groups():
        if group.key in keys:
            values: dict[str, Any] = {name: getattr(source.part(group.kind), name) for name in group.fields()}
            edit = edit.with_part(replace(edit.part(group.kind), **values))
            edit = edit.with_unapplied_of(source, group.kind.KEY, group.names)
    return edit


def as_in(edit: Edit, source: Edit) -> Edit:
    """Another photo's edit for this photo, but for what is right for one photo alone."""
    for group in copy_groups():
        if group.of_one_photo:
            source = source.with_part(edit.part(group.kind)).with_unapplied_of(edit, group.kind.KEY, group.names)
    return source


def with_change(edit: Edit, before: Edit, after: Edit) -> Edit:
    """An edit with all that differs between two others as it is in the second of them.

    Another style is chosen with its blend; another mix is for edits in that very blend.
    """
    for kind in part_types():
        old, new = before.part(kind), after.part(kind)
        changed: dict[str, Any] = {
            one.name: getattr(new, one.name) for one in fields(kind) if getattr(old, one.name) != getattr(new, one.name)
        }
        if kind is StylePart and changed.keys() & CHOICE:
            same = edit.style.styles == after.style.styles
            changed = {name: value for name, value in changed.items() if name not in CHOICE}
            if same or before.style.styles != after.style.styles:
                changed |= {name: getattr(new, name) for name in CHOICE}
        if changed:
            edit = edit.with_part(replace(edit.part(kind), **changed))
    return edit
