"""What a run will be like, before it starts: which pairs train, how long it takes, how much memory, what it gains."""

import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import mean
from typing import Any

import psutil
import torch

from pie_desktop.model.bundle import load_bundle
from training.fit.config import FitConfig
from training.fit.expectation import MEASURED, Expectation, expect, own_runs
from training.fit.material import indexing, own_pairs, pairs_material
from training.fit.trainer import COOLING, Trainer
from training.running.events import Event
from training.running.processes import ALONE

STEPS, SECONDS = 6, 15.0  # of the calibration, on statistics and end to end, at most
GAINING = (300, 3000)  # steps that runs without a limit went on gaining


@dataclass(frozen=True)
class Estimate:
    """Before a run.

    Attributes:
        pairs: that can be used; `train` of them train, `chosen_by` choose the weights, `proven_by` prove the model.
        scenes: that the pairs are of; each trains or is held out as a whole.
        device: that it runs on.
        seconds: the least and the most that the run may take.
        memory: bytes at the most, of the process, or of the GPU where there is one.
        psnr: how near the model comes to the photos held out with the other edits as references, dB.
        expectation: what may be gained; None where too few runs were measured.
        problems: pairs that are left out.
    """

    pairs: int
    train: int
    chosen_by: int
    proven_by: int
    scenes: int
    device: str
    seconds: tuple[float, float]
    memory: int
    psnr: float
    expectation: Expectation | None
    problems: int

    def lines(self) -> list[str]:
        """For people, in a few sentences."""
        whole = f" (whole scenes each, of {self.scenes})" if self.scenes < self.pairs else ""
        held = self.chosen_by + self.proven_by
        low, high = (max(1, round(seconds / 60)) for seconds in self.seconds)
        minutes = f"{high} minutes at most" if low == high else f"{low} to {high} minutes"
        minutes = minutes.replace("1 minutes", "1 minute") if high == 1 else minutes
        said = [
            f"{self.pairs} pairs: {self.train} train, {held} are held out{whole}.",
            f"About {minutes} and {self.memory / 2**30:.1f} GB on {_named(self.device)}.",
        ]
        if self.expectation is not None:
            said.append(self.expectation.sentence(self.pairs))
        return said

    def to_json(self) -> dict[str, Any]:
        return asdict(self) | {"lines": self.lines()}


def estimate(config: FitConfig, init: Path, originals: Path | None, models: Path | None = None) -> Iterator[Event]:
    """Look at the pairs, and train for a few seconds on a copy; nothing is kept but the index of pairs.

    Args:
        config: the run that is planned.
        init: the bundle that it starts from.
        originals: folder of originals elsewhere.
        models: folder of this person's models, whose runs say what another one may gain.

    Yields:
        `indexing` events, and last an `estimate` with what `Estimate.to_json` says.

    Raises:
        PieError: as `fit`.
    """
    guesses = own_pairs(config, originals)
    yield from indexing(config, guesses)
    device = ALONE.device(config.device)
    config, material = pairs_material(config, guesses, device)
    with tempfile.TemporaryDirectory(prefix="pie-estimate-") as run:
        network = load_bundle(init)[0].train().to(device)
        step, share, start = 0.0, config.pretrain.share, None
        for statistics, part in ((True, share), (False, 1 - share)):
            if part > 0:
                trainer = Trainer(
                    _tried(config, statistics), network, material.source, material.validation, Path(run), material.roles
                )
                paces, validating = _calibrate(trainer)
                step += part * mean(paces)
                start = start or trainer.progress.baseline_psnr  # the first one measures the untouched model
    assert material.bank is not None and material.exhibits is not None
    proven = 0 if material.exhibits.chosen else len(material.exhibits.compared)
    found = Estimate(
        pairs=material.train + material.held_out,
        train=material.train,
        chosen_by=material.held_out - proven,
        proven_by=proven,
        scenes=material.scenes,
        device=str(device),
        seconds=_length(config, step, validating),
        memory=_memory(device),
        psnr=start or 0.0,
        expectation=expect(
            material.train + material.held_out, [*MEASURED, *(own_runs(models) if models is not None else [])]
        ),
        problems=len(material.bank.problems),
    )
    yield {"event": "estimate"} | found.to_json()


def _tried(config: FitConfig, statistics: bool) -> FitConfig:
    """The configuration for some steps on statistics, or end to end, which no limit of time ends."""
    pretrain = config.pretrain.model_copy(update={"share": float(statistics)})
    return config.model_copy(update={"minutes": None, "steps": STEPS + 2, "pretrain": pretrain})


def _calibrate(trainer: Trainer) -> tuple[Sequence[float], float]:
    """Seconds of some steps, and of a validation."""
    began = before = time.monotonic()
    validating = 0.0
    paces: list[float] = []
    for event in trainer.events():
        now = time.monotonic()
        if event["event"] == "step":
            # The first step comes after the first validation, and sets things up.
            if paces or validating:
                paces.append(now - before)
            else:
                validating = now - before
        before = time.monotonic()
        if len(paces) >= STEPS or (paces and now - began > SECONDS):
            break
    return paces, validating


def _length(config: FitConfig, step: float, validating: float) -> tuple[float, float]:
    """The least and the most seconds of a run."""
    each = step + validating / config.validate_every
    if not config.patience:
        steps = (config.steps, config.steps)
    else:
        waiting = config.patience * config.validate_every
        least, most = (round((steps + waiting) * (1 + COOLING)) for steps in GAINING)
        steps = (min(least, config.steps), min(most, config.steps))
    low, high = (count * each for count in steps)
    limit = 60 * config.minutes if config.minutes else high
    return min(low, limit), min(high, limit)


def _memory(device: torch.device) -> int:
    """Bytes at the most so far."""
    if device.type == "cuda":
        return int(torch.cuda.max_memory_allocated(device))
    info = psutil.Process().memory_info()
    if sys.platform == "win32":
        return int(info.peak_wset)
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return max(int(info.rss), peak if sys.platform == "darwin" else 1024 * peak)


def _named(device: str) -> str:
    return {"cpu": "the processor", "mps": "the GPU"}.get(device, "the GPU")
