"""What a person reads of a change from one edit to another: the names of the steps of a history."""

from collections.abc import Callable

from pie_desktop.edit.edit import Edit
from pie_desktop.edit.part import all_parameters, part_types

NAMED = 2
"""So many changes are named one by one; more are counted."""


def name_of_change(before: Edit, after: Edit, name_of_style: Callable[[str], str | None]) -> str:
    """The name of a step.

    Args:
        before: the edit before the step.
        after: the edit after it.
        name_of_style: the name of a style by its id, None for one that does not exist any more.

    Returns:
        For instance `Style “Warm evening”`, `Preference 85 %` or `4 changes`; `Reset` where every number returns to
        its default.
    """
    names = []
    if before.style_id != after.style_id:
        names.append(_style(after.style_id, name_of_style))
    numbers = [one for one in all_parameters() if before.value(one) != after.value(one)]
    if numbers and len(names) == 0 and after == Edit.styled(after.style_id):
        return "Reset"
    names += dict.fromkeys(one.told(after.value(one)) for one in numbers)
    if not names:  # something that is not a number
        pairs = ((before.part(kind), after.part(kind)) for kind in part_types())
        names = [type(new).name_of_change(old, new) for old, new in pairs if old != new]
    if len(names) > NAMED:
        return f"{len(names)} changes"
    return ", ".join(names) or "Unchanged"


def _style(style_id: str | None, name_of_style: Callable[[str], str | None]) -> str:
    if style_id is None:
        return "No style"
    name = name_of_style(style_id)
    return f"Style “{name}”" if name else "A style that was deleted"
