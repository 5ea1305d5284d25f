"""The command line in this process, with edits and a style."""

from pathlib import Path

import pytest

from pie_desktop.cli import main
from tests.e2e.command_line import HELD_OUT, Cli, Outcome


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
