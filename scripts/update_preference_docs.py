"""Put what `python -m training audit --json docs/preference/audit.json` found into the pages, and draw its figures.

The numbers in docs/PREFERENCE.md and README.md and the images in docs/preference stand for that file; none of
them is edited by hand.
"""

import json
from pathlib import Path
from typing import Any

from marked_section import update_page

from training.audit.figures import title_of, write_figures

REPOSITORY = Path(__file__).resolve().parents[1]
RECORD = REPOSITORY / "docs" / "preference" / "audit.json"


def audit_section(report: dict[str, Any]) -> str:
    """Markdown: whose preference makes what of the photos, then what the vector and single references tell."""
    audits = report["audits"]
    about = audits[0]
    lines = [
        f"Model `{report['model']}`, seed {report['seed']}, {about['users']} looks or users per line, {about['refs']} "
        f"references each, {about['photos']} photos in all. PSNR in dB with its 95 % interval over users.",
        "",
        "| task | own preference | another user's | none | unedited photo | lost by the swap | share of the change |",
        "|---|---|---|---|---|---|---|",
    ]
    for audit in audits:
        psnr = audit["psnr"]
        cells = [f"{v['mean']:.1f} ({v['low']:.1f} to {v['high']:.1f})" for v in psnr.values()]
        cells += [f"{psnr['right']['mean'] - psnr['swapped']['mean']:.1f} dB", f"{audit['share']['mean']:.0%}"]
        lines.append(f"| {title_of(audit)} | {' | '.join(cells)} |")
    retrieved, left_out = ([entry["refs"] for entry in about[name]] for name in ("retrieval", "sensitivity"))
    lines += [
        "",
        f"Users found again from the vector alone (by chance {about['retrieval'][0]['chance']:.0%}), and mean dE00 by "
        "which a photo changes when one of the references is left out (in brackets the central 90 %):",
        "",
        "| task | "
        + " | ".join([f"found by {n}" for n in retrieved] + [f"one of {n} left out" for n in left_out])
        + " |",
        "|---|" + "---|" * (len(retrieved) + len(left_out)),
    ]
    for audit in audits:
        cells = [f"{entry['accuracy']:.0%}" for entry in audit["retrieval"]]
        cells += [f"{entry['mean']:.2f} ({entry['low']:.2f} to {entry['high']:.2f})" for entry in audit["sensitivity"]]
        lines.append(f"| {title_of(audit)} | {' | '.join(cells)} |")
    return "\n".join(lines)


def summary(report: dict[str, Any]) -> str:
    """The README's sentences, from the looks."""
    pairs, after = (
        next(audit for audit in report["audits"] if audit["task"] == "looks" and audit["mode"] == mode)
        for mode in ("pairs", "after")
    )
    paired, alone = (
        [f"{audit['psnr'][whose]['mean']:.1f}" for whose in ("right", "swapped", "null")] for audit in (pairs, after)
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
