"""`python -m training ablations`."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console


def ablations(
    photos: Annotated[Path, typer.Option(help="Folder of test photos, never trained on.")],
    config: Annotated[Path, typer.Option(help="The base configuration and the variants.")] = Path(
        "configs/ablations.toml"
    ),
    out: Annotated[Path, typer.Option(help="Folder of the runs; finished ones are not repeated.")] = Path(
        "runs/ablations"
    ),
    users: Annotated[int, typer.Option(min=2, help="Simulated users of each kind to judge by.")] = 24,
    queries: Annotated[int, typer.Option(min=1, help="Photos compared per user.")] = 4,
    seed: Annotated[int, typer.Option()] = 0,
    threads: Annotated[int, typer.Option(min=1, help="CPU threads of torch.")] = 1,
) -> None:
    """Train the model without one of its parts at a time, and tell what each part is worth."""
    import torch

    from training.ablation import judge, load_variants, markdown, train

    torch.set_num_threads(threads)
    console = Console()
    results = {}
    variants = load_variants(config)
    for variant in variants:
        for event in train(variant, out, out / variants[0].slug / "cache"):
            if event["event"] in ("validation", "done"):
                console.print(f"{variant.name}: step {event['step']}, {event['psnr']:.2f} dB held out")
        rows = judge(variant, out, photos, users, queries, seed)
        results[variant.name] = rows
        console.print(markdown(results), markup=False, soft_wrap=True)
    (out / "table.md").write_text(markdown(results), encoding="utf-8")
