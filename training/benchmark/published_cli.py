"""`python -m training fivek`: FiveK as the papers test with it."""

from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table

from pie_desktop.errors import PieError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from training.benchmark.published import PaperRow


def fivek(
    dataset: Annotated[Path, typer.Option(help="Folder of FiveK, or of another data set with test photos.")],
    protocol: Annotated[str, typer.Option(help="Whose protocol: starenhancer or msm.")] = "starenhancer",
    only: Annotated[
        list[str] | None, typer.Option(help="An expert to test with, such as 'expert C'; default: all.")
    ] = None,
    refs: Annotated[
        str | None, typer.Option(help="Numbers of preferred photos, separated by commas; default: 20,50,100.")
    ] = None,
    draws: Annotated[int | None, typer.Option(min=1, help="Draws of preferred photos; default: 10.")] = None,
    photos: Annotated[int | None, typer.Option(min=1, help="Test photos of each; default: all.")] = None,
    model: Annotated[Path | None, typer.Option(help="Model (bundle); default: the shipped one.")] = None,
    system: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME=FOLDER", help="A trained system of the study; can be repeated."),
    ] = None,
    lpips: Annotated[
        Path | None, typer.Option(help="AlexNet's weights (alexnet-owt-7be5be79.pth), for LPIPS as well.")
    ] = None,
    seed: Annotated[int, typer.Option(help="Seed of the draws.")] = 0,
    device: Annotated[str, typer.Option(help="auto, cpu, cuda, cuda:1 or mps.")] = "auto",
    workers: Annotated[int | None, typer.Option(min=1, help="Processes; they do not change the results.")] = None,
    output: Annotated[Path | None, typer.Option("--json", help="Write the rows to this file.")] = None,
) -> None:
    """Test on MIT-Adobe FiveK exactly as StarEnhancer or Masked Style Modeling does."""
    from pie_desktop.model.bundle import read_bundle_info
    from training.benchmark.cli import chosen_bundle, numbers_of, systems_of
    from training.benchmark.methods import MethodSet
    from training.benchmark.paper_metrics import lpips_distance
    from training.benchmark.published import PROTOCOLS, people_of, run_protocol
    from training.data.fivek import find_dataset
    from training.reports.files import prepare_folder, rounded, write_json
    from training.running.pool import default_workers

    if protocol not in PROTOCOLS:
        raise PieError(f"--protocol takes {' or '.join(PROTOCOLS)}, not {protocol}.")
    prepare_folder(output)
    chosen = PROTOCOLS[protocol]
    if refs is not None:
        chosen = replace(chosen, refs=tuple(numbers_of(refs)))
    if draws is not None:
        chosen = replace(chosen, draws=draws)
    people = people_of(find_dataset(dataset), only or ())
    if photos is not None:
        people = [replace(person, tested=person.tested[:photos]) for person in people]
    if lpips is not None:
        import numpy as np

        nothing = np.zeros((64, 64, 3), np.uint8)
        lpips_distance(nothing, nothing, lpips)  # before hours are spent
    bundle = chosen_bundle(model)
    methods = MethodSet(bundle, device, systems_of(system or []), ("identity", "lut_fit", "model"))
    with Console(stderr=True).status("") as status:
        rows = run_protocol(people, chosen, methods, seed, lpips, status.update, workers or default_workers())
    _print(rows, chosen.title, Console(width=120))
    if output is not None:
        found = {"protocol": protocol, "title": chosen.title, "seed": seed, "draws": chosen.draws}
        found |= {"people": [person.name for person in people], "model": read_bundle_info(bundle).id}
        write_json(output, found | {"rows": [rounded(asdict(row)) for row in rows]})


def _print(rows: "Sequence[PaperRow]", title: str, console: Console) -> None:
    table = Table("shown", "photos", "method", "PSNR dB (± over draws)", "SSIM", "LPIPS", "dE_ab", "tested")
    for row in rows:
        distance = "-" if row.lpips is None else f"{row.lpips:.3f}"
        quality = (f"{row.psnr:.2f} ± {row.psnr_std:.2f}", f"{row.ssim:.3f}", distance, f"{row.deab:.2f}")
        shown = "pairs" if row.mode == "pairs" else "edits alone"
        table.add_row(shown, str(row.refs), row.method, *quality, f"{row.photos} by {row.people}")
    console.print(title, soft_wrap=True)
    console.print(table)
