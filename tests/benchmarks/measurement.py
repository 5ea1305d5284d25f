"""What a benchmark reports. Every `bench_*.py` beside this file offers `measure() -> list[Measurement]`."""

import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Measurement:
    """One measured budget.

    Attributes:
        name: what was measured, in plain words.
        budget: what the design allows, in words with its unit, such as "<= 0.6 s"; "" where there is none.
        measured: the number that was measured, in `unit`.
        unit: such as "s", "ms", "MB" or "x".
        ratio: measured against something comparable in the same run, None where nothing is; `note` says against what.
        note: what was done and what the ratio compares with.
        met: whether the budget was kept, None where this machine cannot tell.
    """

    name: str
    budget: str
    measured: float
    unit: str
    ratio: float | None = None
    note: str = ""
    met: bool | None = None


def best_seconds(action: Callable[[], object], repeats: int = 5) -> float:
    """Shortest of several runs in seconds: what the machine can do when nothing else disturbs it."""
    shortest = float("inf")
    for _ in range(repeats):
        started = time.perf_counter()
        action()
        shortest = min(shortest, time.perf_counter() - started)
    return shortest
