"""The shipped bundle says how it was made, and its recorded benchmark keeps what the README promises."""

import tomllib
from itertools import pairwise
from pathlib import Path

import pytest

from pie_desktop.model.bundle import BundleInfo, list_bundles
from pie_desktop.paths import resource
from training.losses.registry import LossWeights

CONFIG = Path(__file__).resolve().parents[2] / "configs" / "shipped.toml"

CHANCE = 0.2  # dB: what 20 users with 4 draws of 2 photos leave to chance between two numbers of references


@pytest.fixture(scope="module")
def info() -> BundleInfo:
    (found,) = list_bundles(resource("bundles"))
    return found


def test_card_names_data_seed_steps_and_time_of_all_that_was_averaged(info: BundleInfo) -> None:
    card = info.card
    config = tomllib.loads(CONFIG.read_text(encoding="utf-8"))
    averaged = [card["continued_from"], *card["mean_with"]]
    assert card["seed"] == config["seed"] and len(averaged) == 1 + len(config["mean_with"])
    for run in averaged:
        assert run["data"]["train"] > 500 and run["steps"] > 1000 and run["seconds"] > 600 and run["seed"]
    assert card["config"]["neutral"].items() >= config["neutral"].items()
    assert LossWeights(card["config"]["losses"]) == LossWeights(config["losses"])


def test_benchmark_is_of_these_weights(info: BundleInfo) -> None:
    assert info.card["benchmark"]["model"] == info.id


@pytest.mark.parametrize("mode", ["pairs", "after"])
def test_unseen_looks_beat_every_classical_method(info: BundleInfo, mode: str) -> None:
    rows = [r for r in info.card["benchmark"]["rows"] if r["task"] == "looks" and r["mode"] == mode]
    psnr = {(r["method"], r["refs"]): r["psnr"] for r in rows}
    counts = {refs for _, refs in psnr}
    assert counts >= {1, 3, 5}
    rivals = ["identity", "reinhard", "histogram"] + ["lut_fit"] * (mode == "pairs")
    for refs in counts:
        for rival in rivals:
            assert psnr["model", refs] > psnr[rival, refs], (rival, refs)


def _values(info: BundleInfo, task: str, mode: str, field: str = "psnr") -> dict[tuple[str, int], float]:
    rows = [r for r in info.card["benchmark"]["rows"] if r["task"] == task and r["mode"] == mode]
    return {(r["method"], r["refs"]): r[field] for r in rows}


def test_pairs_beat_the_plain_lut_fit_by_more_than_a_decibel(info: BundleInfo) -> None:
    psnr = _values(info, "looks", "pairs")
    assert sum(psnr["model", n] - psnr["lut_fit", n] for n in (1, 3, 5)) / 3 >= 1
    difference = _values(info, "looks", "pairs", "de00_median")
    assert all(difference["model", n] <= 0.9 * difference["lut_fit", n] for n in (1, 3, 5))


def test_five_edits_alone_come_two_decibels_nearer(info: BundleInfo) -> None:
    psnr = _values(info, "looks", "after")
    assert psnr["model", 5] - psnr["identity", 5] >= 2


def test_users_who_normalise_are_followed(info: BundleInfo) -> None:
    psnr = _values(info, "normalising", "pairs")
    assert psnr["model", 10] - psnr["lut_fit", 10] >= 2.5


def test_captures_come_nearer_without_any_reference(info: BundleInfo) -> None:
    nearer = _values(info, "captures", "none", "nearer")
    assert nearer["model", 0] >= 0.92


@pytest.mark.parametrize("task, gain", [("targets", 6), ("learned retouchers", 9)])
def test_people_are_followed_from_photo_to_photo(info: BundleInfo, task: str, gain: float) -> None:
    pairs, alone = (_values(info, task, mode) for mode in ("pairs", "after"))
    assert pairs["model", 5] - pairs["identity", 5] >= gain
    assert pairs["model", 5] - pairs["lut_fit", 5] >= 4, "no LUT that is the same for all photos comes near"
    for refs in (1, 3, 5, 10, 20):
        assert min(pairs["model", refs], alone["model", refs]) >= pairs["identity", refs] + 2


def test_expected_error_is_calibrated(info: BundleInfo) -> None:
    found = info.card["expected_error"]
    assert found["auroc"] >= 0.75 and found["worst_decile"] <= 0.2


@pytest.mark.parametrize("mode", ["pairs", "after", "mixed"])
def test_more_references_never_hurt(info: BundleInfo, mode: str) -> None:
    names = sorted({row["task"] for row in info.card["benchmark"]["rows"] if row["mode"] == mode})
    assert {"looks", "simulated", "normalising"} <= set(names)
    counts = (1, 3, 5, 10, 20)
    tasks = {name: [_values(info, name, mode)["model", n] for n in counts] for name in names}
    means = [sum(psnr) / len(tasks) for psnr in zip(*tasks.values(), strict=True)]
    assert means == sorted(means)
    for name, psnr in tasks.items():
        assert all(more >= fewer - CHANCE for fewer, more in pairwise(psnr)), (name, psnr)


def test_bundle_is_small(info: BundleInfo) -> None:
    assert sum(file.stat().st_size for file in info.path.iterdir()) <= 20e6
