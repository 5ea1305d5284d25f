"""What is added to the results of a study that was judged before: further trainings of its systems, and ablations.

Both are judged in brief, with the number of references that conclusions look at: with the user's own preference and
with another user's, on the same tasks. The results of the first trainings are enough for it; their weights are not
needed any more.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from pie_desktop.errors import PieError
from training.reports.files import rounded
from training.study.config import Scale
from training.study.evaluate import entry_of, method_set, tasks_of
from training.study.runner import Run
from training.study.steering import measure_steering
from training.study.words import Results, judged_at

REPEATS, ABLATIONS = "repeats", "ablations"
ALIKE = ("seed", "side", "precision", "population", "batch", "system", "evaluation")


def left_to_add(runs: Sequence[Run], results: Results) -> list[Run]:
    """The runs that the results have not from the first.

    Raises:
        PieError: these are no results of a study, or of other users, sizes or tasks, so that nothing could be compared.
    """
    if not {"scale", "rows", "systems", "steering"} <= set(results):
        raise PieError("--extend needs the results.json of a study that was judged; this file holds something else.")
    scale, earlier = runs[0].scale, _scale(results)
    other = [key for key in ALIKE if getattr(scale, key) != getattr(earlier, key)]
    if other:
        raise PieError(
            f"The results to be extended have another {other[0]} in their scale; train and judge these systems in a"
            " study of their own, without --extend."
        )
    known = {s["name"] for s in results["systems"] if s["trained"]}
    same = scale.budget == earlier.budget
    left = [run for run in runs if not (same and run.config.name in known)]
    if not left:
        raise PieError("The results to be extended have all of these systems; raise --seeds, or name others.")
    budget = results.get(ABLATIONS, {}).get("budget")
    if any(not _repeats(run, results) for run in left) and budget not in (None, scale.budget.model_dump(mode="json")):
        raise PieError(
            "The results to be extended have ablations with another budget; train these with the same, or remove"
            f" “{ABLATIONS}” from the file."
        )
    return left


def judge_in_brief(
    runs: Sequence[Run],
    refs: int,
    bundle: Path,
    progress: Callable[[str], None] = lambda _: None,
    workers: int = 1,
    threads: int = 1,
) -> dict[str, Any]:
    """Entries of all runs, and what `measure_steering` finds of those that are trained: `{"systems", "steering"}`."""
    scale = runs[0].scale
    methods = method_set(runs, bundle, ("identity",))
    steering = measure_steering(tasks_of(scale), methods, refs, scale.seed, progress, workers, threads, ())
    found: dict[str, Any] = rounded(
        {"systems": [entry_of(run) for run in runs], "steering": [asdict(entry) for entry in steering]}
    )
    return found


def extended(results: Results, runs: Sequence[Run], judged: Mapping[str, Any]) -> dict[str, Any]:
    """The results with what was judged in brief; a system that was added before is replaced.

    A training of a system of the results with the same budget is a repeat of it. All others are ablations.
    """
    repeats = {run.config.name for run in runs if _repeats(run, results)}
    added = dict(results)
    for part, of_part in ((REPEATS, repeats), (ABLATIONS, {run.config.name for run in runs} - repeats)):
        if of_part:
            added[part] = _merged(results.get(part, {}), judged, of_part)
    if ABLATIONS in added and len(repeats) < len(runs):
        added[ABLATIONS] |= {"budget": runs[0].scale.budget.model_dump(mode="json")}
    return added


def _merged(earlier: Mapping[str, Any], judged: Mapping[str, Any], names: set[str]) -> dict[str, Any]:
    kept = [s for s in earlier.get("systems", ()) if s["name"] not in names]
    steered = [e for e in earlier.get("steering", ()) if e["method"] in {s["name"] for s in kept}]
    judged_too = names | {"identity"}
    return {
        "systems": kept + [s for s in judged["systems"] if s["name"] in names],
        "steering": steered + [e for e in judged["steering"] if e["method"] in judged_too],
    }


def _repeats(run: Run, results: Results) -> bool:
    same = run.scale.budget == _scale(results).budget
    return same and run.system in {s["name"] for s in results["systems"]}


def _scale(results: Results) -> Scale:
    try:
        return Scale.model_validate(results["scale"])  # a setting that came later has its default
    except ValidationError as error:
        raise PieError(f"The scale of the results to be extended cannot be used: {error}.") from error


def add_to(
    results: dict[str, Any],
    runs: Sequence[Run],
    bundle: Path,
    progress: Callable[[str], None] = lambda _: None,
    workers: int = 1,
    threads: int = 1,
) -> dict[str, Any]:
    """Judge runs in brief and add them to the results; those that are not trained are listed as such."""
    judged = judge_in_brief(runs, judged_at(results), bundle, progress, workers, threads)
    return extended(results, runs, judged)
