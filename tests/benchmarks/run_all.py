"""Measures every budget of speed and memory and prints one table (`make bench`)."""

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
from dataclasses import asdict
from importlib import import_module, metadata
from pathlib import Path

from measurement import Measurement

HERE = Path(__file__).resolve().parent
COLUMNS = ("what", "budget", "measured", "ratio", "kept", "how")


def benchmark_names() -> list[str]:
    return sorted(file.stem for file in HERE.glob("bench_*.py"))


def run_in_child(name: str) -> list[Measurement]:
    """Each benchmark has a process of its own: no warm caches, threads, memory or QApplication of another one.

    Raises subprocess.CalledProcessError when the benchmark fails; its traceback has gone to stderr by then.
    """
    with tempfile.TemporaryDirectory(prefix="pie-bench-") as folder:
        answer = Path(folder) / "measurements.json"
        checkout = os.pathsep.join(filter(None, [str(HERE.parents[1]), os.environ.get("PYTHONPATH")]))
        environment = {
            "QT_QPA_PLATFORM": "offscreen",
            **os.environ,
            "PIE_DESKTOP_HOME": str(Path(folder) / "home"),
            "PYTHONPATH": checkout,
        }
        command = [sys.executable, str(Path(__file__)), "--child", name, "--json", str(answer)]
        subprocess.run(command, check=True, env=environment)
        return [Measurement(**entry) for entry in json.loads(answer.read_text(encoding="utf-8"))]


def number(value: float) -> str:
    return f"{value:.0f}" if abs(value) >= 100 else f"{value:.3g}"


def cells(row: Measurement) -> tuple[str, ...]:
    kept = {True: "yes", False: "NO", None: ""}[row.met]
    ratio = "" if row.ratio is None else number(row.ratio)
    return row.name, row.budget, f"{number(row.measured)} {row.unit}", ratio, kept, row.note


def table(rows: list[Measurement]) -> str:
    """A Markdown table whose columns also line up in a terminal."""
    lines = [COLUMNS, *(cells(row) for row in rows)]
    widths = [max(len(line[i]) for line in lines) for i in range(len(COLUMNS))]
    padded = [[cell.ljust(width) for cell, width in zip(line, widths, strict=True)] for line in lines]
    head, *body = [f"| {' | '.join(line)} |" for line in padded]
    rule = "|".join("-" * (width + 2) for width in widths)
    return "\n".join([head, f"|{rule}|", *body])


def machine() -> dict[str, str]:
    return {
        "cpus": str(os.cpu_count()),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "torch": metadata.version("torch"),
        "qt": metadata.version("PySide6-Essentials"),
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", help=f"which to run (default all): {', '.join(benchmark_names())}")
    parser.add_argument("--json", type=Path, help="also write the numbers to this file")
    parser.add_argument("--child", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        rows = import_module(options.child).measure()
        options.json.write_text(json.dumps([asdict(row) for row in rows]), encoding="utf-8")
        return 0

    rows, failed = [], []
    for name in options.names or benchmark_names():
        print(f"{name} …", file=sys.stderr, flush=True)
        try:
            rows += run_in_child(name)
        except subprocess.CalledProcessError:
            failed.append(name)
    print(", ".join(f"{key}: {value}" for key, value in machine().items()))
    print(table(rows))
    if options.json:
        report = {"machine": machine(), "measurements": [asdict(row) for row in rows], "failed": failed}
        options.json.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")
    if failed:
        print(f"failed: {', '.join(failed)}", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
