"""The section of a study's page about ablations: one factor at a time, against the same base with the same budget."""

from collections import Counter
from dataclasses import dataclass
from statistics import mean
from typing import Self

from training.study.judge import END_TO_END, UNEDITED, Judge, Setting
from training.study.seeds import spread
from training.study.supplement import ABLATIONS
from training.study.words import TASKS, Results, budget_words, interval, number, table

FACTOR = "an ablation"  # how the source of a system begins that changes one thing
MASKED, WITHOUT_MASKING = "msm", "a control for Masked Style Modeling"  # a system, and what its controls begin with


@dataclass(frozen=True)
class _Found:
    """The ablations of a study.

    Attributes:
        judge: of them and their base.
        base: the system that one thing is changed of.
        factors: those in which one thing is changed.
        controls: what else was trained with the same budget.
        sources: what every one is for, by name.
    """

    judge: Judge
    base: Setting
    factors: list[Setting]
    controls: list[Setting]
    sources: dict[str, str]

    @classmethod
    def of(cls, results: Results) -> Self | None:
        """None where there are none, or no base that had the same budget."""
        part = results.get(ABLATIONS)
        if not part:
            return None
        lists = {key: list(part[key]) for key in ("systems", "steering")}
        if part["budget"] == results["scale"]["budget"]:
            lists["systems"] += [s for s in results["systems"] if s["name"] == END_TO_END[0]]
            lists["steering"] += [e for e in results["steering"] if e["method"] == END_TO_END[0]]
        judge = Judge(lists | {"seed": results["seed"]})
        if END_TO_END not in judge.systems:
            return None
        sources = {s["name"]: s["source"] for s in lists["systems"]}
        order = list(sources)
        others = sorted((s for s in judge.systems if s != END_TO_END), key=lambda s: order.index(s[0]))
        factors = [s for s in others if sources[s[0]].startswith(FACTOR)]
        return cls(judge, END_TO_END, factors, [s for s in others if s not in factors], sources)


def ablations(results: Results) -> list[str]:
    """A table of every ablation's PSNR and its difference from the base, and one of the controls."""
    found = _Found.of(results)
    if found is None:
        return []
    judge, base = found.judge, found.base
    tasks = [TASKS.get(task, task) for task in judge.tasks]
    trainings = len(judge.again(base))
    times = f"each of its {trainings} trainings" if trainings > 1 else "it"
    rows = [("*the photo as it is*", *_plain(judge, UNEDITED)[:-1], "-"), ("*nothing*", *_plain(judge, base))]
    lines = [
        "## One factor at a time",
        f"From {judge.title(base)} (`{base[0]}`) one thing is changed and all else is left: "
        f"{budget_words(results[ABLATIONS]['budget'])} of training for each, the same users in the same order, and the "
        f"same photos to judge by, with {judge.refs} references. PSNR in dB; in brackets what the change brings, with "
        f"its 95 % interval, in bold where it is not zero and has the same sign against {times}. *Lost by a swap* is "
        "what another user's preference costs, the mean over the tasks. In the same time, what takes longer makes "
        "fewer steps.",
        *table(
            ("what is changed", *tasks, "lost by a swap"),
            [*rows, *((judge.titles[s[0]], *_changes(judge, s, base)) for s in found.factors)],
        ),
    ]
    if found.controls:
        lines += [
            "**Controls that tell ideas apart**, with the same budget: PSNR in dB.",
            *table(
                ("control", "what for", *tasks, "lost by a swap"),
                [(judge.titles[s[0]], found.sources[s[0]], *_plain(judge, s)) for s in found.controls],
            ),
        ]
    return lines


def _lost(judge: Judge, setting: Setting) -> float:
    return mean(judge.found[task, *setting]["lost"]["mean"] for task in judge.tasks)


def _plain(judge: Judge, setting: Setting) -> list[str]:
    again = judge.again(setting)
    cells = [spread([judge.found[task, *one]["own"]["mean"] for one in again]) for task in judge.tasks]
    return [*cells, spread([_lost(judge, one) for one in again])]


def _changes(judge: Judge, setting: Setting, base: Setting) -> list[str]:
    cells = []
    for task in judge.tasks:
        d = judge.difference(task, setting, base)
        change = interval(d.mean, d.low, d.high, digits=2).replace(" (", ", ").rstrip(")")
        words = f"{number(judge.found[task, *setting]['own']['mean'])} ({change})"
        cells.append(f"**{words}**" if judge.sign(task, setting, base) in ("above", "below") else words)
    return [*cells, number(_lost(judge, setting))]


def ablation_sentence(results: Results) -> str | None:
    """What the ablations say as a whole."""
    found = _Found.of(results)
    if found is None or not found.factors:
        return None
    judge, base, tasks = found.judge, found.base, len(found.judge.tasks)
    signs = {s: [judge.sign(task, s, base) for task in judge.tasks] for s in found.factors}
    counts = Counter(sign for of_factor in signs.values() for sign in of_factor)
    text = (
        f"*One factor at a time*: {len(signs)} single changes of {judge.title(base)} were judged on {tasks} tasks "
        f"each. Of these {len(signs) * tasks} differences {counts['above'] or 'none'} "
        f"{'is' if counts['above'] == 1 else 'are'} to the better and {counts['below'] or 'none'} to the worse, where "
        "one in twenty would be one or the other by chance."
    )
    for word, sign in (("better", "above"), ("worse", "below")):
        mostly = [judge.title(s) for s, of_factor in signs.items() if of_factor.count(sign) * 2 > tasks]
        if mostly:
            text += f" On most tasks {word}: {', '.join(mostly)}."
    return text


def masking_sentence(results: Results) -> str | None:
    """What masking earns over pairs without it, with the same budget."""
    found = _Found.of(results)
    if found is None:
        return None
    masked = next((s for s in found.controls if s[0] == MASKED), None)
    without = [s for s in found.controls if found.sources[s[0]].startswith(WITHOUT_MASKING)]
    if masked is None or not without:
        return None
    compared = "; ".join(f"with {found.judge.title(s)} {found.judge.against(masked, s)}" for s in without)
    return (
        f"*Does masking earn anything?* {budget_words(results[ABLATIONS]['budget']).capitalize()} for each, "
        f"{found.judge.title(masked)} compared with pairs without masking: {compared}."
    )
