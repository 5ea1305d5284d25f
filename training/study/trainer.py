"""Training of one system of the study: its stages, its budget, and its training curve."""

import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import torch

from training.data.batch import draw_roles, exact_roles
from training.data.source import seeded
from training.running.events import Event
from training.running.loop import Progress, TrainingLoop
from training.running.stepping import Losses, rate_factor
from training.study.config import Budget, Scale, StudyConfig
from training.study.measures import Curve
from training.study.population import Population, PreparedPopulation
from training.study.protocols import Batch, Protocol

REPEAT = 10**9  # batches between those of two trainings of one system
LOOKED_AT = 24  # batches that a stage may look at where it begins


@dataclass
class StudyProgress(Progress):
    """Where a run stands.

    Attributes:
        samples: photos retouched, or looked at by metric learning.
        stage: number of the stage.
        stage_step: steps done in the stage.
        curve: measurements so far, see `training.study.measures`.
    """

    samples: int = 0
    stage: int = 0
    stage_step: int = 0
    curve: list[dict[str, Any]] = field(default_factory=list)


class StudyTrainer(TrainingLoop[Protocol, StudyProgress]):
    """One run; besides the events of `TrainingLoop` there is `stage` where a stage begins or goes on.

    Args:
        config: of the system.
        scale: what all systems get alike.
        protocol: trained in place; its exponential moving average, `average`, is what is judged.
        population: where batches come from.
        curve: measures held-out quality.
        run: folder of the checkpoint.
        should_stop: asked after every step.
        repeat: number of the training of this system, 0 for the first: each sees the users in an order of its own.
    """

    def __init__(
        self,
        config: StudyConfig,
        scale: Scale,
        protocol: Protocol,
        population: Population | PreparedPopulation,
        curve: Curve,
        run: Path,
        should_stop: Callable[[], bool] = lambda: False,
        repeat: int = 0,
    ) -> None:
        clock = time.process_time if scale.budget.clock == "cpu" else time.monotonic
        progress, precision = StudyProgress(), scale.precision
        super().__init__(protocol, progress, run, should_stop, clock=clock, steps_only=True, precision=precision)
        self.config, self.scale, self.protocol = config, scale, protocol
        if config.references:
            population = population.showing(config.references + scale.batch.queries)
        self.population, self.curve = population, curve
        self._first = repeat * REPEAT  # number of the batch of the first step
        self._shown = 0  # photos of the current step
        self.enter(0)

    @property
    def device(self) -> torch.device:
        return next(self.protocol.parameters()).device

    def restore(self, state: dict[str, Any]) -> None:
        self.enter(int(state["stage"]))

    def enter(self, stage: int) -> None:
        """Freeze what does not learn in this stage, and begin a schedule and moments anew."""
        self.stage = self.protocol.stages[stage]
        self.protocol.eval().requires_grad_(False)
        groups, rates = [], self.config.rates
        proxies = rates.encoder if rates.proxies is None else rates.proxies
        for name, modules, rate in (
            ("encoder", self.stage.encoder, rates.encoder),
            ("enhancer", self.stage.enhancer, rates.enhancer),
            ("proxies", self.stage.proxies, proxies),
        ):
            for module in modules:
                module.train().requires_grad_(True)
            groups.append((name, [p for module in modules for p in module.parameters()], rate))
        groups = [group for group in groups if group[1]]
        self.begin_optimizer(groups, rates.weight_decay, rates.clip, rates.ema)

    def open(self) -> Iterator[Event]:
        yield self._stage_event()

    def advance(self) -> Iterator[Event]:
        p = self.progress
        if self.fraction() >= self.stage.until:
            # what was averaged in this stage is what the next one builds on
            self.protocol.load_state_dict(self.average.state_dict())
            p.stage, p.stage_step = p.stage + 1, 0
            self.protocol.eval().begin(p.stage, (self.batch(number) for number in range(LOOKED_AT)))
            self.average.load_state_dict(self.protocol.state_dict())
            self.enter(p.stage)
            yield self._stage_event()

    def _stage_event(self) -> Event:
        return {"event": "stage", "step": self.progress.step, "stage": self.stage.name}

    def fraction(self) -> float:
        """How much of the budget is used, 0 to 1."""
        return min(used(self.scale.budget, self.config.budget, self.progress.elapsed, self.progress.samples), 1.0)

    def rate_factor(self) -> float:
        """By the fraction of the stage, from its first step."""
        p, until = self.progress, self.stage.until
        start = 0.0 if p.stage == 0 else self.protocol.stages[p.stage - 1].until
        fraction = min(1.0, max(0.0, (self.fraction() - start) / (until - start)))
        return rate_factor(p.stage_step, fraction, self.config.rates.warmup)

    def batch(self, step: int) -> Batch:
        """The batch of a step: a pure function of the scale's seed and the repeat, the same for every system."""
        b, exactly = self.scale.batch, self.config.references
        step += self._first
        group, generator = self.population.group(step), seeded(self.scale.seed, 30, step)
        if exactly:
            roles = exact_roles(b.users, exactly + b.queries, exactly, b.queries, generator)
        else:
            roles = draw_roles(b.users, b.shots, b.references, b.queries, generator)
        # pixels may be made elsewhere, see `pixel_device`, and are chosen there
        return Batch.of(group, roles.to(group.input.device)).to(self.device)

    def loss(self) -> Losses:
        p = self.progress
        # noise and dropout of a step are the same after an interruption
        torch.manual_seed(int(seeded(self.scale.seed, 31, self._first + p.step).initial_seed()))
        batch = self.batch(p.step)
        self._shown = batch.inputs.shape[0] * batch.inputs.shape[1]
        return self.protocol.loss(p.stage, batch)

    def describe(self) -> str:
        return self.population.describe(self._first + self.progress.step)

    def stepped(self) -> Event:
        self.progress.stage_step += 1
        self.progress.samples += self._shown
        return {"stage": self.stage.name}

    def validation_due(self) -> bool:
        """Whether the next measurement of the curve is due."""
        points = self.progress.curve
        last = points[-1]["fraction"] if points else 0.0
        return self.fraction() - last >= 1 / self.scale.curve_points

    def checkpoint_due(self) -> bool:
        return self.progress.elapsed - self.saved_at >= self.scale.checkpoint_seconds

    def validate(self) -> Event:
        p = self.progress
        point = {
            "step": p.step,
            "samples": p.samples,
            "seconds": p.elapsed,
            "fraction": self.fraction(),
            "stage": self.stage.name,
            **asdict(self.curve.measure(self.average, trains_enhancer=bool(self.stage.enhancer))),
        }
        p.curve.append(point)
        return {"event": "validation"} | point


def used(budget: Budget, share: float, elapsed: float, samples: int) -> float:
    """Fraction of a system's share of the budget that is used; above 1 once it is over."""
    if budget.minutes is not None:
        return elapsed / (60 * share * budget.minutes)
    assert budget.samples is not None
    return samples / (share * budget.samples)
