"""The section of a study's page about systems that were trained several times: how much a seed alone changes."""

from collections.abc import Mapping, Sequence
from statistics import mean, stdev
from typing import Any

from training.study.words import TASKS, Results, judged_at, number, row_of, table, tasks_of

System = Mapping[str, Any]


def seeds(results: Results) -> list[str]:
    """Means and standard deviations over the trainings of each system; none where each was trained once."""
    trainings: dict[str, list[System]] = {}
    for system in results["systems"]:
        if system["compared"] and "system" in system:
            trainings.setdefault(system["system"], []).append(system)
    if all(len(systems) < 2 for systems in trainings.values()):
        return []
    refs, tasks = judged_at(results), tasks_of(results)
    rows = []
    for systems in trainings.values():
        mode = "pairs" if any(s.get("needs_pairs") for s in systems) else "after"
        scores = [[r["psnr"] for s in systems if (r := row_of(results, t, s["name"], mode, refs))] for t in tasks]
        rows.append((systems[0]["title"], _trained(systems), *(_spread(values) for values in scores)))
    return [
        "## How much a seed changes",
        f"PSNR in dB with {refs} references: mean and standard deviation over trainings from other weights and in "
        "another order, on the same users and judged on the same photos. Differences between systems that are not "
        "larger than this say nothing.",
        *table(("system", "trained", *(TASKS.get(task, task) for task in tasks)), rows),
    ]


def _trained(systems: Sequence[System]) -> str:
    """How many trainings there are, and what became of the others."""
    words = [f"{sum(s['trained'] for s in systems)} of {len(systems)}"]
    words += [f"seed {s['seed']}: {s['failure']}" for s in systems if s["failure"]]
    words += [f"seed {s['seed']} is missing" for s in systems if not s["trained"] and not s["failure"]]
    return "; ".join(words)


def _spread(values: Sequence[float]) -> str:
    if not values:
        return "-"
    return number(mean(values)) + (f" ± {number(stdev(values), 2)}" if len(values) > 1 else "")
