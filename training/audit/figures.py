"""The figures of an audit, as SVG."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from training.audit.report import TITLES, title_of
from training.reports.svg import FAINT, INK, Axes, Drawing, legend, round_ticks, ticks_up_to

Audits = list[dict[str, Any]]

# Okabe and Ito's colours, which colour-blind people can distinguish
WHOSE = {"right": "#0072b2", "other": "#d55e00", "neutral": "#7a7a7a", "unedited": "#c2c2c2"}
# of the audits: dark with pairs, light with edits alone
SERIES = ("#0072b2", "#56b4e9", "#d55e00", "#e69f00", "#007a5a", "#66c2a5", "#8c4a80", "#cc79a7")
MEASURES = {"psnr": "gain, dB", "de00": "gain, dE00"}
_CELL, _LINE = 13.0, 18.0  # side of a cell and height of a line of a legend, px


def write_figures(report: Mapping[str, Any], folder: Path) -> list[Path]:
    """Draw the figures of a report of `training.audit.report.audit_report` as SVG files; returns their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    audits = report["audits"]
    first = [audit for audit in audits if audit["task"] == audits[0]["task"]]
    figures = {
        "gains": _gains(audits),
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


def _gains(audits: Audits) -> Drawing:
    """One column a controlled test, one interval an audit; below zero the wrong preference would be the better one."""
    tests = list(dict.fromkeys(test for audit in audits for test in audit["gains"]))
    drawing = Drawing(760, 560 + _legend_height(audits), "What the own preference gains over five that are not")
    for place, (measure, label) in enumerate(MEASURES.items()):
        values = [gain[measure] for audit in audits for gain in audit["gains"].values()]
        low, high = min(0, *(value["low"] for value in values)), max(value["high"] for value in values)
        axes = Axes(drawing, 56, 40 + 250 * place, 690, 200, round_ticks(low, high), label)
        drawing.line([(axes.left, axes.y(0)), (axes.left + axes.width, axes.y(0))], INK)
        for column, test in enumerate(tests):
            middle = axes.x(column, len(tests))
            drawing.text(middle, axes.top + axes.height + 18, TITLES[test], "middle")
            for color, audit, shift in _side_by_side(audits, 14):
                if test in audit["gains"]:
                    value = audit["gains"][test][measure]
                    axes.whisker(middle + shift, value["low"], value["high"], color)
                    drawing.dot(middle + shift, axes.y(value["mean"]), color)
    _legend(drawing, 66, 550, audits)
    return drawing


def _psnr(audits: Audits) -> Drawing:
    width = max(720, 48 + 165 * len(audits))
    drawing = Drawing(width, 330, "PSNR with the own, another user's and no preference, and of the unedited photo")
    most = max(audit["nearness"][whose]["psnr"]["high"] for audit in audits for whose in WHOSE)
    axes = Axes(drawing, 48, 40, width - 60, 200, ticks_up_to(most), "PSNR, dB")
    bar = min(34.0, 0.8 * axes.width / len(audits) / len(WHOSE))
    for number, audit in enumerate(audits):
        middle = axes.x(number, len(audits))
        for place, (whose, color) in enumerate(WHOSE.items()):
            value = audit["nearness"][whose]["psnr"]
            left = middle + (place - len(WHOSE) / 2) * bar
            drawing.rectangle(left + 1, axes.y(value["mean"]), bar - 2, axes.y(0) - axes.y(value["mean"]), color)
            axes.whisker(left + bar / 2, value["low"], value["high"])
            drawing.text(left + bar / 2, axes.y(value["high"]) - 5, f"{value['mean']:.1f}", "middle", 11)
        task, _, mode = title_of(audit).partition(", ")
        drawing.text(middle, 260, task, "middle", bold=True)
        drawing.text(middle, 276, f"{mode}, {audit['refs']} references", "middle")
    legend(drawing, 60, 310, [(color, TITLES[whose]) for whose, color in WHOSE.items()], 160)
    return drawing


def _retrieval(audits: Audits) -> Drawing:
    drawing = Drawing(
        600,
        300 + _legend_height(audits),
        "How often the preference vector alone finds the user, by number of references",
    )
    axes = Axes(drawing, 56, 40, 524, 200, [0, 0.2, 0.4, 0.6, 0.8, 1], "users found again", "{:.0%}")
    _curves(axes, audits, "retrieval", "accuracy")
    chance = audits[0]["retrieval"][0]["chance"]
    drawing.line([(axes.left, axes.y(chance)), (axes.left + axes.width, axes.y(chance))], INK, dash="5 4")
    drawing.text(axes.left + axes.width, axes.y(chance) - 5, f"chance, {chance:.0%}", "end", 11)
    return drawing


def _sensitivity(audits: Audits) -> Drawing:
    drawing = Drawing(
        600,
        300 + _legend_height(audits),
        "Change of the result when one reference is left out, by number of references",
    )
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
    for color, audit, shift in _side_by_side(audits, 8):  # so that equal values do not hide each other
        points = []
        for entry in audit[name]:
            x = axes.x(counts.index(entry["refs"]), len(counts)) + shift
            if "low" in entry:
                axes.whisker(x, entry["low"], entry["high"], color)
            points.append((x, axes.y(entry[value])))
        drawing.line(points, color, 2)
        for point in points:
            drawing.dot(*point, color)
    _legend(drawing, axes.left + 10, 300, audits)


def _side_by_side(audits: Audits, step: float) -> Iterator[tuple[str, dict[str, Any], float]]:
    """Every audit with its colour and its place about the middle of a column, px."""
    for number, audit in enumerate(audits):
        yield SERIES[number % len(SERIES)], audit, step * (number - (len(audits) - 1) / 2)


def _legend(drawing: Drawing, left: float, top: float, audits: Audits) -> None:
    """Two audits a line."""
    entries = [(color, title_of(audit)) for color, audit, _ in _side_by_side(audits, 0)]
    for start in range(0, len(entries), 2):
        legend(drawing, left, top + _LINE / 2 * start, entries[start : start + 2], 250)


def _legend_height(audits: Audits) -> float:
    return _LINE * (-(-len(audits) // 2)) - 6


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
