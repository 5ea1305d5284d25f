"""Fill docs/BENCHMARK.md and the README's table from the benchmark that is recorded in the shipped model's card.

`python -m training benchmark … --record` puts it there. The tables are replaced between two comments and never edited
by hand, so that they cannot drift from a measurement.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from marked_section import update_page

from pie_desktop.model.bundle import list_bundles

REPOSITORY = Path(__file__).resolve().parents[1]
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
RIVALS = ("lut_fit", "reinhard", "histogram")


def benchmark_section(report: dict[str, Any]) -> str:
    """Markdown: one table per task and mode, methods down, numbers of references across.

    `report` is what the benchmark writes: `rows` with task, method, mode, refs, psnr, psnr_low, psnr_high, psnr_median,
    ssim, de00, deab and n, beside `seed`, `draws` and `model`. Raises KeyError when an entry is missing.
    """
    rows = report["rows"]
    draws = f", {report['draws']} draws" if "draws" in report else ""  # reports of earlier versions have one
    parts = [
        f"Model `{report['model']}`, seed {report['seed']}{draws}. Mean PSNR in dB, higher is better, with its 95 % "
        "interval; in brackets the mean colour difference dE00, lower is better."
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


def summary(report: dict[str, Any]) -> str:
    """Markdown: one table, tasks and modes down, numbers of references across; the model beside the best rival."""
    rows = report["rows"]
    counts = sorted({row["refs"] for row in rows if row["refs"]})
    lines = [
        f"Mean PSNR in dB, higher is better: in bold the model `{report['model']}`, in brackets the best among the "
        "plain LUT fit,\nReinhard transfer and histogram matching. *Oracle* is a 9^3 LUT fitted to the answer itself.",
        "",
        "| task | unedited | " + " | ".join(f"{n} reference{'s' * (n != 1)}" for n in counts) + " | oracle |",
        "|---|" + "---|" * (len(counts) + 2),
    ]
    for task in _in_order(row["task"] for row in rows):
        for mode in MODES:
            psnr = {(r["method"], r["refs"]): r["psnr"] for r in rows if r["task"] == task and r["mode"] == mode}
            if not psnr:
                continue
            cells = []
            for refs in counts:
                rival = max((psnr[m, refs] for m in RIVALS if (m, refs) in psnr), default=None)
                cells.append("" if rival is None else f"**{psnr['model', refs]:.1f}** ({rival:.1f})")
            first = min(refs for _, refs in psnr)
            ends = [f"{psnr[method, first]:.1f}" for method in ("identity", "oracle")]
            lines.append(f"| {task}, {MODES[mode]} | {ends[0]} | {' | '.join(cells)} | {ends[1]} |")
    for row in rows:
        if row["mode"] == NO_REFERENCES and row["method"] == "model":
            lines += [
                "",
                f"Of {row['n']} simulated captures, corrected without any reference, {row['nearer']:.0%} come nearer "
                "(dE00) to the finished photo.",
            ]
    return "\n".join(lines)


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
    report = dict(list_bundles(REPOSITORY / "resources" / "bundles")[0].card["benchmark"])
    update_page(REPOSITORY / "README.md", "benchmark", summary(report))
    update_page(REPOSITORY / "docs" / "BENCHMARK.md", "benchmark", benchmark_section(report))


if __name__ == "__main__":
    main()
