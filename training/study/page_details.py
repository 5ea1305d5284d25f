"""The parts of a study's page about the systems themselves: training effort, style vectors, sample images."""

from collections.abc import Mapping, Sequence
from typing import Any

from training.study.words import Results, table, wilson


def effort(results: Results, folder: str) -> list[str]:
    """Parameters, time, steps and training curves."""
    systems = [s for s in results["systems"] if s["trained"]]

    def curve(s: Mapping[str, Any]) -> str:
        points = [p["psnr"] for p in s["curve"] if p["psnr"] is not None]
        if not points:
            return "-"
        # a number near the photo's own may hide a system that has learned to do nothing
        left = ", leaves photos as they are" if s.get("unchanged") else ""
        return f"{points[-1]:.1f} dB{left}"

    lines = [
        "## What they took",
        *table(
            ("system", "parameters", "of the encoder", "seconds", "steps", "photos seen", "at the end, held out"),
            (
                (
                    s["title"],
                    f"{s['parameters']['all']:,}",
                    f"{s['parameters']['encoder']:,}",
                    f"{s['seconds']:.0f}",
                    f"{s['steps']:,}",
                    f"{s['samples']:,}",
                    curve(s),
                )
                for s in systems
            ),
        ),
    ]
    identity = next((s["identity"] for s in systems if "identity" in s), None)
    if identity is not None:
        lines.append(f"The same held-out photos as they are: {identity:.1f} dB.")
    if any(curve(s) != "-" for s in systems):
        lines += [
            "While they learn, on users and photographs held out; systems of two stages begin once their enhancer "
            "does.",
            f"![Held-out PSNR over the time of training]({folder}/curves.svg)",
        ]
    return lines


def embeddings(results: Results, folder: str) -> list[str]:
    """How well the style vectors separate users, in numbers and images."""
    judged = [s for s in results["systems"] if s.get("embedding")]
    e = results["scale"]["evaluation"]
    losses = [s for s in judged if not s["compared"]]
    lines = [
        "## What the vectors show",
        f"{e['embedding_users']} users who never trained, {e['embedding_shots']} photos each, by the vectors of "
        "single photos: the silhouette by cosine distance (-1 to 1), how often a photo's nearest other is the same "
        "user's, and how often the mean vector of half of a user's photos is nearest to that of the other half.",
    ]
    for heading, part in (
        ("The six metric losses on one encoder, trained alone", losses),
        ("The encoders of the systems", [s for s in judged if s["compared"]]),
    ):
        if part:
            users = e["embedding_users"]
            rows = ((s["title"], *_scores(s["embedding"], users), f"{s['embedding']['chance']:.0%}") for s in part)
            head = ("encoder", "silhouette", "nearest photo", "retrieval", "by chance")
            lines += [f"**{heading}**", *table(head, rows)]
    maps: Sequence[Mapping[str, Any]] = results.get("maps", ())
    if maps:
        shown, check = maps[0]["points"], next(m for m in maps if m["name"] == "digits")
        seen = "are apart" if check["seen"] > 0.25 else "are not apart: do not trust these images"
        lines += [
            f"t-SNE of the vectors of {len(shown)} of these users, colour and shape by user, {len(shown[0])} photos "
            "each. The check is the one that the study made: the very same code on handwritten digits. There the "
            f"labels {seen} (silhouette in the image {check['seen']:.2f}).",
            f"![t-SNE of the preference vectors of every system, and of digits]({folder}/tsne.svg)",
        ]
        names = {m["name"] for m in maps}
        if any(s["name"] in names for s in losses):
            lines += ["The same for the metric losses alone:", f"![t-SNE by metric loss]({folder}/tsne-losses.svg)"]
    return lines


def _scores(score: Mapping[str, float], users: int) -> tuple[str, str, str]:
    low, high = wilson(score["retrieval"], users)
    found = f"{score['retrieval']:.0%} ({low:.0%} to {high:.0%})"
    return f"{score['silhouette']:.2f}", f"{score['precision']:.0%}", found


def images(results: Results, folder: str) -> list[str]:
    """Sheets of retouched photographs."""
    found = results.get("pictures", ())
    if not found:
        return []
    lines = [
        "## Images",
        "Photographs of scikit-image, on which no system of the study was trained; the numbers are PSNR to the "
        "user's own version.",
    ]
    for p in found:
        lines += [f"**{p['title']}.** {p['text']}", f"![{p['title']}]({folder}/{p['file']})"]
    return lines
