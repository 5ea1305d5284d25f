"""What is said before a run: pairs and how they are split, time, memory, and the gain to expect."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import torch

from pie_desktop.errors import PieError
from pie_desktop.model.architecture import Architecture
from pie_desktop.model.bundle import save_bundle
from pie_desktop.model.fine_tuning import PRESETS, SETTINGS
from pie_desktop.model.network import PreferenceNetwork
from tests.own_edits import edits_folder
from training.fit.config import FitConfig, fine_tune_config, override
from training.fit.estimate import Estimate, estimate
from training.fit.estimate_cli import estimate as command
from training.fit.estimate_cli import with_preset
from training.fit.expectation import Expectation, MeasuredRun, expect, own_runs

SMALL = Architecture(
    components=8, lut_size=9, residual_size=5, width=32, heads=2, encoder_layers=1, decoder_layers=1, dropout=0.3
)


@pytest.fixture(autouse=True)
def few_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    """A calibration of a second; how good it is, nothing here depends on."""
    monkeypatch.setattr("training.fit.estimate.STEPS", 2)


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    torch.manual_seed(4)
    path = tmp_path_factory.mktemp("base") / "base.piemodel"
    save_bundle(path, PreferenceNetwork(SMALL), "Base", "2026-01-01T00:00:00Z", {"steps": 1})
    return path


@pytest.fixture(scope="module")
def edits(photo_folder_of_crops: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return edits_folder(tmp_path_factory.mktemp("own") / "edits", photo_folder_of_crops, 10)


def planned(edits: Path, **run: object) -> FitConfig:
    chosen = fine_tune_config(edits, SMALL, references=3)
    return override(chosen, {"run": {"device": "cpu", **run}, "data": {"users": 2, "queries": 1}})


def found(config: FitConfig, base: Path) -> dict[str, Any]:
    (*_, event) = estimate(config, base, None)
    assert event["event"] == "estimate"
    return event


def test_pairs_split_time_and_memory_are_told(base: Path, edits: Path) -> None:
    event = found(planned(edits), base)
    assert event["pairs"] == 10 and event["train"] == 8 and event["chosen_by"] == 2 and event["proven_by"] == 0
    low, high = event["seconds"]
    assert 0 < low < high and event["device"] == "cpu"
    assert 50e6 < event["memory"] < 64e9 and 5 < event["psnr"] < 60
    assert event["lines"][0].startswith("10 pairs: 8 train, 2 are held out")
    assert "GB on the processor" in event["lines"][1]


def test_a_limit_of_time_is_the_most_that_is_told(base: Path, edits: Path) -> None:
    event = found(planned(edits, minutes=0.01), base)
    assert event["seconds"][1] <= 0.6


def test_nothing_is_left_of_the_calibration(
    base: Path, edits: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    found(planned(edits), base)
    assert list(tmp_path.iterdir()) == []


def test_the_curve_goes_through_what_was_measured() -> None:
    runs = [MeasuredRun(pairs, 0.5 * level) for level, pairs in enumerate((8, 16, 32, 64, 128))]
    expected = expect(32, runs)
    assert expected is not None and expected.gain == pytest.approx(1.0) and expected.high - expected.low < 1e-6
    beyond = expect(100_000, runs)
    assert beyond is not None and beyond.gain == pytest.approx(2.0)  # no further than what was measured
    noisy = expect(32, [MeasuredRun(pairs, 1 + (-1) ** number * 2) for number, pairs in enumerate((8, 16, 32, 64))])
    assert noisy is not None and noisy.low < 0 < noisy.high
    assert expect(32, runs[:3]) is None and expect(32, [runs[0]] * 5) is None


def test_what_is_expected_is_said_plainly() -> None:
    assert "with 12 pairs, the same edits as references of a style may serve as well" in Expectation(
        0.2, -1, 1.4, 6
    ).sentence(12)
    assert "too few to tell" in Expectation(0.8, -0.4, 2.0, 6).sentence(40)
    assert Expectation(1.5, 0.4, 2.6, 6).sentence(60) == (
        "Expect a gain of about 1.5 dB (0.4 to 2.6 dB) over references alone."
    )


@pytest.mark.parametrize(
    "card",
    [
        {},
        {"data": 3, "proof": {"psnr": {"mean": 1.0}}},
        {"data": {"train": 30, "held_out": 10}},
        {"data": {"train": "30", "held_out": 10}, "proof": {"psnr": {"mean": 1.0}}},
        {"data": {"train": -30, "held_out": 10}, "proof": {"psnr": {"mean": 1.0}}},
        {"data": {"train": 30, "held_out": 10}, "proof": {"psnr": {"mean": "high"}}},
        {"data": {"train": 30, "held_out": 10}, "proof": {"psnr": {"mean": 1e9}}},
        {"data": {"train": 30, "held_out": 10}, "proof": {"psnr": None}},
    ],
)
def test_only_proved_runs_of_ones_own_count(tmp_path: Path, card: Mapping[str, Any]) -> None:
    network = PreferenceNetwork(SMALL)
    save_bundle(tmp_path / "other.piemodel", network, "Other", "2026-01-01T00:00:00Z", dict(card))
    proved = {"data": {"train": 50, "held_out": 14}, "proof": {"psnr": {"mean": 1.7}}}
    save_bundle(tmp_path / "mine.piemodel", network, "Mine", "2026-01-01T00:00:00Z", proved)
    (run,) = own_runs(tmp_path)
    assert run.pairs == 64 and run.gain == 1.7 and run.weight > 1


def test_the_command_writes_the_same_numbers(
    base: Path, edits: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "estimate.json"
    command([edits], init=base, device="cpu", references=2, preset="quick", json=file)
    said, written = capsys.readouterr().out, json.loads(file.read_text())
    assert said.splitlines() == written["lines"] and written["seconds"][1] <= 60 * PRESETS["quick"].minutes
    with pytest.raises(PieError, match="There is no preset best; choose quick or full"):
        with_preset("best", None, None)


def test_lines_read_well() -> None:
    estimate = Estimate(60, 42, 9, 9, 31, "cpu", (50, 70), 2**30, 24.0, None, 0)
    assert estimate.lines() == [
        "60 pairs: 42 train, 18 are held out (whole scenes each, of 31).",
        "About 1 minute at most and 1.0 GB on the processor.",
    ]


def test_a_value_out_of_its_range_is_refused_with_the_range() -> None:
    low_rate, references = SETTINGS["encoder_lr"], SETTINGS["references"]
    assert references.problem(0) == "References must be a whole number from 1 to 50." == references.problem(2.5)
    assert references.problem(50) is None and low_rate.problem(1) == "Encoder rate must be a number from 0 to 0.1."
    for setting in SETTINGS.values():
        assert setting.problem(setting.default) is None and setting.help.endswith(".")
