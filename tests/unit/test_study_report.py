"""The page of a study: complete, drawn from the results alone, and with conclusions that follow from them."""

from pathlib import Path
from typing import Any, get_args
from xml.etree import ElementTree

import pytest

from tests.unit.helpers.study_results import LOSSES, PSNR, SYSTEMS, TASKS, steering_entry, study_results
from training.benchmark.metrics import Mean
from training.study.conclusions import END_TO_END, TWO_STAGE, conclusions
from training.study.config import Kind
from training.study.figures import write_figures
from training.study.judge import Judge, verdict
from training.study.page import study_page
from training.study.protocols import PROTOCOLS
from training.study.report import _learned, _spent
from training.study.words import PROTOCOL_TITLES, method_titles, number, wilson


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
    for text in (*budgets, "22.5 (21.0 to 24.0); 9.0", "study/coffee.jpg"):
        assert text in page, text
    for figure in ("quality", "curves", "steering", "tsne", "tsne-losses"):
        assert f"(study/{figure}.svg)" in page


def test_departures_and_learning_rates_stand_in_one_table_each_and_standing_still_is_said() -> None:
    results = study_results()
    assert "results of earlier versions of the systems" in study_page(results, "study")
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
    assert "earlier versions" not in page
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


def test_curves_show_what_doing_nothing_reaches(tmp_path: Path) -> None:
    results = study_results()
    plain = write_figures(results, tmp_path)[1].read_text(encoding="utf-8")
    for system in results["systems"]:
        system["identity"] = 21.5
    shown = write_figures(results, tmp_path)[1].read_text(encoding="utf-8")
    assert "the photos as they are" in shown and "the photos as they are" not in plain


def test_panels_stand_two_in_a_row(tmp_path: Path) -> None:
    results = study_results()
    for part in ("rows", "steering"):
        results[part] += [entry | {"task": f"more {entry['task']}"} for entry in results[part]]
    for path in write_figures(results, tmp_path)[::2][:2]:
        root = ElementTree.parse(path).getroot()
        width, height = float(root.get("width", "0")), float(root.get("height", "0"))
        titles = [e for e in root.iter() if e.tag.endswith("text") and e.get("font-weight") == "bold"]
        assert len(titles) == 4 and len({e.get("x") for e in titles}) == 2 == len({e.get("y") for e in titles})
        assert width < 1000 and all(float(e.get("y", "0")) < height for e in titles)


def test_conclusions_where_systems_work() -> None:
    said = "\n".join(conclusions(study_results()))
    assert "of the systems trained here **pSp + U-Net, AdaIN** came nearest, with 22.5 dB" in said
    assert "*With pairs* **Masked Style Modeling** came nearest of them, which looks at the originals" in said
    assert "a LUT fitted to the pairs, without any learning, it is 4.0 dB below" in said
    assert "are on unseen film looks 4 of 4; on unseen simulated users 4 of 4." in said
    assert "leave the photo alone" not in said
    assert "training end to end pays: it is 1.0 dB above" in said
    assert said.startswith("*Does the preference steer?* Photos were retouched anew with another user's references.")
    assert "nearer than all of them, on every task, in **PieNet** (2.0 dB)" in said and "told from zero" not in said
    assert "after **Center** (40%, 10% to 80%) as after **Triplet** (30%, 6% to 73%): the intervals overlap" in said
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
    assert "preference costs nothing that can be told from zero in **PieNet** (0.1 dB)" in said
    assert "Failed: PieNet: The loss is no number in step 7." in said


def test_a_difference_within_its_interval_is_none() -> None:
    intervals = ((0.1, 1), (-0.1, 1), (-2, -0.1))
    assert [verdict(Mean(0.5, low, high)) for low, high in intervals] == ["above", "level", "below"]
    same = "\n".join(conclusions(study_results({"study-two-stage": (22.5, 22.5)})))
    assert "training end to end makes no measurable difference: it is indistinguishable (+0.0" in same


def _of_users(results: dict[str, Any], method: str, values: list[float]) -> None:
    """Sets what each user of a method has, on all tasks."""
    for entry in results["steering"]:
        if entry["method"] == method:
            entry["users"] = values


def test_systems_that_cannot_be_told_from_the_photo_are_not_compared() -> None:
    """One is above the other for certain, and both might as well leave the photos alone."""
    results = study_results()
    _of_users(results, "identity", [10.0, 20.0, 30.0, 40.0])
    _of_users(results, "study-adain", [15.0, 16.0, 33.0, 37.0])
    _of_users(results, "study-two-stage", [14.0, 15.0, 32.0, 36.0])
    judge = Judge(results)
    assert verdict(judge.difference("looks", END_TO_END, TWO_STAGE)) == "above"
    assert judge.verdict("looks", END_TO_END, TWO_STAGE) == "untold"
    said = "\n".join(conclusions(results))
    assert "training end to end cannot be judged: it is not to be compared" in said
    assert "neither can be told from the photo as it is" in said


def test_users_who_edit_nothing_are_counted_apart() -> None:
    results = study_results()
    _of_users(results, "identity", [60.0, 20.0, 20.2, 20.4])
    for method in ("pienet", "study-adain", "study-two-stage", "msm"):
        _of_users(results, method, [30.0, 22.0, 22.1, 22.5])
    said = "\n".join(conclusions(results))
    assert "on unseen film looks none of 4, and 4 without the 1 who leave a photo alone" in said
    assert "to 50 dB or better" in said


def test_a_metric_loss_is_better_only_where_intervals_are_apart() -> None:
    results = study_results()
    results["scale"]["evaluation"]["embedding_users"] = 400
    assert "most often after **Center** (40%, 35% to 45%), least often" in "\n".join(conclusions(results))


def test_controlled_tests_are_told_and_have_a_table() -> None:
    results = study_results()
    yes = {"psnr": {"mean": 2.0, "low": 1.5, "high": 2.5}, "de00": {"mean": 1.25, "low": 1.0, "high": 1.5}}
    no = {"psnr": {"mean": 0.1, "low": -0.5, "high": 0.7}, "de00": {"mean": 0.0, "low": -0.5, "high": 0.5}}
    for entry in results["steering"]:
        entry |= {"users_de00": [4.0, 5.0], "controls": {"other": yes, "average": yes, "photo": yes}}
        if entry["mode"] == "pairs":
            entry["controls"] |= {"reversed": yes, "mismatched": no if entry["method"] == "msm" else yes}
    said = "\n".join(conclusions(results))
    assert "the mean of other users and the answer to another photo" in said
    assert "in **PieNet** (2.0 dB), **pSp + U-Net, AdaIN** (2.0 dB) and" in said
    assert "not in all tests, in **Masked Style Modeling** (2.0 dB)" in said
    assert "| Masked Style Modeling | pairs | 2 of 2 | 2 of 2 | 0 of 2 | 2 of 2 | 2 of 2 |" in study_page(
        results, "study"
    )
    assert "| PieNet | edits alone | 2 of 2 | - | - | 2 of 2 | 2 of 2 |" in study_page(results, "study")
    assert "22.5 dB (dE00 4.5)" in said
    better = "2.0 (1.5 to 2.5); 1.2"
    row = (
        f"| unseen film looks | Masked Style Modeling | pairs | {better} | {better} | 0.1 (-0.5 to 0.7); 0.0 | {better}"
    )
    assert row in study_page(results, "study")
    assert "| PieNet | edits alone | 2.0 (1.5 to 2.5); 1.2 | - | - | 2.0" in study_page(results, "study")


def test_what_is_new_to_the_systems_is_said_as_it_is() -> None:
    results = study_results()
    assert "never trained on by any system of the study" in study_page(results, "study")
    population = results["scale"]["population"]
    population |= {"kind": "prepared"}
    assert "The people of the data set trained the systems, too: only their test photos" in study_page(results, "study")
    population |= {"hold_out": ["expert C"]}
    assert "The systems never saw expert C, and of the others only photos" in study_page(results, "study")


def test_what_the_shipped_model_learned_from_is_read_from_its_card() -> None:
    card = {"kind": "simulated", "folder": "train", "more": ["more"], "train": 2270, "teachers": ["a", "b"]}
    said = _learned({"data": card})
    assert said == (
        "By its card it learned from simulated users over 2,270 photographs of “train” and “more”, and from the learned"
        " retouchers a, b: they, but not their photos here, are known to it."
    )
    assert _learned({}) == "It learned from data of the kind “unknown”."


def test_medians_stand_beside_means() -> None:
    results = study_results()
    for row in results["rows"]:
        row |= {"psnr_median": 21.25, "de00_median": 7.75}
    assert "22.5 (21.0 to 24.0); 21.2; 9.0, 7.8" in study_page(results, "study")


def test_intervals_of_rates() -> None:
    assert wilson(0.5, 24) == pytest.approx((0.314, 0.686), abs=1e-3)
    assert wilson(0.0, 10) == pytest.approx((0.0, 0.278), abs=1e-3)


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


def test_a_mean_took_the_time_of_all_that_was_averaged() -> None:
    before = {"steps": 3, "seconds": 60}
    assert _spent({"steps": 5, "continued_from": before}, "steps") == 5
    assert _spent({"steps": 0, "continued_from": before, "mean_with": [{"steps": 4}]}, "steps") == 7


def test_every_protocol_has_a_title() -> None:
    assert PROTOCOL_TITLES.keys() == PROTOCOLS.keys() == set(get_args(Kind))
