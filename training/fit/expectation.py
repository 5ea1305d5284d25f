"""What a run on so many pairs may gain: a learning curve through runs that were measured before.

The gain over the model that a run starts from, with the same edits as references, grows about linearly with the
logarithm of the number of pairs, within the range that was measured (power laws of learning curves: Hestness et al.,
Deep Learning Scaling is Predictable, Empirically, 2017).
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from pie_desktop.model.bundle import list_bundles

FEWEST_RUNS = 4  # that a curve is laid through
FEW_PAIRS = 20  # below this, references alone may serve as well
Z90 = 1.645  # standard deviations to each side that hold 90 % of a normal distribution
OWN = 3  # times as much as a measured run counts a run on this person's own edits


@dataclass(frozen=True)
class MeasuredRun:
    """A finished run.

    Attributes:
        pairs: that it had.
        gain: in PSNR over the model that it started from, with the same references, on photos that nothing had seen.
        weight: how much it counts.
    """

    pairs: int
    gain: float
    weight: float = 1.0


@dataclass(frozen=True)
class Expectation:
    """What may be gained, dB.

    Attributes:
        gain: the most likely.
        low, high: 90 % interval for one more run.
        runs: that it is by.
    """

    gain: float
    low: float
    high: float
    runs: int

    def sentence(self, pairs: int) -> str:
        """For people."""
        interval = f"{self.low:+.1f} to {self.high:+.1f} dB"
        measured = f"By the runs that were measured, the gain over references alone is likely {interval}"
        if pairs < FEW_PAIRS:
            return (
                f"{measured}: with {pairs} pairs, the same edits as references of a style may serve as well, which the"
                " run says at its end."
            )
        if self.low <= 0:
            return f"{measured}: {pairs} pairs are too few to tell."
        return (
            f"Expect a gain of about {self.gain:.1f} dB ({self.low:.1f} to {self.high:.1f} dB) over references alone."
        )


# Of the photographers of tests/benchmarks/photographers.py, on 22 to 50 photographs that nothing has seen, with 20
# references, or all ten of 12 pairs. Those on 60 pairs were trained end to end, before statistics came first, so
# that they are cautious; the others are in docs/TRAINING.md. The same number stands for other photographs.
MEASURED = (
    MeasuredRun(12, 0.1),
    MeasuredRun(30, 1.76),
    MeasuredRun(60, 1.46),
    MeasuredRun(60, 2.1),
    MeasuredRun(200, 6.91),
    MeasuredRun(200, 4.49),
)


def expect(pairs: int, runs: Sequence[MeasuredRun]) -> Expectation | None:
    """What a run on so many pairs may gain; None where too few were measured."""
    if len(runs) < FEWEST_RUNS or len({run.pairs for run in runs}) < 2:
        return None
    x = np.array([math.log2(run.pairs) for run in runs])
    y = np.array([run.gain for run in runs])
    w = np.array([run.weight for run in runs])
    design = np.stack([np.ones_like(x), x], axis=1)
    normal = design.T @ (w[:, None] * design)
    line = np.linalg.solve(normal, design.T @ (w * y))
    spread = float(w @ (y - design @ line) ** 2 / w.sum() * len(runs) / (len(runs) - 2))
    # Beyond what was measured, nothing says that the curve goes on.
    at = np.array([1.0, min(max(math.log2(pairs), x.min()), x.max())])
    likely = float(at @ line)
    half = Z90 * math.sqrt(spread * (1 + float(at @ np.linalg.solve(normal, at))))
    return Expectation(likely, likely - half, likely + half, len(runs))


def own_runs(models: Path) -> list[MeasuredRun]:
    """The runs of this person whose models are still there, and were proved on photos kept for that."""
    return [run for info in list_bundles(models) if (run := _measured(info.card)) is not None]


def _measured(card: Mapping[str, Any]) -> MeasuredRun | None:
    """What the card of a tuned model says; None for others, and for one that says it wrongly."""
    data, proof = card.get("data"), card.get("proof")
    if not isinstance(data, dict) or not isinstance(proof, dict) or not isinstance(proof.get("psnr"), dict):
        return None
    train, held_out, gain = data.get("train"), data.get("held_out"), proof["psnr"].get("mean")
    if not isinstance(train, int) or not isinstance(held_out, int) or not 0 < train + held_out < 10**6:
        return None
    if not isinstance(gain, float | int) or not abs(gain) < 60:
        return None
    return MeasuredRun(train + held_out, float(gain), OWN)
