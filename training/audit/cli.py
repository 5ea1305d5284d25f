"""`python -m training audit`."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from training.benchmark.cli import chosen_bundle


def audit(
    photos: Annotated[Path, typer.Option(help="Folder of test photos, never trained on.")],
    looks: Annotated[Path | None, typer.Option(help="Folder of looks, to be tested besides simulated users.")] = None,
    retouchers: Annotated[
        Path | None, typer.Option(help="Folder of learned retouchers (.safetensors), to be tested besides.")
    ] = None,
    users: Annotated[int, typer.Option(min=2, help="Number of looks and of simulated users of each kind.")] = 20,
    refs: Annotated[int, typer.Option(min=1, help="References per user.")] = 5,
    queries: Annotated[int, typer.Option(min=2, help="Photos per user.")] = 3,
    model: Annotated[Path | None, typer.Option(help="Model (bundle); default: the shipped one.")] = None,
    seed: Annotated[int, typer.Option(help="Seed of the random choices.")] = 0,
    device: Annotated[str, typer.Option(help="auto, cpu, cuda, cuda:1 or mps.")] = "auto",
    workers: Annotated[int | None, typer.Option(min=1, help="Processes; they do not change the results.")] = None,
    output: Annotated[Path | None, typer.Option("--json", help="Write the findings to this file.")] = None,
    figures: Annotated[Path | None, typer.Option(help="Folder for figures (SVG).")] = None,
    record: Annotated[bool, typer.Option("--record", help="Add the gains to the bundle's model card.")] = False,
) -> None:
    """Check that the preference decides: against wrong preferences of five kinds, and by each reference."""
    from pie_desktop.model.bundle import read_bundle_info, record_in_card
    from training.audit.figures import write_figures
    from training.audit.references import COUNTS
    from training.audit.report import audit_report, card_summary
    from training.audit.run import audit as run_audit
    from training.benchmark.cases import Draws
    from training.benchmark.methods import MethodSet
    from training.benchmark.tasks import photo_tasks, retoucher_cases
    from training.reports.files import prepare_folder, write_json
    from training.running.pool import default_workers

    for path in (output, figures):
        prepare_folder(path)
    bundle = chosen_bundle(model)
    methods = MethodSet(bundle, device)
    draws = Draws(max(refs, 2 * max(COUNTS)), queries, seed)
    tasks = photo_tasks(photos, draws, looks, users, {"simulated": users, "targets": users})
    if retouchers is not None:
        tasks["learned retouchers"] = retoucher_cases(retouchers, photos, draws, at_least=users)
    found = []
    console = Console(width=120)
    with Console(stderr=True).status("") as status:
        for task, drawn in tasks.items():
            cases = list(drawn)
            for mode in ("pairs", "after"):
                result = run_audit(methods, task, cases, mode, refs, seed, status.update, workers or default_workers())
                console.print("\n".join(result.lines()) + "\n")
                found.append(result)
    report = audit_report(found, seed, read_bundle_info(bundle).id)
    if output is not None:
        write_json(output, report)
    if figures is not None:
        write_figures(report, figures)
    if record:
        record_in_card(bundle, "audit", card_summary(report))
