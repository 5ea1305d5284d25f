"""What is added to a study later: further trainings of its systems, and ablations."""

from typing import Any

import pytest

from tests.unit.helpers.study_results import PSNR, steering_entry, study_results
from training.study.conclusions import conclusions
from training.study.judge import UNEDITED, Judge
from training.study.page import study_page

BASE = "study-adain"


def repeated(results: dict[str, Any], method: str, seed: int, by: float, **changes: Any) -> None:
    """Add a training with another seed whose photos come nearer `by` dB, to all users and in every test."""
    for system in results["systems"]:
        system |= {"system": system["name"], "seed": 7}
    part = results.setdefault("repeats", {"systems": [], "steering": []})
    first = next(s for s in results["systems"] if s["name"] == method)
    name = f"{method}-seed-{seed}"
    part["systems"].append(first | {"name": name, "title": f"{first['title']}, seed {seed}", "seed": seed} | changes)
    for entry in [e for e in results["steering"] if e["method"] == method and changes.get("trained", True)]:
        part["steering"].append(steering_entry(entry["task"], name, entry["mode"], entry["own"]["mean"] + by, 2.0 + by))


def test_what_a_seed_changes_is_told_and_which_are_missing() -> None:
    results = study_results()
    assert "How much a seed changes" not in study_page(results, "study")
    repeated(results, "pienet", 8, 1.0)
    repeated(results, "pienet", 9, 0.0, trained=False)
    repeated(results, "pienet", 10, 0.0, trained=False, failure="The loss is no number.")
    page = study_page(results, "study")
    usual, alone = PSNR["pienet"][0], PSNR[BASE][0]
    assert usual is not None
    spread = f"{usual + 0.5:.1f} ± 0.71"
    trained = "2 of 4; seed 10: The loss is no number.; seed 9 is missing"
    assert f"| PieNet | {trained} | {spread} | {spread} | 2.5 ± 0.71 |" in page
    assert f"| pSp + U-Net, AdaIN | 1 of 1 | {alone:.1f} | {alone:.1f} | 2.0 |" in page
    assert "1 to 2 seeds" in page and "pienet-seed-8" not in page, "a repeat has no row in other tables"


def test_what_another_seed_has_the_other_way_round_is_not_said() -> None:
    results, setting = study_results(), ("pienet", "after")
    assert "on unseen film looks 4 of 4" in "\n".join(conclusions(results))
    repeated(results, "pienet", 8, -1.5)
    assert "on unseen film looks 3 of 4" in "\n".join(conclusions(results))
    judge = Judge(results)
    assert judge.verdict("looks", setting, UNEDITED) == "varying"
    assert "depending on the seed" in judge.against(setting, UNEDITED)
    assert judge.verdict("looks", (BASE, "after"), UNEDITED) == "above"


def test_a_system_that_ignores_the_preference_with_one_seed_does_not_pass() -> None:
    results, setting = study_results(), ("pienet", "after")
    assert Judge(results).passed("looks", setting) == (["other"], [])
    repeated(results, "pienet", 8, -2.1)
    assert Judge(results).passed("looks", setting) == ([], ["other"])


def test_who_came_nearest_is_told_with_how_many_seeds() -> None:
    results = study_results()
    repeated(results, BASE, 8, -1.2)
    repeated(results, "study-two-stage", 8, 0.0)
    assert "**pSp + U-Net, AdaIN** came nearest (with 1 of 2 seeds)" in "\n".join(conclusions(results))


def with_ablations(minutes: float, **psnr: float) -> dict[str, Any]:
    """Results with variants of the base, each at the given PSNR; `base` is one of them, or is left out."""
    results = study_results()
    first = next(s for s in results["systems"] if s["name"] == BASE)
    systems, steering = [], [steering_entry(task, "identity", "after", 20.0, 0.0) for task in ("looks", "simulated")]
    for name, value in psnr.items():
        known = BASE if name == "base" else name
        source = "a control for all" if name == "blind" else "an ablation of study-adain, all else being equal"
        systems.append(first | {"name": known, "system": known, "title": f"variant {name}", "source": source})
        steering += [steering_entry(task, known, "after", value, 0.5) for task in ("looks", "simulated")]
    budget = results["scale"]["budget"] | {"minutes": minutes}
    return results | {"ablations": {"budget": budget, "systems": systems, "steering": steering}}


def test_ablations_stand_beside_their_base_and_differences_by_chance_are_not_bold() -> None:
    results = with_ablations(2.0, base=22.0, better=23.0, same=22.0, blind=21.0)
    page = study_page(results, "study")
    assert "2 minutes of processor time of training for each" in page
    assert "| *nothing* | 22.0 | 22.0 | 0.5 |" in page and "| *the photo as it is* | 20.0 | 20.0 | - |" in page
    assert "| variant better | **23.0 (1.00, 1.00 to 1.00)** |" in page
    assert "| variant same | 22.0 (0.00, 0.00 to 0.00) |" in page
    assert "| variant blind | a control for all | 21.0 | 21.0 | 0.5 |" in page
    assert "Of these 4 differences 2 are to the better and none to the worse" in page
    assert "On most tasks better: **variant better**." in page
    # another training of the base is better still
    repeat = results["ablations"]["systems"][0] | {"name": f"{BASE}-seed-8"}
    results["ablations"]["systems"].append(repeat)
    results["ablations"]["steering"] += [
        steering_entry(task, repeat["name"], "after", 23.5, 0.5) for task in ("looks", "simulated")
    ]
    page = study_page(results, "study")
    assert "| *nothing* | 22.8 ± 1.06 |" in page and "| variant better | 23.0 (1.00, 1.00 to 1.00) |" in page
    assert "none are to the better" in page


@pytest.mark.parametrize(("minutes", "told"), [(4.0, True), (2.0, False)])
def test_the_base_of_the_table_counts_where_it_had_the_same_budget(minutes: float, told: bool) -> None:
    page = study_page(with_ablations(minutes, better=23.5), "study")
    assert ("| variant better | **23.5 (1.00, 1.00 to 1.00)** |" in page) is told
    assert ("One factor at a time" in page) is told


def test_masking_is_compared_with_pairs_without_it() -> None:
    results = with_ablations(2.0, base=22.0, curves=24.0, msm=23.0)
    part = results["ablations"]
    assert "masking" not in "\n".join(conclusions(results))
    next(s for s in part["systems"] if s["name"] == "curves")["source"] = "a control for Masked Style Modeling: pairs"
    next(s for s in part["systems"] if s["name"] == "msm")["source"] = "a paper"
    said = "\n".join(conclusions(results))
    assert "2 minutes of processor time for each, **variant msm** compared with pairs without masking" in said
    assert "with **variant curves** 1.0 dB below (-1.0 to -1.0) on unseen film looks" in said
