"""`python -m training ablations`: a small model trained once for each part that is left out, and a table of results."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from statistics import mean, stdev
from typing import Annotated, Any

import typer
from rich.console import Console

from pie_desktop import json_files
from pie_desktop.errors import PieError
from pie_desktop.model.bundle import list_bundles
from training.benchmark.ablation_plan import POPULATIONS, RETOUCHERS, AblationPlan, Column, Run, load_plan
from training.benchmark.cases import Draws
from training.benchmark.methods import MethodSet
from training.benchmark.run import Row, run_benchmark
from training.benchmark.tasks import retoucher_cases, simulated_cases
from training.fit.assemble import fit
from training.reports.files import rounded, write_json
from training.running.checkpoint import has_checkpoint
from training.running.events import Event

COMPARED = ("identity", "lut_fit", "model")


def train(run: Run, out: Path) -> Iterator[Event]:
    """Train into `out/<folder>`; what is finished is not trained again, and what was cut off goes on.

    All runs share the photos in `out/cache`.
    """
    folder = out / run.folder
    if not list_bundles(folder):
        yield from fit(run.config, folder, folder, resume=has_checkpoint(folder), cache=out / "cache")


def judge(run: Run, plan: AblationPlan, out: Path, photos: Path, users: int, queries: int, seed: int) -> list[Row]:
    """Benchmark of a trained run on the tasks of all columns; kept beside it and repeated only when another is asked.

    Args:
        users: of every kind; learned retouchers are drawn more often until they are as many.
    """
    kept = out / run.folder / "benchmark.json"
    needed: list[str] = sorted({column.task for column in plan.columns})
    counts = sorted({column.references for column in plan.columns})
    modes: list[str] = sorted({column.mode for column in plan.columns})
    asked: dict[str, Any] = {"tasks": needed, "references": counts, "modes": modes, "photos": photos.name}
    asked |= {"users": users, "queries": queries, "seed": seed}
    if kept.exists():
        found = json_files.read_object(kept)
        if found.get("asked") == asked:
            return [Row(**row) for row in found["rows"]]
    draws = Draws(max(counts), queries, seed)
    tasks = {name: simulated_cases(photos, users, draws, POPULATIONS[name]) for name in needed if name != RETOUCHERS}
    if RETOUCHERS in needed and plan.retouchers is not None:
        tasks[RETOUCHERS] = retoucher_cases(plan.retouchers, photos, draws, users)
    methods = MethodSet(list_bundles(out / run.folder)[0].path, "cpu", others=COMPARED)
    rows = run_benchmark(tasks, methods, counts, seed, modes=modes)
    write_json(kept, rounded({"asked": asked, "rows": [asdict(row) for row in rows]}))
    return rows


def markdown(results: Mapping[str, Sequence[Sequence[Row]]], columns: Sequence[Column]) -> str:
    """Table of mean PSNR in dB, with several seeds ± their standard deviation.

    The first run's LUT fit and identity, which no training changes, stand above the variants.

    Args:
        results: rows of every run by the variant's name.
        columns: of the table.
    """
    lines = ["| | " + " | ".join(c.label for c in columns) + " |", "|---" * (len(columns) + 1) + "|"]

    def line(name: str, runs: Sequence[Sequence[Row]], method: str) -> str:
        cells = [_cell([_psnr(rows, column, method) for rows in runs]) for column in columns]
        return f"| {name} | " + " | ".join(cells) + " |"

    first = next(iter(results.values()))[:1]
    lines += [line("*unedited*", first, "identity"), line("*plain LUT fit*", first, "lut_fit")]
    return "\n".join(lines + [line(name, runs, "model") for name, runs in results.items()]) + "\n"


def _psnr(rows: Sequence[Row], column: Column, method: str) -> float | None:
    wanted = column.task, method, column.mode, column.references
    return next((row.psnr for row in rows if (row.task, row.method, row.mode, row.refs) == wanted), None)


def _cell(values: Sequence[float | None]) -> str:
    known = [value for value in values if value is not None]
    if not known:
        return ""
    return f"{mean(known):.2f}" + (f" ± {stdev(known):.2f}" if len(known) > 1 else "")


def ablations(
    photos: Annotated[Path, typer.Option(help="Folder of test photos, never trained on.")],
    config: Annotated[Path, typer.Option(help="The base configuration, the variants, and what they are judged by.")] = (
        Path("configs/ablations.toml")
    ),
    out: Annotated[Path, typer.Option(help="Folder of the runs; finished runs are not repeated.")] = Path(
        "runs/ablations"
    ),
    seeds: Annotated[
        int | None, typer.Option(min=1, help="Runs of every variant; their seeds count up from the configured one.")
    ] = None,
    only: Annotated[list[str] | None, typer.Option(help="Name of a variant to train; can be repeated.")] = None,
    users: Annotated[int, typer.Option(min=2, help="Test users of each kind.")] = 24,
    queries: Annotated[int, typer.Option(min=1, help="Photos compared per user.")] = 4,
    seed: Annotated[int, typer.Option(help="Seed of the random choices of the test.")] = 0,
    steps: Annotated[int | None, typer.Option(min=1, help="Optimizer steps, in the place of the configured.")] = None,
    threads: Annotated[int, typer.Option(min=1, help="CPU threads of torch.")] = 1,
) -> None:
    """Train the model without one of its parts at a time, to measure what each part contributes."""
    import torch

    torch.set_num_threads(threads)
    console, plan = Console(), load_plan(config)
    unknown = set(only or ()) - {variant.name for variant in plan.variants}
    if unknown:
        raise PieError(f"{config} has no variant “{min(unknown)}”; name one of those that are in it.")
    variants = [variant for variant in plan.variants if not only or variant.name in only]
    results: dict[str, list[list[Row]]] = {}
    # Seed by seed, so that the table is whole, though uncertain, after the first round.
    for runs in zip(*(variant.runs(plan.seeds, seeds, steps) for variant in variants), strict=True):
        for variant, run in zip(variants, runs, strict=True):
            for event in train(run, out):
                if event["event"] in ("validation", "done"):
                    console.print(f"{run.folder}: step {event['step']}, {event['psnr']:.2f} dB held out")
            rows = judge(run, plan, out, photos, users, queries, seed)
            results.setdefault(variant.name, []).append(rows)
        console.print(markdown(results, plan.columns), markup=False, soft_wrap=True)
    if not only:
        (out / "table.md").write_text(markdown(results, plan.columns), encoding="utf-8")
