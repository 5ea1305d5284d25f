"""Ablations: variants change what they name, each is trained and judged, and the table lists them all."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from pie_desktop.errors import PieError
from tests.unit.helpers.retouchers import write_retoucher
from training.benchmark import ablation
from training.benchmark.ablation import judge, markdown, train
from training.benchmark.ablation_plan import AblationPlan, Column, load_plan
from training.fit import basis

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


@pytest.fixture(autouse=True)
def small_basis(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(basis.build_basis, "__defaults__", (9, 500, 0))


@pytest.fixture
def plan(tmp_path: Path, photo_folder_of_crops: Path) -> AblationPlan:
    path = tmp_path / "ablations.toml"
    path.write_text(TINY.format(folder=photo_folder_of_crops.as_posix()), encoding="utf-8")
    return load_plan(path)


def test_variants_change_only_what_they_name(plan: AblationPlan) -> None:
    whole, less = (variant.config for variant in plan.variants)
    assert (whole.architecture.content, less.architecture.content) == (True, False)
    assert less.losses["tv"] == 0 and less.losses["gram"] == whole.losses["gram"]
    assert less.architecture.width == 32 and less.data == whole.data
    assert plan.variants[1].slug == "without-content-and-tv"


@pytest.mark.parametrize("name", ["ablations.toml", "ablations_people.toml"])
def test_shipped_ablations_are_valid_and_have_their_own_folders(name: str) -> None:
    found = load_plan(CHECKOUT / "configs" / name).variants
    assert len({variant.slug for variant in found}) == len(found) >= 8
    assert len({variant.config.model_dump_json() for variant in found}) == len(found)


def test_unknown_settings_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "ablations.toml"
    path.write_text(TINY.format(folder=".") + "losses.beauty = 1.0\n", encoding="utf-8")
    with pytest.raises(PieError, match=r"beauty"):
        load_plan(path)
    with pytest.raises(PieError, match="cannot be read"):
        load_plan(tmp_path / "none.toml")
    path.write_text("[base]\n[[variants]]\nseed = 1\n", encoding="utf-8")
    with pytest.raises(PieError, match="needs a `name`"):
        load_plan(path)
    path.write_text("[base]\n", encoding="utf-8")
    with pytest.raises(PieError, match="a list `variants`"):
        load_plan(path)


@pytest.mark.slow
def test_every_variant_is_trained_once_and_judged(
    plan: AblationPlan, photo_folder_of_crops: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = replace(plan, columns=[Column(label="fixed, one pair", task="fixed", references=1)])
    results = {}
    for variant in plan.variants:
        rows = []
        for run in variant.runs((3, 0) if variant is plan.variants[0] else ()):
            assert list(train(run, tmp_path))[-1]["event"] == "done"
            assert list(train(run, tmp_path)) == []
            rows.append(judge(run, plan, tmp_path, photo_folder_of_crops, users=2, queries=1, seed=0))
        results[variant.name] = rows
    assert len(list((tmp_path / "cache").glob("photos-*.npy"))) == 1, "the photos were decoded once for all runs"
    assert not list(tmp_path.glob("*/cache"))
    monkeypatch.setattr(ablation, "run_benchmark", lambda *_, **__: [])
    (run,) = plan.variants[0].runs(())
    again = judge(run, plan, tmp_path, photo_folder_of_crops, users=2, queries=1, seed=0)
    assert [r.psnr for r in again] == pytest.approx([r.psnr for r in results["Everything"][1]], abs=1e-3)
    assert judge(run, plan, tmp_path, photo_folder_of_crops, users=3, queries=1, seed=0) == [], "others were asked for"
    table = markdown(results, plan.columns).splitlines()
    assert [line.split("|")[1].strip() for line in table[2:]] == ["*unedited*", "*plain LUT fit*", *results]
    found = [r.psnr for rows in results["Everything"] for r in rows if (r.method, r.mode) == ("model", "pairs")]
    assert len(found) == 2 and f"{np.mean(found):.2f} ± {np.std(found, ddof=1):.2f}" in table[4]
    assert "±" not in table[2], "no training changes the photos"


def test_seeds_are_those_of_the_file_or_count_up(plan: AblationPlan) -> None:
    variant = plan.variants[1]
    assert [(r.folder, r.config.seed) for r in variant.runs(())] == [("without-content-and-tv", 0)]
    assert [(r.folder, r.config.seed) for r in variant.runs((8, 0))] == [
        ("without-content-and-tv-seed-8", 8),
        ("without-content-and-tv", 0),
    ]
    assert [run.config.seed for run in variant.runs((8, 0), count=3)] == [0, 1, 2]


@pytest.mark.slow
def test_learned_retouchers_judge_only_what_they_did_not_teach(photo_folder_of_crops: Path, tmp_path: Path) -> None:
    column = '[[columns]]\nlabel = "people"\ntask = "learned retouchers"\nreferences = 2\n'
    (tmp_path / "retouchers").mkdir()
    write_retoucher(tmp_path / "retouchers" / "bright.safetensors", (1.2, 1.2, 1.2))
    path, folder = tmp_path / "a.toml", (tmp_path / "retouchers").as_posix()
    tables = TINY.format(folder=photo_folder_of_crops.as_posix()) + column
    path.write_text(tables, encoding="utf-8")
    with pytest.raises(PieError, match="name their folder"):
        load_plan(path)
    path.write_text(f'retouchers = "{folder}"\n{tables}', encoding="utf-8")
    plan = load_plan(path)
    (run,) = plan.variants[0].runs(())
    list(train(run, tmp_path / "runs"))
    rows = judge(run, plan, tmp_path / "runs", photo_folder_of_crops, users=3, queries=1, seed=0)
    assert {(row.task, row.n) for row in rows} == {("learned retouchers", 3)}
    assert {row.method for row in rows} == {"identity", "lut_fit", "model"}
    taught = tables.replace("[[columns]]", f'data.teachers = "{folder}"\n[[columns]]')
    path.write_text(f'retouchers = "{folder}"\n{taught}', encoding="utf-8")
    with pytest.raises(PieError, match=r"without content, and TV.* has teachers"):
        load_plan(path)
