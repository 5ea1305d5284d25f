"""The page of a study, Markdown, written from its results alone."""

from collections.abc import Mapping
from typing import Any

from training.study.conclusions import budget_words, conclusions
from training.study.departures import departures
from training.study.page_details import effort, embeddings, images
from training.study.words import (
    MODES,
    PROTOCOL_TITLES,
    TASKS,
    Results,
    interval,
    judged_at,
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
        _head(folder),
        ["## What came out", *(f"- {sentence}" for sentence in conclusions(results))],
        _compared(results),
        departures(results),
        _quality(results, folder),
        _steering(results, folder),
        effort(results, folder),
        embeddings(results, folder),
        images(results, folder),
        _again(),
    ]
    return "\n".join(spaced(line for section in sections for line in section)).rstrip() + "\n"


def _head(folder: str) -> list[str]:
    return [
        "# The study: systems of the literature, rebuilt and trained alike",
        "<!-- Written by `python -m training study` from results.json; do not edit. -->",
        "PieNet, StarEnhancer, Masked Style Modeling, the study's own attempts and a diffusion model, each built "
        "from its paper, trained on the same users for the same budget, and judged by the same benchmark. Every "
        f"sentence and number here is computed from [the results]({folder}/results.json), whatever they are.",
    ]


def _compared(results: Results) -> list[str]:
    scale, compared = results["scale"], [s for s in results["systems"] if s["compared"]]
    population, batch, sizes = scale["population"], scale["batch"], scale["system"]
    e = scale["evaluation"]
    who = (
        f"{population['users']} simulated users with {population['shots']} photos each"
        if population["kind"] == "simulated"
        else "the experts of a prepared data set"
    )
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
    lines = [
        "## What was compared, and how",
        f"The same for all: {who}, drawn once, and in step n the same {batch['users']} of them with up to "
        f"{batch['references']} references and {batch['queries']} photos to retouch; images of {scale['side']} px; "
        f"{budget_words(scale['budget'])} of training; seed {results['seed']}; one machine "
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
        lines.append(
            f"*PIE Desktop*, with its model `{results['model']}`, is one row beside them, and not trained alike: "
            f"{shipped['seconds'] / 60:.0f} minutes, {shipped['steps']:,} steps with {users}, "
            f"{shipped['parameters']:,} parameters, and a preference that pairs enter in closed form. It learned from "
            "the same folder of photographs and from the same simulator. *The oracle* is a LUT fitted to the answer: "
            "what no LUT of that size can exceed by much."
        )
    tasks = tasks_of(results)
    counted = {"looks": f"{e['count']} looks", "simulated": f"{e['simulated']} users"}
    about = " and ".join(words for task, words in counted.items() if task in tasks)
    lines.append(
        f"Judged on {' and '.join(TASKS.get(t, t) for t in tasks)}"
        + (f" ({about})" if about else "")
        + f", {e['queries']} photos each, with the same references for all. Looks, users and photographs of the test "
        "were never trained on. Intervals are 95 % bootstraps over users. An exact match counts as 60 dB: among the "
        "users are some who leave photos as they are, and whoever touches those loses much. A system that does not "
        "look at originals has the same numbers in both tables; one that needs them has none with edits alone."
    )
    return lines


def _quality(results: Results, folder: str) -> list[str]:
    titles, names = method_titles(results), methods_of(results)
    counts = sorted({row["refs"] for row in results["rows"]})
    lines = ["## How near they come", f"![PSNR by method, with intervals]({folder}/quality.svg)"]
    for task in tasks_of(results):
        for mode, words in MODES.items():
            heading = f"{TASKS.get(task, task).capitalize()}, {words}"
            lines.append(f"**{heading}**: PSNR in dB with its interval, then mean dE00")
            rows = []
            for name in names:
                cells = []
                for refs in counts:
                    row = row_of(results, task, name, mode, refs)
                    cells.append(
                        f"{interval(row['psnr'], row['psnr_low'], row['psnr_high'])}, {row['de00']:.1f}" if row else "-"
                    )
                rows.append((titles[name], *cells))
            heads = [f"{refs} reference{'s' if refs > 1 else ''}" for refs in counts]
            lines += table(("method", *heads), rows)
    return lines


def _steering(results: Results, folder: str) -> list[str]:
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
    ]


def _named(mean: Mapping[str, float]) -> dict[str, Any]:
    return {"value": mean["mean"], "low": mean["low"], "high": mean["high"]}


def _again() -> list[str]:
    return [
        "## Do it again",
        "    python -m training study configs/study/*.toml --report docs/STUDY.md",
        "`docs/TRAINING.md` has the details: other photographs, a GPU, MIT-Adobe FiveK, resuming, single systems.",
    ]
