"""The rows of the benchmark as a table on the screen, and as a report in JSON."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from rich.console import Console
from rich.table import Table

from training.benchmark.cases import Draws
from training.benchmark.methods import MODES, NO_REFERENCES, rank
from training.benchmark.run import Row, mean_over_tasks
from training.reports.files import rounded


def print_table(rows: Sequence[Row], console: Console) -> None:
    """A table for people, sorted by task, mode, number of references and method."""
    table = Table("task", "mode", "refs", "method", "PSNR dB (95 %)", "median", "SSIM", "dE00", "median", "dE_ab", "n")
    modes = (*MODES, NO_REFERENCES)
    for r in sorted(rows, key=lambda r: (r.task, modes.index(r.mode), r.refs, rank(r.method))):
        interval = f"{r.psnr:.2f} ({r.psnr_low:.2f} to {r.psnr_high:.2f})"
        colors = (f"{r.de00:.2f}", f"{r.de00_median:.2f}", f"{r.deab:.2f}")
        cells = (f"{r.psnr_median:.2f}", f"{r.ssim:.3f}", *colors, str(r.n))
        table.add_row(r.task, r.mode, str(r.refs), r.method, interval, *cells)
    console.print(table)
    console.print("PSNR of an exact match is counted as 60 dB.")
    for row in rows:
        if row.nearer is not None and row.method != "identity":
            console.print(f"{row.task}: {row.method} came nearer (dE00) on {row.nearer:.1%} of {row.n} photos.")
    means = mean_over_tasks(rows)
    for mode in MODES:
        steps = {refs: psnr for (of, refs), psnr in means.items() if of == mode}
        if len(steps) > 1:
            text = ", ".join(f"{psnr:.2f} dB with {refs}" for refs, psnr in steps.items())
            verdict = "never falls" if list(steps.values()) == sorted(steps.values()) else "falls"
            console.print(f"The model's mean over tasks, {mode}, {verdict} with more references: {text}.")


def benchmark_report(rows: Sequence[Row], draws: Draws, model: str) -> dict[str, Any]:
    """`{"rows": [...], "seed", "draws", "queries", "model": bundle id}`, numbers to four decimals."""
    rows_found = [rounded(asdict(row)) for row in rows]
    return {"rows": rows_found, "seed": draws.seed, "draws": draws.count, "queries": draws.queries, "model": model}
