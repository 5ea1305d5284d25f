"""Ablations: variants change what they name, each is trained and judged, and the table lists them all."""

from pathlib import Path

import numpy as np
import pytest

from pie_desktop.errors import PieError
from training.benchmark import ablation
from training.benchmark.ablation import Variant, judge, load_variants, markdown, train

CHECKOUT = Path(__file__).parents[2]

TINY = """
[base]
steps = 2
validate_every = 2
device = "cpu"
[base.data]
folder = "{folder}"
bank_side = 48
users = 2
shots = 5
references = 3
queries = 2
[base.neutral]
batches = 1
steps = 2
[base.architecture]
components = 8
lut_size = 9
residual_size = 5
width = 32
[[variants]]
name = "Everything"
[[variants]]
name = "without content, and TV"
architecture.content = false
losses.tv = 0.0
"""


@pytest.fixture
def variants(tmp_path: Path, photo_folder_of_crops: Path) -> list[Variant]:
    path = tmp_path / "ablations.toml"
    path.write_text(TINY.format(folder=photo_folder_of_crops.as_posix()), encoding="utf-8")
    return load_variants(path)


def test_variants_change_only_what_they_name(variants: list[Variant]) -> None:
    whole, less = (variant.config for variant in variants)
    assert (whole.architecture.content, less.architecture.content) == (True, False)
    assert less.losses["tv"] == 0 and less.losses["gram"] == whole.losses["gram"]
    assert less.architecture.width == 32 and less.data == whole.data
    assert variants[1].slug == "without-content-and-tv"


def test_shipped_ablations_are_valid_and_have_their_own_folders() -> None:
    found = load_variants(CHECKOUT / "configs" / "ablations.toml")
    assert len({variant.slug for variant in found}) == len(found) >= 8
    assert len({variant.config.model_dump_json() for variant in found}) == len(found)


def test_unknown_settings_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "ablations.toml"
    path.write_text(TINY.format(folder=".") + "losses.beauty = 1.0\n", encoding="utf-8")
    with pytest.raises(PieError, match=r"beauty"):
        load_variants(path)
    with pytest.raises(PieError, match="cannot be read"):
        load_variants(tmp_path / "none.toml")
    path.write_text("[base]\n[[variants]]\nseed = 1\n", encoding="utf-8")
    with pytest.raises(PieError, match="needs a `name`"):
        load_variants(path)
    path.write_text("[base]\n", encoding="utf-8")
    with pytest.raises(PieError, match="a list `variants`"):
        load_variants(path)


def test_every_variant_is_trained_once_and_judged(
    variants: list[Variant], photo_folder_of_crops: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ablation, "REFERENCES", (1,))
    monkeypatch.setattr(ablation, "POPULATIONS", {"fixed": ablation.POPULATIONS["fixed"]})
    results = {}
    for variant in variants:
        events = list(train(variant, tmp_path, tmp_path / variants[0].slug / "cache"))
        assert events[-1]["event"] == "done"
        assert list(train(variant, tmp_path, tmp_path)) == []
        results[variant.name] = judge(variant, tmp_path, photo_folder_of_crops, users=2, queries=1, seed=0)
    monkeypatch.setattr(ablation, "run_benchmark", lambda *_: pytest.fail("judged twice"))
    again = judge(variants[0], tmp_path, photo_folder_of_crops, users=2, queries=1, seed=0)
    assert [r.psnr for r in again] == pytest.approx([r.psnr for r in results["Everything"]], abs=1e-3)
    table = markdown(results).splitlines()
    assert [line.split("|")[1].strip() for line in table[2:]] == ["*unedited*", "*plain LUT fit*", *results]
    (psnr,) = (r.psnr for r in results["Everything"] if (r.task, r.method, r.mode) == ("fixed", "model", "pairs"))
    assert np.isfinite(psnr) and f"{psnr:.2f}" in table[4]
