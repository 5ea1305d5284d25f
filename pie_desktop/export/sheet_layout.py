"""Where things are on a contact sheet: photos in rows, styles in columns, names beside both, on pages of one width."""

from collections.abc import Sequence
from dataclasses import dataclass

PER_INCH = 300


@dataclass(frozen=True)
class Paper:
    """A size of page.

    Attributes:
        id: its name on the command line and in the settings.
        title: as a person reads it.
        width, height: pixels.
        trimmed: whether a page ends below its last row.
        per_inch: pixels per inch in print, None for a screen.
    """

    id: str
    title: str
    width: int
    height: int
    trimmed: bool = False
    per_inch: int | None = PER_INCH


PAPERS = (
    Paper("a4", "A4 upright", 2480, 3508),
    Paper("a4-wide", "A4 sideways", 3508, 2480),
    Paper("a3", "A3 upright", 3508, 4961),
    Paper("a3-wide", "A3 sideways", 4961, 3508),
    Paper("screen", "Screen, 2400 pixels wide", 2400, 12000, trimmed=True, per_inch=None),
)

_MARGIN = 100  # pixels of a page, as all that follow
_GAP = 28
_TEXT = 36  # height of letters: 8.5 points in print
_LINE = 54
_PROBLEM = 0.3  # height of a cell without a picture, in parts of its width


@dataclass(frozen=True)
class Caption:
    """A line of text on a page; what is too long for its width ends with an ellipsis.

    Attributes:
        left, top, width, height: where, in pixels.
        letters: their height, in pixels.
        muted: grey, and not black.
    """

    text: str
    left: int
    top: int
    width: int
    height: int
    letters: int
    muted: bool = False


@dataclass(frozen=True)
class Cell:
    """A picture on a page, of a row and a column; in pixels."""

    row: int
    column: int
    left: int
    top: int
    width: int
    height: int


@dataclass(frozen=True)
class Page:
    """What is on one page; the size is in pixels."""

    width: int
    height: int
    captions: tuple[Caption, ...]
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class Row:
    """One photo.

    Attributes:
        name: below its pictures.
        size: (width, height) of its picture; None where there is none.
        problem: why there is none.
    """

    name: str
    size: tuple[int, int] | None
    problem: str = ""


def lay_out(rows: Sequence[Row], columns: Sequence[str], paper: Paper, scale: float = 1.0) -> list[Page]:
    """The pages of a sheet.

    Every picture of a row has the same size: as wide as its column, or, if it is upright, as high as that is wide.

    Args:
        rows: the photos, at least one.
        columns: the titles of the columns, at least one; each may have several lines, of which the first is black.
        paper: of the pages.
        scale: of all of it, below 1 for a look at it.
    """
    count = len(columns)
    across = (paper.width - 2 * _MARGIN - (count - 1) * _GAP) / count
    titles = [title.split("\n") for title in columns]
    head = _LINE * max(len(lines) for lines in titles)
    room = paper.height - 2 * _MARGIN - head - _LINE  # between the titles and the number of the page
    heights = [_height(row, across, room - _LINE) for row in rows]
    pages: list[list[int]] = [[]]
    used = 0.0
    for number, height in enumerate(heights):
        needed = height + _LINE + _GAP
        if pages[-1] and used + needed - _GAP > room:
            pages.append([])
            used = 0.0
        pages[-1].append(number)
        used += needed

    def scaled(value: float) -> int:
        return round(value * scale)

    def caption(text: str, left: float, top: float, width: float, muted: bool = False) -> Caption:
        return Caption(text, scaled(left), scaled(top), scaled(width), scaled(_LINE), max(1, scaled(_TEXT)), muted)

    made = []
    for page, numbers in enumerate(pages):
        lefts = [_MARGIN + column * (across + _GAP) for column in range(count)]
        captions = [
            caption(line, left, _MARGIN + number * _LINE, across, muted=number > 0)
            for lines, left in zip(titles, lefts, strict=True)
            for number, line in enumerate(lines)
        ]
        cells = []
        top = float(_MARGIN + head)
        for number in numbers:
            row, height = rows[number], heights[number]
            if row.size is None:
                captions.append(caption(row.problem, _MARGIN, top, paper.width - 2 * _MARGIN, muted=True))
            else:
                width = min(across, height * row.size[0] / row.size[1])
                for column, left in enumerate(lefts):
                    place = (scaled(left), scaled(top), max(1, scaled(width)), max(1, scaled(height)))
                    cells.append(Cell(number, column, *place))
            captions.append(caption(row.name, _MARGIN, top + height, paper.width - 2 * _MARGIN, muted=True))
            top += height + _LINE + _GAP
        bottom = top - _GAP + _LINE + _MARGIN if paper.trimmed else paper.height
        if len(pages) > 1:
            foot = bottom - _MARGIN - _LINE
            which = f"{page + 1} of {len(pages)}"
            captions.append(caption(which, _MARGIN, foot, paper.width - 2 * _MARGIN, muted=True))
        made.append(Page(scaled(paper.width), scaled(bottom), tuple(captions), tuple(cells)))
    return made


def _height(row: Row, across: float, most: float) -> float:
    """Of the pictures of a row."""
    if row.size is None:
        return across * _PROBLEM
    return min(across * row.size[1] / row.size[0], across, most)
