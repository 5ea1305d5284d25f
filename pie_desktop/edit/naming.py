"""What a person reads of a change from one edit to another: the names of the steps of a history."""

from collections.abc import Callable, Sequence

from pie_desktop.edit.edit import MIX, Edit
from pie_desktop.edit.part import all_parameters, part_types

DELETED = "a deleted style"
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
    if before.style.styles != after.style.styles:
        names.append(_styles(after.style.styles, name_of_style))
    numbers = [one for one in all_parameters() if before.value(one) != after.value(one)]
    if names and MIX in numbers and after.value(MIX) == MIX.default:
        numbers.remove(MIX)  # which goes with the blend
    if numbers and len(names) == 0 and after == after.plain:
        return "Reset"
    names += dict.fromkeys(one.told(after.value(one)) for one in numbers)
    if not names:  # something that is not a number
        pairs = ((before.part(kind), after.part(kind)) for kind in part_types())
        names = [type(new).name_of_change(old, new) for old, new in pairs if old != new]
    if len(names) > NAMED:
        return f"{len(names)} changes"
    return ", ".join(names) or "Unchanged"


def _styles(styles: Sequence[str], name_of_style: Callable[[str], str | None]) -> str:
    if not styles:
        return "No style"
    names = [name_of_style(style_id) for style_id in styles]
    if len(names) > 1:
        return f"Blend “{blend_name([name or DELETED for name in names])}”"
    return f"Style “{names[0]}”" if names[0] else "A style that was deleted"


def blend_name(names: Sequence[str], mix: float | None = None) -> str:
    """What a style, or a blend of two, is called: `Evening`, `Evening + Street`, or `Evening + Street, 40 %`.

    Args:
        names: of the styles.
        mix: the share of the second one, to be named too.
    """
    name = " + ".join(names)
    return name if mix is None or len(names) < 2 else f"{name}, {MIX.text(mix)}"
