"""Pages of which one part is written by a script: the part between `<!-- NAME: begin -->` and `<!-- NAME: end -->`."""

from pathlib import Path


def replace_section(text: str, name: str, section: str) -> str:
    """`text` with what lies between the markers replaced; raises ValueError when a marker is missing."""
    begin, end = f"<!-- {name}: begin -->", f"<!-- {name}: end -->"
    before, found_begin, rest = text.partition(begin)
    _, found_end, after = rest.partition(end)
    if not found_begin or not found_end:
        raise ValueError(f"the markers {begin} and {end} are missing")
    return f"{before}{begin}\n{section.strip()}\n{end}{after}"


def update_page(page: Path, name: str, section: str) -> None:
    page.write_text(replace_section(page.read_text(encoding="utf-8"), name, section), encoding="utf-8")
