"""How the command line reads its arguments."""

import re
from pathlib import Path

import pytest

from pie_desktop.cli import COMMANDS, main
from pie_desktop.commands.arguments import photos_in, spread_values
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
    sections = dict(re.findall(r"^## `pie-desktop (\w+)`\n(.*?)(?=^## |\Z)", page, re.MULTILINE | re.DOTALL))
    assert set(sections) == set(COMMANDS)
    monkeypatch.setenv("COLUMNS", "300")
    for command in ("demo", "enhance", "export", "lut"):
        with pytest.raises(SystemExit):
            main([command, "--help"])
        options = set(re.findall(r"--[a-z][a-z-]+", capsys.readouterr().out))
        assert options == set(re.findall(r"--[a-z][a-z-]+", sections[command]))
