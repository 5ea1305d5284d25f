"""The command line end to end: from edits to an exported folder, and what becomes of bad input."""

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from pie_desktop.cli import main
from pie_desktop.imaging.decode import load_photo
from pie_desktop.imaging.difference import mean_delta_e
from pie_desktop.imaging.lut import apply_lut, identity_lut, read_cube

HELD_OUT = "chelsea"


@dataclass
class Outcome:
    code: int
    out: str
    err: str


Cli = Callable[..., Outcome]


@pytest.fixture
def cli(capfd: pytest.CaptureFixture[str]) -> Cli:
    """Runs a command in this process."""

    def run(*arguments: object) -> Outcome:
        capfd.readouterr()
        with pytest.raises(SystemExit) as ended:
            main([str(argument) for argument in arguments])
        captured = capfd.readouterr()
        return Outcome(int(ended.value.code or 0), captured.out, captured.err)

    return run


@pytest.fixture
def edits(sample_pairs: list[tuple[Path, Path]]) -> dict[str, Path]:
    """Edits in one look, by name; their originals lie in `photos` beside their folder."""
    return {before.stem: after for after, before in sample_pairs}


@pytest.fixture
def style(cli: Cli, edits: dict[str, Path], photo_folder: Path) -> str:
    """A style of three pairs; the photo HELD_OUT is not in it."""
    used = [name for name in edits if name != HELD_OUT]
    outcome = cli(
        "style", "create", "Warm", *(edits[name] for name in used),
        "--before", *(photo_folder / f"{name}.jpg" for name in used),
    )  # fmt: skip
    assert outcome.code == 0, outcome.err
    assert "3 pairs" in outcome.out
    return "Warm"


def one_line(text: str) -> bool:
    return len(text.strip().splitlines()) == 1


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


def test_existing_files(cli: Cli, photo_folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    mine = out / f"{HELD_OUT}.jpg"
    mine.write_bytes(b"mine")
    photo = photo_folder / f"{HELD_OUT}.jpg"
    outcome = cli("export", photo, out, "--json")
    assert outcome.code == 0
    assert json.loads(outcome.out)["skipped"] == 1
    assert mine.read_bytes() == b"mine"
    assert cli("export", photo, out, "--on-conflict", "unique").code == 0
    assert mine.read_bytes() == b"mine"
    assert len(list(out.iterdir())) == 2
    assert cli("export", photo, out, "--on-conflict", "overwrite").code == 0
    assert load_photo(mine).shape == load_photo(photo).shape
    assert len(list(out.iterdir())) == 2


def test_recursive_export_and_sizes(cli: Cli, photo_folder: Path, tmp_path: Path) -> None:
    (photo_folder / "sub").mkdir()
    (photo_folder / f"{HELD_OUT}.jpg").rename(photo_folder / "sub" / f"{HELD_OUT}.jpg")
    outcome = cli("export", photo_folder, tmp_path / "flat", "--json")
    assert json.loads(outcome.out)["written"] == 3
    outcome = cli("export", photo_folder, tmp_path / "deep", "-r", "--json", "--long-side", 100, "--format", "tiff16")
    report = json.loads(outcome.out)
    assert report["written"] == 4
    for photo in report["items"]:
        picture = load_photo(Path(photo["target"]))
        assert (max(picture.shape), picture.dtype) == (100, np.uint16)


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


def test_errors_are_one_line_and_code_2(
    cli: Cli, style: str, edits: dict[str, Path], photo_folder: Path, tmp_path: Path
) -> None:
    photo = photo_folder / "coffee.jpg"
    text = tmp_path / "notes.jpg"
    text.write_text("not a photo")
    empty = tmp_path / "empty folder"
    empty.mkdir()
    for arguments, named in (
        (("export", photo, tmp_path / "out", "--style", "Unknown"), "Unknown"),
        (("export", text, tmp_path / "out"), "notes.jpg"),
        (("export", tmp_path / "gone.jpg", tmp_path / "out"), "gone.jpg"),
        (("export", empty, tmp_path / "out"), "empty folder"),
        (("export", photo, text / "out", "--style", style), "notes.jpg"),
        (("export", photo, tmp_path / "out", "--model", "Unknown"), "Unknown"),
        (("export", photo, tmp_path / "out", "--device", "abacus"), "abacus"),
        (("style", "create", "Nothing", text), "notes.jpg"),
        (("style", "create", style, photo), style),
        (("style", "show", "Unknown"), "Unknown"),
        (("style", "delete", "Soft film"), "Soft film"),
        (("enhance", photo, "--refs", text, "-o", tmp_path / "out"), "notes.jpg"),
        (("lut", text, "--style", style, "-o", tmp_path / "a.cube"), "notes.jpg"),
        (("lut", photo, "--style", style, "-o", text), "notes.jpg"),
        (("lut", photo, "--style", style, "--size", 20, "-o", tmp_path / "a.cube"), "20"),
    ):
        outcome = cli(*arguments)
        assert outcome.code == 2, arguments
        assert outcome.out == "", arguments
        assert one_line(outcome.err), outcome.err
        assert named in outcome.err
    assert not (tmp_path / "a.cube").exists()
    assert text.read_text() == "not a photo"
    assert [photo.name for photo in photo_folder.iterdir() if photo.suffix != ".jpg"] == []


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


def test_one_bad_reference_does_not_stop_the_style(cli: Cli, edits: dict[str, Path], tmp_path: Path) -> None:
    text = tmp_path / "notes.jpg"
    text.write_text("not a photo")
    outcome = cli("style", "create", "Warm", edits["coffee"], text, "--json")
    assert outcome.code == 0
    assert "notes.jpg" in outcome.err
    assert len(json.loads(outcome.out)["references"]) == 1


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


def test_lut_is_what_export_applies(cli: Cli, style: str, photo_folder: Path, tmp_path: Path) -> None:
    photo = photo_folder / f"{HELD_OUT}.jpg"
    assert cli("export", photo, tmp_path, "--style", style, "--format", "png", "--strength", 0.8).code == 0
    exported = load_photo(tmp_path / f"{HELD_OUT}.png")
    for size in (17, 33, 65):
        cube = tmp_path / f"{size}.cube"
        assert cli("lut", photo, "--style", style, "--strength", 0.8, "--size", size, "-o", cube).code == 0
        table = read_cube(cube)
        assert table.shape == (size, size, size, 3)
        assert mean_delta_e(apply_lut(load_photo(photo), table), exported) < 0.3
    assert cli("lut", photo, "--style", style, "--amount", 0, "--overwrite", "-o", cube).code == 0
    np.testing.assert_allclose(read_cube(cube), identity_lut(33), atol=1e-5)


def test_looks_for_other_programs(cli: Cli, style: str, tmp_path: Path) -> None:
    """Without a photo: the mean over the originals of the style's pairs, and how far that is from each."""
    for name, extra in [("a.clf", []), ("a.png", []), ("dark", ["--format", "darktable"]), ("b", ["--format", "cube"])]:
        outcome = cli("lut", "--style", style, "-o", tmp_path / name, *extra)
        assert outcome.code == 0, outcome.err
        written, of_file, of_style = outcome.out.splitlines()
        assert Path(written).exists() and written.startswith(str(tmp_path / name))
        assert "own rendering: dE00 mean 0.0" in of_file and "what the style does to each: dE00 mean" in of_style
    outcome = cli("lut", "--style", style, "-o", tmp_path / "a.xyz")
    assert outcome.code == 2 and "does not tell its format" in outcome.err
    assert cli("lut", "--style", style, "-o", tmp_path / "a.clf").code == 2


def test_demo(cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    outcome = cli("demo")
    assert outcome.code == 0, outcome.err
    folder = tmp_path / "pie-desktop-demo"
    assert str(folder) in outcome.out
    with Image.open(folder / "contact-sheet.jpg") as sheet:
        assert min(sheet.size) > 500
    assert sorted(path.name for path in (folder / "photos").iterdir()) == sorted(
        path.name for path in (folder / "enhanced").iterdir()
    )
    for photo in (folder / "photos").iterdir():
        assert mean_delta_e(load_photo(photo), load_photo(folder / "enhanced" / photo.name)) > 1
    assert cli("demo", "-o", folder).code == 2
    assert cli("demo").code == 0
    assert (tmp_path / "pie-desktop-demo-2" / "contact-sheet.jpg").is_file()


def test_photos_start_the_editor(monkeypatch: pytest.MonkeyPatch, cli: Cli, tmp_path: Path) -> None:
    from pie_desktop import app

    opened: list[list[Path]] = []

    def run(paths: list[Path]) -> int:
        opened.append(paths)
        return 0

    monkeypatch.setattr(app, "run", run)
    assert cli().code == 0
    assert cli("a.jpg", tmp_path).code == 0
    assert cli("./export").code == 0
    assert opened == [[], [Path("a.jpg"), tmp_path], [Path("export")]]


def child(*arguments: object, **environment: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, *map(str, arguments)],
        capture_output=True, text=True, timeout=110, check=False, env={**os.environ, **environment},
    )  # fmt: skip


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only there a display may be missing")
def test_without_a_display_the_demo_runs(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    repository = Path(__file__).resolve().parents[2]
    monkeypatch.chdir(tmp_path)
    outcome = child("-m", "pie_desktop", "photo.jpg", PYTHONPATH=str(repository))
    assert outcome.returncode == 0, outcome.stderr
    assert "no display" in outcome.stderr
    assert one_line(outcome.stderr)
    assert (tmp_path / "pie-desktop-demo" / "contact-sheet.jpg").is_file()


def test_neither_torch_nor_qt_is_imported_at_start() -> None:
    outcome = child(
        "-c",
        "import sys, pie_desktop.cli; print([m for m in ('torch', 'PySide6', 'skimage', 'cv2') if m in sys.modules])",
    )
    assert outcome.stdout.strip() == "[]"


def test_help_names_every_command(cli: Cli) -> None:
    outcome = cli("--help")
    assert outcome.code == 0
    for command in ("demo", "enhance", "export", "lut", "style", "training"):
        assert command in outcome.out


def test_training_is_the_training_core() -> None:
    ours, theirs = child("-m", "pie_desktop", "training", "--help"), child("-m", "training", "--help")
    assert ours.returncode == theirs.returncode == 0, ours.stderr
    assert ours.stdout == theirs.stdout


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGINT for a child there")
def test_interrupted_export_leaves_nothing_half_written(
    style: str, photo_folder: Path, tmp_path: Path, sample_photos: dict[str, Path]
) -> None:
    many = tmp_path / "many"
    many.mkdir()
    picture = np.kron(load_photo(sample_photos["coffee"]), np.ones((4, 4, 1), np.uint8))
    Image.fromarray(picture).save(many / "0.jpg")
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
        assert load_photo(path).shape == picture.shape


def test_a_contradicting_and_a_swapped_reference_are_told(
    cli: Cli, edits: dict[str, Path], photo_folder: Path, sample_pictures: dict[str, np.ndarray], tmp_path: Path
) -> None:
    folder = tmp_path / "given"
    folder.mkdir()
    negative = tmp_path / "negative.png"
    Image.fromarray(255 - sample_pictures["astronaut"]).save(negative)
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
    assert "fits" in plain.out
    swapped = cli("style", "swap", "Odd", "001")
    assert swapped.code == 0
    assert swapped.out.index("0.jpg") < swapped.out.index("0_edit.jpg")
    assert cli("style", "swap", "Odd", "099").code == 2


def test_a_dry_run_shows_the_plan_and_writes_nothing(cli: Cli, photo_folder: Path, tmp_path: Path) -> None:
    (photo_folder / "bad.jpg").write_text("no picture")
    arguments = ("export", photo_folder, tmp_path / "out", "--name", "{type}/{seq:02d}-{name}", "--dry-run")
    outcome = cli(*arguments)
    assert outcome.code == 0 and outcome.err == ""
    assert "4 to write, 1 problem, about" in outcome.out and "nothing was written" in outcome.out
    assert "jpg/01-astronaut.jpg" in outcome.out and "bad.jpg is not an image" in outcome.out
    plan = json.loads(cli(*arguments, "--json").out)
    assert [Path(photo["source"]).name for photo in plan["photos"]][:2] == ["astronaut.jpg", "bad.jpg"]
    assert plan["photos"][0] | {"source": "", "bytes": 0} == {
        "source": "",
        "target": str(tmp_path / "out" / "jpg" / "01-astronaut.jpg"),
        "action": "write",
        "width": 512,
        "height": 512,
        "bytes": 0,
        "burst": None,
        "problem": None,
    }
    assert plan["photos"][1]["action"] == "fail"
    assert not (tmp_path / "out").exists()


def test_a_bad_name_template_is_one_sentence(cli: Cli, photo_folder: Path, tmp_path: Path) -> None:
    outcome = cli("export", photo_folder, tmp_path / "out", "--name", "../{name}")
    assert outcome.code == 2 and one_line(outcome.err)
    assert "stays inside the destination folder" in outcome.err
    assert not (tmp_path / "out").exists()
