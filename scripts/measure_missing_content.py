"""Whether a style does worse on content that none of its photos show, and whether the expected error knows of it.

    python scripts/measure_missing_content.py PHOTOS [--users 30] [--only "towards targets"]

Simulated users have five pairs, none of which shows a kind of content, and the same with a pair that does in the place
of the last one. A line per kind of user and kind of content: how many styles; the mean dE00 on photos of that kind
without and with such a pair; how sure the difference is (a 95 % interval over users); the mean dE00 of the same styles,
without such a pair, on the other photos; and the expected error in the three cases.
"""

import argparse
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from pie_desktop.engine.bundles import default_bundle
from pie_desktop.imaging.color.difference import delta_e_2000
from pie_desktop.imaging.lut.apply import apply_lut
from pie_desktop.imaging.scenery import Scenery, sceneries_of
from pie_desktop.imaging.stored import to_uint8
from pie_desktop.model.inference import Inference
from pie_desktop.model.preference import ReferencePixels
from training.benchmark.cases import Case, Draws, Pair
from training.benchmark.tasks import TARGETS, simulated_cases
from training.data.users import UserMix

SEED = 19
PAIRS = 5
SHOWN, ASKED = 45, 25  # photos of a user to choose pairs from, and to try
MOST_ASKED = 3  # photos of one kind that are tried
KINDS = {
    "towards targets": TARGETS,
    "by what a photo shows": UserMix(perfect_capture=0.5, adaptive=1.0),
    "one recipe": UserMix(perfect_capture=1.0, adaptive=0.0, no_taste=0.0, local=0.0),
}


@dataclass(frozen=True)
class Miss:
    """Mean dE00 between what a style makes of photos and what its user makes of them, and the expected one."""

    found: float
    expected: float


@dataclass(frozen=True)
class Outcome:
    """Of one user and one kind of content.

    Attributes:
        without, having: on photos of the kind, of a style that has no pair of it, and of one that has.
        others: on the other photos, of the style without.
    """

    without: Miss
    having: Miss
    others: Miss


def miss_of(inference: Inference, pairs: Sequence[Pair], queries: Sequence[Pair]) -> Miss:
    """What a style of these pairs makes of the photos."""
    preference = inference.encode([ReferencePixels(after, before) for before, after in pairs])
    found, expected = [], []
    for before, after in queries:
        answer = inference.answer(before, preference)
        made = to_uint8(apply_lut(before, np.clip(answer.preferred, 0, 1)))
        found.append(float(delta_e_2000(made, after).mean()))
        expected.append(np.nan if answer.expected_error is None else answer.expected_error)
    return Miss(float(np.mean(found)), float(np.mean(expected)))


def outcome(inference: Inference, case: Case, kind: Scenery) -> Outcome | None:
    """None for a user whose photos do not allow the comparison."""
    shows = [kind in sceneries_of(before) for before, _ in case.references]
    lacking = [pair for pair, one in zip(case.references, shows, strict=True) if not one][:PAIRS]
    having = [pair for pair, one in zip(case.references, shows, strict=True) if one][:1]
    of_kind = [pair for pair in case.queries if kind in sceneries_of(pair[0])][:MOST_ASKED]
    others = [pair for pair in case.queries if kind not in sceneries_of(pair[0])][:MOST_ASKED]
    if len(lacking) < PAIRS or not having or not of_kind or not others:
        return None
    return Outcome(
        miss_of(inference, lacking, of_kind),
        miss_of(inference, [*lacking[:-1], *having], of_kind),
        miss_of(inference, lacking, others),
    )


def line(outcomes: Sequence[Outcome]) -> str:
    """The numbers of one kind of user and content."""

    def mean(values: Iterable[float]) -> float:
        return float(np.mean(list(values)))

    gains = np.array([one.without.found - one.having.found for one in outcomes])
    draws = np.random.default_rng(SEED).choice(gains, (2000, len(gains))).mean(axis=1)
    low, high = np.quantile(draws, (0.025, 0.975))
    found = [mean(one.found for one in ones) for ones in zip(*map(_three, outcomes), strict=True)]
    expected = [mean(one.expected for one in ones) for ones in zip(*map(_three, outcomes), strict=True)]
    return (
        f"{len(outcomes)} styles; without {found[0]:.2f}, with {found[1]:.2f} "
        f"(less by {gains.mean():.2f}, {low:.2f} to {high:.2f}), others {found[2]:.2f}; "
        f"expected {expected[0]:.2f}, {expected[1]:.2f}, {expected[2]:.2f}"
    )


def _three(one: Outcome) -> tuple[Miss, Miss, Miss]:
    return one.without, one.having, one.others


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("photos", type=Path, help="folder of finished photos")
    parser.add_argument("--users", type=int, default=30, help="simulated users of each kind (default 30)")
    parser.add_argument("--only", choices=list(KINDS), help="users of one kind alone")
    options = parser.parse_args()
    inference = Inference(default_bundle(), "cpu")
    for name, mix in KINDS.items() if options.only is None else [(options.only, KINDS[options.only])]:
        cases = list(simulated_cases(options.photos, options.users, Draws(SHOWN, ASKED, SEED), mix))
        every: list[Outcome] = []
        for kind in Scenery:
            outcomes = [one for case in cases if (one := outcome(inference, case, kind)) is not None]
            every += outcomes
            if outcomes:
                print(f"{name}: {kind.words}: {line(outcomes)}", flush=True)
        print(f"{name}: all: {line(every)}", flush=True)


if __name__ == "__main__":
    main()
