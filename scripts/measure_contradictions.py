"""How often a style's references are told to contradict each other, where they do and where they do not.

    python scripts/measure_contradictions.py PHOTOS [--users 60]

Simulated users edit finished photos; into some styles edits of another user are put. A line per kind of user and number
of pairs: of how many clean styles it is told, of how many with strangers, and for how many of these all strangers, and
nobody else, were found.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path

from pie_desktop.engine.bundles import default_bundle
from pie_desktop.model.consensus import DISAGREES
from pie_desktop.model.inference import Inference
from pie_desktop.model.preference import ReferencePixels
from pie_desktop.styles.style import contradiction
from training.benchmark.cases import Draws, Pair
from training.benchmark.tasks import NORMALISING, simulated_cases
from training.data.users import UserMix

SEED = 7
KINDS = {
    "one look for all photos": UserMix(perfect_capture=1.0, adaptive=0.0, no_taste=0.0, local=0.0),
    "corrects every photo": NORMALISING,
    "by what a photo shows": UserMix(perfect_capture=0.5, adaptive=1.0),
    "all kinds": UserMix(),
}
STYLES = ((2, 0), (2, 1), (3, 0), (3, 1), (5, 0), (5, 1), (5, 2), (10, 0), (10, 1), (10, 3), (20, 0), (20, 2), (20, 6))


def judge(inference: Inference, own: Sequence[Pair], strangers: Sequence[Pair]) -> tuple[bool, bool]:
    """Whether a contradiction is told, and whether it is told of exactly the strangers."""
    references = [ReferencePixels(after, before) for before, after in [*own, *strangers]]
    agreement = inference.agreement(inference.encode(references))
    off = [number for number, value in enumerate(agreement) if value < DISAGREES]
    told = contradiction(agreement) is not None
    return told, told and off == list(range(len(own), len(references)))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("photos", type=Path, help="folder of finished photos")
    parser.add_argument("--users", type=int, default=60, help="simulated users of each kind (default 60)")
    options = parser.parse_args()
    inference = Inference(default_bundle(), "cpu")
    for kind, mix in KINDS.items():
        cases = list(simulated_cases(options.photos, options.users, Draws(20, 1, SEED), mix))
        for count, foreign in STYLES:
            found = []
            for number, case in enumerate(cases):
                strangers = cases[(number + 1) % len(cases)].references[:foreign]
                found.append(judge(inference, case.references[: count - foreign], strangers))
            told, right = (sum(each) / len(found) for each in zip(*found, strict=True))
            line = f"{kind}: {count} pairs, {foreign} of a stranger: told of {told:.0%}"
            print(f"{line}, rightly of {right:.0%}" if foreign else line, flush=True)


if __name__ == "__main__":
    main()
