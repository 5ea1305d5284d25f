"""Users who correct a style's results by hand get what they want on other photos: the shipped model, measured."""

import json
from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest
import torch
from typer.testing import CliRunner

from pie_desktop.errors import PieError
from training.benchmark.hand import Hand
from training.cli import app


def test_after_five_corrections_a_fifth_of_the_error_is_gone(photo_folder_of_crops: Path, tmp_path: Path) -> None:
    report = tmp_path / "report.json"
    options = ["--photos", str(photo_folder_of_crops), "--users", "2", "--queries", "3", "--device", "cpu"]
    more = ["--refs", "6", "--corrected", "5", "--json", str(report)]
    result = CliRunner().invoke(app, ["corrections", *options, *more], catch_exceptions=False)
    assert result.exit_code == 0 and "error gone" in result.output
    rows = json.loads(report.read_text(encoding="utf-8"))["rows"]
    assert {(row["task"], row["way"]) for row in rows} == {
        (task, way) for task in ("simulated", "targets") for way in ("by hand", "as any other")
    }
    for row in rows:
        assert row["users"] == 2 and row["corrected"] == 5 and row["before"] > 1
        if row["way"] == "by hand":
            assert row["fall"]["mean"] >= 0.2 and row["after"] < 0.8 * row["before"]
            assert row["fall"]["low"] <= row["fall"]["mean"] <= row["fall"]["high"]


def test_numbers_that_are_none_are_refused(photo_folder: Path) -> None:
    with pytest.raises(PieError, match="--corrected takes numbers"):
        CliRunner().invoke(
            app, ["corrections", "--photos", str(photo_folder), "--corrected", "some"], catch_exceptions=False
        )


@pytest.mark.parametrize(
    ("hand", "grey"),
    [
        (Hand(stops=1.0), 176),  # 2 x 0.216 of linear light, sRGB-encoded
        (Hand(contrast=0.3), 128),
        (Hand(saturation=0.5), 128),
    ],
)
def test_corrections_of_mid_grey(hand: Hand, grey: int) -> None:
    found = hand(np.full((2, 3, 3), 128, np.uint8))
    assert found.shape == (2, 3, 3) and np.ptp(found) == 0
    assert abs(int(found[0, 0, 0]) - grey) <= 1


def test_a_correction_goes_where_its_name_says() -> None:
    image = np.random.default_rng(0).integers(60, 200, (20, 20, 3)).astype(np.uint8)
    warm, magenta = Hand(temperature=0.15)(image), Hand(tint=0.1)(image)
    assert warm[..., 0].mean() > image[..., 0].mean() and warm[..., 2].mean() < image[..., 2].mean()
    assert magenta[..., 1].mean() < image[..., 1].mean()
    assert Hand(contrast=0.3)(image).std() > image.std()
    assert np.ptp(Hand(saturation=-1.0)(image).astype(int), axis=-1).max() <= 1
    assert np.abs(Hand()(image).astype(int) - image).max() <= 1


def test_users_differ_and_one_to_three_things_are_corrected() -> None:
    hands = [Hand.draw(torch.Generator().manual_seed(number)) for number in range(40)]
    counts = {sum(getattr(hand, one.name) != 0 for one in fields(Hand)) for hand in hands}
    assert counts == {1, 2, 3} and len(set(hands)) == 40
