"""The benchmark: methods x tasks x numbers of references, one table."""

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table

from pie_desktop.imaging.atomic import atomic_write
from training.methods import METHODS, MODES, MethodSet
from training.metrics import Quality, bootstrap_interval, quality
from training.tasks import Case

Key = tuple[str, str, str, int]


@dataclass(frozen=True)
class Row:
    """One line of the table: means over `n` photos, PSNR with its 95 % bootstrap interval and median."""

    task: str
    method: str
    mode: str
    refs: int
    psnr: float
    psnr_low: float
    psnr_high: float
    psnr_median: float
    ssim: float
    de00: float
    de00_median: float
    deab: float
    n: int


def run_benchmark(
    tasks: Mapping[str, Iterable[Case]],
    methods: MethodSet,
    refs: Sequence[int],
    seed: int,
    progress: Callable[[str], None] = lambda _: None,
) -> list[Row]:
    """Judge every method on every task with the same references and queries.

    A method that does not know originals (identity, Reinhard, histogram matching, oracle) has the same result with
    pairs; it is computed once and listed in both modes.

    Args:
        tasks: cases by task name.
        methods: see `training.methods`.
        refs: numbers of references; a case with fewer is left out of that row.
        seed: of the bootstrap.
        progress: called with one line per case.
    """
    scores: dict[Key, list[Quality]] = defaultdict(list)
    for task, cases in tasks.items():
        for case in cases:
            for count in refs:
                if count <= len(case.references):
                    _judge(scores, task, case, count, methods)
            progress(f"{task}: {case.name}")
    return [_row(key, values, seed) for key, values in scores.items()]


def _judge(scores: dict[Key, list[Quality]], task: str, case: Case, count: int, methods: MethodSet) -> None:
    references = case.references[:count]
    for method in METHODS:
        for mode in MODES:
            retouch = methods.learn(method, mode, references)
            if retouch is None:
                continue
            found = [quality(retouch(before, after), after) for before, after in case.queries]
            scores[task, method, mode, count] += found
            if method not in ("model", "lut_fit"):
                scores[task, method, "pairs", count] += found


def _row(key: Key, values: list[Quality], seed: int) -> Row:
    psnr = np.array([v.psnr for v in values])
    de00 = np.array([v.de00 for v in values])
    low, high = bootstrap_interval(psnr, seed)
    return Row(
        *key,
        psnr=float(psnr.mean()),
        psnr_low=low,
        psnr_high=high,
        psnr_median=float(np.median(psnr)),
        ssim=float(np.mean([v.ssim for v in values])),
        de00=float(de00.mean()),
        de00_median=float(np.median(de00)),
        deab=float(np.mean([v.deab for v in values])),
        n=len(values),
    )


def print_table(rows: Sequence[Row], console: Console) -> None:
    """A table for people, sorted by task, mode, number of references and method."""
    table = Table("task", "mode", "refs", "method", "PSNR dB (95 %)", "median", "SSIM", "dE00", "dE_ab", "n")
    for r in sorted(rows, key=lambda r: (r.task, MODES.index(r.mode), r.refs, METHODS.index(r.method))):
        interval = f"{r.psnr:.2f} ({r.psnr_low:.2f} to {r.psnr_high:.2f})"
        cells = (f"{r.psnr_median:.2f}", f"{r.ssim:.3f}", f"{r.de00:.2f}", f"{r.deab:.2f}", str(r.n))
        table.add_row(r.task, r.mode, str(r.refs), r.method, interval, *cells)
    console.print(table)
    console.print("PSNR of an exact match is counted as 60 dB.")


def report(rows: Sequence[Row], seed: int, model: str) -> dict[str, Any]:
    """`{"rows": [...], "seed": ..., "model": bundle id}`, numbers to four decimals."""

    def short(row: Row) -> dict[str, Any]:
        return {key: round(value, 4) if isinstance(value, float) else value for key, value in asdict(row).items()}

    return {"rows": [short(row) for row in rows], "seed": seed, "model": model}


def write_json(path: Path, found: Mapping[str, Any]) -> None:
    """Write a report."""
    with atomic_write(path) as temporary:
        temporary.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
