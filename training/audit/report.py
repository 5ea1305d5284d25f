"""The findings of an audit as JSON, whole and in short for the model card, and the words in which pages show them."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from training.audit.run import Audit
from training.reports.files import rounded

MODES = {"pairs": "pairs", "after": "edits alone"}
TASKS = {"looks": "unseen looks", "simulated": "simulated users", "targets": "users with targets"}
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
