"""A trained system of the study on the command line: made a model, and used as the one that comes with the program."""

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

from pie_desktop import paths
from tests.e2e.command_line import HELD_OUT, Cli, child, one_line
from tests.unit.helpers.tiny_systems import trained_folder
from training.cli import app


@pytest.fixture
def exported(tmp_path: Path) -> dict[str, Path]:
    """Two systems that were made models of the editor."""
    for kind, name in (("starenhancer", "StarEnhancer"), ("msm", "MSM")):
        folder = trained_folder(tmp_path / "study" / kind, kind)
        done = CliRunner().invoke(app, ["export-model", str(folder), "--name", name])
        assert done.exit_code == 0, done.output
        assert f"“{name}” is in {paths.models_dir()}" in done.output
        assert "came to 23.00 dB; the photos as they are have 22.00 dB" in done.output
    return {name: paths.models_dir() / f"{name.lower()}.piemodel" for name in ("StarEnhancer", "MSM")}


def test_a_system_is_listed_used_and_passed_on(
    cli: Cli, exported: dict[str, Path], style: str, photo_folder: Path, tmp_path: Path
) -> None:
    assert "StarEnhancer: your training, a system of the study" in cli("model", "list").out
    listed = {row["name"]: row for row in json.loads(cli("model", "list", "--json").out)}
    assert {name for name, row in listed.items() if row["system"]} == set(exported)
    photo, pictures = photo_folder / f"{HELD_OUT}.jpg", {}
    for model in (*exported, None):
        out = tmp_path / str(model)
        receipt = out.with_suffix(".json")
        chosen = ("--model", model) if model else ()
        done = cli("export", photo, out, "--style", style, *chosen, "--receipt", receipt)
        assert done.code == 0, done.err
        item = json.loads(receipt.read_text(encoding="utf-8"))["parts"][0]["photos"][0]
        assert (item["fit_error"] is not None) == (model is not None) == (item["expected_error"] is None)
        assert ("LUTs stand in for the model's own pictures: ΔE00" in done.out) == (model is not None)
        pictures[model] = np.asarray(Image.open(next(out.glob("*.jpg"))), np.int16)
    every = list(pictures.values())
    assert all(np.abs(one - other).mean() > 1 for n, one in enumerate(every) for other in every[:n])
    unsure = cli("review", style, photo, "--model", "MSM")
    assert unsure.code == 2 and "does not say how far its results may be" in unsure.err
    assert cli("lut", photo, "--style", style, "--model", "MSM", "-o", tmp_path / "look.cube").code == 0
    assert cli("model", "export", "MSM", tmp_path / "msm.piemodel").code == 0
    assert "is here already" in cli("model", "import", tmp_path / "msm.piemodel").err
    cli("model", "delete", "MSM")
    assert cli("model", "import", tmp_path / "msm.piemodel").out == "“MSM” was imported.\n"


def test_a_program_that_begins_loads_a_system(exported: dict[str, Path], photo_folder: Path, tmp_path: Path) -> None:
    """In this process torch is there already, and as a whole."""
    options = ("--style", "Warm evening", "--model", "StarEnhancer", "-o", tmp_path / "look.cube")
    done = child("-m", "pie_desktop", "lut", photo_folder / f"{HELD_OUT}.jpg", *options)
    assert done.returncode == 0 and (tmp_path / "look.cube").is_file(), done.stderr


def test_edits_alone_and_a_system_of_pairs(
    cli: Cli, exported: dict[str, Path], edits: dict[str, Path], photo_folder: Path, tmp_path: Path
) -> None:
    alone = [tmp_path / "elsewhere" / path.name for path in edits.values()]
    alone[0].parent.mkdir()
    for path, copy in zip(edits.values(), alone, strict=True):
        copy.write_bytes(path.read_bytes())
    photo = photo_folder / f"{HELD_OUT}.jpg"
    refused = cli("enhance", photo, "--refs", *alone[:2], "-o", tmp_path / "msm", "--model", "MSM")
    assert refused.code == 2 and "“MSM” compares edits with their originals" in refused.err
    assert cli("enhance", photo, "--refs", *alone[:2], "-o", tmp_path / "star", "--model", "StarEnhancer").code == 0


def test_models_side_by_side_on_a_contact_sheet(
    cli: Cli, exported: dict[str, Path], style: str, photo_folder: Path, tmp_path: Path
) -> None:
    photo = photo_folder / f"{HELD_OUT}.jpg"
    asked = ("contact-sheet", photo, "--style", style, "--paper", "screen", "--no-original")
    sheet = tmp_path / "sheet.png"
    done = cli(*asked, "-o", sheet, "--model", "StarEnhancer", "--model", "MSM")
    assert done.code == 0, done.err
    both = np.asarray(Image.open(sheet), np.int16)
    assert cli(*asked, "-o", tmp_path / "one.png", "--model", "MSM").code == 0
    assert not np.array_equal(both, np.asarray(Image.open(tmp_path / "one.png"), np.int16))
    many = [word for _ in range(5) for word in ("--model", "MSM")]
    refused = cli(*asked, "--style", "neutral", "-o", tmp_path / "many.png", *many)
    assert refused.code == 2 and "counting each of 5 models by itself" in refused.err and one_line(refused.err)


def test_what_cannot_be_exported_or_measured_is_told(exported: dict[str, Path], tmp_path: Path) -> None:
    from pie_desktop.errors import PieError

    again = CliRunner().invoke(app, ["export-model", str(tmp_path / "study" / "msm"), "--name", "MSM"])
    assert isinstance(again.exception, PieError) and "another name with --name" in str(again.exception)
    audited = CliRunner().invoke(app, ["fit", "--pairs", str(tmp_path), "--init", str(exported["MSM"])])
    assert isinstance(audited.exception, PieError) and "can neither be trained further" in str(audited.exception)
