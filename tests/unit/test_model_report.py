"""The report on a model: better only where the interval excludes zero, in plain words, and kept with the model."""

import json
from pathlib import Path

import numpy as np
import pytest

from pie_desktop.errors import BundleError, PieError
from pie_desktop.model.blind_test import BlindTest, Pick, write_blind_test
from pie_desktop.model.bundle import read_bundle_info
from pie_desktop.model.report import FILE, FOLDER, Gain, picture_path, read_report
from tests.own_edits import edits_folder
from tests.unit.helpers.model_reports import kept_report, made_report
from tests.unit.helpers.tiny_bundles import tiny_bundle
from training.benchmark.report_cli import report as show
from training.benchmark.report_page import report_page


def test_the_interval_is_that_of_the_mean() -> None:
    """Of many values it is the normal one: mean 1, standard deviation 2, 400 photos: 1 +- 1.96 * 0.1."""
    values = np.random.default_rng(1).normal(size=400)
    values = 1 + 2 * (values - values.mean()) / values.std()
    found = Gain.of(values.tolist())
    assert found.mean == pytest.approx(1) and found.low == pytest.approx(0.804, abs=0.02)
    assert found.high == pytest.approx(1.196, abs=0.02)


@pytest.mark.parametrize(
    ("gains", "chosen", "verdict", "said"),
    [
        ((1.0, 1.2, 0.8, 1.1, 0.9), False, "better", "Your model is better than"),
        ((1.0, 1.2, 0.8, 1.1, 0.9), True, "too few to tell", "a style usually serves as well"),  # these chose it
        ((0.07, 0.07, 0.07), False, "too few to tell", "too few to tell"),
        ((3.0, -2.0, 2.0, -2.5, 0.1, 0.2), False, "about the same", "about the same as"),
        ((-1.0, -0.8, -0.9, -1.2, -0.2), False, "worse", "use a style instead"),
    ],
)
def test_verdicts(gains: tuple[float, ...], chosen: bool, verdict: str, said: str) -> None:
    found = made_report(gains, chosen)
    assert found.verdict == verdict == found.to_proof()["verdict"] and said in found.sentences()[0]
    assert found.over_references.mean == pytest.approx(np.mean(gains)) and found.de00.mean == pytest.approx(
        -np.mean(gains) / 2
    )
    assert found.over_shipped.mean == pytest.approx(np.mean([3 + n / 10 + gain for n, gain in enumerate(gains)]))
    assert ("flatter" in found.sentences()[1]) == chosen


def test_the_most_improved_and_the_worst_are_named() -> None:
    found = made_report((0.1, 4.0, -1.0, 0.2, 0.3, 2.0, 0.4))
    named = [[photo.name for photo in photos] for photos in found.extremes]
    assert named == [["1.jpg", "5.jpg", "6.jpg", "4.jpg"], ["2.jpg", "0.jpg", "3.jpg"]]  # none in both
    assert "1.jpg +4.00 dB" in found.lines()[-2] and found.lines()[-1].startswith("Worst: 2.jpg -1.00 dB")
    assert len(made_report((1.0,)).lines()) == 4  # one photo alone is not the worst, too


def test_it_is_kept_with_the_model_and_read_back(tmp_path: Path) -> None:
    assert read_report(tmp_path) is None
    report = kept_report(tmp_path, (1.0, 2.0))
    assert read_report(tmp_path) == report


@pytest.mark.parametrize(
    "change",
    [
        {"format": 2},
        {"photos": []},
        {"photos": [{"name": 3}]},
        {"references": "many"},
        {"photos": [{"name": "a", "number": 1, "unedited": {"psnr": None, "de00": 1}}]},
    ],
    ids=str,
)
def test_a_damaged_one_is_said_to_be(tmp_path: Path, change: dict[str, object]) -> None:
    kept_report(tmp_path, (1.0, 2.0))
    file = tmp_path / FOLDER / FILE
    file.write_text(json.dumps(json.loads(file.read_text(encoding="utf-8")) | change), encoding="utf-8")
    with pytest.raises(BundleError, match="make it again"):
        read_report(tmp_path)


def test_one_number_twice_would_show_one_picture_for_two_photos(tmp_path: Path) -> None:
    kept_report(tmp_path, (1.0, 2.0))
    file = tmp_path / FOLDER / FILE
    file.write_text(file.read_text(encoding="utf-8").replace('"number": 2', '"number": 1'), encoding="utf-8")
    with pytest.raises(BundleError):
        read_report(tmp_path)


def test_the_page_has_the_pictures_and_names_are_only_text(tmp_path: Path) -> None:
    report = kept_report(tmp_path, (1.0, -2.0, 0.5))
    picture_path(tmp_path, report.photos[2], "shipped").unlink()
    page = report_page("<script>alert(1)</script>", tmp_path, report, ["You & me"])
    assert "<script>" not in page and "&lt;script&gt;" in page and "You &amp; me" in page
    assert page.count("<img") == 3 * 5 - 1 and "http" not in page and page.index("0.jpg") < page.index("1.jpg")


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory, sample_images: dict[str, np.ndarray]) -> Path:
    photos = np.stack([image[:200, :200] for image in sample_images.values()])
    return tiny_bundle(tmp_path_factory.mktemp("models") / "tiny.piemodel", photos)


def test_the_command_makes_prints_and_writes_it(
    model: Path, photo_folder_of_crops: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    edits = edits_folder(tmp_path / "edits", photo_folder_of_crops, 6)
    with pytest.raises(PieError, match="has no report; name the folder"):
        show(model)
    show(model, pairs=[edits], references=2, device="cpu", output=tmp_path / "new" / "a.json", html=tmp_path / "a.html")
    found = json.loads((tmp_path / "new" / "a.json").read_text(encoding="utf-8"))
    assert len(found["photos"]) == 4 and found["references"] == 2 and found["blind_test"] is None
    assert set(found["means"]) == {"before", "shipped", "references", "ours"}
    assert (tmp_path / "a.html").read_text(encoding="utf-8").count("<img") >= 4 * 2
    assert read_bundle_info(model).card["proof"]["photos"] == 4  # what the list of models shows
    said = capsys.readouterr().out
    assert "as references" in said.splitlines()[0] and "Over the shipped model" in said
    write_blind_test(model, BlindTest(1, tuple(Pick(number, "ours") for number in range(1, 5))))
    show(model)
    assert "You preferred your model 4 of 4 times: too few to tell" in capsys.readouterr().out
    show(model, pairs=[edits], references=2, device="cpu")
    assert "You preferred" not in capsys.readouterr().out  # those picks were of other pictures


@pytest.mark.parametrize("name", ["nothing", "run"])
def test_what_is_neither_a_model_nor_a_run_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "made.json").write_text('{"done": {"bundle": null}}')
    with pytest.raises(PieError, match="neither a model nor the folder of a run"):
        show(tmp_path / name)
