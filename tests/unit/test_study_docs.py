"""docs/STUDY.md and its figures stand for the recorded results, and for nothing else."""

import importlib
import json
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from pie_desktop.model.bundle import list_bundles
from pie_desktop.paths import resource
from training.study.config import load_systems

REPOSITORY = Path(__file__).resolve().parents[2]
DOCS = REPOSITORY / "docs"
AGAIN = "scripts/update_study_docs.py writes the page anew; docs/TRAINING.md says how to repeat the study"


@pytest.fixture
def script(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(REPOSITORY / "scripts")
    return importlib.import_module("update_study_docs")


@pytest.fixture(scope="module")
def recorded() -> dict[str, Any]:
    return json.loads((DOCS / "study" / "results.json").read_text(encoding="utf-8"))


def test_page_and_figures_stand_for_the_record(script: ModuleType, recorded: dict[str, Any], tmp_path: Path) -> None:
    script.rewrite(recorded, tmp_path / "STUDY.md")
    assert (tmp_path / "STUDY.md").read_text(encoding="utf-8") == (DOCS / "STUDY.md").read_text(encoding="utf-8"), AGAIN
    figures = sorted((tmp_path / "study").iterdir())
    assert len(figures) >= 4
    for figure in figures:
        assert figure.read_text(encoding="utf-8") == (DOCS / "study" / figure.name).read_text(encoding="utf-8"), AGAIN


def test_every_system_of_the_study_is_there_and_so_is_a_model_of_the_project(recorded: dict[str, Any]) -> None:
    configured = load_systems(sorted((REPOSITORY / "configs" / "study").rglob("*.toml")))
    names = {s["name"] for s in recorded["systems"]}
    assert {"pienet", "starenhancer", "msm"} < names <= {system.name for system in configured}, AGAIN
    rows = {row["method"] for row in recorded["rows"]}
    assert {s["name"] for s in recorded["systems"] if s["compared"] and s["trained"]} <= rows and "model" in rows
    ours = list_bundles(resource("bundles")) + list_bundles(REPOSITORY / "training" / "bundles")
    assert recorded["model"] in {bundle.id for bundle in ours}, AGAIN


def test_its_images_are_there_and_small(recorded: dict[str, Any]) -> None:
    assert len(recorded["pictures"]) >= 3
    for image in recorded["pictures"]:
        assert 10_000 < (DOCS / "study" / image["file"]).stat().st_size < 400_000
