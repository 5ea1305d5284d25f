"""The audit: what it measures on users of whom the answer is known, and the figures of its findings."""

import json
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest
from typer.testing import CliRunner

from pie_desktop.errors import PieError
from pie_desktop.imaging.lut.apply import apply_lut, identity_lut
from pie_desktop.model.bundle import list_bundles, read_bundle_info
from pie_desktop.paths import resource
from tests.unit.helpers.retouchers import write_retoucher
from training.audit.figures import write_figures
from training.audit.report import audit_report, card_summary
from training.audit.run import Audit, audit
from training.benchmark.cases import Case
from training.benchmark.methods import MethodSet
from training.benchmark.metrics import quality
from training.cli import app

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def methods() -> MethodSet:
    return MethodSet(list_bundles(resource("bundles"))[0].path, "cpu")


def _user(name: str, images: Sequence[np.ndarray], gains: Sequence[float]) -> Case:
    table = identity_lut(17) ** np.array(gains, np.float32)
    pairs = [(np.ascontiguousarray(p), apply_lut(np.ascontiguousarray(p), table)) for p in images]
    return Case(name, pairs[2:], pairs[:2])


@pytest.fixture(scope="module")
def cases(sample_images: dict[str, np.ndarray]) -> list[Case]:
    small = [image[::2, ::2] for image in sample_images.values()]
    images = [*small, *(image[:, ::-1] for image in small)]
    looks = {"warm": (0.7, 1.0, 1.4), "cool": (1.4, 1.0, 0.7), "dark": (1.8, 1.8, 1.8)}
    return [_user(name, images, gains) for name, gains in looks.items()]


@pytest.fixture(scope="module")
def found(methods: MethodSet, cases: list[Case]) -> Audit:
    return audit(methods, "looks", cases, "pairs", refs=3)


def test_the_right_preference_is_told_from_wrong_ones_and_none(found: Audit, cases: list[Case]) -> None:
    psnr = {whose: value.psnr.mean for whose, value in found.nearness.items()}
    for whose in ("other", "reversed", "mismatched", "average", "neutral"):
        assert psnr["right"] > psnr[whose] + 4, whose
    unedited = [quality(photo, answer) for case in cases for photo, answer in case.queries]
    assert psnr["unedited"] == pytest.approx(np.mean([q.psnr for q in unedited]))
    assert found.nearness["unedited"].de00.mean == pytest.approx(np.mean([q.de00 for q in unedited]))
    assert list(found.gains) == ["other", "reversed", "mismatched", "average", "photo"]
    for whose, gain in found.gains.items():
        assert gain.psnr.mean == pytest.approx(psnr["right"] - psnr[whose])
        assert gain.de00.mean == pytest.approx(
            found.nearness[whose].de00.mean - found.nearness["right"].de00.mean, abs=1e-6
        )
        assert gain.psnr.low <= gain.psnr.mean <= gain.psnr.high
    assert found.gains["other"].above_zero
    assert 0.5 < found.share.mean <= 1
    lines = "\n".join(found.lines())
    assert found.photos == 6 and "share of the change" in lines and "gain over reversed" in lines


def test_a_swap_between_users_of_one_taste_gains_nothing(
    methods: MethodSet, sample_images: dict[str, np.ndarray]
) -> None:
    images = [image[::2, ::2] for image in sample_images.values()]
    twins = [_user(name, images, (0.7, 1.0, 1.4)) for name in ("one", "two")]
    same = audit(methods, "looks", twins, "pairs", refs=2)
    for whose in ("other", "average"):
        assert same.gains[whose].psnr.mean == 0 and not same.gains[whose].above_zero
        assert any(f"over {whose}" in line and line.endswith("NOT above 0") for line in same.lines())
    assert same.nearness["neutral"] != same.nearness["right"]


def test_draws_of_one_user_are_no_strangers(methods: MethodSet, cases: list[Case], found: Audit) -> None:
    again = [Case(case.name, case.references[::-1], case.queries[::-1]) for case in cases]
    several = audit(methods, "looks", [*cases, *again], "pairs", refs=3)
    assert (several.users, several.photos, several.names) == (3, 12, found.names)
    # others are the two other users in both draws, never the user's own other draw
    assert several.gains["other"].above_zero
    assert several.nearness["other"].psnr.mean == pytest.approx(found.nearness["other"].psnr.mean, abs=1.5)
    assert several.retrieval[0].chance == pytest.approx(1 / 3)


def test_vectors_find_their_users_and_single_references_count_less_among_more(found: Audit) -> None:
    # six references: two halves of three, and up to five of which one is left out
    assert [entry.refs for entry in found.retrieval] == [1, 3]
    assert found.retrieval[-1].accuracy == 1 and found.retrieval[-1].chance == pytest.approx(1 / 3)
    assert np.shape(found.similarity) == (3, 3) and found.similarity_refs == 3
    assert np.argmax(found.similarity, 1).tolist() == [0, 1, 2]
    moved = {entry.refs: entry.mean for entry in found.sensitivity}
    assert set(moved) == {1, 3, 5} and moved[1] > moved[3] > 0


def test_edits_alone_are_audited_without_their_originals(methods: MethodSet, cases: list[Case], found: Audit) -> None:
    alone = audit(methods, "looks", cases[:2], "after", refs=3)
    assert list(alone.gains) == ["other", "average", "photo"], "pairs cannot be exchanged where there are none"
    black = [Case(c.name, [(np.zeros_like(b), a) for b, a in c.references], c.queries) for c in cases[:2]]
    assert audit(methods, "looks", black, "after", refs=3) == alone, "the originals are not looked at"
    assert alone.nearness["right"] != found.nearness["right"]


def test_too_little_to_audit_is_refused(methods: MethodSet, cases: list[Case]) -> None:
    with pytest.raises(PieError, match="at least 2 users"):
        audit(methods, "looks", cases[:1], "pairs", refs=3)
    with pytest.raises(PieError, match="7 references"):
        audit(methods, "looks", cases, "pairs", refs=7)
    single = [Case(case.name, case.references, case.queries[:1]) for case in cases]
    with pytest.raises(PieError, match="2 photos each; there are 3 with 6 and 1"):
        audit(methods, "looks", single, "pairs", refs=3)


def _drawn(path: Path) -> tuple[ElementTree.Element, list[str]]:
    root = ElementTree.parse(path).getroot()
    return root, [element.text or "" for element in root.iter(f"{SVG}text")]


def test_figures_show_the_numbers(found: Audit, tmp_path: Path) -> None:
    report = audit_report([found], 0, "id")
    gains, psnr, retrieval, sensitivity, similarity = write_figures(report, tmp_path / "figures")
    root, texts = _drawn(psnr)
    shown = [found.nearness[whose].psnr.mean for whose in ("right", "other", "neutral", "unedited")]
    for value in shown:
        assert f"{value:.1f}" in texts
    bars = [r for r in root.iter(f"{SVG}rect") if float(r.get("height", 0)) > 20][1:]
    heights = [float(bar.get("height", 0)) for bar in bars]
    assert np.allclose(np.divide(heights, heights[0]), np.divide(shown, shown[0]), atol=0.01)
    root, texts = _drawn(gains)
    assert {"another user's", "reversed pairs", "mismatched pairs", "mean user", "another photo's answer"} <= set(texts)
    dots = [float(dot.get("cy", 0)) for dot in root.iter(f"{SVG}circle")]
    means = [gain.psnr.mean for gain in found.gains.values()]
    assert len(dots) == 10 and np.corrcoef(dots[:5], means)[0, 1] == pytest.approx(-1)
    assert f"chance, {1 / 3:.0%}" in _drawn(retrieval)[1]
    assert [text for text in _drawn(sensitivity)[1] if text in {"1", "3", "5"}][-2:] == ["3", "5"]
    root, texts = _drawn(similarity)
    assert {"warm", "cool", "dark"} <= set(texts)
    assert sum(path.get("d", "").count("M") for path in root.iter(f"{SVG}path")) == 9


def test_figures_bring_their_own_background(found: Audit, tmp_path: Path) -> None:
    for path in write_figures(audit_report([found], 0, "id"), tmp_path):
        root, _ = _drawn(path)
        first = root.find(f"{SVG}rect")
        assert first is not None and first.get("fill") == "#ffffff"
        assert (first.get("width"), first.get("height")) == (root.get("width"), root.get("height"))


def test_the_card_gets_every_gain_as_a_row(found: Audit) -> None:
    summary = card_summary(audit_report([found, found], 3, "id"))
    assert (summary["seed"], summary["model"], len(summary["gains"])) == (3, "id", 10)
    row = summary["gains"][1]
    about = {"task": "looks", "mode": "pairs", "refs": 3, "users": 3, "photos": 6, "control": "reversed"}
    assert row.items() >= about.items()
    gain = found.gains["reversed"]
    assert row["above_zero"] == gain.above_zero
    for name, mean in (("psnr", gain.psnr), ("de00", gain.de00)):
        values = [row[name], row[f"{name}_low"], row[f"{name}_high"]]
        assert values == pytest.approx([mean.mean, mean.low, mean.high], abs=1e-4)


def test_command_writes_findings_and_figures(
    photo_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("training.audit.references.COUNTS", (1,))
    for name, gains in (("bright", (1.2, 1.2, 1.2)), ("warm", (1.1, 1.0, 0.8))):
        write_retoucher(tmp_path / f"{name}.safetensors", gains)
    model = tmp_path / "copy.piemodel"
    shutil.copytree(list_bundles(resource("bundles"))[0].path, model)
    options = ["--photos", str(photo_folder), "--retouchers", str(tmp_path), "--model", str(model)]
    small = ["--users", "2", "--refs", "2", "--queries", "2", "--workers", "1", "--device", "cpu"]
    outputs = ["--json", str(tmp_path / "audit.json"), "--figures", str(tmp_path / "figures"), "--record"]
    result = CliRunner().invoke(app, ["audit", *options, *small, *outputs], catch_exceptions=False)
    assert result.exit_code == 0 and "by chance 50%" in result.output
    report: dict[str, Any] = json.loads((tmp_path / "audit.json").read_text(encoding="utf-8"))
    tasks = ("simulated", "targets", "learned retouchers")
    assert [(a["task"], a["mode"]) for a in report["audits"]] == [(t, m) for t in tasks for m in ("pairs", "after")]
    assert report["audits"][4]["names"] == ["bright", "warm"]
    assert sorted(path.stem for path in (tmp_path / "figures").iterdir()) == [
        "gains",
        "psnr",
        "retrieval",
        "sensitivity",
        "similarity",
    ]
    card = read_bundle_info(model).card
    assert card["audit"] == card_summary(report) and card["benchmark"]
