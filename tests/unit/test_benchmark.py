"""The benchmark: same references for all, honest methods, and numbers that can be read back."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from pie_desktop.imaging.lut.apply import apply_lut, identity_lut
from pie_desktop.imaging.lut.files import write_cube
from pie_desktop.model.bundle import list_bundles
from pie_desktop.model.lut_prior import fit_lut, interpolation, laplacian
from pie_desktop.paths import resource
from training.benchmark.baselines import histogram_transfer, reinhard_transfer, sampled_colors, statistics
from training.benchmark.cases import Case, Draws
from training.benchmark.methods import MethodSet, shown, with_original
from training.benchmark.metrics import bootstrap_interval, nested_interval, quality
from training.benchmark.run import Row, mean_over_tasks, run_benchmark
from training.benchmark.table import benchmark_report
from training.benchmark.tasks import capture_cases, look_cases
from training.reports.files import write_json


@pytest.fixture(scope="module")
def methods() -> MethodSet:
    return MethodSet(list_bundles(resource("bundles"))[0].path, "cpu")


@pytest.fixture(scope="module")
def photos(tmp_path_factory: pytest.TempPathFactory, sample_images: dict[str, np.ndarray]) -> Path:
    folder = tmp_path_factory.mktemp("test_photos")
    for name, image in sample_images.items():
        Image.fromarray(image).save(folder / f"{name}.png")
    return folder


@pytest.fixture
def looks(tmp_path: Path) -> Path:
    folder = tmp_path / "looks"
    folder.mkdir()
    identity = identity_lut(17)
    write_cube(folder / "warm.cube", identity ** np.array([0.8, 1.0, 1.25], np.float32), "warm")
    write_cube(folder / "faded.cube", 0.08 + 0.84 * identity, "faded")
    return folder


def test_statistics_transfer_hits_mean_and_spread(sample_images: dict[str, np.ndarray]) -> None:
    from skimage.color import rgb2lab

    photo, edit = sample_images["coffee"], sample_images["rocket"]
    result, wanted = (rgb2lab(p).reshape(-1, 3) for p in (reinhard_transfer(photo, statistics([edit])), edit))
    assert np.abs(result.mean(0) - wanted.mean(0)).max() < 6  # what clipping leaves


def test_histogram_matching_of_itself_changes_nothing(sample_images: dict[str, np.ndarray]) -> None:
    photo = sample_images["coffee"]
    assert np.abs(histogram_transfer(photo, [photo]).astype(int) - photo).max() <= 1


def test_lut_fit_recovers_a_smooth_look(sample_images: dict[str, np.ndarray]) -> None:
    photo = sample_images["coffee"]
    before = sampled_colors(photo)
    result = apply_lut(photo, fit_lut(before, before * 0.8 + 0.1))
    assert np.abs(result - (photo * 0.8 + 25.5)).mean() < 1


def test_sparse_normal_equations_are_those_of_trilinear_weights(sample_images: dict[str, np.ndarray]) -> None:
    before = sampled_colors(sample_images["rocket"], 24)
    after = before**1.3
    index, weight = interpolation(torch.from_numpy(before), 5)
    design = torch.zeros(len(before), 125, dtype=torch.double).scatter_add_(1, index, weight)
    matrix = design.T @ design / len(before) + 1e-4 * (laplacian(5) + 0.01 * torch.eye(125))
    change = torch.linalg.solve(matrix, design.T @ torch.from_numpy(after - before) / len(before))
    expected = identity_lut(5) + change.reshape(5, 5, 5, 3).numpy()
    assert np.abs(fit_lut(before, after, 5, 1e-4) - expected).max() < 1e-4


def test_quality_of_equal_images_is_capped(sample_images: dict[str, np.ndarray]) -> None:
    photo = sample_images["coffee"]
    same = quality(photo, photo)
    assert (same.psnr, same.de00) == (60.0, 0.0) and same.ssim == pytest.approx(1)
    # an error of one level everywhere is 48.13 dB
    assert quality(np.clip(photo, 1, 255) - 1, np.clip(photo, 1, 255)).psnr == pytest.approx(48.13, abs=0.01)


def test_bootstrap_interval_covers_the_mean() -> None:
    values = np.random.default_rng(0).normal(30, 2, 200)
    low, high = bootstrap_interval([[value] for value in values])
    assert low < values.mean() < high and high - low == pytest.approx(4 * 2 / 200**0.5, rel=0.2)


def test_bootstrap_draws_users_not_photos() -> None:
    users = [[20.0] * 8, [30.0] * 8, [40.0] * 8]
    low, high = bootstrap_interval(users)
    assert (low, high) == (20, 40), "24 photos of three users are no 24 users"
    low, high = bootstrap_interval([[20.0, 30.0, 40.0] * 8])
    assert 25 < low < high < 35


def test_bootstrap_draws_users_and_their_draws() -> None:
    # one draw of each is what users alone are
    users = [[20.0, 21.0], [30.0, 34.0], [40.0]]
    assert nested_interval([[user] for user in users], seed=4) == bootstrap_interval(users, seed=4)
    # users who are alike, each with a lucky and an unlucky draw: the interval is that of draws
    low, high = nested_interval([[[20.0] * 4, [30.0] * 4]] * 6)
    assert low == pytest.approx(25 - 1.96 * 5 / 12**0.5, abs=0.5) and high == pytest.approx(50 - low, abs=0.5)
    # one user alone: draws, not photos
    low, high = nested_interval([[[20.0] * 8, [30.0] * 8, [40.0] * 8]])
    assert (low, high) == (20, 40)
    # draws that a user never had are not drawn
    low, high = nested_interval([[[30.0]], [[30.0], [30.0], [30.0]]])
    assert (low, high) == (30, 30)


def test_looks_table(methods: MethodSet, looks: Path, photos: Path, tmp_path: Path) -> None:
    cases = list(look_cases(looks, photos, 2, Draws(3, 1)))
    assert [len(c.references) for c in cases] == [3, 3]
    for case in cases:
        assert not any(np.array_equal(case.queries[0][0], before) for before, _ in case.references)
    rows = run_benchmark({"looks": cases}, methods, [1, 3], seed=0)
    by = {(r.method, r.mode, r.refs): r for r in rows}
    assert by["identity", "pairs", 1].psnr == by["identity", "after", 3].psnr
    assert ("lut_fit", "after", 1) not in by
    for method in ("model", "lut_fit", "oracle"):
        assert by[method, "pairs", 3].psnr > by["identity", "pairs", 3].psnr + 5
    write_json(tmp_path / "b.json", benchmark_report(rows, Draws(3, 1), "id"))
    stored = json.loads((tmp_path / "b.json").read_text())
    assert (stored["model"], stored["draws"], stored["queries"], stored["seed"]) == ("id", 1, 1, 0)
    assert len(stored["rows"]) == len(rows)
    numbers = {"psnr", "psnr_low", "psnr_high", "psnr_median", "ssim", "de00", "deab", "n"}
    assert {"task", "method", "mode", "refs"} | numbers <= set(stored["rows"][0])


def test_mixed_alternates_and_begins_with_a_pair(sample_images: dict[str, np.ndarray]) -> None:
    assert [with_original(mode, 5) for mode in ("pairs", "after", "mixed")] == [
        (True,) * 5,
        (False,) * 5,
        (True, False, True, False, True),
    ]
    pairs = [(sample_images["coffee"], sample_images["rocket"])] * 2
    assert [reference.before is not None for reference in shown(pairs, with_original("mixed", 2))] == [True, False]


def test_every_mode_lists_what_works_in_it(methods: MethodSet, looks: Path, photos: Path) -> None:
    cases = list(look_cases(looks, photos, 1, Draws(2, 1)))
    rows = {(r.method, r.mode, r.refs): r for r in run_benchmark({"looks": cases}, methods, [1, 2], seed=0)}
    for method in ("identity", "reinhard", "histogram", "oracle"):
        assert len({rows[method, mode, 2].psnr for mode in ("pairs", "after", "mixed")}) == 1
    for method in ("lut_fit", "model"):
        # with one reference mixed is pairs; the second one comes without its original
        assert rows[method, "mixed", 1].psnr == rows[method, "pairs", 1].psnr
        assert rows[method, "mixed", 2].psnr != rows[method, "pairs", 2].psnr
    assert rows["lut_fit", "mixed", 2].psnr == rows["lut_fit", "pairs", 1].psnr
    assert rows["model", "mixed", 2].psnr not in (rows["model", "pairs", 1].psnr, rows["model", "after", 2].psnr)


def test_captures_are_corrected_without_references(methods: MethodSet, photos: Path) -> None:
    cases = list(capture_cases(photos, 6, seed=1))
    again = next(capture_cases(photos, 6, seed=1))
    assert np.array_equal(cases[0].queries[0][0], again.queries[0][0])
    captures = [case.queries[0][0] for case in cases]
    assert not np.array_equal(captures[0], captures[4]), "four photos: the fifth capture is another one of the first"
    assert max(captures[0].shape) == 256
    rows = run_benchmark({"captures": cases}, methods, [1, 3], seed=0)
    assert [(r.method, r.mode, r.refs, r.n) for r in rows] == [
        (method, "none", 0, 6) for method in ("identity", "model", "oracle")
    ]
    by = {r.method: r for r in rows}
    (capture, finished), inference = cases[2].queries[0], methods.inference
    alone = run_benchmark({"captures": cases[2:3]}, methods, [1], seed=0)[1]
    assert alone.de00 == quality(apply_lut(capture, inference.luts(capture, None)[0]), finished).de00
    assert by["identity"].nearer == 0 and by["oracle"].nearer == 1

    def improved(case: Case) -> bool:
        before, after = case.queries[0]
        return quality(apply_lut(before, inference.luts(before, None)[0]), after).de00 < quality(before, after).de00

    assert by["model"].nearer == pytest.approx(np.mean([improved(case) for case in cases]))


def test_rows_do_not_depend_on_the_number_of_workers(methods: MethodSet, looks: Path, photos: Path) -> None:
    def rows(workers: int) -> list[Row]:
        tasks = {
            "looks": look_cases(looks, photos, 2, Draws(2, 1)),
            "captures": capture_cases(photos, 3, seed=0),
        }
        return run_benchmark(tasks, methods, [2], seed=0, workers=workers)

    threads = torch.get_num_threads()
    assert rows(1) == rows(2)
    assert torch.get_num_threads() == threads


def test_draws_of_one_user_are_one_user(methods: MethodSet, looks: Path, photos: Path) -> None:
    cases = list(look_cases(looks, photos, 2, Draws(2, 1, count=3)))
    assert [case.name for case in cases] == ["faded"] * 3 + ["warm"] * 3
    rows = run_benchmark({"looks": cases}, methods, [1], seed=0)
    row = next(row for row in rows if row.method == "identity" and row.mode == "pairs")
    found = [[[quality(b, a).psnr for b, a in case.queries] for case in cases[start : start + 3]] for start in (0, 3)]
    assert row.n == 6 and row.psnr == pytest.approx(np.mean(found))
    assert (row.psnr_low, row.psnr_high) == nested_interval(found)


def test_mean_over_tasks_compares_equal_photos_only() -> None:
    def row(task: str, refs: int, psnr: float, n: int) -> Row:
        return Row(task, "model", "pairs", refs, psnr, 0, 0, 0, 0, 0, 0, 0, n)

    rows = [row("looks", 1, 30, 8), row("looks", 5, 34, 8), row("users", 1, 20, 8), row("users", 5, 22, 8)]
    assert mean_over_tasks(rows) == {("pairs", 1): 25, ("pairs", 5): 28}
    # users with too few photos for 5 references drop out of that row: no mean over different people
    short = [*rows[:3], row("users", 5, 22, 3)]
    assert mean_over_tasks(short) == {("pairs", 1): 30, ("pairs", 5): 34}
