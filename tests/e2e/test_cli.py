"""`pie-desktop` as a program: errors, help, the demo, what starts the editor."""

import sys
from pathlib import Path

import pytest
from PIL import Image

from pie_desktop.imaging.color.difference import mean_delta_e
from pie_desktop.imaging.decode import load_photo
from tests.e2e.command_line import Cli, child, one_line


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
