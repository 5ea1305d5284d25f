"""The section of a study's page that says where each system is not as its paper has it, from the configurations."""

from training.study.words import Results, table

NETWORKS = ("encoder", "enhancer", "proxies")


def departures(results: Results) -> list[str]:
    """Every departure that a configuration declares, and all learning rates beside the papers'; none without any."""
    compared = [s for s in results["systems"] if s["compared"] and _own(s)]
    rows = [(s["title"], d["what"], d["paper"], d["here"]) for s in compared for d in s["departures"]]
    if not rows:
        return []
    rates = [(s["title"], s["rates"]["paper"] or "-", _rates(s)) for s in compared]
    return [
        "## Where they are not as their papers have them",
        "Besides the sizes of the networks, the photographs and how they are shown, batches and the budget, which are "
        "the same for all here and smaller than anybody's. Where a paper leaves something open, the code that its "
        "authors published was read; nothing was copied.",
        *table(("system", "what", "paper", "here"), rows),
        "All are trained by AdamW with warm-up and cosine decay and judged by the moving average of their weights; the "
        "papers use Adam. A short training wants higher learning rates than theirs:",
        *table(("system", "rates of the paper", "rates here"), rates),
    ]


def _own(system: Results) -> bool:
    """Whether it is the first training of its system; the others have the same settings, earlier results none."""
    return "rates" in system and bool(system["name"] == system.get("system", system["name"]))


def _rates(system: Results) -> str:
    rates = system["rates"]
    return ", ".join(f"{name} {rates[name]:g}" for name in NETWORKS if rates.get(name) is not None)
