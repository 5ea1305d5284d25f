"""The figures of a study, drawn from its results alone."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from training.reports.svg import FAINT, INK, Axes, Drawing, legend, round_ticks
from training.study.words import MODES, TASKS, Results, judged_at, method_titles, methods_of, row_of, tasks_of

# Okabe and Ito's colours, which colour-blind people can distinguish; without yellow, too faint on white
COLORS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9")
MODE_COLORS = {"after": COLORS[0], "pairs": COLORS[1]}
GREY = "#7a7a7a"
COLUMNS = 2  # panels side by side


def write_figures(results: Results, folder: Path) -> list[Path]:
    """Draw what the results have as SVG files; returns their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    figures = {"quality": _quality(results)}
    if any(point["psnr"] is not None for s in results["systems"] for point in s.get("curve", ())):
        figures["curves"] = _curves(results)
    if results.get("steering"):
        figures["steering"] = _steering(results)
    maps = results.get("maps", [])
    losses = {s["name"] for s in results["systems"] if not s["compared"]}
    for name, part in (
        ("tsne", [m for m in maps if m["name"] not in losses]),
        ("tsne-losses", [m for m in maps if m["name"] in losses]),
    ):
        if part:
            figures[name] = _maps(part, [m["name"] for m in maps])
    paths = []
    for name, drawing in figures.items():
        paths.append(folder / f"{name}.svg")
        drawing.write(paths[-1])
    return paths


class _Across:
    """A plot area with a horizontal scale and one row per method, its name to the left.

    Args:
        left, top, width, row: of the plot area and of a row, px.
    """

    def __init__(
        self, drawing: Drawing, box: tuple[float, float, float, float], rows: int, ticks: Sequence[float]
    ) -> None:
        self.drawing, (self.left, self.top, self.width, self.row) = drawing, box
        self.bottom = self.top + rows * self.row
        self._low, self._range = ticks[0], ticks[-1] - ticks[0]
        for tick in ticks:
            drawing.line([(self.x(tick), self.top), (self.x(tick), self.bottom)], FAINT)
            drawing.text(self.x(tick), self.bottom + 16, f"{tick:g}", "middle", 11)

    def x(self, value: float) -> float:
        return self.left + self.width * (value - self._low) / self._range

    def y(self, number: int) -> float:
        """px of the middle of a row."""
        return self.top + (number + 0.5) * self.row

    def interval(self, y: float, value: Mapping[str, float], color: str, square: bool = False) -> None:
        """A mean with its interval; keys `mean`, `low`, `high`."""
        self.drawing.line([(self.x(value["low"]), y), (self.x(value["high"]), y)], color, 1.5)
        self.drawing.marks([(self.x(value["mean"]), y)], color, 7 if square else 8, square)


def _quality(results: Results) -> Drawing:
    """PSNR of every method with its interval, edits alone and pairs, one panel per task."""
    titles, refs = method_titles(results), judged_at(results)
    tasks = tasks_of(results)
    names = [name for name in methods_of(results) if name != "oracle"]  # so far above that all others would look alike
    found = {
        (task, name, mode): {"mean": one["psnr"], "low": one["psnr_low"], "high": one["psnr_high"]}
        for task in tasks
        for name in names
        for mode in MODE_COLORS
        if (one := row_of(results, task, name, mode, refs)) is not None
    }
    labels, panel, gap = 240.0, 340.0, 26.0
    title = f"PSNR by method with {refs} references, edits alone and pairs"
    high = 24 * len(names) + 66
    bottom = high * -(-len(tasks) // COLUMNS)
    drawing = Drawing(labels + min(COLUMNS, len(tasks)) * (panel + gap), bottom + 44, title)
    for number, task in enumerate(tasks):
        row, column = divmod(number, COLUMNS)
        if column == 0:
            for place, name in enumerate(names):
                drawing.text(labels - 10, row * high + 40 + 24 * place + 16, titles[name], "end")
        here = {key: value for key, value in found.items() if key[0] == task}
        ticks = round_ticks(min(v["low"] for v in here.values()), max(v["high"] for v in here.values()))
        left = labels + column * (panel + gap)
        drawing.text(left, row * high + 24, f"{TASKS.get(task, task)}, PSNR in dB", bold=True)
        across = _Across(drawing, (left, row * high + 40, panel, 24), len(names), ticks)
        unedited = here.get((task, "identity", "after"))
        if unedited:
            x = across.x(unedited["mean"])
            drawing.line([(x, across.top), (x, across.bottom)], GREY, 1.5, "5 4")
        for place, name in enumerate(names):
            both = [here.get((task, name, mode)) for mode in MODE_COLORS]
            if both[0] == both[1] and both[0] is not None:
                across.interval(across.y(place), both[0], INK)
                continue
            for value, (mode, color), shift in zip(both, MODE_COLORS.items(), (-4, 4), strict=True):
                if value is not None:
                    across.interval(across.y(place) + shift, value, color, mode == "pairs")
    entries = [(MODE_COLORS["after"], "edits alone"), (MODE_COLORS["pairs"], "pairs"), (INK, "the same with both")]
    legend(drawing, labels, bottom + 18, entries, 130)
    about = "dashed: the photo as it is; intervals of 95 % over users; the oracle is in the table alone"
    drawing.text(labels, bottom + 36, about, size=11)
    return drawing


def _steering(results: Results) -> Drawing:
    """PSNR lost by swapping the preference, one panel per task."""
    titles = method_titles(results)
    found = [s for s in results["steering"] if s["method"] != "identity"]
    names = list(dict.fromkeys((s["method"], s["mode"]) for s in found))
    tasks = list(dict.fromkeys(s["task"] for s in found))
    labels, panel, gap = 290.0, 300.0, 26.0
    high = 24 * len(names) + 66
    width, height = labels + min(COLUMNS, len(tasks)) * (panel + gap), high * -(-len(tasks) // COLUMNS)
    drawing = Drawing(width, height + 4, "PSNR lost with another's preference")
    low = min(0.0, *(s["lost"]["low"] for s in found))
    ticks = round_ticks(low, max(s["lost"]["high"] for s in found))
    for number, task in enumerate(tasks):
        row, column = divmod(number, COLUMNS)
        if column == 0:
            for place, (name, mode) in enumerate(names):
                drawing.text(labels - 10, row * high + 40 + 24 * place + 16, f"{titles[name]}, {MODES[mode]}", "end")
        left = labels + column * (panel + gap)
        drawing.text(left, row * high + 24, f"{TASKS.get(task, task)}, dB lost", bold=True)
        across = _Across(drawing, (left, row * high + 40, panel, 24), len(names), ticks)
        drawing.line([(across.x(0), across.top), (across.x(0), across.bottom)], INK)
        for s in (s for s in found if s["task"] == task):
            place = names.index((s["method"], s["mode"]))
            across.interval(across.y(place), s["lost"], MODE_COLORS[s["mode"]], s["mode"] == "pairs")
    return drawing


def _curves(results: Results) -> Drawing:
    """Held-out PSNR over the seconds of training."""
    systems = [s for s in results["systems"] if s["compared"] and s.get("curve")]
    curves = {s["title"]: [(p["seconds"], p["psnr"]) for p in s["curve"] if p["psnr"] is not None] for s in systems}
    curves = {title: points for title, points in curves.items() if points}
    unedited = next((s["identity"] for s in systems if s.get("identity") is not None), None)
    values = [psnr for points in curves.values() for _, psnr in points] + ([] if unedited is None else [unedited])
    last = max(seconds for points in curves.values() for seconds, _ in points)
    drawing = Drawing(890, 400, "Held-out PSNR while the systems learn")
    axes = Axes(drawing, 56, 40, 540, 300, round_ticks(min(values), max(values)), "PSNR on users held out, dB")
    scale, unit = (60.0, "minutes") if last >= 120 else (1.0, "seconds")
    across = round_ticks(0, last / scale)
    for tick in across:
        drawing.text(axes.left + axes.width * tick / across[-1], 358, f"{tick:g}", "middle")
    drawing.text(axes.left + axes.width / 2, 378, f"{unit} of training", "middle")
    ends = []
    if unedited is not None:
        y = axes.y(unedited)
        drawing.line([(axes.left, y), (axes.left + axes.width, y)], GREY, 1.5, "5 4")
        ends.append(((axes.left + axes.width, y), "the photos as they are", GREY, "5 4"))
    for number, (title, points) in enumerate(curves.items()):
        color, dash = COLORS[number % len(COLORS)], "none" if number < len(COLORS) else "6 3"
        placed = [(axes.left + axes.width * s / scale / across[-1], axes.y(psnr)) for s, psnr in points]
        drawing.line(placed, color, 2, dash)
        drawing.marks(placed, color, 5)
        ends.append((placed[-1], title, color, dash))
    for (end, title, color, dash), y in zip(*_spread(ends), strict=True):
        drawing.line([(end[0] + 5, end[1]), (axes.left + axes.width + 18, y), (axes.left + axes.width + 30, y)], FAINT)
        drawing.line([(axes.left + axes.width + 30, y), (axes.left + axes.width + 48, y)], color, 2.5, dash)
        drawing.text(axes.left + axes.width + 54, y + 4, title)
    return drawing


def _spread(
    ends: Sequence[tuple[tuple[float, float], str, str, str]], step: float = 17
) -> tuple[list[tuple[tuple[float, float], str, str, str]], list[float]]:
    """Ends of curves from top to bottom, and heights of their labels, near them and at least `step` px apart."""
    ordered = sorted(ends, key=lambda end: end[0][1])
    heights: list[float] = []
    for (_, y), *_ in ordered:
        heights.append(max(y, heights[-1] + step) if heights else y)
    surplus = max(0.0, heights[-1] - ordered[-1][0][1]) / 2
    return ordered, [y - surplus for y in heights]


def _maps(maps: Sequence[Mapping[str, Any]], names: Sequence[str], columns: int = 4) -> Drawing:
    """t-SNE images in rows, with the numbers below each."""
    side, gap, words = 226.0, 20.0, 62.0
    rows = -(-len(maps) // columns)
    columns = min(columns, len(maps))
    drawing = Drawing(columns * (side + gap) + gap, rows * (side + gap + words) + gap, "t-SNE of preference vectors")
    for number, found in enumerate(maps):
        left = gap + number % columns * (side + gap)
        top = gap + number // columns * (side + gap + words)
        drawing.text(left, top + 4, found["title"], bold=True)
        drawing.rectangle(left, top + 12, side, side, "#f6f6f6")
        for label, points in enumerate(found["points"]):
            placed = [(left + 8 + x * (side - 16), top + 20 + y * (side - 16)) for x, y in points]
            drawing.marks(placed, COLORS[label % len(COLORS)], 6, label >= len(COLORS))
        score = found["score"]
        text = f"silhouette {score['silhouette']:.2f}, in the image {found['seen']:.2f}"
        drawing.text(left, top + side + 28, text, size=11)
        text = f"nearest {score['precision']:.0%}, retrieval {score['retrieval']:.0%} (chance {score['chance']:.0%})"
        drawing.text(left, top + side + 43, text, size=11)
    return drawing
