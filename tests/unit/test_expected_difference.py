"""The expected difference from the user's own edit, from the model to the receipt."""

import json
from pathlib import Path

import numpy as np
import pytest

from pie_desktop.edit.transform import Transform
from pie_desktop.engine.engine import Engine
from pie_desktop.export import journal as journals
from pie_desktop.export.job import Running, run_job
from pie_desktop.export.kept import read_export
from pie_desktop.export.report import ExportItem, ExportReport
from pie_desktop.imaging.lut.apply import apply_lut, identity_lut
from pie_desktop.model.inference import Inference
from pie_desktop.model.preference import ReferencePixels
from pie_desktop.styles.store import StyleLibrary
from tests.doubles.models import UnsureModel, any_preference
from tests.unit.helpers.exports import ALONE, LUT, Model, part
from tests.unit.helpers.tiny_bundles import tiny_bundle


@pytest.fixture(scope="module")
def photos(sample_images: dict[str, np.ndarray]) -> list[np.ndarray]:
    return [image[:200, :300] for image in sample_images.values()]


@pytest.fixture(scope="module")
def inference(tmp_path_factory: pytest.TempPathFactory, photos: list[np.ndarray]) -> Inference:
    return Inference(tiny_bundle(tmp_path_factory.mktemp("bundle") / "tiny.piemodel", np.stack(photos)), "cpu")


def _references(photos: list[np.ndarray]) -> list[ReferencePixels]:
    return [ReferencePixels(apply_lut(photo, identity_lut() ** np.float32(0.8)), photo) for photo in photos[:2]]


def test_an_answer_is_luts_and_error_to_the_last_bit(inference: Inference, photos: list[np.ndarray]) -> None:
    preference = inference.encode(_references(photos))
    neutral, preferred, error, fit_error = inference.answer(photos[3], preference)
    expected = inference.luts(photos[3], preference)
    assert np.array_equal(neutral, expected[0]) and np.array_equal(preferred, expected[1])
    assert error is not None and error == inference.expected_error(photos[3], preference)
    assert fit_error is None


def test_an_answer_takes_one_pass_of_the_network(
    inference: Inference, photos: list[np.ndarray], monkeypatch: pytest.MonkeyPatch
) -> None:
    preference = inference.encode(_references(photos))
    passes: list[int] = []
    network = inference._network
    plain = network.predict
    monkeypatch.setattr(network, "predict", lambda *arguments: passes.append(1) or plain(*arguments))
    inference.answer(photos[3], preference)
    assert passes == [1]


def test_nobody_s_edit_is_expected_without_a_preference(inference: Inference, photos: list[np.ndarray]) -> None:
    assert inference.answer(photos[0], None).expected_error is None


def test_a_model_without_it_does_not_know(photos: list[np.ndarray], tmp_path: Path) -> None:
    model = Inference(tiny_bundle(tmp_path / "tiny.piemodel", np.stack(photos), expected_error=False), "cpu")
    preference = model.encode(_references(photos))
    assert (
        model.answer(photos[3], preference).expected_error is None
        and model.expected_error(photos[3], preference) is None
    )


def test_photos_are_like_themselves_in_parts_as_at_once(
    inference: Inference, photos: list[np.ndarray], monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = inference.likeness(photos)
    np.testing.assert_allclose(np.diagonal(whole), 1, atol=1e-5)
    monkeypatch.setattr("pie_desktop.model.answering.IMAGES_AT_ONCE", 3)
    np.testing.assert_allclose(inference.likeness(photos), whole, atol=1e-5)
    assert inference.likeness([]).shape == (0, 0)


def test_the_engine_tells_it_with_the_transform(tmp_path: Path) -> None:
    engine = Engine(StyleLibrary(tmp_path / "styles", builtin=tmp_path / "none"), Path("m"), "cpu", UnsureModel)
    gray = np.full((20, 30, 3), 100, np.uint8)
    assert engine.transform(gray, any_preference("m")).expected_error == 8.0
    assert engine.transform(gray, None).expected_error is None


def test_the_error_of_a_burst_is_the_mean_of_its_frames() -> None:
    transforms = [Transform(LUT, LUT, error) for error in (2.0, 5.0, None)]
    assert Transform.mean(transforms).expected_error == 3.5
    assert Transform.mean([Transform(LUT, LUT)]).expected_error is None


def unsure(proxy: np.ndarray) -> Transform:
    return Transform(LUT, LUT, float(proxy.mean()) / 10)


def test_every_photo_has_it_in_report_and_receipts(photo_folder: Path, tmp_path: Path) -> None:
    text = tmp_path / "receipt.txt"
    report = run_job([part(photo_folder, tmp_path / "out", unsure)], Running(workers=0, receipt=text))
    errors = [item.expected_error for item in report.items]
    assert None not in errors and len(set(errors)) == 4
    assert report.receipt is not None
    document = json.loads(report.receipt.with_suffix(".json").read_text())
    assert [photo["expected_error"] for photo in document["parts"][0]["photos"]] == errors
    assert f"ΔE {errors[0]:.1f}" in report.receipt.read_text() and f"ΔE {errors[0]:.1f}" in text.read_text()


def test_receipts_do_not_speak_of_what_is_unknown(photo_folder: Path, tmp_path: Path) -> None:
    report = run_job([part(photo_folder, tmp_path / "out", Model())], ALONE)
    assert report.receipt is not None and "Expected difference" not in report.receipt.read_text()
    document = json.loads(report.receipt.with_suffix(".json").read_text())
    assert {photo["expected_error"] for photo in document["parts"][0]["photos"]} == {None}


def test_journals_of_earlier_versions_are_read(photo_folder: Path, tmp_path: Path) -> None:
    report = run_job([part(photo_folder, tmp_path / "out", unsure)], ALONE)
    assert report.receipt is not None
    folder = report.receipt.parent
    assert [item.expected_error for item in read_export(folder).items.values()] == [
        item.expected_error for item in report.items
    ]
    lines = [
        json.dumps({k: v for k, v in record.items() if k != "expected_error"}) for record in journals.records(folder)
    ]
    (folder / "journal.jsonl").write_text("\n".join(lines) + "\n")
    kept = read_export(folder)
    assert [item.expected_error for item in kept.items.values()] == [None] * 4
    assert kept.items[0].general == report.items[0].general


def test_the_report_names_the_photos_to_look_at(tmp_path: Path) -> None:
    def item(name: str, error: float | None) -> ExportItem:
        return ExportItem(tmp_path / name, tmp_path / "out", "written", expected_error=error)

    items = [item("a.jpg", 2.0), item("b.jpg", 7.0), item("c.jpg", None), item("d.jpg", 3.0), item("e.jpg", 4.0)]
    assert ExportReport(tuple(items), 1.0).expectation == (
        "Expected difference from your own edits: about 4.0 ΔE00 on average; "
        "the most for b.jpg (7.0), e.jpg (4.0), d.jpg (3.0)"
    )
    assert ExportReport((items[0],), 1.0).expectation == "Expected difference from your own edits: about 2.0 ΔE00"
    assert ExportReport((items[2],), 1.0).expectation is None
