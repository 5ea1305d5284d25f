"""The benchmark: same references for all, honest methods, and numbers that can be read back."""

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from pie_desktop.errors import PieError
from pie_desktop.imaging.lut import apply_lut, identity_lut
from pie_desktop.imaging.lut_files import write_cube
from pie_desktop.model.bundle import list_bundles
from pie_desktop.paths import resource
from training.audit import audit
from training.baselines.histogram import histogram_transfer
from training.baselines.lut_fit import fit_lut, sampled_colors
from training.baselines.reinhard import reinhard_transfer
from training.benchmark import report, run_benchmark, write_json
from training.methods import MethodSet
from training.metrics import bootstrap_interval, quality
from training.tasks import look_cases, own_case, simulated_cases, user_cases


@pytest.fixture(scope="module")
def methods() -> MethodSet:
    return MethodSet(list_bundles(resource("bundles"))[0].path, "cpu")


@pytest.fixture(scope="module")
def photos(tmp_path_factory: pytest.TempPathFactory, sample_pictures: dict[str, np.ndarray]) -> Path:
    folder = tmp_path_factory.mktemp("test_photos")
    for name, picture in sample_pictures.items():
        Image.fromarray(picture).save(folder / f"{name}.png")
    return folder


@pytest.fixture
def looks(tmp_path: Path) -> Path:
    folder = tmp_path / "looks"
    folder.mkdir()
    identity = identity_lut(17)
    write_cube(folder / "warm.cube", identity ** np.array([0.8, 1.0, 1.25], np.float32), "warm")
    write_cube(folder / "faded.cube", 0.08 + 0.84 * identity, "faded")
    return folder


def test_statistics_transfer_hits_mean_and_spread(sample_pictures: dict[str, np.ndarray]) -> None:
    from skimage.color import rgb2lab

    photo, edit = sample_pictures["coffee"], sample_pictures["rocket"]
    result, wanted = (rgb2lab(p).reshape(-1, 3) for p in (reinhard_transfer(photo, [edit]), edit))
    assert np.abs(result.mean(0) - wanted.mean(0)).max() < 6  # what clipping leaves


def test_histogram_matching_of_itself_changes_nothing(sample_pictures: dict[str, np.ndarray]) -> None:
    photo = sample_pictures["coffee"]
    assert np.abs(histogram_transfer(photo, [photo]).astype(int) - photo).max() <= 1


def test_lut_fit_recovers_a_smooth_look(sample_pictures: dict[str, np.ndarray]) -> None:
    photo = sample_pictures["coffee"]
    before = sampled_colors(photo)
    result = apply_lut(photo, fit_lut(before, before * 0.8 + 0.1))
    assert np.abs(result - (photo * 0.8 + 25.5)).mean() < 1


def test_quality_of_equal_pictures_is_capped(sample_pictures: dict[str, np.ndarray]) -> None:
    photo = sample_pictures["coffee"]
    same = quality(photo, photo)
    assert (same.psnr, same.de00) == (60.0, 0.0) and same.ssim == pytest.approx(1)
    # an error of one level everywhere is 48.13 dB
    assert quality(np.clip(photo, 1, 255) - 1, np.clip(photo, 1, 255)).psnr == pytest.approx(48.13, abs=0.01)


def test_bootstrap_interval_covers_the_mean() -> None:
    values = np.random.default_rng(0).normal(30, 2, 200)
    low, high = bootstrap_interval(values)
    assert low < values.mean() < high and high - low == pytest.approx(4 * 2 / 200**0.5, rel=0.2)


def test_looks_table(methods: MethodSet, looks: Path, photos: Path, tmp_path: Path) -> None:
    cases = list(look_cases(looks, photos, count=2, most=3, queries=1, seed=0))
    assert [len(c.references) for c in cases] == [3, 3]
    for case in cases:
        assert not any(np.array_equal(case.queries[0][0], before) for before, _ in case.references)
    rows = run_benchmark({"looks": cases}, methods, [1, 3], seed=0)
    by = {(r.method, r.mode, r.refs): r for r in rows}
    assert by["identity", "pairs", 1].psnr == by["identity", "after", 3].psnr
    assert ("lut_fit", "after", 1) not in by
    for method in ("model", "lut_fit", "oracle"):
        assert by[method, "pairs", 3].psnr > by["identity", "pairs", 3].psnr + 5
    write_json(tmp_path / "b.json", report(rows, 0, "id"))
    stored = json.loads((tmp_path / "b.json").read_text())
    assert stored["model"] == "id" and len(stored["rows"]) == len(rows)
    numbers = {"psnr", "psnr_low", "psnr_high", "psnr_median", "ssim", "de00", "deab", "n"}
    assert {"task", "method", "mode", "refs"} | numbers <= set(stored["rows"][0])


def test_simulated_users_are_the_same_every_time(photos: Path) -> None:
    first, again = (next(iter(simulated_cases(photos, 1, 2, 1, seed=5))) for _ in range(2))
    assert np.array_equal(first.queries[0][1], again.queries[0][1])


def test_user_folders_and_own_edits(photos: Path, tmp_path: Path) -> None:
    for part in ("before", "after"):
        (tmp_path / "users" / "ann" / part).mkdir(parents=True)
    for path in photos.glob("*.png"):
        picture = np.asarray(Image.open(path))
        Image.fromarray(picture).save(tmp_path / "users" / "ann" / "before" / path.name)
        Image.fromarray((picture * 0.7).astype(np.uint8)).save(tmp_path / "users" / "ann" / "after" / path.name)
    (case,) = user_cases(tmp_path / "users", 2, 1, 0)
    assert case.name == "ann" and len(case.references) == 2
    own = own_case(tmp_path / "users" / "ann" / "after", tmp_path / "users" / "ann" / "before", 2, 1, 0)
    assert len(own.queries) == 1
    (tmp_path / "none").mkdir()
    with pytest.raises(PieError, match="No user was found"):
        list(user_cases(tmp_path / "none", 1, 1, 0))
    with pytest.raises(PieError, match="No look"):
        list(look_cases(tmp_path / "none", photos, 1, 1, 1, 0))


def test_audit_finds_that_the_preference_steers(methods: MethodSet, looks: Path, photos: Path) -> None:
    cases = list(look_cases(looks, photos, count=2, most=2, queries=1, seed=0))
    found = audit(methods.inference, cases, "pairs")
    assert found.psnr_right > found.psnr_identity and found.psnr_right > found.psnr_swapped + 4
    assert 0.5 < found.preference_share <= 1 and found.sensitivity > 0
    assert found.chance == 0.5 and any(line.startswith("psnr right") for line in found.lines())
