"""The sheet of shortcuts, read from the actions that exist rather than kept by hand."""

import re
from collections.abc import Iterable

from PySide6.QtGui import QAction, QKeySequence, QShortcut
from PySide6.QtWidgets import QMenu, QWidget


def shortcut_rows(window: QWidget) -> list[tuple[str, str, str]]:
    """(where, what, keys) of every action and named shortcut below `window`, without duplicates, menus first."""
    menus = {
        action: (menu.title() or "").replace("&", "")
        for menu in window.findChildren(QMenu)
        for action in menu.actions()
        if menu.title()
    }
    rows: dict[tuple[str, str], str] = {}
    actions = [*menus, *(action for action in window.findChildren(QAction) if action not in menus)]
    for action in actions:
        text = action.text().replace("&", "").rstrip("…")
        if text and action.shortcuts():
            rows.setdefault((menus.get(action, ""), text), _keys(action.shortcuts()))
    for shortcut in window.findChildren(QShortcut):
        if shortcut.whatsThis():
            rows.setdefault(("", shortcut.whatsThis()), _keys(shortcut.keys()))
    listed = [(where, what, keys) for (where, what), keys in rows.items()]
    return [row for row in listed if row[0]] + [row for row in listed if not row[0]]


def shortcut_markdown(window: QWidget) -> str:
    """A table for each menu and one for the rest, as Markdown."""
    lines: list[str] = []
    current = None
    for where, what, keys in shortcut_rows(window):
        if where != current:
            lines += ["", f"## {where or 'In the views'}", "", "| Action | Keys |", "|---|---|"]
            current = where
        lines.append(f"| {_escaped(what)} | {_escaped(keys)} |")
    return "\n".join(lines)


def _escaped(text: str) -> str:
    """Keys such as `\\`, `|` and `*` mean something in Markdown."""
    return re.sub(r"([\\|*_`\[\]<>#~])", r"\\\1", text)


def _keys(sequences: Iterable[QKeySequence]) -> str:
    names = (sequence.toString(QKeySequence.SequenceFormat.NativeText) for sequence in sequences)
    return ", ".join(dict.fromkeys(names))
