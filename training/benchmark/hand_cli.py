"""`python -m training corrections`."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from training.benchmark.cli import chosen_bundle, numbers_of


def corrections(
    photos: Annotated[Path, typer.Option(help="Folder of test photos, never trained on.")],
    looks: Annotated[Path | None, typer.Option(help="Folder of looks, to be tested besides simulated users.")] = None,
    users: Annotated[int, typer.Option(min=2, help="Number of looks and of simulated users of each kind.")] = 12,
    refs: Annotated[str, typer.Option(help="Numbers of references of the styles, separated by commas.")] = "5,20",
    corrected: Annotated[str, typer.Option(help="Numbers of photos that users correct, separated by commas.")] = "1,5",
    queries: Annotated[int, typer.Option(min=1, help="Photos per user that the error is measured on.")] = 6,
    model: Annotated[Path | None, typer.Option(help="Model (bundle); default: the shipped one.")] = None,
    seed: Annotated[int, typer.Option(help="Seed of the random choices.")] = 0,
    device: Annotated[str, typer.Option(help="auto, cpu, cuda, cuda:1 or mps.")] = "auto",
    output: Annotated[Path | None, typer.Option("--json", help="Write the findings to this file.")] = None,
) -> None:
    """Measure how much of the error is gone after users have corrected some results by hand."""
    from pie_desktop.model.bundle import read_bundle_info
    from pie_desktop.model.inference import Inference
    from training.benchmark.cases import Draws
    from training.benchmark.hand import measure
    from training.benchmark.tasks import photo_tasks
    from training.reports.files import prepare_folder, rounded, write_json

    prepare_folder(output)
    had, added = numbers_of(refs, "--refs"), numbers_of(corrected, "--corrected")
    bundle = chosen_bundle(model)
    draws = Draws(had[-1] + added[-1], queries, seed)
    tasks = photo_tasks(photos, draws, looks, users, {"simulated": users, "targets": users})
    table = Table(
        "styles of", "refs", "corrected", "added", "dE00 before", "dE00 after", "error gone (95 %)", "least", "n"
    )
    found = []
    with Console(stderr=True).status("") as status:
        cases = {name: list(drawn) for name, drawn in tasks.items()}
        for row in measure(Inference(bundle, device), cases, had, added, seed, status.update):
            gone = f"{row.fall.mean:.0%} ({row.fall.low:.0%} to {row.fall.high:.0%})"
            numbers = (f"{row.before:.2f}", f"{row.after:.2f}", gone, f"{row.least:.0%}", str(row.users))
            table.add_row(row.task, str(row.refs), str(row.corrected), row.way, *numbers)
            found.append(rounded(asdict(row)))
    Console(width=120).print(table)
    if output is not None:
        write_json(output, {"rows": found, "seed": seed, "queries": queries, "model": read_bundle_info(bundle).id})
