"""Put what `python -m training audit … --json docs/preference/audit.json` found into the pages, and draw its figures.

The numbers in docs/PREFERENCE.md and README.md and the images in docs/preference stand for that file; none of
them is edited by hand.
"""

import json
from pathlib import Path
from typing import Any

from marked_section import update_page

from training.audit.controls import CONTROLS
from training.audit.figures import write_figures
from training.audit.report import MODES, TITLES, expectations, title_of
from training.fit.uncertainty import LARGE

REPOSITORY = Path(__file__).resolve().parents[1]
RESULTS = ("right", "neutral", "unedited")
RECORD = REPOSITORY / "docs" / "preference" / "audit.json"


def audit_section(report: dict[str, Any]) -> str:
    """Markdown: the five controlled tests, then what the vector and single references tell."""
    audits = report["audits"]
    about = audits[0]
    lines = [
        f"Model `{report['model']}`, seed {report['seed']}, {about['refs']} references each. PSNR in dB, higher is "
        "nearer, with its 95 % interval over users; in square brackets dE00, lower is nearer.",
        "",
        "| task | users | photos | " + " | ".join(TITLES[whose] for whose in RESULTS) + " | share of the change |",
        "|---|" + "---|" * (len(RESULTS) + 3),
    ]
    for audit in audits:
        found = [audit["nearness"][whose] for whose in RESULTS]
        cells = [f"{_interval(n['psnr'], 1)} [{n['de00']['mean']:.1f}]" for n in found]
        about_users = f"{title_of(audit)} | {audit['users']} | {audit['photos']}"
        lines.append(f"| {about_users} | {' | '.join(cells)} | {audit['share']['mean']:.0%} |")
    lines += ["", "What the own preference gains over each of the five, in dB and, in square brackets, in dE00:", ""]
    lines += ["| task | " + " | ".join(TITLES[whose] for whose in CONTROLS) + " |", "|---|" + "---|" * len(CONTROLS)]
    for audit in audits:
        cells = [_gain(audit["gains"].get(whose)) for whose in CONTROLS]
        lines.append(f"| {title_of(audit)} | {' | '.join(cells)} |")
    lines += ["", verdict(report)]
    retrieved, left_out = ([entry["refs"] for entry in about[name]] for name in ("retrieval", "sensitivity"))
    lines += [
        "",
        "Users found again from the vector alone, and mean dE00 by which a photo changes when one of the references is "
        "left out (in brackets the central 90 %):",
        "",
        "| task | by chance | "
        + " | ".join([f"found by {n}" for n in retrieved] + [f"one of {n} left out" for n in left_out])
        + " |",
        "|---|" + "---|" * (len(retrieved) + len(left_out) + 1),
    ]
    for audit in audits:
        cells = [f"{audit['retrieval'][0]['chance']:.0%}"]
        cells += [f"{entry['accuracy']:.0%}" for entry in audit["retrieval"]]
        cells += [_interval(entry, 2) for entry in audit["sensitivity"]]
        lines.append(f"| {title_of(audit)} | {' | '.join(cells)} |")
    return "\n".join([*lines, *expected_errors(report)])


def expected_errors(report: dict[str, Any]) -> list[str]:
    """How well the model knows how far off it is."""
    found = expectations(report)
    if not found:
        return []
    lines = [
        "",
        "The error that the model expects of its own results, over all tasks. *Told apart* is how well results off by "
        f"more than {LARGE:g} are told from the others (area under the curve; 0.5 is chance, 1 is perfect), *tenth* "
        "the largest relative difference in a tenth of the results, from those expected best to those expected worst:",
        "",
        f"| | photos | off by more than {LARGE:g} | expected dE00 | measured dE00 | told apart | tenth |",
        "|---|---|---|---|---|---|---|",
    ]
    for mode, e in found.items():
        area = f"{e.auroc.mean:.2f} ({e.auroc.low:.2f} to {e.auroc.high:.2f})"
        cells = f"{e.photos} | {e.large} | {e.expected:.1f} | {e.measured:.1f} | {area} | {e.worst_tenth:.0%}"
        lines.append(f"| {MODES[mode]} | {cells} |")
    return lines


def _interval(value: dict[str, float], digits: int) -> str:
    return f"{value['mean']:.{digits}f} ({value['low']:.{digits}f} to {value['high']:.{digits}f})"


def _gain(gain: dict[str, Any] | None) -> str:
    """Bold where the lower bound of both measures is above zero; empty where the test does not exist."""
    if gain is None:
        return ""
    text = f"{_interval(gain['psnr'], 2)} [{_interval(gain['de00'], 2)}]"
    return f"**{text}**" if gain["above_zero"] else text


def verdict(report: dict[str, Any]) -> str:
    """A sentence: whether every gain is one for certain, else which ones are not."""
    gains = [
        (f"{title_of(audit)}, over {TITLES[whose]}", gain)
        for audit in report["audits"]
        for whose, gain in audit["gains"].items()
    ]
    open_ones = [name for name, gain in gains if not gain["above_zero"]]
    if not open_ones:
        return f"The lower bounds of all {len(gains)} gains are above 0, in dB and in dE00."
    certain = len(gains) - len(open_ones)
    return (
        f"The lower bounds of {certain} of {len(gains)} gains, in bold, are above 0 in dB and in dE00. "
        f"Those of the others are not: {'; '.join(open_ones)}."
    )


def summary(report: dict[str, Any]) -> str:
    """The README's sentences, from the looks."""
    pairs, after = (
        next(audit for audit in report["audits"] if audit["task"] == "looks" and audit["mode"] == mode)
        for mode in ("pairs", "after")
    )
    paired, alone = (
        [f"{audit['nearness'][whose]['psnr']['mean']:.1f}" for whose in ("right", "other", "neutral")]
        for audit in (pairs, after)
    )
    return (
        f"Does the preference steer? On {pairs['users']} unseen looks with {pairs['refs']} pairs each, a photo comes "
        f"within {paired[0]} dB\nwith the right preference, {paired[1]} dB with another user's and {paired[2]} dB with "
        f"none; from as many edits without originals,\n{alone[0]}, {alone[1]} and {alone[2]} dB. How this is measured, "
        "and what the preference cannot do: [docs/PREFERENCE.md](docs/PREFERENCE.md)."
    )


def main() -> None:
    report = json.loads(RECORD.read_text(encoding="utf-8"))
    write_figures(report, RECORD.parent)
    update_page(REPOSITORY / "docs" / "PREFERENCE.md", "audit", audit_section(report))
    update_page(REPOSITORY / "README.md", "preference", summary(report))


if __name__ == "__main__":
    main()
