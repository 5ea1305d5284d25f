"""Conclusions of a study in plain words: every sentence follows from the numbers by a rule."""

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from training.benchmark.methods import METHODS
from training.benchmark.metrics import Mean
from training.study.words import TASKS, Results, method_titles, number

Setting = tuple[str, str]  # method, mode
UNEDITED: Setting = ("identity", "after")
# alike in all but this
END_TO_END, TWO_STAGE = ("study-adain", "after"), ("study-two-stage", "after")
WITH_ORIGINALS = ("study-adain-pairs", "pairs")


def conclusions(results: Results) -> list[str]:
    """Sentences in Markdown.

    Differences are those of the same users' photos, with 95 % bootstrap intervals over users; one whose interval holds
    zero counts as none.
    """
    judge = _Judge(results)
    if not judge.systems:
        return ["No system was trained, so there is nothing to compare."]
    said = [
        judge.nearest("after"),
        judge.nearest("pairs"),
        judge.above_unedited(),
        judge.against_shipped(),
        judge.end_to_end(),
        judge.originals(),
        judge.steered(),
        _losses(results),
        _failures(results),
        judge.limits(),
    ]
    return [sentence for sentence in said if sentence]


class _Judge:
    def __init__(self, results: Results) -> None:
        self.results, self.titles = results, method_titles(results)
        entries = results["steering"]
        self.tasks = list(dict.fromkeys(e["task"] for e in entries))
        self.found = {(e["task"], e["method"], e["mode"]): e for e in entries}
        self.settings = list(dict.fromkeys((e["method"], e["mode"]) for e in entries))
        self.systems = [s for s in self.settings if s[0] not in METHODS]
        self.refs = entries[0]["refs"] if entries else 0

    def mean(self, setting: Setting) -> float:
        """PSNR, the mean over tasks."""
        return float(np.mean([self.found[task, *setting]["own"]["mean"] for task in self.tasks]))

    def difference(self, task: str, first: Setting, second: Setting) -> Mean:
        """How much nearer the first comes, dB."""
        gains = np.subtract(self.found[task, *first]["users"], self.found[task, *second]["users"])
        return Mean.of([[[gain]] for gain in gains], self.results["seed"])

    def against(self, first: Setting, second: Setting) -> str:
        """On every task, by how much the first is above or below the second."""
        parts = []
        for task in self.tasks:
            d = self.difference(task, first, second)
            between = f"{number(d.low, sign='+')} to {number(d.high, sign='+')}"
            words = f"{number(abs(d.mean))} dB {verdict(d)} ({between})"
            words = f"indistinguishable ({between} dB)" if verdict(d) == "level" else words
            parts.append(f"{words} on {TASKS.get(task, task)}")
        return " and ".join(parts)

    def title(self, setting: Setting) -> str:
        return f"**{self.titles[setting[0]]}**"

    def nearest(self, mode: str) -> str | None:
        """The best system with edits alone, or with whatever pairs give."""
        able = [s for s in self.systems if mode == "pairs" or s[1] == "after"]
        if not able:
            return None
        best = max(able, key=self.mean)
        values = " and ".join(
            f"{self.found[task, *best]['own']['mean']:.1f} dB on {TASKS.get(task, task)}" for task in self.tasks
        )
        if mode == "after":
            return (
                f"*Edits alone*, {self.refs} of them: of the systems trained here {self.title(best)} came nearest, "
                f"with {values}. Compared with the photo left as it is, that is {self.against(best, UNEDITED)}."
            )
        how = "which looks at the originals, too" if best[1] == "pairs" else "although it ignores the originals"
        text = f"*With pairs* {self.title(best)} came nearest of them, {how}, with {values}."
        if ("lut_fit", "pairs") in self.settings:
            difference = self.against(best, ("lut_fit", "pairs"))
            text += f" Compared with a LUT fitted to the pairs, without any learning, it is {difference}."
        return text

    def above_unedited(self) -> str:
        """Which systems are worth their work."""
        parts, below = [], []
        for task in self.tasks:
            verdicts = {s: verdict(self.difference(task, s, UNEDITED)) for s in self.systems}
            above = [self.title(s) for s, v in verdicts.items() if v == "above"]
            below += [s for s, v in verdicts.items() if v == "below"]
            named = f" ({_names(above)})" if 0 < len(above) < len(verdicts) else ""
            parts.append(f"on {TASKS.get(task, task)} {len(above) or 'none'} of {len(verdicts)}{named}")
        text = f"*Above the photo as it is* are {'; '.join(parts)}."
        if below:
            named = _names(self.title(s) for s in dict.fromkeys(below))
            text += f" On some task below it, so that one had better leave the photo alone: {named}."
        return text

    def against_shipped(self) -> str | None:
        """PIE Desktop, which had more to learn from."""
        parts = []
        for mode, name in (("after", "with edits alone"), ("pairs", "with pairs")):
            able = [s for s in self.systems if mode == "pairs" or s[1] == "after"]
            if ("model", mode) in self.settings and able:
                best = max(able, key=self.mean)
                parts.append(f"{name} {self.against(('model', mode), best)}")
        if not parts:
            return None
        compared = "; ".join(parts)
        return f"*PIE Desktop*, trained in its own way (see below), against the best of them: {compared}."

    def end_to_end(self) -> str | None:
        """The study's own question, all else being equal."""
        if not {END_TO_END, TWO_STAGE} <= set(self.settings):
            return None
        verdicts = [verdict(self.difference(task, END_TO_END, TWO_STAGE)) for task in self.tasks]
        none = "makes no measurable difference"
        answer = {"above": "pays", "below": "does not pay, two stages are better", "level": none}
        summary = answer[verdicts[0]] if len(set(verdicts)) == 1 else "pays on some tasks and not on others"
        if set(verdicts) == {"above", "level"}:
            summary = f"pays on some tasks and {none} on others"
        return (
            "*End to end or two stages?* With the same encoder, enhancer, losses and budget, training end to end "
            f"{summary}: it is {self.against(END_TO_END, TWO_STAGE)}."
        )

    def originals(self) -> str | None:
        """What an encoder gains by the originals of the references, all else being equal."""
        if not {END_TO_END, WITH_ORIGINALS} <= set(self.settings):
            return None
        return (
            "*Originals of the references*: the same system whose encoder sees them, too, is "
            f"{self.against(WITH_ORIGINALS, END_TO_END)}."
        )

    def steered(self) -> str:
        """Whether the preference is looked at."""
        lost = {s: [self.found[task, *s]["lost"] for task in self.tasks] for s in self.systems}
        steered = [s for s, values in lost.items() if all(v["low"] > 0 for v in values)]
        others = [s for s in lost if s not in steered]
        text = "*Does the preference steer?* "
        if steered:
            losing = _names(f"{self.title(s)} ({_least(lost[s])})" for s in steered)
            text += f"With another user's references these lose on every task: {losing}. "
        if others:
            level = _names(f"{self.title(s)} ({_least(lost[s])})" for s in others)
            text += f"These lose nothing that can be distinguished from zero on at least one task: {level}. "
        shipped = [s for s in self.settings if s[0] == "model"]
        for s in shipped:
            values = [self.found[task, *s]["lost"] for task in self.tasks]
            text += f"PIE Desktop with {'pairs' if s[1] == 'pairs' else 'edits alone'} loses {_least(values)}. "
        return text.strip()

    def limits(self) -> str:
        """What the study does not show."""
        scale = self.results["scale"]
        return (
            f"All of this is at the scale “{scale['name']}”, {budget_words(scale['budget'])} for each system and one "
            "seed: it shows what these ideas reach there, not what their authors' own networks reach on their own "
            "data after days on a GPU."
        )


def verdict(difference: Mean) -> str:
    """`above`, `below`, or `level` where the interval holds zero."""
    return "above" if difference.low > 0 else "below" if difference.high < 0 else "level"


def budget_words(budget: Mapping[str, Any]) -> str:
    """Of a scale's budget."""
    if budget["minutes"] is None:
        return f"{budget['samples']:,} photos"
    return f"{budget['minutes']:g} minutes{' of processor time' if budget['clock'] == 'cpu' else ''}"


def _least(values: Iterable[Mapping[str, float]]) -> str:
    """The range of means over tasks."""
    means = sorted(v["mean"] for v in values)
    low, high = number(means[0]), number(means[-1])
    return f"{low} dB" if low == high else f"{low} to {high} dB"


def _names(names: Iterable[str]) -> str:
    return ", ".join(names)


def _losses(results: Results) -> str | None:
    """The metric losses, by how often a user is found again."""
    found = [s for s in results["systems"] if not s["compared"] and s.get("embedding")]
    if len(found) < 2:
        return None
    best = max(found, key=lambda s: (s["embedding"]["retrieval"], s["embedding"]["silhouette"]))
    worst = min(found, key=lambda s: (s["embedding"]["retrieval"], s["embedding"]["silhouette"]))
    chance = best["embedding"]["chance"]
    text = (
        f"*Metric losses*: an unseen user is found again from half of the edits most often after **{best['title']}** "
        f"({best['embedding']['retrieval']:.0%}), least often after **{worst['title']}** "
        f"({worst['embedding']['retrieval']:.0%}; by chance {chance:.0%})."
    )
    whole = [s for s in results["systems"] if s["compared"] and s.get("embedding")]
    if whole:
        first = max(whole, key=lambda s: s["embedding"]["retrieval"])
        text += f" Of the systems of the table **{first['title']}** finds most ({first['embedding']['retrieval']:.0%})."
    return text


def _failures(results: Results) -> str | None:
    failed = [s for s in results["systems"] if s["failure"]]
    return f"Failed: {'; '.join(s['title'] + ': ' + s['failure'] for s in failed)}" if failed else None
