"""`python -m training pairs`: the table of pairs that a run would learn from, and what a person decides about them."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from pie_desktop.errors import PieError

if TYPE_CHECKING:
    from pie_desktop.imaging.pairs.inventory import PairRow

FORMAT = 1


def pairs(
    folders: Annotated[list[Path], typer.Argument(help="Folders of your edits, with or without their originals.")],
    originals: Annotated[Path | None, typer.Option(help="Folder of the originals, if they are elsewhere.")] = None,
    accept: Annotated[list[Path] | None, typer.Option(help="Edit to use; can be repeated.")] = None,
    reject: Annotated[list[Path] | None, typer.Option(help="Edit to leave out; can be repeated.")] = None,
    undo: Annotated[
        list[Path] | None, typer.Option(help="Edit to take a decision back about; can be repeated.")
    ] = None,
    original: Annotated[
        tuple[Path, Path] | None,
        typer.Option(metavar="EDIT ORIGINAL", help="An edit, and the original it was made of."),
    ] = None,
    workers: Annotated[int | None, typer.Option(min=1, help="Processes that look at pairs.")] = None,
    json: Annotated[Path | None, typer.Option(help="File for the table, as JSON.")] = None,
    events: Annotated[str | None, typer.Option(help="'-': JSON lines on stdout.")] = None,
) -> None:
    """Show which pairs a run on your own edits would learn from, and decide about them."""
    from pie_desktop.imaging.pairs.decisions import Decision, Decisions
    from pie_desktop.imaging.pairs.index import PairIndex
    from pie_desktop.imaging.pairs.inventory import SIDE, inventory
    from training.data.pairs import find_own_pairs, index_pairs
    from training.running.events import json_sink

    decisions = Decisions.of_program()
    changes = {edit: Decision(content=_content(edit)) for edit in _there(undo)}
    for used, edits in ((True, accept), (False, reject)):
        for edit in _there(edits):
            content = _content(edit)
            changes[edit] = Decision(used, decisions.of(edit, content).original, content)
    if original is not None:
        edit, chosen = _there(original)
        changes[edit] = Decision(original=str(chosen.absolute()), content=_content(edit))
    if changes:
        decisions.decide(changes)
    index = PairIndex.of_program(SIDE)
    guesses = find_own_pairs(folders, originals, decisions, index)
    with Console(stderr=True).status("looking at pairs") as status:
        for progress in index_pairs(guesses, index, workers):
            status.update(f"looking at pairs: {progress.done} of {progress.total}")
            if events == "-":
                json_sink({"event": "indexing", "done": progress.done, "total": progress.total})
    rows = inventory(guesses, index, decisions)
    report = report_of(rows)
    if json is not None:
        _write(json, report)
    if events == "-":
        json_sink({"event": "pairs"} | report)
    else:
        _show(rows, decisions.problem)


def report_of(rows: Sequence["PairRow"]) -> dict[str, Any]:
    """The table for programs."""
    from pie_desktop.imaging.pairs.inventory import counts

    return {
        "format": FORMAT,
        "edits": len(rows),
        "used": sum(row.used for row in rows),
        "counts": {kind.value: count for kind, count in counts(rows).items()},
        "pairs": [
            {
                "edit": str(row.guess.after),
                "original": None if row.guess.before is None else str(row.guess.before),
                "kind": row.kind.value,
                "used": row.used,
                "decided": row.decided,
                "found_by": row.guess.how,
                "others": [str(path) for path in row.guess.others],
                "reason": row.reason,
                "warnings": list(row.warnings),
            }
            for row in rows
        ],
    }


def _show(rows: Sequence["PairRow"], problem: str) -> None:
    from pie_desktop.imaging.pairs.inventory import counts

    console = Console()
    order = list(counts(rows))
    table = Table("Kind", "Edit", "Original", "Remark", box=None)
    for row in sorted(rows, key=lambda row: order.index(row.kind)):
        before = "—" if row.guess.before is None else row.guess.before.name
        remark = " ".join(filter(None, (row.reason, *row.warnings))) or row.guess.how
        table.add_row(*(_text(cell) for cell in (row.kind.label, row.guess.after.name, before, remark)))
    console.print(table)
    said = ", ".join(f"{kind.label.lower()}: {count}" for kind, count in counts(rows).items())
    console.print(f"{sum(row.used for row in rows)} of {len(rows)} edits train ({said}).", soft_wrap=True)
    if problem:
        console.print(problem, soft_wrap=True, markup=False, highlight=False)


def _text(cell: str) -> Any:
    from rich.text import Text

    return Text(cell, overflow="fold")


def _there(paths: Sequence[Path] | None) -> list[Path]:
    """The files that were named. Raises PieError where one does not exist."""
    missing = next((path for path in paths or () if not path.is_file()), None)
    if missing is not None:
        raise PieError(f"{missing} does not exist; name the file of an edit.")
    return list(paths or ())


def _content(edit: Path) -> str:
    from pie_desktop.imaging.stored import file_digest

    try:
        return file_digest(edit)
    except OSError as error:
        raise PieError(f"{edit} cannot be read: {error.strerror or error}.") from error


def _write(path: Path, report: dict[str, Any]) -> None:
    from pie_desktop import json_files
    from pie_desktop.imaging.atomic import atomic_write

    try:
        with atomic_write(path) as temporary:
            temporary.write_text(json_files.to_text(report), encoding="utf-8")
    except OSError as error:
        raise PieError(f"{path} cannot be written: {error.strerror or error}.") from error
