"""The findings of an audit as JSON, whole and in short for the model card, and the words in which pages show them."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from training.audit.run import Audit
from training.benchmark.metrics import Mean
from training.fit.uncertainty import LARGE, calibration
from training.reports.files import rounded

MODES = {"pairs": "pairs", "after": "edits alone"}
TASKS = {"looks": "unseen looks", "simulated": "simulated users", "targets": "users with targets"}
ROUNDS = 400  # of the bootstrap
# whose answer it was
TITLES = {
    "right": "own preference",
    "other": "another user's",
    "reversed": "reversed pairs",
    "mismatched": "mismatched pairs",
    "average": "mean user",
    "photo": "another photo's answer",
    "neutral": "none",
    "unedited": "unedited photo",
}


def title_of(audit: Mapping[str, Any]) -> str:
    """What was audited, for people; from an entry of a report."""
    name = str(audit["task"])
    return f"{TASKS.get(name, name)}, {MODES[audit['mode']]}"


def audit_report(found: Sequence[Audit], seed: int, model: str) -> dict[str, Any]:
    """`{"audits": [...], "seed": ..., "model": bundle id}`, numbers to four decimals; similarities to two.

    Every gain says whether it is `above_zero` for certain.
    """
    audits = []
    for audit in found:
        gains = {whose: asdict(gain) | {"above_zero": gain.above_zero} for whose, gain in audit.gains.items()}
        audits.append(rounded(asdict(audit) | {"gains": gains}) | {"similarity": rounded(audit.similarity, 2)})
    return {"audits": audits, "seed": seed, "model": model}


@dataclass(frozen=True)
class Expectation:
    """How well the expected error agrees with what was measured, over all tasks of an audit.

    Attributes:
        photos, large: results in all, and those with a dE00 above `training.fit.uncertainty.LARGE`.
        expected, measured: mean dE00.
        auroc: how well the large ones are told from the others, with its 95 % bootstrap interval over photos.
        worst_tenth: the largest relative difference of the two means in a tenth of the results, by expectation.
    """

    photos: int
    large: int
    expected: float
    measured: float
    auroc: Mean
    worst_tenth: float


def expectations(report: Mapping[str, Any], seed: int = 0) -> dict[str, Expectation]:
    """By mode, of the tasks together; nothing of a model that expects nothing."""
    found = {}
    for mode in MODES:
        audits = [audit for audit in report["audits"] if audit["mode"] == mode and audit.get("expected")]
        expected, measured = (np.array([v for audit in audits for v in audit[key]]) for key in ("expected", "measured"))
        large = measured > LARGE
        if not large.any() or large.all():
            continue
        whole = calibration(expected, measured)
        generator = np.random.default_rng(seed)
        drawn = [generator.integers(0, len(expected), len(expected)) for _ in range(ROUNDS)]
        areas = [calibration(expected[rows], measured[rows]).auroc for rows in drawn]
        low, high = np.nanpercentile(areas, [2.5, 97.5])
        area = Mean(whole.auroc, float(low), float(high))
        means = float(expected.mean()), float(measured.mean())
        found[mode] = Expectation(len(expected), int(large.sum()), *means, area, whole.worst_decile)
    return found


def card_summary(report: Mapping[str, Any]) -> dict[str, Any]:
    """What a model card says of a report: every gain of the right preference over a control, as rows."""
    rows = []
    for audit in report["audits"]:
        about = {name: audit[name] for name in ("task", "mode", "refs", "users", "photos")}
        for control, gain in audit["gains"].items():
            row = about | {"control": control}
            for measure in ("psnr", "de00"):
                values = gain[measure]
                row |= {measure: values["mean"], f"{measure}_low": values["low"], f"{measure}_high": values["high"]}
            rows.append(row | {"above_zero": gain["above_zero"]})
    return {"gains": rows, "seed": report["seed"], "model": report["model"]}
