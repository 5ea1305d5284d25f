"""`pie-desktop contact-sheet` end to end."""

from pathlib import Path

from PIL import Image

from tests.e2e.command_line import Cli


def test_a_folder_in_two_styles(cli: Cli, style: str, photo_folder: Path, tmp_path: Path) -> None:
    (photo_folder / "bad.jpg").write_text("no image")
    target = tmp_path / "sheet.jpg"
    command = ("contact-sheet", photo_folder, "--style", style, "--style", "neutral", "-o", target)
    some = cli(*command)
    assert some.code == 1 and some.out == f"{target}\n" and "bad.jpg is not an image" in some.err
    with Image.open(target) as image:
        assert image.size == (2480, 3508) and image.info["dpi"][0] == 300
    written = target.read_bytes()
    again = cli(*command)
    assert again.code == 2 and "exists already" in again.err and target.read_bytes() == written


def test_what_makes_no_sheet(cli: Cli, style: str, photo_folder: Path, tmp_path: Path) -> None:
    target = tmp_path / "sheet.png"
    for options, said in (
        (("--style", "Nobody's"), "Nobody's"),
        (("--paper", "b5"), "a4-wide"),
        (("--no-original",), "Choose a style"),
    ):
        outcome = cli("contact-sheet", photo_folder, *options, "-o", target)
        assert outcome.code == 2 and said in outcome.err and outcome.err.count("\n") == 1
    assert not target.exists()
