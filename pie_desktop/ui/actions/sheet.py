"""The page of keyboard shortcuts: a table for each menu, made from what is declared and the keys that hold now."""

import re
from collections.abc import Callable, Sequence

from pie_desktop.ui.actions import registry
from pie_desktop.ui.actions.action import Action, Where

BEGIN, END = "<!-- keys: begin -->", "<!-- keys: end -->"

_PLACES = {
    Where.CANVAS: "on the photo",
    Where.FILMSTRIP: "in the filmstrip",
    Where.STYLES: "in the style panel",
    Where.GALLERY: "on a style",
    Where.REFERENCES: "on a reference",
    Where.PLAN: "in the plan",
}


def keys_as_markdown(keys_of: Callable[[str], Sequence[str]]) -> str:
    """All actions that have keys.

    Args:
        keys_of: gives the keys of an action by its id, as they are to be shown.
    """
    lines: list[str] = []
    for menu in registry.MENUS:
        rows = [(action, keys_of(action.id)) for action in menu.actions]
        if any(keys for _, keys in rows):
            lines += ["", f"## {menu.title}", "", "| Action | Keys |", "|---|---|"]
            lines += [f"| {_escaped(_named(action))} | {_escaped(', '.join(keys))} |" for action, keys in rows if keys]
    return "\n".join(lines)


def with_keys(page: str, keys_of: Callable[[str], Sequence[str]]) -> str:
    """The page with its tables made anew between the marks; as it is if it has no marks."""
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    return f"{before}{begin}\n{keys_as_markdown(keys_of)}\n\n{end}{after}" if begin and end else page


def _named(action: Action) -> str:
    place = _PLACES.get(action.where)
    return f"{action.name}, {place}" if place else action.name


def _escaped(text: str) -> str:
    """Keys such as `\\`, `|` and `*` mean something in Markdown."""
    return re.sub(r"([\\|*_`\[\]<>#~])", r"\\\1", text)
