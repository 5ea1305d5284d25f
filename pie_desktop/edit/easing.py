"""Adjustments that are partly taken back: every number and every curve as far on its way as is asked for."""

from dataclasses import fields, replace
from typing import Any

from pie_desktop.edit.edit import Edit
from pie_desktop.edit.part import Part
from pie_desktop.edit.parts.style import StylePart

_HUE = "°"


def eased(edit: Edit, share: float) -> Edit:
    """An edit whose adjustments of colours are weaker; all else stays: style, development, what acts on places.

    Args:
        edit: the edit.
        share: of each adjustment, 0 (none of it) to 1 (all of it). Hues stay, and so are numbers on screen whole.
    """
    if share >= 1:
        return edit
    for part in edit.colors.parts:
        if not isinstance(part, StylePart):
            edit = edit.with_part(_eased(part, share) if share > 0 else type(part)())
    return edit


def _eased(part: Part, share: float) -> Part:
    declared = {one.name: one for one in part.parameters()}
    values: dict[str, Any] = {}
    for one in fields(part):
        value = getattr(part, one.name)
        parameter = declared.get(one.name)
        if isinstance(value, tuple):  # a curve through points
            values[one.name] = tuple((x, x + share * (y - x)) for x, y in value)
        elif isinstance(value, float | int) and not isinstance(value, bool):
            if parameter is None:
                values[one.name] = share * value
            elif parameter.unit != _HUE:
                moved = parameter.default + share * (value - parameter.default)
                values[one.name] = parameter.clip(round(moved, parameter.decimals))
    return replace(part, **values)
