"""The plan of an export, for people and for programs; nothing is written."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pie_desktop.commands import output

if TYPE_CHECKING:
    from pie_desktop.engine.export import PlannedPhoto


def show_plan(plan: "Sequence[PlannedPhoto]", destination: Path, as_json: bool) -> None:
    """Print a plan: a table, or one JSON document."""
    from pie_desktop.engine.planned import plan_summary

    if as_json:
        output.print_json({"destination": str(destination), "summary": plan_summary(plan), "photos": _rows(plan)})
        return
    _print_table(plan, destination)
    output.say(f"{plan_summary(plan)}; nothing was written.")


def _rows(plan: "Sequence[PlannedPhoto]") -> list[dict[str, Any]]:
    return [
        {
            "source": str(photo.source),
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


def _print_table(plan: "Sequence[PlannedPhoto]", destination: Path) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from pie_desktop.engine.size_estimate import size_text

    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in ("Photo", "Is written as", "Action"):
        table.add_column(heading, overflow="fold")
    for heading in ("Pixels", "About"):
        table.add_column(heading, justify="right", no_wrap=True)
    table.add_column("Burst", justify="right")
    table.add_column("Remark", overflow="fold")
    for photo in plan:
        target = photo.target.relative_to(destination.absolute()).as_posix() if photo.writes else "–"
        cells = [
            photo.source.name,
            target,
            photo.action_name,
            f"{photo.size[0]} x {photo.size[1]}" if photo.size else "",
            size_text(photo.file_size) if photo.file_size is not None else "",
            str(photo.burst) if photo.burst is not None else "",
            photo.problem or "",
        ]
        table.add_row(*(Text(cell.encode("utf-8", "backslashreplace").decode()) for cell in cells))
    # A pipe has no width: whoever reads it there wants whole lines.
    Console(width=None if sys.stdout.isatty() else 400).print(table)
