"""How well the references of simulated users fit each other: what the words for it are calibrated with.

    python scripts/calibrate_fits.py PHOTOS [--users 60] [--edits]

Users of four kinds edit finished photos: by one recipe, by what a photo shows, towards targets of their own, and each
photo by a recipe of its own. Two lines per kind and number of references: quantiles of the fits of single ones, how
many of them read as each word of `styles.consistency`, and how many of the styles. With --edits, the same without
originals.
"""

import argparse
from collections import Counter
from collections.abc import Iterable
from enum import Enum
from pathlib import Path

import numpy as np

from pie_desktop.engine.bundles import default_bundle
from pie_desktop.model.inference import Inference
from pie_desktop.model.preference import ReferencePixels
from pie_desktop.styles.consistency import Consistency, Fit
from training.benchmark.cases import Case, Draws
from training.benchmark.tasks import TARGETS, simulated_cases
from training.data.users import UserMix

SEED = 11
KINDS = {
    "one recipe": UserMix(perfect_capture=1.0, adaptive=0.0, no_taste=0.0, local=0.0),
    "by what a photo shows": UserMix(perfect_capture=0.5, adaptive=1.0),
    "towards targets": TARGETS,
    "a recipe for each photo": UserMix(perfect_capture=1.0, adaptive=0.0, no_taste=0.0, local=0.0, erratic=1.0),
}
COUNTS = (2, 3, 5, 10, 20)
QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)


def fits_of(inference: Inference, case: Case, count: int, originals: bool) -> list[float]:
    """How well each of a user's first edits fits the others, 0 to 1."""
    references = [ReferencePixels(after, before if originals else None) for before, after in case.references[:count]]
    return inference.agreement(inference.encode(references))


def shares(words: Iterable[Enum | None], kinds: type[Enum]) -> str:
    """How many of some words are each of a kind, in percent."""
    counts = Counter(words)
    return ", ".join(f"{kind.value} {counts[kind] / max(1, counts.total()):.0%}" for kind in kinds)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("photos", type=Path, help="folder of finished photos")
    parser.add_argument("--users", type=int, default=60, help="simulated users of each kind (default 60)")
    parser.add_argument("--edits", action="store_true", help="edits without their originals")
    options = parser.parse_args()
    inference = Inference(default_bundle(), "cpu")
    for kind, mix in KINDS.items():
        cases = list(simulated_cases(options.photos, options.users, Draws(max(COUNTS), 1, SEED), mix))
        for count in COUNTS:
            styles = [fits_of(inference, case, count, not options.edits) for case in cases]
            fits = np.concatenate(styles)
            numbers = " ".join(f"{value:.2f}" for value in np.quantile(fits, QUANTILES))
            print(f"{kind}: {count}: {numbers}; {shares(map(Fit.of, fits), Fit)}", flush=True)
            print(f"    styles: {shares(map(Consistency.of, styles), Consistency)}", flush=True)


if __name__ == "__main__":
    main()
