"""The sections of a study's page on whether the preference steers: its swap, and all controlled tests."""

from collections.abc import Mapping
from typing import Any

from training.study.conclusions import CONTROLS
from training.study.judge import Judge
from training.study.words import MODES, TASKS, Results, interval, judged_at, method_titles, table


def steering(results: Results, folder: str) -> list[str]:
    found = [s for s in results["steering"] if s["method"] != "identity"]
    if not found:
        return []
    titles = method_titles(results)
    return [
        "## Does the preference steer?",
        f"The same photos with the user's own {judged_at(results)} references and with the next user's, PSNR in dB. A "
        "system that ignores the preference loses nothing.",
        f"![PSNR lost with another user's preference]({folder}/steering.svg)",
        *table(
            ("task", "method", "references", "own", "another user's", "lost"),
            (
                (
                    TASKS.get(s["task"], s["task"]),
                    titles[s["method"]],
                    MODES[s["mode"]],
                    *(interval(**_named(s[key])) for key in ("own", "swapped")),
                    interval(**_named(s["lost"]), digits=2),
                )
                for s in found
            ),
        ),
        *_passed(results),
        *_controls(results),
    ]


def _passed(results: Results) -> list[str]:
    """On how many tasks each method passes each test."""
    judge = Judge(results)
    rows = []
    for s in judge.settings:
        had = [judge.found[task, *s].get("controls") or {"other": None} for task in judge.tasks]
        passed = [judge.passed(task, s)[0] for task in judge.tasks]
        counts = [(sum(n in names for names in passed), sum(n in has for has in had)) for n in CONTROLS]
        if s[0] != "identity":
            cells = (f"{count} of {of}" if of else "-" for count, of in counts)
            rows.append((judge.titles[s[0]], MODES[s[1]], *cells))
    return [
        "**Tests passed**: on how many tasks the own preference comes nearer than each of these for certain, with the "
        "lower end of the interval above 0. The reverse and the mismatch of pairs are tests of what looks at "
        "originals.",
        *table(("method", "references", *CONTROLS.values()), rows),
    ]


def _controls(results: Results) -> list[str]:
    """What each controlled test costs, by method."""
    found = [s for s in results["steering"] if s.get("controls") and s["method"] != "identity"]
    if not found:
        return []
    titles, names = method_titles(results), list(CONTROLS)
    rows = []
    for s in found:
        lost = [s["controls"].get(name) for name in names]
        cells = [interval(**_named(one["psnr"])) + f"; {one['de00']['mean']:.1f}" if one else "-" for one in lost]
        rows.append((TASKS.get(s["task"], s["task"]), titles[s["method"]], MODES[s["mode"]], *cells))
    return [
        "**The same in numbers**: how much nearer the own preference comes than each of these, PSNR in dB with its "
        "interval, then dE00.",
        *table(("task", "method", "references", *CONTROLS.values()), rows),
    ]


def _named(mean: Mapping[str, float]) -> dict[str, Any]:
    return {"value": mean["mean"], "low": mean["low"], "high": mean["high"]}
