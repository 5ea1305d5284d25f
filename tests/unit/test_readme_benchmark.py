"""The README's benchmark table comes from the benchmark's JSON and leaves the rest of the page alone."""

import importlib.util
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("update", REPOSITORY / "scripts" / "update_readme_benchmark.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _row(method: str, refs: int, psnr: float, mode: str = "pairs") -> dict[str, Any]:
    scores = {"psnr": psnr, "psnr_low": psnr - 1, "psnr_high": psnr + 1, "psnr_median": psnr, "de00": 3.21}
    return {"task": "looks", "method": method, "mode": mode, "refs": refs, "n": 40, **scores}


def test_rows_become_one_table_per_mode(script: ModuleType) -> None:
    rows = [_row("model", 1, 30.04), _row("model", 5, 34.0), _row("identity", 1, 21.5), _row("model", 5, 23.0, "after")]
    section = script.benchmark_section({"rows": rows, "seed": 7, "model": "m"})
    assert "| method | 1 reference | 5 references |" in section
    assert "| **PIE Desktop** | 30.0 (29.0 to 31.0) [3.2] | 34.0 (33.0 to 35.0) [3.2] |" in section
    assert "| unedited | 21.5 (20.5 to 22.5) [3.2] |  |" in section
    assert section.index("unedited") < section.index("PIE Desktop"), "methods stand in one fixed order"
    assert section.count("| method |") == 2


def test_only_the_marked_part_changes(script: ModuleType) -> None:
    page = f"above\n{script.BEGIN}\nold\n{script.END}\nbelow\n"
    changed = script.replace_section(page, "new")
    assert changed == f"above\n{script.BEGIN}\nnew\n{script.END}\nbelow\n"
    assert script.replace_section(changed, "new") == changed


def test_a_page_without_markers_is_refused(script: ModuleType) -> None:
    with pytest.raises(ValueError, match="markers"):
        script.replace_section("no markers here", "new")


def test_the_readme_has_the_markers(script: ModuleType) -> None:
    page = (REPOSITORY / "README.md").read_text(encoding="utf-8")
    assert page.count(script.BEGIN) == page.count(script.END) == 1
