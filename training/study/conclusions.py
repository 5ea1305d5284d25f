"""Conclusions of a study in plain words: every sentence follows from the numbers by a rule."""

from collections.abc import Iterable, Mapping
from typing import Any

from training.study.ablations import ablation_sentence, masking_sentence
from training.study.judge import END_TO_END, NO_EDIT, UNEDITED, Judge, Setting, listed
from training.study.words import TASKS, Results, budget_words, number, wilson

# END_TO_END in all but this
TWO_STAGE, WITH_ORIGINALS = ("study-two-stage", "after"), ("study-adain-pairs", "pairs")
CONTROLS = {
    "other": "another user's references",
    "reversed": "the own pairs with before and after exchanged",
    "mismatched": "the own photos with each other's edits",
    "average": "the mean of other users",
    "photo": "the answer to another photo",
}


def conclusions(results: Results) -> list[str]:
    """Sentences in Markdown; `Judge` has the rules. The question that the study began with comes first."""
    judge = Judge(results)
    if not judge.systems:
        return ["No system was trained, so there is nothing to compare."]
    said = [
        _steered(judge),
        _nearest(judge, "after"),
        _nearest(judge, "pairs"),
        _above_unedited(judge),
        _against_shipped(judge),
        _end_to_end(judge),
        _originals(judge),
        ablation_sentence(results),
        masking_sentence(results),
        _losses(results),
        _failures(results),
        _limits(results, judge),
    ]
    return [sentence for sentence in said if sentence]


def _steered(judge: Judge) -> str:
    """Whether the preference is looked at, in which systems, and by how much: by the controlled tests."""
    asked = list(dict.fromkeys(name for e in judge.found.values() for name in e.get("controls") or ()))
    tests = [CONTROLS[name] for name in CONTROLS if name in asked] or [CONTROLS["other"]]
    text = f"*Does the preference steer?* Photos were retouched anew with {listed(tests)}. "
    steered, partly, ignored = [], [], []
    for s in judge.systems:
        by_task = [judge.passed(task, s) for task in judge.tasks]
        named = f"{judge.title(s)} ({_cost(judge, s)})"
        if not any(failed for _, failed in by_task):
            steered.append(named)
        elif any("other" in passed for passed, _ in by_task):
            partly.append(named)
        else:
            ignored.append(named)
    if steered:
        text += f"The own preference comes nearer than all of them, on every task, in {listed(steered)}. "
    if partly:
        text += f"It steers, but not in all tests, in {listed(partly)}. "
    if ignored:
        text += f"Another user's preference costs nothing that can be told from zero in {listed(ignored)}. "
    shipped = [
        f"{_cost(judge, s)} with {'pairs' if s[1] == 'pairs' else 'edits alone'}"
        for s in judge.settings
        if s[0] == "model"
    ]
    if shipped:
        text += f"PIE Desktop loses {listed(shipped)}. "
    return (
        f"{text}The numbers are what another user's references cost, from the task where it is least to the task where "
        "it is most; which tests each passes stands [below](#does-the-preference-steer)."
    )


def _cost(judge: Judge, setting: Setting) -> str:
    return _range(judge.found[task, *setting]["lost"]["mean"] for task in judge.tasks)


def _nearest(judge: Judge, mode: str) -> str | None:
    """The best system with edits alone, or with whatever pairs give."""
    able = [s for s in judge.systems if mode == "pairs" or s[1] == "after"]
    if not able:
        return None
    best, seeds = judge.nearest(able)
    values = listed([judge.value(task, best) for task in judge.tasks])
    if mode == "after":
        return (
            f"*Edits alone*, {judge.refs} of them: of the systems trained here {judge.title(best)} came "
            f"nearest{seeds}, with {values}. Compared with the photo left as it is, that is "
            f"{judge.against(best, UNEDITED)}."
        )
    how = "which looks at the originals, too" if best[1] == "pairs" else "although it ignores the originals"
    text = f"*With pairs* {judge.title(best)} came nearest of them{seeds}, {how}, with {values}."
    if ("lut_fit", "pairs") in judge.settings:
        difference = judge.against(best, ("lut_fit", "pairs"))
        text += f" Compared with a LUT fitted to the pairs, without any learning, it is {difference}."
    return text


def _above_unedited(judge: Judge) -> str:
    """Which systems are worth their work, with those who leave their photos alone and without."""
    parts, below = [], []
    for task in judge.tasks:
        editing = judge.editing(task)
        verdicts = {s: judge.sign(task, s, UNEDITED) for s in judge.systems}
        above = [judge.title(s) for s, v in verdicts.items() if v == "above"]
        below += [s for s, v in verdicts.items() if v == "below"]
        named = f" ({', '.join(above)})" if 0 < len(above) < len(verdicts) else ""
        part = f"on {TASKS.get(task, task)} {len(above) or 'none'} of {len(verdicts)}{named}"
        if editing.any() and not editing.all():
            among = [judge.sign(task, s, UNEDITED, editing) for s in judge.systems]
            left = int((~editing).sum())
            alone = "a photo" if left == 1 else "photos"
            part += f", and {among.count('above') or 'none'} without the {left} who leave {alone} alone"
        parts.append(part)
    text = f"*Above the photo as it is* are {'; '.join(parts)}."
    if any(not judge.editing(task).all() for task in judge.tasks):
        text += f" (They are the users whose own version is the photo, to {NO_EDIT:.0f} dB or better.)"
    if below:
        named = ", ".join(judge.title(s) for s in dict.fromkeys(below))
        text += f" On some task below it, so that one had better leave the photo alone: {named}."
    return text


def _against_shipped(judge: Judge) -> str | None:
    """PIE Desktop, which had more to learn from."""
    parts = []
    for mode, name in (("after", "with edits alone"), ("pairs", "with pairs")):
        able = [s for s in judge.systems if mode == "pairs" or s[1] == "after"]
        if ("model", mode) in judge.settings and able:
            best = max(able, key=judge.mean)
            parts.append(f"{name} {judge.against(('model', mode), best)}")
    if not parts:
        return None
    return f"*PIE Desktop*, trained in its own way (see below), against the best of them: {'; '.join(parts)}."


def _end_to_end(judge: Judge) -> str | None:
    """The study's own question, all else being equal."""
    if not {END_TO_END, TWO_STAGE} <= set(judge.settings):
        return None
    verdicts = {judge.verdict(task, END_TO_END, TWO_STAGE) for task in judge.tasks}
    answers = {
        "above": "pays",
        "below": "does not pay, two stages are better",
        "level": "makes no measurable difference",
        "varying": "depends on the seed",
        "untold": "cannot be judged",
    }
    summary = answers[next(iter(verdicts))] if len(verdicts) == 1 else "differs from task to task"
    return (
        "*End to end or two stages?* With the same encoder, enhancer, losses and budget, training end to end "
        f"{summary}: it is {judge.against(END_TO_END, TWO_STAGE)}."
    )


def _originals(judge: Judge) -> str | None:
    """What an encoder gains by the originals of the references, all else being equal."""
    if not {END_TO_END, WITH_ORIGINALS} <= set(judge.settings):
        return None
    return (
        "*Originals of the references*: the same system whose encoder sees them, too, is "
        f"{judge.against(WITH_ORIGINALS, END_TO_END)}."
    )


def _limits(results: Results, judge: Judge) -> str:
    """What the study does not show."""
    scale = results["scale"]
    trained = [len(judge.trainings.get(name, [name])) for name, _ in judge.systems]
    seeds = "one seed"
    if max(trained) > 1:
        seeds = f"{min(trained)} to {max(trained)} seeds" if min(trained) < max(trained) else f"{max(trained)} seeds"
        seeds += " (what is said to be above or below is so with each; the numbers are those of the first)"
    return (
        f"All of this is at the scale “{scale['name']}”, {budget_words(scale['budget'])} for each system and {seeds}: "
        "it shows what these ideas reach there, not what their authors' own networks reach on their own data after "
        "days on a GPU."
    )


def _range(values: Iterable[float]) -> str:
    """From the smallest to the largest, in dB."""
    found = sorted(values)
    low, high = number(found[0]), number(found[-1])
    return f"{low} dB" if low == high else f"{low} to {high} dB"


def _losses(results: Results) -> str | None:
    """The metric losses, by how often a user is found again; a ranking only where intervals are apart."""
    found = [s for s in results["systems"] if not s["compared"] and s.get("embedding")]
    if len(found) < 2:
        return None
    users = results["scale"]["evaluation"]["embedding_users"]
    best = max(found, key=lambda s: (s["embedding"]["retrieval"], s["embedding"]["silhouette"]))
    worst = min(found, key=lambda s: (s["embedding"]["retrieval"], s["embedding"]["silhouette"]))

    def rate(s: Mapping[str, Any]) -> str:
        low, high = wilson(s["embedding"]["retrieval"], users)
        return f"{s['embedding']['retrieval']:.0%}, {low:.0%} to {high:.0%}"

    most, least = (f"**{s['title']}** ({rate(s)})" for s in (best, worst))
    apart = wilson(best["embedding"]["retrieval"], users)[0] > wilson(worst["embedding"]["retrieval"], users)[1]
    text = f"*Metric losses*: of {users} unseen users, half of the edits find the other half "
    if apart:
        text += f"most often after {most}, least often after {least}"
    else:
        text += f"after {most} as after {least}: the intervals overlap, so this is no ranking"
    text += f"; by chance {best['embedding']['chance']:.0%}."
    whole = [s for s in results["systems"] if s["compared"] and s.get("embedding")]
    if whole:
        first = max(whole, key=lambda s: s["embedding"]["retrieval"])
        text += f" Of the systems of the table **{first['title']}** finds most ({rate(first)})."
    return text


def _failures(results: Results) -> str | None:
    failed = [s for s in results["systems"] if s["failure"]]
    return f"Failed: {'; '.join(s['title'] + ': ' + s['failure'] for s in failed)}" if failed else None
