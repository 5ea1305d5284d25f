"""The benchmark tables come from the shipped model's card and leave the rest of the pages alone."""

import importlib
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from pie_desktop.model.bundle import list_bundles
from pie_desktop.paths import resource

REPOSITORY = Path(__file__).resolve().parents[2]


@pytest.fixture
def script(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(REPOSITORY / "scripts")
    return importlib.import_module("update_readme_benchmark")


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
    assert "seed 7. Mean" in section
    assert "seed 7, 8 draws. Mean" in script.benchmark_section({"rows": rows, "seed": 7, "draws": 8, "model": "m"})


def test_captures_have_a_table_without_references(script: ModuleType) -> None:
    rows = [_row("identity", 0, 20.0, "none") | {"nearer": 0.0}, _row("model", 0, 24.0, "none") | {"nearer": 0.925}]
    section = script.benchmark_section({"rows": rows, "seed": 0, "model": "m"})
    assert "| **PIE Desktop** | 24.0 (23.0 to 25.0) [3.2] | 92% |" in section
    assert "| unedited | 20.0 (19.0 to 21.0) [3.2] |  |" in section
    assert "reference" in section and "0 reference" not in section


def test_summary_shows_the_model_beside_its_best_rival(script: ModuleType) -> None:
    rows = [_row(m, n, p + n) for n in (1, 5) for m, p in (("identity", 20), ("lut_fit", 30), ("reinhard", 25))]
    rows += [_row("model", 1, 33.0), _row("model", 5, 36.3), _row("oracle", 1, 47.0), _row("oracle", 5, 47.0)]
    rows += [_row("model", 0, 24.0, "none") | {"nearer": 0.925, "task": "captures"}]
    section = script.summary({"rows": rows, "seed": 7, "model": "m"})
    assert "| looks, pairs (before and after) | 21.0 | **33.0** (31.0) | **36.3** (35.0) | 47.0 |" in section
    assert "Of 40 simulated captures" in section and "92% come nearer" in section and "| captures" not in section


def test_pages_show_the_benchmark_of_the_shipped_model(script: ModuleType) -> None:
    (shipped,) = list_bundles(resource("bundles"))
    for page, section in (("README.md", script.summary), ("docs/BENCHMARK.md", script.benchmark_section)):
        text = (REPOSITORY / page).read_text(encoding="utf-8")
        assert section(shipped.card["benchmark"]) in text, "run scripts/update_readme_benchmark.py"


def test_the_readme_has_room_for_it(script: ModuleType, tmp_path: Path) -> None:
    page = tmp_path / "README.md"
    text = (REPOSITORY / "README.md").read_text(encoding="utf-8")
    page.write_text(text, encoding="utf-8")
    script.update_page(page, "benchmark", "| new |")
    changed = page.read_text(encoding="utf-8")
    assert "| new |" in changed
    assert changed.splitlines()[0] == text.splitlines()[0]
    assert changed.splitlines()[-1] == text.splitlines()[-1]
