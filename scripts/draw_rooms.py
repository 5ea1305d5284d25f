"""The picture of the rooms in docs/ARCHITECTURE.md, drawn from the packages' docstrings and their real imports."""

import ast
import textwrap
import tomllib
from pathlib import Path

import grimp
from marked_section import update_page

REPOSITORY = Path(__file__).resolve().parents[1]
PAGE = REPOSITORY / "docs" / "ARCHITECTURE.md"
WIDTH = 118
NAME_WIDTH = 12


def layers() -> list[list[str]]:
    """The rooms of the editor from top to bottom, those of one layer together, as the import contract has them."""
    contracts = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]
    chosen = next(contract for contract in contracts["contracts"] if contract["type"] == "layers")
    return [[room.strip() for room in layer.split("|")] for layer in chosen["layers"]]


def purpose(room: str) -> str:
    """The first sentence of a package's or module's docstring."""
    path = REPOSITORY / room.replace(".", "/")
    source = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
    text = ast.get_docstring(ast.parse(source.read_text(encoding="utf-8"))) or ""
    return text.partition("\n\n")[0].replace("\n", " ").partition(". ")[0].rstrip(".")


def imports(rooms: list[str]) -> dict[str, set[str]]:
    """For every room the other rooms that its modules import."""
    graph = grimp.build_graph("pie_desktop", "training", cache_dir=None)
    found: dict[str, set[str]] = {room: set() for room in rooms}

    def room_of(module: str) -> str | None:
        return next((room for room in rooms if module == room or module.startswith(f"{room}.")), None)

    for module in graph.modules:
        importer = room_of(module)
        if importer is not None:
            others = {room_of(imported) for imported in graph.find_modules_directly_imported_by(module)}
            found[importer] |= {other for other in others if other is not None and other != importer}
    return found


def reached(room: str, found: dict[str, set[str]]) -> set[str]:
    """All rooms that a room imports, directly or through others; itself too where there is a circle."""
    seen: set[str] = set()
    waiting = [room]
    while waiting:
        new = found[waiting.pop()] - seen
        seen |= new
        waiting += new
    return seen


def nearest(room: str, found: dict[str, set[str]]) -> set[str]:
    """The rooms that a room imports, without those that it reaches through another one."""
    circle = {other for other in found[room] if room in reached(other, found)}
    return found[room] - set().union(*(reached(other, found) for other in found[room] - circle))


def picture() -> str:
    """The rooms as a block of text, each above those that it imports."""
    editor = [room for layer in layers() for room in layer]
    training = [f"training.{room.parent.name}" for room in (REPOSITORY / "training").glob("*/__init__.py")]
    found = imports(editor + training)
    training.sort(key=lambda room: (-len(reached(room, found)), room))
    order = editor + training

    def row(room: str) -> str:
        return _row(room, sorted(nearest(room, found), key=order.index))

    lines = [
        _bar("pie_desktop", "┌", "┐"),
        *map(row, editor),
        _bar("training", "├", "┤"),
        *map(row, training),
        _bar("", "└", "┘"),
    ]
    return "\n".join(["```", *lines, "```"])


def _bar(title: str, left: str, right: str) -> str:
    return f"{left}{f'─ {title} ' if title else ''}".ljust(WIDTH - 1, "─") + right


def _row(room: str, uses: list[str]) -> str:
    name = room.rpartition(".")[2]
    end = "→ " + " ".join(use.rpartition(".")[2] for use in uses) if uses else ""
    space = WIDTH - len(f"│ {'':{NAME_WIDTH}}{end} │")
    return f"│ {name:{NAME_WIDTH}}{textwrap.shorten(purpose(room), space - 1, placeholder='…'):{space}}{end} │"


if __name__ == "__main__":
    update_page(PAGE, "rooms", picture())
