"""`pie-desktop review` end to end, and what `export` and `enhance` say of the expected difference."""

import json
from pathlib import Path

import numpy as np
import pytest

from tests.e2e.command_line import HELD_OUT, Cli, one_line
from tests.unit.helpers.tiny_bundles import tiny_bundle


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory, sample_images: dict[str, np.ndarray]) -> Path:
    photos = np.stack([image[:200, :300] for image in sample_images.values()])
    return tiny_bundle(tmp_path_factory.mktemp("models") / "tiny.piemodel", photos)


def test_a_folder_is_reviewed(cli: Cli, style: str, model: Path, photo_folder: Path) -> None:
    outcome = cli("review", style, photo_folder, "--model", model, "--json")
    assert outcome.code == 0, outcome.err
    document = json.loads(outcome.out)
    errors = [entry["expected_error"] for entry in document["photos"]]
    assert document["count"] == 4 and errors == sorted(errors, reverse=True)
    assert document["mean_expected_error"] == pytest.approx(sum(errors) / 4)
    assert 1 <= len(document["suggestions"]) <= 3 and 0 < document["suggestions"][0]["share"] <= 1
    listed = cli("review", style, photo_folder, "--model", model, "--limit", 2).out
    assert listed.splitlines()[0].endswith(document["photos"][0]["photo"])
    assert "and 2 that “Warm” is surer of" in listed and document["photos"][3]["photo"] not in listed.split("Edit")[0]
    assert f"Edit this one by hand and add it to the style: {document['suggestions'][0]['photo']}" in listed


def test_what_cannot_be_reviewed(cli: Cli, style: str, model: Path, photo_folder: Path, tmp_path: Path) -> None:
    (photo_folder / "bad.jpg").write_text("not a photo")
    some = cli("review", style, photo_folder, "--model", model)
    assert some.code == 1 and one_line(some.err) and "bad.jpg" in some.err and "4 photos" in some.out
    none = cli("review", style, photo_folder / "bad.jpg", "--model", model)
    assert none.code == 2 and one_line(none.err) and none.out == ""
    (tmp_path / "empty").mkdir()
    assert cli("review", style, tmp_path / "empty").code == 2
    unknown = cli("review", "Nobody's", photo_folder)
    assert unknown.code == 2 and one_line(unknown.err)


def test_a_model_that_does_not_know(
    cli: Cli, style: str, sample_images: dict[str, np.ndarray], photo_folder: Path, tmp_path: Path
) -> None:
    photos = np.stack([image[:200, :300] for image in sample_images.values()])
    plain = tiny_bundle(tmp_path / "plain.piemodel", photos, expected_error=False)
    outcome = cli("review", style, photo_folder, "--model", plain)
    assert outcome.code == 2 and one_line(outcome.err) and "choose one that does with --model" in outcome.err
    exported = cli("export", photo_folder / "coffee.jpg", tmp_path / "out", "--style", style, "--model", plain)
    assert exported.code == 0 and "Expected difference" not in exported.out


def test_exports_say_it(cli: Cli, style: str, model: Path, photo_folder: Path, tmp_path: Path) -> None:
    photo = photo_folder / f"{HELD_OUT}.jpg"
    reviewed = json.loads(cli("review", style, photo, "--model", model, "--json").out)["photos"][0]["expected_error"]
    told = json.loads(cli("export", photo, tmp_path / "a", "--style", style, "--model", model, "--json").out)
    assert told["items"][0]["expected_error"] == pytest.approx(reviewed, rel=0.02)
    text = cli("export", photo, tmp_path / "b", "--style", style, "--model", model).out
    assert f"Expected difference from your own edits: about {told['items'][0]['expected_error']:.1f} ΔE00" in text
    neutral = json.loads(cli("export", photo, tmp_path / "c", "--model", model, "--json").out)
    assert neutral["items"][0]["expected_error"] is None
