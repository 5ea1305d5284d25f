"""Training of one system: stages, budget, curve and checkpoints; resumable to the same numbers."""

import copy
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import torch

from training.data.batch import draw_roles
from training.data.source import seeded
from training.events import Event
from training.fit.checkpoint import NAME, load_checkpoint, read_state, save_checkpoint
from training.fit.stepping import Stepper, rate_factor
from training.study.config import Budget, Scale, StudyConfig
from training.study.measures import Curve
from training.study.population import Population, PreparedPopulation
from training.study.protocols import Batch, Protocol


@dataclass
class Progress:
    """Where a run stands; stored in its checkpoint.

    Attributes:
        step: optimizer steps done.
        samples: photos retouched, or looked at by metric learning.
        elapsed: seconds of training, by the clock of the budget.
        stage: number of the stage.
        stage_step: steps done in the stage.
        curve: measurements so far, see `training.study.progress`.
    """

    step: int = 0
    samples: int = 0
    elapsed: float = 0.0
    stage: int = 0
    stage_step: int = 0
    curve: list[dict[str, Any]] = field(default_factory=list)


class StudyTrainer:
    """One run.

    Args:
        config: of the system.
        scale: what all systems get alike.
        protocol: trained in place; its exponential moving average, `average`, is what is judged.
        population: where batches come from.
        curve: measures held-out quality.
        run: folder of the checkpoint.
        should_stop: asked after every step; True ends the run with a checkpoint.
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
    ) -> None:
        self.config, self.scale, self.protocol, self.population = config, scale, protocol, population
        self.curve, self.run, self.should_stop = curve, run, should_stop
        self.average = copy.deepcopy(protocol).requires_grad_(False).eval()
        self.progress = Progress()
        self._enter(0)

    @property
    def device(self) -> torch.device:
        return next(self.protocol.parameters()).device

    def resume(self) -> None:
        """Continue from the run's checkpoint.

        Raises:
            PieError: there is none, or it does not fit.
        """
        self._enter(int(read_state(self.run)["stage"]))
        self.progress = Progress(**load_checkpoint(self.run, self.protocol, self.average, self.optimizer))

    def _enter(self, stage: int) -> None:
        """Freeze what does not learn in this stage, and begin a schedule and moments anew."""
        self.stage = self.protocol.stages[stage]
        self.protocol.eval().requires_grad_(False)
        groups = []
        rates = self.config.rates
        for modules, rate in ((self.stage.encoder, rates.encoder), (self.stage.enhancer, rates.enhancer)):
            for module in modules:
                module.train().requires_grad_(True)
            parameters = [p for module in modules for p in module.parameters()]
            groups.append({"params": parameters, "lr": rate, "base_lr": rate})
        self.optimizer = torch.optim.AdamW(groups, weight_decay=rates.weight_decay, betas=(0.9, 0.99))
        self.stepper = Stepper(self.protocol, self.optimizer, rates.clip, average=self.average, ema=rates.ema)

    def fraction(self) -> float:
        """How much of the budget is used, 0 to 1."""
        return min(used(self.scale.budget, self.config.budget, self.progress.elapsed, self.progress.samples), 1.0)

    def events(self) -> Iterator[Event]:
        """Train to the end of the budget, or until asked to stop.

        Yields:
            `stage`, `step`, `validation` and `checkpoint` events; the last is `finished` or `stopped`.

        Raises:
            NotFinite: loss, gradients or weights are no numbers any more; the last checkpoint is kept.
        """
        p = self.progress
        yield {"event": "stage", "step": p.step, "stage": self.stage.name}
        saved, clock = p.elapsed, self._clock()
        first, first_done, begun = p.step, self.fraction(), time.monotonic()
        while self.fraction() < 1:
            started = clock()
            event = self._step()
            p.elapsed += clock() - started
            done, passed = self.fraction(), time.monotonic() - begun
            left = passed * (1 - done) / max(done - first_done, 1e-9)
            event |= {"rate": (p.step - first) / max(passed, 1e-9), "eta": left, "fraction": done}
            yield event
            stop = self.should_stop() and done < 1
            if self._due(done):
                yield self._measure(done)
            if done >= self.stage.until and done < 1:
                # what was averaged in this stage is what the next one builds on
                self.protocol.load_state_dict(self.average.state_dict())
                p.stage, p.stage_step = p.stage + 1, 0
                self._enter(p.stage)
                yield {"event": "stage", "step": p.step, "stage": self.stage.name}
            if done >= 1 or stop or p.elapsed - saved >= self.scale.checkpoint_seconds:
                saved = p.elapsed
                yield {"event": "checkpoint", "step": p.step, "path": str(self.save())}
            if stop:
                yield {"event": "stopped", "step": p.step, "checkpoint": str(self.run / NAME)}
                return
        yield {"event": "finished", "step": p.step}

    def _clock(self) -> Callable[[], float]:
        return time.process_time if self.scale.budget.clock == "cpu" else time.monotonic

    def _stage_fraction(self) -> float:
        start = 0.0 if self.progress.stage == 0 else self.protocol.stages[self.progress.stage - 1].until
        return min(1.0, max(0.0, (self.fraction() - start) / (self.stage.until - start)))

    def batch(self, step: int) -> Batch:
        """The batch of a step: a pure function of the scale's seed, the same for every system."""
        b = self.scale.batch
        group = self.population.group(step)
        roles = draw_roles(b.users, b.shots, b.references, b.queries, seeded(self.scale.seed, 30, step))
        # pixels may be made elsewhere, see `pixel_device`, and are chosen there
        return Batch.of(group, roles.to(group.capture.device)).to(self.device)

    def _step(self) -> Event:
        p, rates = self.progress, self.config.rates
        factor = rate_factor(p.stage_step, self._stage_fraction(), rates.warmup)
        for group in self.optimizer.param_groups:
            group["lr"] = group["base_lr"] * factor
        # noise and dropout of a step are the same after an interruption
        torch.manual_seed(int(seeded(self.scale.seed, 31, p.step).initial_seed()))
        batch = self.batch(p.step)
        done = self.stepper.step(
            lambda: self.protocol.loss(p.stage, batch), p.step + 1, lambda: self.population.describe(p.step)
        )
        p.step += 1
        p.stage_step += 1
        p.samples += batch.photos.shape[0] * batch.photos.shape[1]
        return {"event": "step", "step": p.step, "stage": self.stage.name, "loss": done.loss, "losses": done.losses}

    def _due(self, done: float) -> bool:
        """Whether the next measurement of the curve is due."""
        points = self.progress.curve
        last = points[-1]["fraction"] if points else 0.0
        return done >= 1 or done - last >= 1 / self.scale.curve_points

    def _measure(self, done: float) -> Event:
        p = self.progress
        point = {
            "step": p.step,
            "samples": p.samples,
            "seconds": p.elapsed,
            "fraction": done,
            "stage": self.stage.name,
            **asdict(self.curve.measure(self.average, trains_enhancer=bool(self.stage.enhancer))),
        }
        p.curve.append(point)
        return {"event": "validation"} | point

    def save(self) -> Path:
        """Write the checkpoint now.

        Raises:
            NotFinite: a weight is not a number; what was written before is kept.
        """
        self.stepper.check_weights(self.progress.step)
        self.run.mkdir(parents=True, exist_ok=True)
        return save_checkpoint(self.run, self.protocol, self.average, self.optimizer, asdict(self.progress))


def used(budget: Budget, share: float, elapsed: float, samples: int) -> float:
    """Fraction of a system's share of the budget that is used; above 1 once it is over."""
    if budget.minutes is not None:
        return elapsed / (60 * share * budget.minutes)
    assert budget.samples is not None
    return samples / (share * budget.samples)
