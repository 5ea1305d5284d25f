"""`python -m training prepare`."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress


def prepare(
    dataset: Annotated[Path, typer.Option(help="Folder with unedited photos and those of the experts.")],
    out: Annotated[Path, typer.Option(help="Folder of the cache; one that was interrupted is gone on with.")],
    side: Annotated[int, typer.Option(min=48, max=1024, help="Side of the stored pictures, px.")] = 256,
    style: Annotated[list[Path] | None, typer.Option(help="Folder of one more style; may be repeated.")] = None,
    skip_bad: Annotated[bool, typer.Option("--skip-bad", help="Go on with the photos that are in order.")] = False,
    workers: Annotated[int | None, typer.Option(min=1, help="Processes that decode.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Report only; nothing is written.")] = False,
) -> None:
    """Decode a data set of experts once, into a memory-mapped cache that training reads from."""
    from training.data.fivek import find_dataset
    from training.data.inspection import inspect
    from training.data.preparing import prepare as run_prepare
    from training.pool import default_workers

    console = Console()
    with Progress(console=Console(stderr=True), transient=True) as bars:
        headers = bars.add_task("reading headers", total=1.0)
        found = find_dataset(dataset, style or ())
        inspection = inspect(found, side, lambda done: bars.update(headers, completed=done))
        for line in inspection.lines():
            console.print(line, soft_wrap=True, markup=False, highlight=False)
        inspection.require(skip_bad)
        if dry_run:
            return
        decoding = bars.add_task("decoding", total=1.0)
        count = workers or default_workers()
        report = run_prepare(
            inspection.dataset,
            list(inspection.whole),
            out,
            side,
            count,
            skip_bad,
            lambda done: bars.update(decoding, completed=done),
        )
    for sentence in report.left_out:
        console.print(f"left out: {sentence}", soft_wrap=True, markup=False, highlight=False)
    made = f"{report.photos} photos in {out}, {report.made} of them decoded now"
    console.print(made, soft_wrap=True, markup=False, highlight=False)
