"""No module imports another one that imports it, directly or by way of others, not even inside a function."""

import ast
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]


def _imports() -> dict[str, set[str]]:
    files = {
        ".".join(file.relative_to(REPOSITORY).with_suffix("").parts).removesuffix(".__init__"): file
        for room in ("pie_desktop", "training")
        for file in (REPOSITORY / room).rglob("*.py")
    }
    graph: dict[str, set[str]] = {}
    for module, file in files.items():
        found = set()
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module:
                names = {f"{node.module}.{alias.name}" for alias in node.names}
                found |= {name if name in files else node.module for name in names}
            elif isinstance(node, ast.Import):
                found |= {alias.name for alias in node.names}
        graph[module] = (found & files.keys()) - {module}
    return graph


def test_there_is_no_circle() -> None:
    graph = _imports()
    assert len(graph) > 200 and graph["pie_desktop.cli"]
    # What imports nothing that is left cannot be on a circle; what is left in the end is.
    while free := [module for module, imported in graph.items() if not imported & graph.keys()]:
        for module in free:
            del graph[module]
    assert graph == {}
