"""The shipped bundle says how it was made, and its recorded benchmark keeps what the README promises."""

import tomllib
from pathlib import Path

import pytest

from pie_desktop.model.bundle import BundleInfo, list_bundles
from pie_desktop.paths import resource

CONFIG = Path(__file__).resolve().parents[2] / "configs" / "shipped.toml"


@pytest.fixture(scope="module")
def info() -> BundleInfo:
    (found,) = list_bundles(resource("bundles"))
    return found


def test_card_tells_data_seed_steps_and_time(info: BundleInfo) -> None:
    card = info.card
    assert card["data"]["train"] > 500 and card["steps"] > 1000 and card["seconds"] > 600
    config = tomllib.loads(CONFIG.read_text(encoding="utf-8"))
    assert card["seed"] == config["seed"] and card["config"]["minutes"] == config["minutes"]
    for section in ("pretrain", "losses", "optimizer"):
        assert card["config"][section].items() >= config[section].items()


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
