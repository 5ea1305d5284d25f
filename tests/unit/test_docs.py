"""The pages say what is there: every command and option is described, every link leads somewhere."""

import importlib
import re
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import typer.main

from pie_desktop.cli import app

REPOSITORY = Path(__file__).resolve().parents[2]
PAGES = [REPOSITORY / "README.md", *sorted((REPOSITORY / "docs").glob("*.md"))]


@pytest.fixture
def marked_section(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(REPOSITORY / "scripts")
    return importlib.import_module("marked_section")


def test_only_the_marked_part_changes(marked_section: ModuleType) -> None:
    page = "above\n<!-- x: begin -->\nold\n<!-- x: end -->\nbelow\n"
    changed = marked_section.replace_section(page, "x", "new")
    assert changed == "above\n<!-- x: begin -->\nnew\n<!-- x: end -->\nbelow\n"
    assert marked_section.replace_section(changed, "x", "new") == changed


def test_a_page_without_markers_is_refused(marked_section: ModuleType) -> None:
    with pytest.raises(ValueError, match="markers"):
        marked_section.replace_section("no markers here", "x", "new")


def _commands(command: Any, path: str) -> Iterator[tuple[str, Any]]:
    yield path, command
    for name, child in getattr(command, "commands", {}).items():
        yield from _commands(child, f"{path} {name}")


def test_every_command_and_option_is_in_the_command_line_page() -> None:
    page = (REPOSITORY / "docs" / "CLI.md").read_text(encoding="utf-8")
    sections = {part.split("`")[1]: part for part in re.split(r"^#+ (?=`)", page, flags=re.MULTILINE)[1:]}
    for path, command in _commands(typer.main.get_command(app), "pie-desktop"):
        if path == "pie-desktop":
            continue
        assert path in sections, f"{path}: run scripts/update_cli_docs.py"
        for parameter in command.params:
            for option in parameter.opts if parameter.param_type_name == "option" else []:
                assert option in sections[path], f"{path} {option}: run scripts/update_cli_docs.py"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    links = re.findall(r"\]\(([^)#]+)[^)]*\)", text) + re.findall(r'src="([^"]+)"', text)
    missing = [link for link in links if "://" not in link and not (page.parent / link).exists()]
    assert missing == []
