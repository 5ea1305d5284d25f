"""The figures of an audit, as SVG."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from training.reports.svg import FAINT, INK, Axes, Drawing, legend, ticks_up_to

Audits = list[dict[str, Any]]

# Okabe and Ito's colours, which colour-blind people can distinguish
WHOSE = {
    "right": ("#0072b2", "own preference"),
    "swapped": ("#d55e00", "another user's"),
    "null": ("#7a7a7a", "none"),
    "identity": ("#c2c2c2", "unedited photo"),
}
SERIES = ("#0072b2", "#56b4e9", "#d55e00", "#e69f00")
MODES = {"pairs": "pairs", "after": "edits alone", "mixed": "mixed"}
TASKS = {"looks": "unseen looks", "simulated": "simulated users"}
_CELL = 13.0


def _task(audit: Mapping[str, Any]) -> str:
    name = str(audit["task"])
    return TASKS.get(name, name)


def title_of(audit: Mapping[str, Any]) -> str:
    """What was audited, for people."""
    return f"{_task(audit)}, {MODES[audit['mode']]}"


def write_figures(report: Mapping[str, Any], folder: Path) -> list[Path]:
    """Draw the figures of a report of `training.audit.run.audit_report` as SVG files; returns their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    audits = report["audits"]
    first = [audit for audit in audits if audit["task"] == audits[0]["task"]]
    figures = {
        "psnr": _psnr(audits),
        "retrieval": _retrieval(audits),
        "sensitivity": _sensitivity(audits),
        "similarity": _similarity(first),
    }
    paths = []
    for name, drawing in figures.items():
        paths.append(folder / f"{name}.svg")
        drawing.write(paths[-1])
    return paths


def _psnr(audits: Audits) -> Drawing:
    drawing = Drawing(720, 330, "PSNR with the own, another user's and no preference, and of the unedited photo")
    most = max(value["high"] for audit in audits for value in audit["psnr"].values())
    axes = Axes(drawing, 48, 40, 660, 200, ticks_up_to(most), "PSNR, dB")
    bar = min(34.0, 0.8 * axes.width / len(audits) / len(WHOSE))
    for number, audit in enumerate(audits):
        middle = axes.x(number, len(audits))
        for place, (whose, (color, _)) in enumerate(WHOSE.items()):
            value = audit["psnr"][whose]
            left = middle + (place - len(WHOSE) / 2) * bar
            drawing.rectangle(left + 1, axes.y(value["mean"]), bar - 2, axes.y(0) - axes.y(value["mean"]), color)
            axes.whisker(left + bar / 2, value["low"], value["high"])
            drawing.text(left + bar / 2, axes.y(value["high"]) - 5, f"{value['mean']:.1f}", "middle", 11)
        about = f"{MODES[audit['mode']]}, {audit['refs']} references"
        drawing.text(middle, 260, _task(audit), "middle", bold=True)
        drawing.text(middle, 276, about, "middle")
    legend(drawing, 60, 310, list(WHOSE.values()), 160)
    return drawing


def _retrieval(audits: Audits) -> Drawing:
    drawing = Drawing(600, 330, "How often the preference vector alone finds the user, by number of references")
    axes = Axes(drawing, 56, 40, 524, 200, [0, 0.2, 0.4, 0.6, 0.8, 1], "users found again", "{:.0%}")
    _curves(axes, audits, "retrieval", "accuracy")
    chance = audits[0]["retrieval"][0]["chance"]
    drawing.line([(axes.left, axes.y(chance)), (axes.left + axes.width, axes.y(chance))], INK, dash="5 4")
    drawing.text(axes.left + axes.width, axes.y(chance) - 5, f"chance, {chance:.0%}", "end", 11)
    return drawing


def _sensitivity(audits: Audits) -> Drawing:
    drawing = Drawing(600, 330, "Change of the result when one reference is left out, by number of references")
    # without the only one there is no preference at all: that is another question, and another scale
    several = [audit | {"sensitivity": audit["sensitivity"][1:] or audit["sensitivity"]} for audit in audits]
    most = max(entry["high"] for audit in several for entry in audit["sensitivity"])
    axes = Axes(drawing, 56, 40, 524, 200, ticks_up_to(most), "dE00 when one is left out")
    _curves(axes, several, "sensitivity", "mean")
    return drawing


def _curves(axes: Axes, audits: Audits, name: str, value: str) -> None:
    """One curve per audit over the numbers of references, with intervals where there are any."""
    drawing = axes.drawing
    counts = sorted({entry["refs"] for audit in audits for entry in audit[name]})
    for place, count in enumerate(counts):
        drawing.text(axes.x(place, len(counts)), axes.top + axes.height + 18, str(count), "middle")
    drawing.text(axes.left + axes.width / 2, axes.top + axes.height + 36, "references", "middle")
    for number, (color, audit) in enumerate(zip(SERIES, audits, strict=False)):
        shift = 8 * (number - (len(audits) - 1) / 2)  # side by side, so that equal values do not hide each other
        points = []
        for entry in audit[name]:
            x = axes.x(counts.index(entry["refs"]), len(counts)) + shift
            if "low" in entry:
                axes.whisker(x, entry["low"], entry["high"], color)
            points.append((x, axes.y(entry[value])))
        drawing.line(points, color, 2)
        for point in points:
            drawing.dot(*point, color)
    for row in (0, 2):
        entries = [(c, title_of(a)) for c, a in list(zip(SERIES, audits, strict=False))[row : row + 2]]
        legend(drawing, axes.left + 10, 300 + 9 * row, entries, 250)


def _similarity(audits: Audits) -> Drawing:
    users = len(audits[0]["names"])
    cell = max(_CELL, 200 / users)
    side, names, gap = users * cell, 150.0, 34.0
    width = names + len(audits) * (side + gap)
    drawing = Drawing(width, side + 112, "Cosine similarity of preference vectors from two halves of each user's edits")
    for row, name in enumerate(audits[0]["names"]):
        drawing.text(names - 6, 52 + (row + 0.5) * cell + 3.5, _short_name(name), "end", 9.5)
    for number, audit in enumerate(audits):
        left = names + number * (side + gap)
        drawing.text(left, 24, title_of(audit), bold=True)
        drawing.text(left, 41, f"half of {audit['similarity_refs']} edits by the other", size=10)
        places: dict[int, list[tuple[int, int]]] = {}
        for row, values in enumerate(audit["similarity"]):
            for column, value in enumerate(values):
                places.setdefault(round(10 * value), []).append((row, column))
        drawing.rectangle(left - 1, 51, side + 2, side + 2, FAINT)
        for level in sorted(places):
            drawing.cells(left, 52, cell, places[level], _diverging(level / 10))
    for step, level in enumerate(range(-10, 11, 2)):
        drawing.rectangle(names + step * 18, side + 72, 18, 12, _diverging(level / 10))
    for step, text in ((0, "-1"), (5, "0"), (10, "1")):
        drawing.text(names + (step + 0.5) * 18, side + 98, text, "middle", 10)
    drawing.text(names + 11 * 18 + 10, side + 82, "cosine", size=10)
    return drawing


def _short_name(name: str) -> str:
    """A look's own name without its collection's, at a length that fits."""
    last = name.rpartition("__")[2].replace("_", " ")
    return last if len(last) <= 24 else last[:23] + "…"


def _diverging(value: float) -> str:
    """Orange for -1, white for 0, blue for 1."""
    end = (0, 114, 178) if value > 0 else (213, 94, 0)
    part = min(abs(value), 1)
    return "#" + "".join(f"{round(255 + part * (channel - 255)):02x}" for channel in end)
