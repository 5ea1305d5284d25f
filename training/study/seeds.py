"""The section of a study's page about systems that were trained several times: how much a seed alone changes."""

from collections.abc import Mapping, Sequence
from statistics import mean, stdev
from typing import Any

from training.study.judge import Judge, Setting
from training.study.words import TASKS, Results, number, table

System = Mapping[str, Any]


def seeds(results: Results) -> list[str]:
    """Means and standard deviations over the trainings of each system; none where each was trained once."""
    more = results.get("repeats", {}).get("systems", ())
    if not more:
        return []
    judge = Judge(results)
    trainings: dict[str, list[System]] = {}
    for system in (*results["systems"], *more):
        if system["compared"]:
            trainings.setdefault(system.get("system", system["name"]), []).append(system)
    rows = []
    for systems in trainings.values():
        setting = next((s for s in judge.settings if s[0] == systems[0]["name"]), None)
        cells = ("-",) * (len(judge.tasks) + 1) if setting is None else _cells(judge, setting)
        rows.append((systems[0]["title"], _trained(systems), *cells))
    return [
        "## How much a seed changes",
        f"PSNR in dB with {judge.refs} references: mean and standard deviation over trainings from other weights and "
        "in another order, on the same users and judged on the same photos. Everywhere else stands the first training. "
        "Differences between systems that are not larger than this say nothing, and nothing is called above or below "
        "that another seed has the other way round.",
        *table(("system", "trained", *(TASKS.get(task, task) for task in judge.tasks), "lost by a swap"), rows),
        "*Lost by a swap* is what another user's preference costs, the mean over the tasks.",
    ]


def _cells(judge: Judge, setting: Setting) -> list[str]:
    again = judge.again(setting)
    found = [[judge.found[task, *one] for one in again] for task in judge.tasks]
    lost = [mean(entries[n]["lost"]["mean"] for entries in found) for n in range(len(again))]
    return [*(spread([entry["own"]["mean"] for entry in entries]) for entries in found), spread(lost)]


def _trained(systems: Sequence[System]) -> str:
    """How many trainings there are, and what became of the others."""
    words = [f"{sum(s['trained'] for s in systems)} of {len(systems)}"]
    words += [f"seed {s['seed']}: {s['failure']}" for s in systems if s["failure"]]
    words += [f"seed {s['seed']} is missing" for s in systems if not s["trained"] and not s["failure"]]
    return "; ".join(words)


def spread(values: Sequence[float]) -> str:
    """A mean with its standard deviation, where there are several values."""
    return number(mean(values)) + (f" ± {number(stdev(values), 2)}" if len(values) > 1 else "")
