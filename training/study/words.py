"""Words and Markdown of a study's page: names of results, tables, and how its numbers are found."""

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from training.benchmark.methods import METHODS, rank


def spaced(lines: Iterable[str]) -> Iterable[str]:
    """Blank lines between blocks; list items and rows of a table stay together."""
    before = ""
    for line in lines:
        together = bool(before) and line[:1] == before[:1] and line[:1] in ("|", "-")
        if before and not together:
            yield ""
        yield line
        before = line


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """Lines of a table."""
    return [f"| {' | '.join(cells)} |" for cells in (head, ["---"] * len(head), *rows)]


Results = Mapping[str, Any]
TASKS = {
    "targets": "people with targets of their own",
    "learned retouchers": "learned retouchers",
    "shading": "people who also shade parts",
    "looks": "unseen film looks",
    "simulated": "unseen simulated users",
    "normalising": "users who correct first",
    "experts": "experts, unseen photos",
}
PROTOCOL_TITLES = {
    "end_to_end": "end to end",
    "two_stage": "two stages: metric learning, then the enhancer",
    "two_stage_proxies": "two stages: a classifier of users, then the enhancer",
    "masked": "masked style modeling, two stages",
    "diffusion": "denoising, end to end",
    "embedding": "metric learning alone",
}
MODES = {"after": "edits alone", "pairs": "pairs"}
_TITLES = {
    "identity": "the photo as it is",
    "reinhard": "Reinhard color transfer",
    "histogram": "histogram matching",
    "lut_fit": "LUT fitted to the pairs",
    "model": "PIE Desktop",
    "oracle": "oracle: LUT fitted to the answer",
}


def method_titles(results: Results) -> dict[str, str]:
    """Titles of all methods and systems by name."""
    return _TITLES | {system["name"]: system["title"] for system in results["systems"]}


def tasks_of(results: Results) -> list[str]:
    """Tasks in the order in which they were judged."""
    return list(dict.fromkeys(row["task"] for row in results["rows"]))


def methods_of(results: Results) -> list[str]:
    """Methods in the order of the tables."""
    return sorted({row["method"] for row in results["rows"]}, key=rank)


def systems_of(results: Results) -> list[str]:
    """The systems that were trained for the table, in its order."""
    return [name for name in methods_of(results) if name not in METHODS]


def judged_at(results: Results) -> int:
    """The number of references that figures and conclusions look at: 5, or what is nearest to it."""
    return min({row["refs"] for row in results["rows"]}, key=lambda refs: (abs(refs - 5), refs))


def row_of(results: Results, task: str, method: str, mode: str, refs: int) -> Mapping[str, Any] | None:
    """One row of the benchmark, or None where the method does not work in that mode."""
    wanted = (task, method, mode, refs)
    return next((r for r in results["rows"] if (r["task"], r["method"], r["mode"], r["refs"]) == wanted), None)


def budget_words(budget: Mapping[str, Any]) -> str:
    """Of a scale's budget."""
    if budget["minutes"] is None:
        return f"{budget['samples']:,} photos"
    return f"{budget['minutes']:g} minutes{' of processor time' if budget['clock'] == 'cpu' else ''}"


def wilson(rate: float, count: int, z: float = 1.96) -> tuple[float, float]:
    """95 % interval of a rate that was found in so many trials (Wilson 1927)."""
    middle = (rate + z**2 / (2 * count)) / (1 + z**2 / count)
    half = z / (1 + z**2 / count) * math.sqrt(rate * (1 - rate) / count + z**2 / (4 * count**2))
    return max(0.0, middle - half), min(1.0, middle + half)


def number(value: float, digits: int = 1, sign: str = "") -> str:
    """A rounded number that is never a negative zero; with `sign="+"` every number has one."""
    return f"{round(value, digits) + 0.0:{sign}.{digits}f}"


def interval(value: float, low: float, high: float, digits: int = 1) -> str:
    """A mean and its interval."""
    return f"{number(value, digits)} ({number(low, digits)} to {number(high, digits)})"
