"""How the command line shows the plan of an export: a table, or one JSON document."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pie_desktop.commands import console as output
from pie_desktop.errors import printable

if TYPE_CHECKING:
    from pie_desktop.export.job import PlannedPhoto
    from pie_desktop.export.photo_edits import EditOf, PhotoEdit


def show_plan(
    plan: "Sequence[PlannedPhoto]", destination: Path, as_json: bool, edit_of: "EditOf | None" = None
) -> None:
    """Print a plan: a table, or one JSON document; with the edit of each photo where it is known."""
    from pie_desktop.export.settings import plan_summary

    if as_json:
        output.print_json(
            {"destination": str(destination), "summary": plan_summary(plan), "photos": _rows(plan, edit_of)}
        )
        return
    _print_table(plan, destination, edit_of)
    output.say(f"{plan_summary(plan)}; nothing was written.")


def _rows(plan: "Sequence[PlannedPhoto]", edit_of: "EditOf | None") -> list[dict[str, Any]]:
    return [
        (_edit_values(edit_of(photo.version)) if edit_of is not None else {})
        | {
            "source": str(photo.source),
            "copy": photo.copy or None,
            "target": str(photo.target),
            "action": photo.action_name,
            "width": photo.size[0] if photo.size else None,
            "height": photo.size[1] if photo.size else None,
            "bytes": photo.file_size,
            "burst": photo.burst,
            "problem": photo.problem,
        }
        for photo in plan
    ]


def _edit_values(found: "PhotoEdit") -> dict[str, Any]:
    return {"style": found.style, "edit": found.edit.to_json(), "edit_from": found.origin}


def _print_table(plan: "Sequence[PlannedPhoto]", destination: Path, edit_of: "EditOf | None") -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from pie_desktop.export.facts import size_text

    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in ("Photo", "Is written as", "Action", *(("Edit",) if edit_of is not None else ())):
        table.add_column(heading, overflow="fold")
    for heading in ("Pixels", "About"):
        table.add_column(heading, justify="right", no_wrap=True)
    table.add_column("Burst", justify="right")
    table.add_column("Warning", overflow="fold")
    for photo in plan:
        target = photo.target.relative_to(destination.absolute()).as_posix() if photo.writes else "–"
        cells = [
            photo.version.name,
            target,
            photo.action_name,
            *((edit_of(photo.version).text,) if edit_of is not None else ()),
            f"{photo.size[0]} x {photo.size[1]}" if photo.size else "",
            size_text(photo.file_size) if photo.file_size is not None else "",
            str(photo.burst) if photo.burst is not None else "",
            photo.problem or "",
        ]
        table.add_row(*(Text(printable(cell).encode("utf-8", "backslashreplace").decode()) for cell in cells))
    # A pipe has no width: whoever reads it there wants whole lines.
    Console(width=None if sys.stdout.isatty() else 400).print(table)
