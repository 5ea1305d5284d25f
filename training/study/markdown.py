"""Markdown, line by line."""

from collections.abc import Iterable, Sequence


def spaced(lines: Iterable[str]) -> Iterable[str]:
    """Blank lines between blocks; list items and rows of a table stay together."""
    before = ""
    for line in lines:
        together = bool(before) and line[:1] == before[:1] and line[:1] in ("|", "-")
        if before and not together:
            yield ""
        yield line
        before = line


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """Lines of a table."""
    return [f"| {' | '.join(cells)} |" for cells in (head, ["---"] * len(head), *rows)]
