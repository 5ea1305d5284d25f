"""The pages describe what is there: every command and option, every file they name, every word of the glossary."""

import importlib
import json
import re
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import typer.main

from pie_desktop.cli import app
from pie_desktop.commands.plan_output import show_plan
from pie_desktop.edit.versions import PhotoVersion
from pie_desktop.export.job import ExportSettings, plan_export
from pie_desktop.export.photo_edits import neutral_for_all

REPOSITORY = Path(__file__).resolve().parents[2]
DECISIONS = sorted((REPOSITORY / "docs" / "decisions").glob("*.md"))
PAGES = [
    *(REPOSITORY / name for name in ("README.md", "CONTRIBUTING.md")),
    *sorted((REPOSITORY / "docs").glob("*.md")),
    *DECISIONS,
]
NAMING_FILES = [
    *(REPOSITORY / name for name in ("CONTRIBUTING.md", "docs/ARCHITECTURE.md", "docs/GLOSSARY.md")),
    *DECISIONS,
]
# A path of the repository in backticks: `tests/unit/test_docs.py`, `docs/`; not a class, an option or a template.
FILE = re.compile(
    r"`((?:pie_desktop|training|scripts|tests|docs|configs|resources)/[\w./-]*|\w[\w.-]*\.(?:toml|spec))`"
)


@pytest.fixture
def scripts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Modules of `scripts/` can be imported."""
    monkeypatch.syspath_prepend(REPOSITORY / "scripts")


@pytest.fixture
def marked_section(scripts: None) -> ModuleType:
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


def test_every_key_of_a_plan_is_in_the_command_line_page(
    capsys: pytest.CaptureFixture[str], sample_photos: dict[str, Path], tmp_path: Path
) -> None:
    photo = PhotoVersion(sample_photos["coffee"])
    settings = ExportSettings(tmp_path)
    show_plan(plan_export([photo], settings), tmp_path, True, neutral_for_all)
    plan = json.loads(capsys.readouterr().out)
    told = (REPOSITORY / "docs" / "CLI.md").read_text(encoding="utf-8").partition("### Plans")[2].partition("###")[0]
    assert [key for key in (*plan, *plan["photos"][0]) if f"`{key}`" not in told] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    links = re.findall(r"\]\(([^)#]+)[^)]*\)", text) + re.findall(r'src="([^"]+)"', text)
    missing = [link for link in links if "://" not in link and not (page.parent / link).exists()]
    assert missing == []


@pytest.mark.parametrize("page", NAMING_FILES, ids=lambda page: page.name)
def test_files_that_a_page_names_are_there(page: Path) -> None:
    named = FILE.findall(page.read_text(encoding="utf-8"))
    assert [path for path in named if not (REPOSITORY / path).exists()] == []


def test_a_file_that_is_gone_would_be_noticed() -> None:
    text = "see `pie_desktop/gone.py`, `docs/`, `training/no_such_folder/` and `build_system(config)`"
    assert FILE.findall(text) == ["pie_desktop/gone.py", "docs/", "training/no_such_folder/"]


def test_words_of_the_glossary_are_in_the_code() -> None:
    page = (REPOSITORY / "docs" / "GLOSSARY.md").read_text(encoding="utf-8")
    rows = [line for line in page.splitlines() if line.startswith("| ") and not line.startswith("| word ")]
    assert len(rows) > 40
    for row in rows:
        places = re.findall(r"`(\w+)` in `([\w/.]+)`", row)
        assert places, f"{row}: names no class"
        for name, path in places:
            code = (REPOSITORY / path).read_text(encoding="utf-8")
            assert re.search(rf"^(?:class|def) {name}\b|^{name}\b.* = ", code, re.MULTILINE), f"{name} in {path}"


def test_words_of_the_glossary_have_one_meaning() -> None:
    page = (REPOSITORY / "docs" / "GLOSSARY.md").read_text(encoding="utf-8")
    words = [line.split("|")[1].strip() for line in page.splitlines() if line.startswith("| ")]
    words = [word for word in words if word != "word"]
    assert len(words) == len(set(words))


def test_the_architecture_is_one_page() -> None:
    lines = (REPOSITORY / "docs" / "ARCHITECTURE.md").read_text(encoding="utf-8").splitlines()
    assert len(lines) <= 120


def test_the_picture_of_the_rooms_shows_the_real_imports(scripts: None) -> None:
    page = (REPOSITORY / "docs" / "ARCHITECTURE.md").read_text(encoding="utf-8")
    picture = importlib.import_module("draw_rooms").picture()
    assert picture in page, "run scripts/draw_rooms.py"


def test_every_decision_is_in_the_index() -> None:
    index = (REPOSITORY / "docs" / "decisions" / "README.md").read_text(encoding="utf-8")
    records = [path for path in DECISIONS if path.name != "README.md"]
    assert len({path.name[:3] for path in records}) == len(records)
    for path in records:
        title = path.read_text(encoding="utf-8").splitlines()[0].removeprefix(f"# {path.name[:3]} ")
        assert f"| [{path.name[:3]}]({path.name}) | {title} |" in index


def test_every_module_says_what_it_is() -> None:
    import ast

    files = [path for package in ("pie_desktop", "training") for path in (REPOSITORY / package).rglob("*.py")]
    silent = [path for path in files if not ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))]
    assert silent == []


def test_the_api_reference_covers_every_public_module(scripts: None) -> None:
    pytest.importorskip("pdoc", reason="needs the extra [docs]")
    reference = importlib.import_module("make_api_reference")
    names = reference.public_modules()
    assert {"pie_desktop", "pie_desktop.cli", "pie_desktop.imaging.decode", "training.fit.assemble"} <= set(names)
    assert not [name for name in names if name.endswith("__main__")]
    modules = [reference.documented(name) for name in names]
    assert [module.fullname for module in modules if not module.docstring] == []
    shown = {f"{module.fullname}.{member.name}" for module in modules for member in module.own_members}
    assert {"pie_desktop.imaging.decode.load_photo", "pie_desktop.ui.context.AppContext"} <= shown
