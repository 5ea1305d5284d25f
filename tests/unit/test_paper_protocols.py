"""FiveK as the papers test with it, on small data sets that are laid out like theirs."""

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
import torch
import torchvision
from PIL import Image
from typer.testing import CliRunner

from pie_desktop.errors import PieError
from pie_desktop.model.preference import ReferencePixels
from training.benchmark.methods import MethodSet, Retouch
from training.benchmark.paper_metrics import lpips_distance, paper_quality
from training.benchmark.published import PROTOCOLS, PaperProtocol, _draws, people_of, run_protocol
from training.cli import app
from training.data.fivek import find_dataset

GAINS = {"A": 1.2, "C": 0.8}
IDENTITY = MethodSet(Path("unused"), others=("identity", "lut_fit"))


def _photos(folder: Path) -> list[np.ndarray]:
    return [np.asarray(Image.open(path)) for path in sorted(folder.glob("*.jpg"))]


def _save(path: Path, image: np.ndarray) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(np.clip(image, 0, 255).astype(np.uint8)).save(path, quality=97)


@pytest.fixture
def starenhancer(tmp_path: Path, photo_folder_of_crops: Path) -> Path:
    """Photos 4493 to 4504 in folders without splits: what comes after 4500 is tested with."""
    for number, photo in enumerate(_photos(photo_folder_of_crops)[:12], 4493):
        _save(tmp_path / "fivek" / "06-Inputs-Zeroed" / f"a{number}.jpg", photo)
        for place, (expert, gain) in enumerate(GAINS.items(), 1):
            _save(tmp_path / "fivek" / f"{place:02d}-Experts-{expert}" / f"a{number}.jpg", photo * gain)
    return tmp_path / "fivek"


@pytest.fixture
def msm(tmp_path: Path, photo_folder_of_crops: Path) -> Path:
    photos = _photos(photo_folder_of_crops)
    for expert, gain in GAINS.items():
        for split, numbers in (("test", range(3)), ("test_ref", range(3, 11))):
            for number in numbers:
                folder = tmp_path / "msm" / split
                _save(folder / f"Expert{expert}_input" / f"a{4501 + number}.jpg", photos[number])
                _save(folder / f"Expert{expert}" / f"a{4501 + number}.jpg", photos[number] * gain)
    return tmp_path / "msm"


def test_the_last_five_hundred_are_tested_with(starenhancer: Path) -> None:
    people = people_of(find_dataset(starenhancer))
    assert [person.name for person in people] == ["expert A", "expert C"]
    assert [after.stem for _, after in people[0].tested] == ["a4501", "a4502", "a4503", "a4504"]
    assert len(people[0].preferred) == 8
    assert [person.name for person in people_of(find_dataset(starenhancer), ["expert C"])] == ["expert C"]
    with pytest.raises(PieError, match="has no style expert B"):
        people_of(find_dataset(starenhancer), ["expert B"])


def test_preferred_photos_are_the_blocks_of_test_ref(msm: Path) -> None:
    person = people_of(find_dataset(msm))[0]
    draws = list(_draws(person, PaperProtocol("", refs=(3, 9), draws=4, blocks=True), seed=1))
    assert [draw.count for draw in draws] == [3] * 4, "of nine there are too few"
    assert [draw.chosen for draw in draws[:2]] == [[0, 1, 2], [3, 4, 5]]
    assert all(len(set(draw.chosen)) == 3 for draw in draws[2:]), "what is left is drawn"
    names = {person.preferred[number][1].parent for draw in draws for number in draw.chosen}
    assert names == {msm / "test_ref" / "ExpertA"}


def test_rows_are_means_over_people_at_the_protocols_size(msm: Path) -> None:
    protocol = PaperProtocol("", refs=(2, 4), draws=2, square=96, blocks=True)
    people = people_of(find_dataset(msm))
    rows = {(row.method, row.mode, row.refs): row for row in run_protocol(people, protocol, IDENTITY)}
    assert set(rows) == {(m, "pairs", n) for m in ("identity", "lut_fit") for n in (2, 4)}
    unedited, fitted = rows["identity", "pairs", 2], rows["lut_fit", "pairs", 4]
    assert (unedited.people, unedited.photos, unedited.psnr_std) == (2, 6, 0)
    assert fitted.psnr > unedited.psnr + 8 and fitted.deab < unedited.deab / 3 and fitted.ssim > 0.95
    assert fitted.psnr_std > 0 and fitted.lpips is None
    each = []
    for person in people:
        found = []
        for before, after in person.tested:
            images = [
                np.asarray(Image.open(path).resize((96, 96), Image.Resampling.NEAREST)) for path in (before, after)
            ]
            found.append(-10 * np.log10(np.mean((images[0] / 255.0 - images[1] / 255.0) ** 2)))
        each.append(np.mean(found))
    assert unedited.psnr == pytest.approx(np.mean(each), abs=0.4)
    assert run_protocol(people, protocol, IDENTITY, workers=2) == list(rows.values())


def test_what_gives_equal_results_is_computed_once(msm: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A method that does not look at originals is the same with pairs and with edits alone."""
    learn, asked = MethodSet.learn, []

    def counted(self: MethodSet, method: str, references: Sequence[ReferencePixels]) -> Retouch | None:
        asked.append(method)
        return learn(self, method, references)

    monkeypatch.setattr(MethodSet, "learn", counted)
    methods = MethodSet(Path("unused"), others=("reinhard",))
    pairs, alone = run_protocol(people_of(find_dataset(msm)), PaperProtocol("", refs=(3,), draws=2, square=64), methods)
    assert asked == ["reinhard"] * 4, "once for each of two people and two draws"
    assert (pairs.mode, alone.mode) == ("pairs", "after") and pairs.psnr == alone.psnr


def test_a_photo_that_is_a_pixel_smaller_is_compared(msm: Path) -> None:
    path = msm / "test" / "ExpertA_input" / "a4501.jpg"
    Image.open(path).crop((0, 0, 239, 180)).save(path)
    row = run_protocol(people_of(find_dataset(msm)), PaperProtocol("", refs=(2,), draws=1), IDENTITY)[0]
    assert row.photos == 6 and np.isfinite(row.psnr)


def test_too_few_preferred_photos_are_told(msm: Path) -> None:
    with pytest.raises(PieError, match="Nobody has 20 preferred photos; name smaller numbers with --refs"):
        run_protocol(people_of(find_dataset(msm)), PROTOCOLS["msm"], IDENTITY)


def test_metrics_of_the_papers() -> None:
    generator = np.random.default_rng(3)
    image = np.asarray(Image.fromarray(generator.integers(0, 255, (30, 40, 3), np.uint8)).resize((600, 512)))
    same = paper_quality(image, image)
    assert (same.psnr, same.ssim, same.deab, same.lpips) == (60, pytest.approx(1), 0, None)
    off = paper_quality((image * 0.9).astype(np.uint8), image)
    expected = -10 * np.log10(np.mean(((image * 0.9).astype(np.uint8) / 255.0 - image / 255.0) ** 2))
    assert off.psnr == pytest.approx(expected, abs=1e-3) and 2 < off.deab < 12 and 0.9 < off.ssim < 1
    # of an image twice as large, averaged down to the same blocks, SSIM is the same
    twice = paper_quality(*(np.repeat(np.repeat(one, 2, 0), 2, 1) for one in ((image * 0.9).astype(np.uint8), image)))
    assert twice.ssim == pytest.approx(off.ssim, abs=1e-6) and twice.psnr == pytest.approx(off.psnr, abs=1e-3)


def test_lpips_reads_alexnet_and_nothing_else(tmp_path: Path) -> None:
    torch.manual_seed(0)
    weights = tmp_path / "alexnet.pth"
    torch.save(torchvision.models.alexnet(weights=None).state_dict(), weights)
    image = np.random.default_rng(1).integers(0, 255, (64, 64, 3), np.uint8)
    near, far = (np.clip(image.astype(int) + change, 0, 255).astype(np.uint8) for change in (4, 60))
    assert lpips_distance(image, image, weights) == 0
    assert 0 < lpips_distance(near, image, weights) < lpips_distance(far, image, weights)
    assert paper_quality(far, image, weights).lpips == pytest.approx(lpips_distance(far, image, weights))
    with pytest.raises(PieError, match="There is no file"):
        lpips_distance(image, image, tmp_path / "none.pth")
    torch.save({"features.0.weight": torch.zeros(1)}, tmp_path / "other.pth")
    with pytest.raises(PieError, match="does not hold the weights"):
        lpips_distance(image, image, tmp_path / "other.pth")


@pytest.mark.slow
def test_command_with_the_shipped_model(msm: Path, tmp_path: Path) -> None:
    out = tmp_path / "rows.json"
    command = ["fivek", "--dataset", str(msm), "--protocol", "msm", "--refs", "5", "--draws", "1", "--json", str(out)]
    done = CliRunner().invoke(app, [*command, "--photos", "2", "--workers", "1"])
    assert done.exit_code == 0, done.output
    found = json.loads(out.read_text())
    rows = {(row["method"], row["mode"]): row for row in found["rows"]}
    assert found["people"] == ["expert A", "expert C"] and rows["model", "pairs"]["photos"] == 4
    assert rows["model", "pairs"]["psnr"] > rows["identity", "pairs"]["psnr"] + 6
    assert ("model", "after") in rows and ("lut_fit", "after") not in rows
    wrong = CliRunner().invoke(app, [*command[:3], "--protocol", "pienet"])
    assert isinstance(wrong.exception, PieError) and "starenhancer or msm" in str(wrong.exception)
