"""`--blend` and `--mix` on the command line: two styles in one export, and what makes no blend."""

import json
from pathlib import Path

import numpy as np
import pytest

from pie_desktop.imaging.decode import load_photo
from pie_desktop.styles.store import StyleLibrary
from tests.e2e.command_line import HELD_OUT, Cli, one_line


def test_a_blend_lies_between_its_two_styles(cli: Cli, style: str, photo_folder: Path, tmp_path: Path) -> None:
    photo, other = photo_folder / f"{HELD_OUT}.jpg", StyleLibrary().list()[-1]
    assert other.builtin
    results = {}
    for mix in (0, 0.4, 1):
        outcome = cli(
            "export", photo, tmp_path / str(mix), "--style", style, "--blend", other.name, "--mix", mix,
            "--format", "png", "--json",
        )  # fmt: skip
        assert outcome.code == 0, outcome.err
        results[mix] = load_photo(tmp_path / str(mix) / f"{HELD_OUT}.png").astype(int)
    for mix, alone in ((0, style), (1, other.name)):
        assert cli("export", photo, tmp_path / f"alone {mix}", "--style", alone, "--format", "png").code == 0
        np.testing.assert_array_equal(results[mix], load_photo(tmp_path / f"alone {mix}" / f"{HELD_OUT}.png"))
    between = 0.6 * results[0] + 0.4 * results[1]
    assert np.abs(results[0.4] - between).mean() < 0.5, "but for rounding and what is clipped"
    document = json.loads(Path(json.loads(outcome.out)["receipt"]).with_suffix(".json").read_text())
    assert document["parts"][0]["settings"]["style"] == f"{style} + {other.name}"


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        (["--style", "Warm", "--blend", "warm"], "blended with itself"),
        (["--blend", "Warm"], "--style"),
        (["--style", "Warm", "--mix", "0.4"], "--blend"),
    ],
)
def test_a_blend_that_is_none_is_refused(
    cli: Cli, style: str, photo_folder: Path, tmp_path: Path, options: list[str], problem: str
) -> None:
    outcome = cli("export", photo_folder, tmp_path / "out", *options)
    assert outcome.code == 2 and one_line(outcome.err) and problem in outcome.err
    assert not (tmp_path / "out").exists()
