"""How the command line reads its arguments."""

import re
from pathlib import Path

import pytest

from pie_desktop.cli import COMMANDS, main
from pie_desktop.commands.arguments import adjusted_edit, photos_in, read_edit, spread_values
from pie_desktop.edit.edit import Edit
from pie_desktop.edit.parts.contrast import ContrastPart
from pie_desktop.edit.parts.exposure import ExposurePart
from pie_desktop.edit.parts.white_balance import WhiteBalancePart
from pie_desktop.errors import PieError

REPOSITORY = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize(
    ("given", "spread"),
    [
        ("enhance a.jpg --refs x y -o out", "enhance a.jpg --refs x --refs y -o out"),
        ("enhance a b --refs x --before y z --json", "enhance a b --refs x --before y --before z --json"),
        ("enhance -o out a --refs x y", "enhance -o out a --refs x --refs y"),
        ("enhance --refs x -- a b", "enhance --refs x -- a b"),
        ("style create N a b", "style create N a b"),
        ("enhance a --refs", "enhance a"),
    ],
)
def test_values_are_spread(given: str, spread: str) -> None:
    assert spread_values(given.split()) == spread.split()


def test_folders_are_replaced_by_their_photos(photo_folder: Path) -> None:
    (photo_folder / "notes.txt").touch()
    (photo_folder / "sub").mkdir()
    named = photo_folder / "notes.txt"
    photos = photos_in([photo_folder, photo_folder / "coffee.jpg", named])
    assert [photo.name for photo in photos] == ["astronaut.jpg", "chelsea.jpg", "coffee.jpg", "rocket.jpg", "notes.txt"]
    with pytest.raises(PieError, match="sub"):
        photos_in([photo_folder / "sub"])


def test_the_page_is_complete(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """docs/CLI.md is made by `python -m typer pie_desktop.cli utils docs --name pie-desktop --output docs/CLI.md`."""
    page = (REPOSITORY / "docs" / "CLI.md").read_text(encoding="utf-8")
    sections = dict(re.findall(r"^## `pie-desktop ([\w-]+)`\n(.*?)(?=^## |\Z)", page, re.MULTILINE | re.DOTALL))
    assert set(sections) == set(COMMANDS)
    monkeypatch.setenv("COLUMNS", "300")
    for command in ("demo", "enhance", "export", "lut"):
        with pytest.raises(SystemExit):
            main([command, "--help"])
        options = set(re.findall(r"--[a-z][a-z-]+", capsys.readouterr().out))
        assert options == set(re.findall(r"--[a-z][a-z-]+", sections[command]))


def test_adjustments_by_name() -> None:
    edit = adjusted_edit(Edit.styled("warm"), ["exposure=1,contrast=-20", "tint=3"])
    expected = Edit.styled("warm").with_part(ExposurePart(1.0)).with_part(ContrastPart(-20.0))
    assert edit == expected.with_part(WhiteBalancePart(tint=3.0))
    assert adjusted_edit(edit, ["exposure=0", "contrast=1, contrast=2"]).part(ContrastPart).contrast == 2


@pytest.mark.parametrize("change", ["brightness=1", "", "exposure=6", "contrast=-101", "contrast=nan", "strength=1"])
def test_unknown_adjustments_and_those_out_of_range_are_told_with_the_list(change: str) -> None:
    with pytest.raises(PieError, match=r"exposure \(-5 to 5\), contrast \(-100 to 100\)"):
        adjusted_edit(Edit(), [change])


def test_an_adjustment_without_a_number_is_told() -> None:
    with pytest.raises(PieError, match="write exposure=VALUE"):
        adjusted_edit(Edit(), ["exposure=bright"])


def test_an_edit_from_a_file_keeps_all_but_its_style(tmp_path: Path) -> None:
    file = tmp_path / "edit.json"
    edit = Edit.styled("warm", 1.2, 0.5).with_part(ExposurePart(-1.5))
    file.write_text(edit.to_text(), encoding="utf-8")
    assert read_edit(file) == edit.with_style(None)


@pytest.mark.parametrize("text", ["", "[]", "{", '{"version": 1}', '{"version": 99, "parts": {}}'])
def test_a_damaged_file_of_an_edit_is_told_with_its_name(text: str, tmp_path: Path) -> None:
    file = tmp_path / "edit.json"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(PieError, match=r"edit\.json"):
        read_edit(file)
    with pytest.raises(PieError, match="nowhere"):
        read_edit(tmp_path / "nowhere.json")
