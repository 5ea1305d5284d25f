"""The audit: what it measures on users of whom the answer is known, and the figures of its findings."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest
from typer.testing import CliRunner

from pie_desktop.errors import PieError
from pie_desktop.imaging.lut.apply import apply_lut, identity_lut
from pie_desktop.model.bundle import list_bundles
from pie_desktop.paths import resource
from training.audit.figures import write_figures
from training.audit.run import Audit, audit, audit_report
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
    return Case(name, pairs[1:], pairs[:1])


@pytest.fixture(scope="module")
def cases(sample_images: dict[str, np.ndarray]) -> list[Case]:
    small = [image[::2, ::2] for image in sample_images.values()]
    images = [*small, *(image[:, ::-1] for image in small[:3])]
    looks = {"warm": (0.7, 1.0, 1.4), "cool": (1.4, 1.0, 0.7), "dark": (1.8, 1.8, 1.8)}
    return [_user(name, images, gains) for name, gains in looks.items()]


@pytest.fixture(scope="module")
def found(methods: MethodSet, cases: list[Case]) -> Audit:
    return audit(methods, "looks", cases, "pairs", refs=3)


def test_the_right_preference_is_told_from_a_wrong_one_and_none(found: Audit, cases: list[Case]) -> None:
    psnr = {whose: value.mean for whose, value in found.psnr.items()}
    assert psnr["right"] > psnr["null"] + 4 and psnr["right"] > psnr["swapped"] + 4
    unedited = [quality(photo, answer).psnr for case in cases for photo, answer in case.queries]
    assert psnr["identity"] == pytest.approx(np.mean(unedited))
    assert found.psnr["right"].low <= psnr["right"] <= found.psnr["right"].high
    assert 0.5 < found.share.mean <= 1
    assert found.photos == 3 and any("share of the change" in line for line in found.lines())


def test_a_swap_between_users_of_one_taste_costs_nothing(
    methods: MethodSet, sample_images: dict[str, np.ndarray]
) -> None:
    images = [image[::2, ::2] for image in sample_images.values()]
    twins = [_user(name, images, (0.7, 1.0, 1.4)) for name in ("one", "two")]
    same = audit(methods, "looks", twins, "pairs", refs=3)
    assert same.psnr["swapped"] == same.psnr["right"]
    assert same.psnr["null"] != same.psnr["right"]


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
    black = [Case(c.name, [(np.zeros_like(b), a) for b, a in c.references], c.queries) for c in cases[:2]]
    assert audit(methods, "looks", black, "after", refs=3) == alone, "the originals are not looked at"
    assert alone.psnr["right"] != found.psnr["right"]


def test_too_little_to_audit_is_refused(methods: MethodSet, cases: list[Case]) -> None:
    with pytest.raises(PieError, match="at least 2 users"):
        audit(methods, "looks", cases[:1], "pairs", refs=3)
    with pytest.raises(PieError, match="7 references"):
        audit(methods, "looks", cases, "pairs", refs=7)


def _drawn(path: Path) -> tuple[ElementTree.Element, list[str]]:
    root = ElementTree.parse(path).getroot()
    return root, [element.text or "" for element in root.iter(f"{SVG}text")]


def test_figures_show_the_numbers(found: Audit, tmp_path: Path) -> None:
    report = audit_report([found], 0, "id")
    psnr, retrieval, sensitivity, similarity = write_figures(report, tmp_path / "figures")
    root, texts = _drawn(psnr)
    for value in report["audits"][0]["psnr"].values():
        assert f"{value['mean']:.1f}" in texts
    bars = [r for r in root.iter(f"{SVG}rect") if float(r.get("height", 0)) > 20][1:]
    heights = [float(bar.get("height", 0)) for bar in bars]
    means = [value.mean for value in found.psnr.values()]
    assert np.allclose(np.divide(heights, heights[0]), np.divide(means, means[0]), atol=0.01)
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


def test_command_writes_findings_and_figures(
    photo_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("training.audit.run.COUNTS", (1,))
    options = ["--photos", str(photo_folder), "--users", "2", "--refs", "2", "--queries", "1", "--workers", "1"]
    outputs = ["--json", str(tmp_path / "audit.json"), "--figures", str(tmp_path / "figures")]
    result = CliRunner().invoke(app, ["audit", *options, *outputs, "--device", "cpu"], catch_exceptions=False)
    assert result.exit_code == 0 and "by chance 50%" in result.output
    report: dict[str, Any] = json.loads((tmp_path / "audit.json").read_text(encoding="utf-8"))
    assert [(a["task"], a["mode"]) for a in report["audits"]] == [("simulated", "pairs"), ("simulated", "after")]
    assert sorted(path.name for path in (tmp_path / "figures").iterdir()) == [
        "psnr.svg",
        "retrieval.svg",
        "sensitivity.svg",
        "similarity.svg",
    ]
