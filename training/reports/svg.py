"""Small charts as SVG: crisp at every size, on a background of their own, so that they suit light and dark pages."""

import math
from collections.abc import Sequence
from pathlib import Path
from xml.etree import ElementTree

from pie_desktop.imaging.atomic import atomic_write

BACKGROUND, INK, FAINT = "#ffffff", "#222222", "#d4d4d4"
FONT = "system-ui, 'Segoe UI', 'DejaVu Sans', Arial, sans-serif"


def short(value: float) -> str:
    """A coordinate without needless digits."""
    return f"{value:.2f}".rstrip("0").rstrip(".")


class Drawing:
    """An image with a light background; coordinates in px, y downwards.

    Args:
        width, height: px.
        title: for people who cannot see it.
    """

    def __init__(self, width: float, height: float, title: str) -> None:
        size = {"width": short(width), "height": short(height), "viewBox": f"0 0 {short(width)} {short(height)}"}
        root = {"xmlns": "http://www.w3.org/2000/svg", "role": "img", "font-family": FONT, "font-size": "12"}
        self._root = ElementTree.Element("svg", root | size)
        ElementTree.SubElement(self._root, "title").text = title
        self.rectangle(0, 0, width, height, BACKGROUND)

    def _add(self, tag: str, **attributes: str | float) -> ElementTree.Element:
        values = {k.replace("_", "-"): short(v) if isinstance(v, float | int) else v for k, v in attributes.items()}
        return ElementTree.SubElement(self._root, tag, values)

    def rectangle(self, x: float, y: float, width: float, height: float, fill: str) -> None:
        self._add("rect", x=x, y=y, width=width, height=height, fill=fill)

    def line(self, points: Sequence[tuple[float, float]], stroke: str, width: float = 1, dash: str = "none") -> None:
        path = " ".join(f"{short(x)},{short(y)}" for x, y in points)
        self._add("polyline", points=path, fill="none", stroke=stroke, stroke_width=width, stroke_dasharray=dash)

    def dot(self, x: float, y: float, fill: str) -> None:
        self._add("circle", cx=x, cy=y, r=3.5, fill=fill)

    def marks(self, points: Sequence[tuple[float, float]], stroke: str, size: float, square: bool = False) -> None:
        """Discs or squares of one colour, `size` px wide: many take little room in the file."""
        path = "".join(f"M{short(x)} {short(y)}h.01" for x, y in points)
        cap = "square" if square else "round"
        self._add("path", d=path, fill="none", stroke=stroke, stroke_width=size, stroke_linecap=cap)

    def text(self, x: float, y: float, text: str, anchor: str = "start", size: float = 12, bold: bool = False) -> None:
        weight = "bold" if bold else "normal"
        element = self._add("text", x=x, y=y, fill=INK, text_anchor=anchor, font_size=size, font_weight=weight)
        element.text = text

    def cells(self, x: float, y: float, side: float, places: Sequence[tuple[int, int]], fill: str) -> None:
        """Squares of one colour at (row, column) of a grid with its corner at (x, y)."""
        path = "".join(
            f"M{short(x + column * side)} {short(y + row * side)}h{short(side)}v{short(side)}h-{short(side)}z"
            for row, column in places
        )
        self._add("path", d=path, fill=fill)

    def write(self, path: Path) -> None:
        """Write the file, one element a line."""
        ElementTree.indent(self._root, " ")
        with atomic_write(path) as temporary:
            temporary.write_text(ElementTree.tostring(self._root, encoding="unicode") + "\n", encoding="utf-8")


class Axes:
    """A plot area inside a drawing, with horizontal grid lines and their values.

    Args:
        left, top, width, height: of the plot area, px.
        ticks: values of the grid lines, rising; the first is the bottom, the last the top.
        label: of the values, above the area.
        form: of a tick's text.
    """

    def __init__(
        self,
        drawing: Drawing,
        left: float,
        top: float,
        width: float,
        height: float,
        ticks: Sequence[float],
        label: str,
        form: str = "{:g}",
    ) -> None:
        self.drawing, self.left, self.top, self.width, self.height = drawing, left, top, width, height
        self._bottom, self._range = ticks[0], ticks[-1] - ticks[0]
        drawing.text(left - 34, top - 12, label)
        for tick in ticks:
            drawing.line([(left, self.y(tick)), (left + width, self.y(tick))], FAINT)
            drawing.text(left - 6, self.y(tick) + 4, form.format(tick), "end")

    def y(self, value: float) -> float:
        """px of a value."""
        return self.top + self.height * (1 - (value - self._bottom) / self._range)

    def x(self, number: int, count: int) -> float:
        """px of the middle of the `number`-th of `count` equal columns."""
        return self.left + self.width * (number + 0.5) / count

    def whisker(self, x: float, low: float, high: float, stroke: str = INK, cap: float = 3) -> None:
        """An interval."""
        for points in (
            [(x, self.y(low)), (x, self.y(high))],
            [(x - cap, self.y(low)), (x + cap, self.y(low))],
            [(x - cap, self.y(high)), (x + cap, self.y(high))],
        ):
            self.drawing.line(points, stroke)


def legend(drawing: Drawing, x: float, y: float, entries: Sequence[tuple[str, str]], step: float) -> None:
    """Colour and text side by side, `step` px apart."""
    for number, (color, text) in enumerate(entries):
        drawing.rectangle(x + number * step, y - 9, 12, 10, color)
        drawing.text(x + number * step + 17, y, text)


def round_ticks(low: float, high: float, steps: Sequence[float] = (0.1, 0.2, 0.5, 1, 2, 5, 10, 20)) -> list[float]:
    """Round values from at most `low` to at least `high`, eight at the most."""
    step = next((s for s in steps if (high - low) / s <= 6), steps[-1])
    first, last = math.floor(low / step), math.ceil(high / step)
    return [round(number * step, 6) for number in range(first, max(last, first + 1) + 1)]


def ticks_up_to(most: float, steps: Sequence[float] = (0.1, 0.2, 0.5, 1, 2, 5, 10, 20)) -> list[float]:
    """Round values from 0 to at least `most`, seven at the most."""
    step = next((s for s in steps if most / s <= 6), steps[-1])
    count = int(-(-most // step)) or 1
    return [number * step for number in range(count + 1)]
