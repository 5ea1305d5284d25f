"""The page on the preference says what the recorded audit of the shipped model found, and nothing else."""

import copy
import importlib
import json
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from pie_desktop.model.bundle import list_bundles
from pie_desktop.paths import resource

REPOSITORY = Path(__file__).resolve().parents[2]
FOLDER = REPOSITORY / "docs" / "preference"
AGAIN = "repeat the audit: docs/PREFERENCE.md tells how"


@pytest.fixture
def script(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(REPOSITORY / "scripts")
    return importlib.import_module("update_preference_docs")


@pytest.fixture(scope="module")
def recorded() -> dict[str, Any]:
    return json.loads((FOLDER / "audit.json").read_text(encoding="utf-8"))


def test_the_audit_is_of_the_shipped_model(recorded: dict[str, Any]) -> None:
    (shipped,) = list_bundles(resource("bundles"))
    assert recorded["model"] == shipped.id, AGAIN


def test_pages_and_figures_stand_for_the_record(script: ModuleType, recorded: dict[str, Any], tmp_path: Path) -> None:
    assert script.audit_section(recorded) in (REPOSITORY / "docs" / "PREFERENCE.md").read_text(encoding="utf-8"), AGAIN
    assert script.summary(recorded) in (REPOSITORY / "README.md").read_text(encoding="utf-8"), AGAIN
    for drawn in script.write_figures(recorded, tmp_path):
        assert drawn.read_text(encoding="utf-8") == (FOLDER / drawn.name).read_text(encoding="utf-8"), AGAIN


def test_every_number_is_taken_from_the_report(script: ModuleType, recorded: dict[str, Any]) -> None:
    changed = copy.deepcopy(recorded)
    pairs = changed["audits"][0]
    pairs["psnr"]["right"] = {"mean": 77.7, "low": 66.6, "high": 88.8}
    pairs["psnr"]["swapped"]["mean"] = 11.1
    pairs["share"]["mean"] = 0.123
    pairs["retrieval"][0]["accuracy"] = 0.456
    pairs["sensitivity"][0] |= {"mean": 9.87, "low": 8.76, "high": 10.98}
    section = script.audit_section(changed)
    for text in ("77.7 (66.6 to 88.8)", "66.6 dB", "12%", "46%", "9.87 (8.76 to 10.98)"):
        assert text in section
    assert "77.7 dB\n" in script.summary(changed) and "11.1 dB" in script.summary(changed)


def test_the_shipped_preference_steers(recorded: dict[str, Any]) -> None:
    for audit in recorded["audits"]:
        psnr = {whose: value["mean"] for whose, value in audit["psnr"].items()}
        assert psnr["right"] > max(psnr["swapped"], psnr["null"], psnr["identity"]), (audit["task"], audit["mode"])
        if audit["mode"] == "pairs":
            assert psnr["right"] >= psnr["swapped"] + 4
        assert all(entry["accuracy"] > entry["chance"] for entry in audit["retrieval"])
