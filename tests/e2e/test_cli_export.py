"""`pie-desktop export` and `enhance` end to end, and what becomes of bad input."""

import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from pie_desktop import paths
from pie_desktop.catalog.folder_styles import FolderStyle
from pie_desktop.catalog.store import Catalog
from pie_desktop.edit.edit import Edit
from pie_desktop.imaging.color.difference import mean_delta_e
from pie_desktop.imaging.decode import load_photo
from pie_desktop.styles.store import StyleLibrary
from tests.e2e.command_line import HELD_OUT, Cli, one_line


def test_from_edits_to_an_exported_folder(
    cli: Cli, style: str, edits: dict[str, Path], photo_folder: Path, tmp_path: Path
) -> None:
    originals = {photo.name: photo.read_bytes() for photo in photo_folder.iterdir()}
    truth = load_photo(edits[HELD_OUT])
    # The style must not need the files that it was made from.
    shutil.rmtree(edits[HELD_OUT].parent)

    outcome = cli("export", photo_folder, tmp_path / "out", "--style", "warm", "--json", "--quality", 98)
    assert outcome.code == 0, outcome.err
    report = json.loads(outcome.out)
    assert (report["written"], report["failed"]) == (4, 0)
    assert {photo.name: photo.read_bytes() for photo in photo_folder.iterdir()} == originals

    before = load_photo(photo_folder / f"{HELD_OUT}.jpg")
    result = load_photo(tmp_path / "out" / f"{HELD_OUT}.jpg")
    assert mean_delta_e(result, truth) < 0.6 * mean_delta_e(before, truth)

    outcome = cli("export", photo_folder, tmp_path / "none", "--style", style, "--amount", 0, "--format", "png")
    assert outcome.code == 0, outcome.err
    np.testing.assert_array_equal(load_photo(tmp_path / "none" / f"{HELD_OUT}.png"), before)


def test_strength_moves_from_neutral_to_the_style(cli: Cli, style: str, photo_folder: Path, tmp_path: Path) -> None:
    photo = photo_folder / f"{HELD_OUT}.jpg"
    for strength in (0, 0.5, 1, 1.5):
        folder = tmp_path / str(strength)
        assert cli("export", photo, folder, "--style", style, "--strength", strength, "--format", "png").code == 0
    assert cli("export", photo, tmp_path / "neutral", "--format", "png").code == 0
    results = [load_photo(tmp_path / str(strength) / f"{HELD_OUT}.png") for strength in (0, 0.5, 1, 1.5)]
    np.testing.assert_array_equal(results[0], load_photo(tmp_path / "neutral" / f"{HELD_OUT}.png"))
    distances = [mean_delta_e(results[0], result) for result in results]
    assert distances == sorted(distances)
    assert distances[1] > 0.5


def test_tone_and_color_have_strengths_of_their_own(cli: Cli, style: str, photo_folder: Path, tmp_path: Path) -> None:
    photo = photo_folder / f"{HELD_OUT}.jpg"

    def exported(name: str, *options: object) -> np.ndarray:
        outcome = cli("export", photo, tmp_path / name, "--style", style, "--format", "png", *options)
        assert outcome.code == 0, outcome.err
        return load_photo(tmp_path / name / f"{HELD_OUT}.png").astype(float)

    def differ(a: np.ndarray, b: np.ndarray) -> tuple[float, float]:
        """Mean distance of two images in luma, and in all else."""
        luma = (a - b) @ [0.2126, 0.7152, 0.0722]
        return float(np.abs(luma).mean()), float(np.abs(a - b - luma[..., None]).mean())

    neutral, whole = exported("neutral", "--strength", 0), exported("whole")
    (tone, color) = differ(neutral, whole)
    for name, option, near in (
        ("tone", "--color-strength", (whole, neutral)),
        ("color", "--tone-strength", (neutral, whole)),
    ):
        alone = exported(name, option, 0)
        assert differ(alone, near[0])[0] < 0.2 * tone and differ(alone, near[1])[1] < 0.2 * color
    assert cli("export", photo, tmp_path / "much", "--style", style, "--tone-strength", 1.6).code == 2


def test_existing_files(cli: Cli, photo_folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    mine = out / f"{HELD_OUT}.jpg"
    mine.write_bytes(b"mine")
    photo = photo_folder / f"{HELD_OUT}.jpg"
    outcome = cli("export", photo, out, "--json")
    assert outcome.code == 0
    (item,) = json.loads(outcome.out)["items"]
    assert item["status"] == "written" and "does not say which photo it is of" in item["message"]
    assert json.loads(cli("export", photo, out, "--json").out)["skipped"] == 1
    assert cli("export", photo, out, "--on-conflict", "unique").code == 0
    assert mine.read_bytes() == b"mine"
    assert len(list(out.iterdir())) == 3
    assert cli("export", photo, out, "--on-conflict", "overwrite").code == 0
    assert load_photo(mine).shape == load_photo(photo).shape
    assert len(list(out.iterdir())) == 3


def test_damaged_settings_are_told_once_and_set_aside(
    cli: Cli, photo_folder: Path, pie_home: Path, tmp_path: Path
) -> None:
    pie_home.mkdir(exist_ok=True)
    (pie_home / "settings.json").write_text("[" * 100_000)
    photo = photo_folder / f"{HELD_OUT}.jpg"
    outcome = cli("export", photo, tmp_path / "out")
    assert outcome.code == 0 and outcome.err.count("The settings were damaged") == 1
    (kept,) = pie_home.glob("settings.json.damaged-*")
    assert str(kept) in outcome.err and not (pie_home / "settings.json").exists()
    assert "settings" not in cli("export", photo, tmp_path / "out").err


def test_recursive_export_and_sizes(cli: Cli, photo_folder: Path, tmp_path: Path) -> None:
    (photo_folder / "sub").mkdir()
    (photo_folder / f"{HELD_OUT}.jpg").rename(photo_folder / "sub" / f"{HELD_OUT}.jpg")
    outcome = cli("export", photo_folder, tmp_path / "flat", "--json")
    assert json.loads(outcome.out)["written"] == 3
    outcome = cli("export", photo_folder, tmp_path / "deep", "-r", "--json", "--long-side", 100, "--format", "tiff16")
    report = json.loads(outcome.out)
    assert report["written"] == 4
    for photo in report["items"]:
        image = load_photo(Path(photo["target"]))
        assert (max(image.shape), image.dtype) == (100, np.uint16)


def test_results_of_an_earlier_export_are_no_sources(cli: Cli, photo_folder: Path) -> None:
    for _ in range(2):
        outcome = cli("export", photo_folder, photo_folder / "out", "-r", "--on-conflict", "overwrite", "--json")
        assert json.loads(outcome.out)["written"] == 4
    assert len(list((photo_folder / "out").iterdir())) == 4


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have Unicode names only")
def test_names_that_are_no_text(cli: Cli, edits: dict[str, Path], photo_folder: Path, tmp_path: Path) -> None:
    edit = edits["coffee"].rename(tmp_path / os.fsdecode(b"caf\xe9_edit.jpg"))
    (photo_folder / "coffee.jpg").rename(tmp_path / os.fsdecode(b"caf\xe9.jpg"))
    created = cli("style", "create", "Odd", edit, "--json")
    assert created.code == 0, created.err
    assert json.loads(created.out)["references"][0]["original"] is not None
    outcome = cli("export", edit, tmp_path / "out", "--style", "Odd", "--json")
    assert outcome.code == 0, outcome.err
    # Written under a name that every system takes.
    assert json.loads(outcome.out)["items"][0]["target"] == str(tmp_path / "out" / "caf__edit.jpg")


def test_bad_photos_fail_alone(cli: Cli, photo_folder: Path, tmp_path: Path) -> None:
    (photo_folder / "broken.jpg").write_bytes((photo_folder / "coffee.jpg").read_bytes()[:20_000])
    (photo_folder / "empty.png").touch()
    outcome = cli("export", photo_folder, photo_folder / "gone.jpg", tmp_path / "out", "--workers", 1, "--json")
    assert outcome.code == 1
    assert [name for name in ("broken.jpg", "empty.png", "gone.jpg") if name in outcome.err] == [
        "broken.jpg", "empty.png", "gone.jpg",
    ]  # fmt: skip
    assert len(outcome.err.strip().splitlines()) == 3
    report = json.loads(outcome.out)
    assert (report["written"], report["failed"]) == (4, 3)
    assert len(list((tmp_path / "out").iterdir())) == 4


def test_enhance_without_a_style(cli: Cli, edits: dict[str, Path], photo_folder: Path, tmp_path: Path) -> None:
    truth = load_photo(edits[HELD_OUT])
    references = [edits[name] for name in ("coffee", "rocket", "astronaut")]
    before = [photo_folder / reference.name.replace("_edit", "") for reference in references]
    photo = photo_folder / f"{HELD_OUT}.jpg"
    outcome = cli("enhance", photo, "--refs", *references, "--before", *before, "-o", tmp_path / "out")
    assert outcome.code == 0, outcome.err
    result = load_photo(tmp_path / "out" / f"{HELD_OUT}.jpg")
    assert mean_delta_e(result, truth) < 0.6 * mean_delta_e(load_photo(photo), truth)
    assert [entry["builtin"] for entry in json.loads(cli("style", "list", "--json").out)] == [True] * 3


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGINT for a child there")
def test_interrupted_export_leaves_nothing_half_written(
    style: str, photo_folder: Path, tmp_path: Path, sample_photos: dict[str, Path]
) -> None:
    many = tmp_path / "many"
    many.mkdir()
    image = np.kron(load_photo(sample_photos["coffee"]), np.ones((4, 4, 1), np.uint8))
    Image.fromarray(image).save(many / "0.jpg")
    for number in range(1, 60):
        os.link(many / "0.jpg", many / f"{number}.jpg")
    out = tmp_path / "out"
    command = [sys.executable, "-m", "pie_desktop", "export", many, out, "--style", style, "--workers", "1"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    while process.poll() is None and not (out.is_dir() and any(out.glob("*.jpg"))):
        try:
            process.wait(0.05)
        except subprocess.TimeoutExpired:
            continue
    process.send_signal(signal.SIGINT)
    _, error = process.communicate(timeout=60)
    assert process.returncode == 130, error
    assert "Traceback" not in error
    written = sorted(out.iterdir())
    assert 0 < len(written) < 60
    assert all(path.suffix == ".jpg" for path in written)
    for path in written:
        assert load_photo(path).shape == image.shape


def test_a_dry_run_shows_the_plan_and_writes_nothing(cli: Cli, photo_folder: Path, tmp_path: Path) -> None:
    (photo_folder / "bad.jpg").write_text("no image")
    arguments = ("export", photo_folder, tmp_path / "out", "--name", "{type}/{seq:02d}-{name}", "--dry-run")
    outcome = cli(*arguments)
    assert outcome.code == 0 and outcome.err == ""
    assert "4 to write, 1 problem, about" in outcome.out and "nothing was written" in outcome.out
    assert "jpg/01-astronaut.jpg" in outcome.out and "bad.jpg is not an image" in outcome.out
    plan = json.loads(cli(*arguments, "--json").out)
    assert [Path(photo["source"]).name for photo in plan["photos"]][:2] == ["astronaut.jpg", "bad.jpg"]
    assert plan["photos"][0] | {"source": "", "bytes": 0} == {
        "source": "",
        "copy": None,
        "target": str(tmp_path / "out" / "jpg" / "01-astronaut.jpg"),
        "action": "write",
        "width": 512,
        "height": 512,
        "bytes": 0,
        "burst": None,
        "style": None,
        "edit": Edit().to_json(),
        "edit_from": "none",
        "problem": None,
    }
    assert plan["photos"][1]["action"] == "fail"
    assert not (tmp_path / "out").exists()


def test_a_bad_name_template_is_one_sentence(cli: Cli, photo_folder: Path, tmp_path: Path) -> None:
    outcome = cli("export", photo_folder, tmp_path / "out", "--name", "../{name}")
    assert outcome.code == 2 and one_line(outcome.err)
    assert "stay inside the destination folder" in outcome.err
    assert not (tmp_path / "out").exists()


def test_each_photo_as_the_editor_shows_it(
    cli: Cli, style: str, edits: dict[str, Path], photo_folder: Path, tmp_path: Path
) -> None:
    chosen = StyleLibrary().find(style)
    photos = sorted(photo_folder.iterdir())
    own, *others = photos
    catalog = Catalog(paths.catalog_path())
    catalog.put(own, Edit.styled(chosen.id, 0.5))
    catalog.folder_styles.put(photo_folder, FolderStyle(chosen.id))
    catalog.close()

    def exported(name: str, *options: object) -> dict[str, np.ndarray]:
        outcome = cli("export", photo_folder, tmp_path / name, "--format", "png", *options)
        assert outcome.code == 0, outcome.err
        return {photo.stem: load_photo(tmp_path / name / f"{photo.stem}.png") for photo in photos}

    shown, half = exported("shown"), exported("half", "--style", style, "--strength", 0.5)
    whole, neutral = exported("whole", "--style", style), exported("neutral", "--neutral")
    np.testing.assert_array_equal(shown[own.stem], half[own.stem])
    for photo in others:
        np.testing.assert_array_equal(shown[photo.stem], whole[photo.stem])
        assert np.any(shown[photo.stem] != neutral[photo.stem])

    plan = json.loads(cli("export", photo_folder, tmp_path / "plan", "--dry-run", "--json").out)["photos"]
    assert [(row["style"], row["edit_from"]) for row in plan] == [(style, "own")] + [(style, "folder")] * len(others)
    assert "No edit: Warm 100 %" in cli("export", photo_folder, tmp_path / "plan", "--dry-run").out
    outcome = cli("export", photo_folder, tmp_path / "plan", "--neutral", "--style", style)
    assert outcome.code == 2 and "contradict" in outcome.err and one_line(outcome.err)


def test_a_computer_without_an_editor_gets_no_catalog(cli: Cli, photo_folder: Path, tmp_path: Path) -> None:
    photo = sorted(photo_folder.iterdir())[0]
    assert cli("export", photo, tmp_path / "out").code == 0
    assert not paths.catalog_path().exists()
