"""`pie-desktop model` end to end."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from pie_desktop import paths
from tests.e2e.command_line import Cli, one_line
from tests.unit.helpers.tiny_bundles import tiny_bundle


@pytest.fixture
def own(tmp_path: Path, pie_home: Path, sample_images: dict[str, np.ndarray]) -> Path:
    photos = np.stack([image[:200, :200] for image in sample_images.values()])
    return tiny_bundle(paths.models_dir() / "tiny.piemodel", photos)


def test_a_model_is_listed_passed_on_deleted_and_restored(cli: Cli, own: Path, tmp_path: Path) -> None:
    listed = json.loads(cli("model", "list", "--json").out)
    assert (listed[0]["name"], listed[0]["own"], listed[0]["used"]) == ("Tiny", True, False)
    assert any(row["used"] and not row["own"] for row in listed)
    assert "Tiny: your training, 2026-01-01" in cli("model", "list").out
    target = tmp_path / "tiny.piemodel"
    assert cli("model", "export", "Tiny", target).out == f"{target}\n"
    refused = cli("model", "export", "Tiny", target)
    assert refused.code == 2 and "exists already" in refused.err and one_line(refused.err)
    here = cli("model", "import", target)
    assert here.code == 2 and "is here already, as “Tiny”" in here.err
    deleted = cli("model", "delete", "Tiny")
    token = deleted.out.split("restore ")[1].split("`")[0]
    assert not own.exists() and cli("model", "export", "Tiny").code == 2
    taken = json.loads(cli("model", "import", target, "--json").out)
    assert [(row["name"], row["imported"]) for row in taken] == [("Tiny", True)]
    shutil.rmtree(taken[0]["folder"])
    assert cli("model", "restore", token).out == "“Tiny” was restored.\n" and own.is_dir()


def test_one_bad_file_does_not_stop_the_others(cli: Cli, own: Path, tmp_path: Path) -> None:
    cli("model", "export", "Tiny", tmp_path / "good.piemodel")
    cli("model", "delete", "Tiny")
    (tmp_path / "bad.piemodel").write_text("no model")
    outcome = cli("model", "import", tmp_path / "bad.piemodel", tmp_path / "good.piemodel")
    assert outcome.code == 1 and outcome.out == "“Tiny” was imported.\n"
    assert "bad.piemodel" in outcome.err and one_line(outcome.err)
