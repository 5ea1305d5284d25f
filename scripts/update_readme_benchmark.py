"""Fill the README's benchmark table from `python -m training benchmark --json FILE`: `update_readme_benchmark.py FILE`.

The table is replaced between two comments and never edited by hand, so that it cannot drift from a measurement.
"""

import argparse
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from marked_section import update_page

METHODS = {
    "identity": "unedited",
    "reinhard": "Reinhard transfer",
    "histogram": "histogram matching",
    "lut_fit": "plain LUT fit",
    "model": "**PIE Desktop**",
    "oracle": "oracle LUT",
}
MODES = {"pairs": "pairs (before and after)", "after": "edits alone (after only)", "mixed": "every second one a pair"}
NO_REFERENCES = "none"


def benchmark_section(report: dict[str, Any]) -> str:
    """Markdown: one table per task and mode, methods down, numbers of references across.

    `report` is what the benchmark writes: `rows` with task, method, mode, refs, psnr, psnr_low, psnr_high, psnr_median,
    ssim, de00, deab and n, beside `seed` and `model`. Raises KeyError when an entry is missing.
    """
    rows = report["rows"]
    parts = [
        f"Model `{report['model']}`, seed {report['seed']}. Mean PSNR in dB, higher is better, with its 95 % interval; "
        "in brackets the mean colour difference dE00, lower is better."
    ]
    for task in _in_order(row["task"] for row in rows):
        unaided = [row for row in rows if row["task"] == task and row["mode"] == NO_REFERENCES]
        if unaided:
            parts.append(f"**{task}, no reference** (n = {unaided[0]['n']})\n\n{_table_without_references(unaided)}")
        for mode in MODES:
            part = [row for row in rows if row["task"] == task and row["mode"] == mode]
            if not part:
                continue
            parts.append(f"**{task}, {MODES[mode]}** (n = {max(row['n'] for row in part)})\n\n{_table(part)}")
    return "\n\n".join(parts)


def _table(rows: list[dict[str, Any]]) -> str:
    counts = sorted({row["refs"] for row in rows})
    cells = {(row["method"], row["refs"]): row for row in rows}
    lines = [
        "| method | " + " | ".join(f"{n} reference{'s' * (n != 1)}" for n in counts) + " |",
        "|---|" + "---|" * len(counts),
    ]
    for method in _in_order([*METHODS, *(row["method"] for row in rows)]):
        found = [cells.get((method, n)) for n in counts]
        if any(found):
            lines.append(f"| {METHODS.get(method, method)} | " + " | ".join(map(_cell, found)) + " |")
    return "\n".join(lines)


def _table_without_references(rows: list[dict[str, Any]]) -> str:
    lines = ["| method | PSNR | nearer to the answer (dE00) than the photo was |", "|---|---|---|"]
    for method, row in ((m, row) for m in METHODS for row in rows if row["method"] == m):
        share = "" if method == "identity" else f"{row['nearer']:.0%}"
        lines.append(f"| {METHODS[method]} | {_cell(row)} | {share} |")
    return "\n".join(lines)


def _cell(row: dict[str, Any] | None) -> str:
    if row is None:
        return ""
    return f"{row['psnr']:.1f} ({row['psnr_low']:.1f} to {row['psnr_high']:.1f}) [{row['de00']:.1f}]"


def _in_order(values: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(values))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("report", type=Path, help="JSON written by `python -m training benchmark --json`")
    parser.add_argument("--readme", type=Path, default=Path(__file__).resolve().parents[1] / "README.md")
    options = parser.parse_args()
    update_page(options.readme, "benchmark", benchmark_section(json.loads(options.report.read_text(encoding="utf-8"))))


if __name__ == "__main__":
    main()
