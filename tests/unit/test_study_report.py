"""The page of a study: complete, drawn from the results alone, and with conclusions that follow from them."""

from pathlib import Path
from typing import get_args
from xml.etree import ElementTree

import pytest

from tests.unit.helpers.study_results import LOSSES, PSNR, SYSTEMS, TASKS, steering_entry, study_results
from training.benchmark.metrics import Mean
from training.study.conclusions import conclusions, verdict
from training.study.config import Kind
from training.study.figures import write_figures
from training.study.page import study_page
from training.study.protocols import PROTOCOLS
from training.study.words import PROTOCOL_TITLES, method_titles, number


def test_every_method_has_its_row_and_every_system_its_numbers() -> None:
    results = study_results()
    page = study_page(results, "study")
    lines = page.splitlines()
    titles = method_titles(results)
    for method, (alone, pairs) in PSNR.items():
        rows = [line for line in lines if line.startswith(f"| {titles[method]} |") and "9.0" in line]
        assert len(rows) == 2 * ((alone is not None) + (pairs is not None)), method
    assert f"| {titles['lut_fit']} | - | - |" in lines, "without pairs there is nothing to fit"
    for name, (title, *_) in SYSTEMS.items():
        assert f"{title} (`{name}`)" in page
        assert f"| {title} | 300,000 | 200,000 | 180 | 1,234 | 5,678 | 23.0 dB |" in page
    for title in LOSSES.values():
        assert any(line.startswith(f"| {title} | 0.") for line in lines)
    budgets = ("76 minutes, 13,945 steps", "4 minutes of processor time")
    for text in (*budgets, "22.5 (21.0 to 24.0), 9.0", "study/coffee.jpg"):
        assert text in page, text
    for figure in ("quality", "curves", "steering", "tsne", "tsne-losses"):
        assert f"(study/{figure}.svg)" in page


def test_departures_and_learning_rates_stand_in_one_table_each_and_standing_still_is_said() -> None:
    results = study_results()
    assert "not as their papers" not in study_page(results, "study") and "leaves photos" not in study_page(results, "s")
    for system in results["systems"]:
        system |= {"departures": [], "rates": {"encoder": 1e-3, "enhancer": 3e-4, "proxies": None, "paper": ""}}
    pienet = results["systems"][0]
    pienet["departures"] = [{"what": "start", "paper": "from ImageNet", "here": "at random"}]
    pienet["rates"] |= {"paper": "1e-4", "proxies": 1e-2}
    pienet |= {"unchanged": True, "identity": 22.98}
    again = pienet | {"name": "pienet-seed-8", "system": "pienet", "title": "PieNet, seed 8", "departures": []}
    results["systems"].append(again)
    page = study_page(results, "study")
    assert "| PieNet | start | from ImageNet | at random |" in page
    assert "| PieNet | 1e-4 | encoder 0.001, enhancer 0.0003, proxies 0.01 |" in page
    assert page.count("encoder 0.001") == len(SYSTEMS), "once for each system of the table"
    assert "| 5,678 | 23.0 dB, leaves photos as they are |" in page and "photos as they are: 23.0 dB." in page


def test_figures_are_well_formed_and_lie_inside(tmp_path: Path) -> None:
    paths = write_figures(study_results(), tmp_path)
    assert [p.stem for p in paths] == ["quality", "curves", "steering", "tsne", "tsne-losses"]
    for path in paths:
        root = ElementTree.parse(path).getroot()
        width, height = float(root.get("width", "0")), float(root.get("height", "0"))
        texts = [e for e in root.iter() if e.tag.endswith("text")]
        assert texts and all(0 <= float(t.get("x", "-1")) <= width for t in texts)
        assert all(0 <= float(t.get("y", "-1")) <= height for t in texts), path.name
    words = paths[3].read_text(encoding="utf-8")
    assert "Check: handwritten digits" in words and "PieNet" in words and "Triplet" not in words


def test_conclusions_where_systems_work() -> None:
    said = "\n".join(conclusions(study_results()))
    assert "of the systems trained here **pSp + U-Net, AdaIN** came nearest, with 22.5 dB" in said
    assert "*With pairs* **Masked Style Modeling** came nearest of them, which looks at the originals" in said
    assert "a LUT fitted to the pairs, without any learning, it is 4.0 dB below" in said
    assert "are on unseen film looks 4 of 4; on unseen simulated users 4 of 4." in said
    assert "leave the photo alone" not in said
    assert "training end to end pays: it is 1.0 dB above" in said
    assert "these lose on every task: **PieNet** (2.0 dB)" in said and "distinguished from zero" not in said
    assert "most often after **Center** (40%), least often after **Triplet** (30%; by chance 25%)" in said
    assert "the scale “reduced”, 4 minutes of processor time" in said


def test_conclusions_where_they_do_not() -> None:
    worse = {"pienet": (19.0, 19.0), "msm": (None, 19.0), "study-adain": (19.5, 19.5), "study-two-stage": (20.2, 20.2)}
    results = study_results(worse, lost=0.1)
    results["systems"][0]["failure"] = "The loss is no number in step 7."
    said = "\n".join(conclusions(results))
    assert "**pSp + U-Net, AdaIN, two stages** came nearest, with 20.2 dB" in said and "that is 0.2 dB above" in said
    assert "on unseen film looks 1 of 4 (**pSp + U-Net, AdaIN, two stages**); on" in said
    assert "had better leave the photo alone: **PieNet**" in said
    assert "although it ignores the originals" in said
    assert "training end to end does not pay, two stages are better" in said
    assert "These lose nothing that can be distinguished from zero on at least one task: **PieNet** (0.1 dB)" in said
    assert "Failed: PieNet: The loss is no number in step 7." in said


def test_a_difference_within_its_interval_is_none() -> None:
    intervals = ((0.1, 1), (-0.1, 1), (-2, -0.1))
    assert [verdict(Mean(0.5, low, high)) for low, high in intervals] == ["above", "level", "below"]
    same = "\n".join(conclusions(study_results({"study-two-stage": (22.5, 22.5)})))
    assert "training end to end makes no measurable difference: it is indistinguishable (+0.0" in same


def test_originals_are_compared_where_a_system_had_them() -> None:
    results = study_results()
    assert not any("Originals of the references" in sentence for sentence in conclusions(results))
    results["systems"].append(results["systems"][2] | {"name": "study-adain-pairs", "title": "With originals"})
    results["steering"] += [steering_entry(task, "study-adain-pairs", "pairs", 25.0, 2.0) for task in TASKS]
    assert "whose encoder sees them, too, is 2.5 dB above" in "\n".join(conclusions(results))


def test_no_number_is_a_negative_zero() -> None:
    assert [number(-0.04), number(0.04, sign="+"), number(-0.06)] == ["0.0", "+0.0", "-0.1"]


def test_without_any_system_nothing_is_claimed() -> None:
    results = study_results()
    results["steering"] = [s for s in results["steering"] if s["method"] in ("identity", "model")]
    assert conclusions(results) == ["No system was trained, so there is nothing to compare."]


@pytest.mark.parametrize("part", ["maps", "pictures", "shipped"])
def test_what_was_not_measured_is_left_out(part: str) -> None:
    results = study_results()
    del results[part]
    page = study_page(results, "study")
    assert {"maps": "t-SNE", "pictures": "## Images", "shipped": "76 minutes"}[part] not in page


def test_every_protocol_has_a_title() -> None:
    assert PROTOCOL_TITLES.keys() == PROTOCOLS.keys() == set(get_args(Kind))
