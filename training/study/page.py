"""The page of a study, Markdown, written from its results alone."""

from collections.abc import Mapping
from typing import Any

from training.benchmark.tasks import SIMULATED
from training.study.ablations import ablations
from training.study.conclusions import conclusions
from training.study.departures import departures
from training.study.judge import listed
from training.study.page_details import effort, embeddings, images
from training.study.page_steering import steering
from training.study.seeds import seeds
from training.study.words import (
    MODES,
    PROTOCOL_TITLES,
    TASKS,
    Results,
    budget_words,
    interval,
    method_titles,
    methods_of,
    row_of,
    spaced,
    table,
    tasks_of,
)


def study_page(results: Results, folder: str) -> str:
    """The whole page.

    Args:
        results: of `training.study.report.complete`.
        folder: of the figures and images, relative to the page.
    """
    sections = [
        _head(results, folder),
        ["## What came out", *(f"- {sentence}" for sentence in conclusions(results))],
        _compared(results),
        departures(results),
        _quality(results, folder),
        steering(results, folder),
        seeds(results),
        ablations(results),
        effort(results, folder),
        embeddings(results, folder),
        images(results, folder),
        _again(results["scale"]["name"]),
    ]
    return "\n".join(spaced(line for section in sections for line in section)).rstrip() + "\n"


def _head(results: Results, folder: str) -> list[str]:
    told = any("departures" in s for s in results["systems"])
    where = ", where [nothing else is said](#where-they-are-not-as-their-papers-have-them)" if told else ""
    earlier = (
        "**These are results of earlier versions of the systems**, which departed from their papers in more than is "
        "declared today, over users without targets of their own. They have not been trained anew yet."
    )
    return [
        "# The study: systems of the literature, rebuilt and trained alike",
        "<!-- Written by `python -m training study` from results.json; do not edit. -->",
        "PieNet, StarEnhancer, Masked Style Modeling, the study's own attempts and a diffusion model, rebuilt after "
        f"their papers{where}, trained on the same users for the same budget, and judged by the same benchmark. Every "
        f"sentence and number here is computed from [the results]({folder}/results.json), whatever they are.",
        *(() if told else (earlier,)),
    ]


def _compared(results: Results) -> list[str]:
    scale, compared = results["scale"], [s for s in results["systems"] if s["compared"]]
    population, batch, sizes = scale["population"], scale["batch"], scale["system"]
    e = scale["evaluation"]
    who = "the people of a prepared data set"
    if population["kind"] == "simulated":
        people = f", of whom {population['schools']:.0%} have targets of their own" if population.get("schools") else ""
        who = f"{population['users']} simulated users with {population['shots']} photos each{people}"
    devices = sorted({s["device"] for s in compared if "device" in s})
    networks = ", ".join(
        f"{words} {sizes[key]}"
        for key, words in (
            ("side", "px of references:"),
            ("width", "width of style vectors:"),
            ("channels", "first channels of enhancers:"),
            ("encoder_channels", "of encoders:"),
        )
        if sizes[key] is not None
    )
    layers = "; layers multiply in bfloat16" if scale.get("precision") == "bfloat16" else ""
    lines = [
        "## What was compared, and how",
        f"The same for all: {who}, drawn once, and in step n the same {batch['users']} of them with up to "
        f"{batch['references']} references and {batch['queries']} photos to retouch; images of {scale['side']} "
        f"px{layers}; {budget_words(scale['budget'])} of training; seed {results['seed']}; one machine "
        f"(`{', '.join(devices) or '-'}`). The scale “{scale['name']}” sets the sizes of the networks "
        f"({networks or 'their own'}), smaller than their authors' own. Measuring the curve and writing checkpoints "
        "do not count. What is judged is the moving average of the weights.",
        *table(
            ("system", "rebuilt from", "trained", "looks at"),
            (
                (
                    f"{s['title']} (`{s['name']}`)",
                    s["source"],
                    PROTOCOL_TITLES[s["protocol"]] + (f" ({s['metric'].replace('_', ' ')})" if s["metric"] else ""),
                    "pairs only" if s.get("needs_pairs") else "edits alone",
                )
                for s in compared
            ),
        ),
    ]
    shipped = results.get("shipped")
    if shipped:
        users = f"{shipped['users']} new simulated users in every step" if shipped["users"] else "its own data"
        learned = shipped.get("learned", "What it learned from was not recorded.")
        lines.append(
            f"*PIE Desktop*, with its model `{results['model']}`, is one row beside them, and not trained alike: "
            f"{shipped['seconds'] / 60:.0f} minutes, {shipped['steps']:,} steps with {users}, "
            f"{shipped['parameters']:,} parameters, and a preference that pairs enter in closed form. {learned} *The "
            "oracle* is a LUT fitted to the answer: what no LUT of that size can exceed by much."
        )
    tasks = tasks_of(results)
    counted = {"looks": e["count"]} | {name: e.get(name) for name in SIMULATED}
    about = [f"{TASKS.get(task, task)}" + (f" ({counted[task]})" if counted.get(task) else "") for task in tasks]
    lines.append(
        f"Judged on {listed(about)}, {e['queries']} photos each, with the same references for all. "
        f"{_new_to_them(results)} "
        "Intervals are 95 % bootstraps over users. An exact match counts as 60 dB: among the users are some who leave "
        "photos as they are, and whoever touches those loses much; medians and dE00 depend less on them. A system that "
        "does not look at originals has the same numbers in both tables; one that needs them has none with edits alone."
    )
    return lines


def _new_to_them(results: Results) -> str:
    """What of the test nobody trained on."""
    population = results["scale"]["population"]
    if population["kind"] == "simulated":
        return "Looks, users and photographs of the test were never trained on by any system of the study."
    held_out = population.get("hold_out") or ()
    if held_out:
        return f"The systems never saw {listed(held_out)}, and of the others only photos that are not tested with."
    return "The people of the data set trained the systems, too: only their test photos are new to them."


def _quality(results: Results, folder: str) -> list[str]:
    titles, names = method_titles(results), methods_of(results)
    counts = sorted({row["refs"] for row in results["rows"]})
    lines = ["## How near they come", f"![PSNR by method, with intervals]({folder}/quality.svg)"]
    for task in tasks_of(results):
        for mode, words in MODES.items():
            heading = f"{TASKS.get(task, task).capitalize()}, {words}"
            lines.append(f"**{heading}**: PSNR in dB with its interval; its median; mean and median dE00")
            rows = []
            for name in names:
                cells = []
                for refs in counts:
                    row = row_of(results, task, name, mode, refs)
                    cells.append(_cell(row) if row else "-")
                rows.append((titles[name], *cells))
            heads = [f"{refs} reference{'s' if refs > 1 else ''}" for refs in counts]
            lines += table(("method", *heads), rows)
    return lines


def _cell(row: Mapping[str, Any]) -> str:
    """The quality of one method with one number of references."""
    mean = interval(row["psnr"], row["psnr_low"], row["psnr_high"])
    if "psnr_median" not in row:
        return f"{mean}; {row['de00']:.1f}"
    return f"{mean}; {row['psnr_median']:.1f}; {row['de00']:.1f}, {row['de00_median']:.1f}"


def _again(scale: str) -> list[str]:
    return [
        "## Do it again",
        f"    python -m training study configs/study/*.toml --scale configs/scales/{scale}.toml --resume"
        " --report docs/STUDY.md",
        "`docs/TRAINING.md` has the details: further seeds and ablations, other photographs, a GPU, MIT-Adobe FiveK, "
        "resuming, single systems.",
    ]
