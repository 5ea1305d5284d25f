"""`pie-desktop style` and `lut` end to end."""

import json
import os
import shutil
from pathlib import Path

import numpy as np
from PIL import Image

from pie_desktop.imaging.color.difference import mean_delta_e
from pie_desktop.imaging.decode import load_photo
from pie_desktop.imaging.lut.apply import apply_lut, identity_lut, read_cube
from tests.e2e.command_line import HELD_OUT, Cli


def test_styles_are_listed_shown_deleted_and_restored(cli: Cli, style: str, photo_folder: Path) -> None:
    listed = json.loads(cli("style", "list", "--json").out)
    assert [entry["name"] for entry in listed] == ["Warm", "Cool street", "Soft film", "Warm evening"]
    assert "Warm: 3 pairs" in cli("style", "list").out
    shown = json.loads(cli("style", "show", "warm", "--json").out)
    assert [Path(reference["original"]).stem for reference in shown["references"]] == ["astronaut", "coffee", "rocket"]
    assert "coffee_edit.jpg" in cli("style", "show", style).out
    deleted = cli("style", "delete", style)
    assert cli("style", "show", style).code == 2
    token = deleted.out.split("restore ")[1].split("`")[0]
    assert cli("style", "restore", token).code == 0
    assert cli("style", "show", style).code == 0


def test_a_style_is_passed_on(cli: Cli, style: str, tmp_path: Path) -> None:
    target = tmp_path / "warm.piestyle"
    written = cli("style", "export", style, target)
    assert written.code == 0 and "can see small copies" in written.out and target.exists()
    assert cli("style", "export", style, target).code == 2
    bare = cli("style", "export", style, tmp_path, "--without-photos", "--overwrite")
    assert bare.code == 0 and "neither what the photos show" in bare.out
    taken = cli("style", "import", target, "--json")
    assert [entry["name"] for entry in json.loads(taken.out)] == [f"{style} 2"]
    (other,) = set(tmp_path.glob("*.piestyle")) - {target}
    assert "without photos, for the model" in cli("style", "import", other).out
    assert cli("style", "list").out.count("without photos") == 1
    target.write_text("no style")
    refused = cli("style", "import", target)
    assert refused.code == 2 and "cannot be used as a style" in refused.err
    assert cli("style", "import", target, other).code == 1


def test_one_bad_reference_does_not_stop_the_style(cli: Cli, edits: dict[str, Path], tmp_path: Path) -> None:
    text = tmp_path / "notes.jpg"
    text.write_text("not a photo")
    outcome = cli("style", "create", "Warm", edits["coffee"], text, "--json")
    assert outcome.code == 0
    assert "notes.jpg" in outcome.err
    assert len(json.loads(outcome.out)["references"]) == 1


def test_what_all_references_have_in_common_is_said(cli: Cli, photo_folder: Path, tmp_path: Path) -> None:
    gray = []
    for name in ("coffee", "rocket"):
        gray.append(tmp_path / f"{name} in gray.jpg")
        Image.open(photo_folder / f"{name}.jpg").convert("L").save(gray[-1])
    created = cli("style", "create", "Gray", *gray, "--json")
    assert json.loads(created.out)["limits"] == ["black_and_white"]
    assert created.err.count("every result in this style will be black and white") == 1
    shown = cli("style", "show", "Gray")
    assert (shown.code, shown.err.count("black and white.")) == (0, 1)
    assert cli("style", "show", "Soft film").err == ""


def test_originals_by_order_when_names_do_not_tell(
    cli: Cli, edits: dict[str, Path], photo_folder: Path, tmp_path: Path
) -> None:
    (tmp_path / "elsewhere").mkdir()
    after, before = [], []
    for number, name in enumerate(("coffee", "rocket")):
        after.append(Path(shutil.copy(edits[name], tmp_path / "elsewhere" / f"mine{number}.jpg")))
        before.append(Path(shutil.copy(photo_folder / f"{name}.jpg", tmp_path / "elsewhere" / f"camera {name}.jpg")))
    created = json.loads(cli("style", "create", "Warm", *after, "--before", *before, "--json").out)
    assert [reference["original"] for reference in created["references"]] == [str(path) for path in before]


def test_lut_is_what_export_applies(cli: Cli, style: str, photo_folder: Path, tmp_path: Path) -> None:
    photo = photo_folder / f"{HELD_OUT}.jpg"
    assert cli("export", photo, tmp_path, "--style", style, "--format", "png", "--strength", 0.8).code == 0
    exported = load_photo(tmp_path / f"{HELD_OUT}.png")
    for size in (17, 33, 65):
        cube = tmp_path / f"{size}.cube"
        assert cli("lut", photo, "--style", style, "--strength", 0.8, "--size", size, "-o", cube).code == 0
        lut = read_cube(cube)
        assert lut.shape == (size, size, size, 3)
        assert mean_delta_e(apply_lut(load_photo(photo), lut), exported) < 0.3
    assert cli("lut", photo, "--style", style, "--amount", 0, "--overwrite", "-o", cube).code == 0
    np.testing.assert_allclose(read_cube(cube), identity_lut(33), atol=1e-5)


def test_looks_for_other_programs(cli: Cli, style: str, tmp_path: Path) -> None:
    """Without a photo: the mean over the originals of the style's pairs, and how far that is from each."""
    for name, extra in [("a.clf", []), ("a.png", []), ("dark", ["--format", "darktable"]), ("b", ["--format", "cube"])]:
        outcome = cli("lut", "--style", style, "-o", tmp_path / name, *extra)
        assert outcome.code == 0, outcome.err
        written, of_file, of_style = outcome.out.splitlines()
        assert Path(written).exists() and written.startswith(str(tmp_path / name))
        assert "own rendering: dE00 mean 0.0" in of_file and "what the style does to each photo: dE00 mean" in of_style
    outcome = cli("lut", "--style", style, "-o", tmp_path / "a.xyz")
    assert outcome.code == 2 and "does not show its format" in outcome.err
    assert cli("lut", "--style", style, "-o", tmp_path / "a.clf").code == 2


def test_a_contradicting_and_a_swapped_reference_are_told(
    cli: Cli, edits: dict[str, Path], photo_folder: Path, sample_images: dict[str, np.ndarray], tmp_path: Path
) -> None:
    folder = tmp_path / "given"
    folder.mkdir()
    negative = tmp_path / "negative.png"
    Image.fromarray(255 - sample_images["astronaut"]).save(negative)
    # Coffee the wrong way round: the original is given as the edit, and is the older one.
    os.utime(photo_folder / "coffee.jpg", (0, 10**9))
    given = [photo_folder / "coffee.jpg", edits["chelsea"], edits["rocket"], negative]
    originals = [edits["coffee"], *(photo_folder / f"{name}.jpg" for name in ("chelsea", "rocket", "astronaut"))]
    for number, (edit, original) in enumerate(zip(given, originals, strict=True)):
        shutil.copy2(edit, folder / f"{number}_edit{edit.suffix}")
        shutil.copy2(original, folder / f"{number}.jpg")
    made = cli("style", "create", "Odd", *sorted(folder.glob("*_edit*")))
    assert made.code == 0
    assert "4 pairs" in made.out
    shown = json.loads(cli("style", "show", "Odd", "--fits", "--json").out)["references"]
    assert shown[3]["source"].endswith("3_edit.png")
    assert shown[3]["fits"] < 0.5
    plain = cli("style", "show", "Odd", "--fits")
    assert "disagree" in plain.err or "contradict" in plain.err
    assert ", differs" in plain.out and "weak: " not in plain.out
    assert "3 pairs, 1 muted" in cli("style", "mute", "Odd", "004").out
    assert json.loads(cli("style", "show", "Odd", "--json").out)["references"][3]["muted"]
    assert "4 pairs" in cli("style", "mute", "Odd", "004", "--off").out
    swapped = cli("style", "swap", "Odd", "001")
    assert swapped.code == 0
    assert swapped.out.index("0.jpg") < swapped.out.index("0_edit.jpg")
    assert cli("style", "swap", "Odd", "099").code == 2
