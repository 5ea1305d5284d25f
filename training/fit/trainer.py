"""Training of the preference network: first on statistics, where configured, then end to end."""

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import torch

from pie_desktop.imaging.atomic import write_problem
from pie_desktop.model.network import PreferenceNetwork
from training.data.batch import Group, RoleMix, Roles, draw_roles
from training.data.source import AHEAD, Source, seeded
from training.fit.baseline import keep_baseline, read_baseline
from training.fit.config import FitConfig
from training.fit.gain import Score, gains
from training.fit.objective import Objective, Prepared
from training.fit.pretraining import Pretraining
from training.fit.validation import Validation
from training.fit.watching import Watching
from training.running.checkpoint import BEST, load_best, save_best
from training.running.events import Event
from training.running.loop import Progress, TrainingLoop
from training.running.processes import ALONE, Processes
from training.running.stepping import Losses, rate_factor

COOLING = 0.25  # of a run whose end is not known: how much of it the rates take to fall
CLEARLY = 0.02  # dB by which a validation has to be better for the run to count as still gaining


@dataclass
class FitProgress(Progress):
    """Where a run stands.

    Attributes:
        baseline_psnr: dB before the first step; None where it was not measured, as in a run without steps.
        best_psnr: the highest so far, dB; the start counts.
        best_step: when that was.
        stale: validations since the last that was clearly better than all before.
        plateau: step at which the run was found to gain nothing more, and the rates began to fall; None until then.
    """

    baseline_psnr: float | None = None
    best_psnr: float = 0.0
    best_step: int = 0
    stale: int = 0
    plateau: int | None = None

    @property
    def baseline(self) -> dict[str, float]:
        """`baseline_psnr` for an event or a card; empty where it was not measured."""
        return {} if self.baseline_psnr is None else {"baseline_psnr": self.baseline_psnr}


class Trainer(TrainingLoop[PreferenceNetwork, FitProgress]):
    """One run of one configuration; see `TrainingLoop` for its events.

    Args:
        config: steps, rates, weights.
        network: trained in place; its exponential moving average is what is validated and shipped.
        source: endless groups, or this process's share of them.
        validation: held-out cases.
        run: folder of the checkpoint.
        roles: shares of the kinds of steps.
        should_stop: asked after every step.
        processes: that train together.
        should_wait: asked after every step.

    Attributes:
        watching: makes what there is to look at after each validation; None for nothing.
    """

    def __init__(
        self,
        config: FitConfig,
        network: PreferenceNetwork,
        source: Source,
        validation: Validation,
        run: Path,
        roles: RoleMix | None = None,
        should_stop: Callable[[], bool] = lambda: False,
        processes: Processes = ALONE,
        should_wait: Callable[[], bool] = lambda: False,
    ) -> None:
        super().__init__(
            network,
            FitProgress(),
            run,
            should_stop,
            processes,
            should_wait=should_wait,
            precision=config.precision,
        )
        self.config, self.source, self.validation, self.roles = config, source, validation, roles or RoleMix()
        self.objective = Objective(network, config.losses)
        self.judge = Objective(self.average, config.losses)
        self.pretraining = Pretraining(network, source, config)
        self._cached: tuple[int, Group, Prepared] | None = None
        self.watching: Watching | None = None
        self._start: list[Score] = []  # of the held-out photos, before the first step
        self._scores: list[Score] = []  # of them now
        o = config.optimizer
        groups = [
            ("encoder", network.encoder.parameters(), o.encoder_lr),
            ("enhancer", network.enhancer.parameters(), o.enhancer_lr),
        ]
        self.begin_optimizer(groups, o.weight_decay, o.clip, o.ema)

    def fraction(self) -> float:
        """How much of the run is over, 0 to 1, by steps, time, or since the plateau, whichever is further."""
        done = self._limited()
        if self.progress.plateau is not None:
            end = self.progress.plateau + self._cooling()
            done = max(done, self.progress.step / end)
        return min(done, 1.0)

    def _limited(self) -> float:
        """How much of the run is over by the limits that were set."""
        done = self.progress.step / self.config.steps if self.config.steps else 1.0
        if self.config.minutes:
            done = max(done, self.progress.elapsed / (60 * self.config.minutes))
        return done

    def _cooling(self) -> int:
        """Steps from the plateau to the end."""
        assert self.progress.plateau is not None
        return max(self.config.validate_every, round(COOLING * self.progress.plateau))

    def rate_factor(self) -> float:
        p, warmup = self.progress, self.config.optimizer.warmup
        if not self.config.patience:
            return rate_factor(p.step, self.fraction(), warmup)
        # The end is not known: full rate until the plateau, or until the last part of what was allowed.
        cooled = (self._limited() - (1 - COOLING)) / COOLING
        if p.plateau is not None:
            cooled = max(cooled, (p.step - p.plateau) / self._cooling())
        return rate_factor(p.step, min(max(cooled, 0.0), 1.0), warmup)

    def earliest_end(self) -> int | None:
        p, c = self.progress, self.config
        if not c.patience:
            return None
        if p.plateau is not None:
            return min(p.plateau + self._cooling(), c.steps)
        plateau = p.step + (c.patience - p.stale) * c.validate_every
        return min(round((1 + COOLING) * plateau), c.steps)

    def open(self) -> Iterator[Event]:
        """Measure the start of a new run, and say what it was."""
        p = self.progress
        if not self.processes.leader or self.fraction() >= 1:
            return
        if p.step == 0:
            about = keep_baseline(self.run, self.validation, self.judge)
            p.baseline_psnr = p.best_psnr = about.references.psnr
        baseline = read_baseline(self.run)
        if baseline is not None:
            self._start = list(baseline.photos)
            yield {"event": "baseline", "step": p.step} | baseline.to_event()
            if p.step == 0:
                self._scores = self._start
                yield from self.show()

    def show(self) -> Iterator[Event]:
        p = self.progress
        if self.watching is not None:
            now = p.step, p.elapsed, self.fraction() >= 1
            yield from self.watching.look(self.judge, self.validation, self._scores, *now)

    def stepped(self) -> Event:
        # Where time or a plateau decides, the most steps that are allowed say nothing.
        known = not self.config.patience and not self.config.minutes
        return {"steps": self.config.steps if known else None}

    def validation_due(self) -> bool:
        return self.progress.step % self.config.validate_every == 0

    def checkpoint_due(self) -> bool:
        return self.progress.step % self.config.checkpoint_every == 0

    def validate(self) -> Event:
        photos, p = self.validation.photos(self.judge), self.progress
        score, self._scores = Score.mean(photos), photos
        clearly = score.psnr > p.best_psnr + CLEARLY
        if score.psnr > p.best_psnr and self._kept_best():
            p.best_psnr, p.best_step = score.psnr, p.step
        p.stale = 0 if clearly else p.stale + 1
        if self.config.patience and p.plateau is None and p.stale >= self.config.patience:
            p.plateau = p.step
        quality: Event = {"psnr": score.psnr, "de00": score.de00} | p.baseline
        if len(photos) == len(self._start):
            psnr, de00 = gains(self._start, photos)
            quality |= {"gain": asdict(psnr), "de00_gain": asdict(de00)}
        patience = {"stale": p.stale, "patience": self.config.patience, "ending": p.plateau is not None}
        return {"event": "validation", "step": p.step, "elapsed": p.elapsed} | quality | patience

    def _kept_best(self) -> bool:
        """Whether the average is on the disk as the best so far, where that is to be kept."""
        if self.config.keep_best:
            try:
                save_best(self.run, self.average, self.progress.step)
            except OSError as error:
                self.tell(f"{write_problem(self.run / BEST, error)} The best weights before stay the best.")
                return False
        return True

    @property
    def gained(self) -> bool:
        """Whether the held-out photos came nearer at some validation than they were at the start."""
        return self.progress.best_step > 0

    def take_best(self) -> None:
        """Go back to the average that was the best on the held-out photos, where that is kept and there is one."""
        if self.config.keep_best and self.gained:
            load_best(self.run, self.average)

    def describe(self) -> str:
        c, step = self.config, self.progress.step
        if self._pretrains():
            return self.pretraining.describe(step, seeded(c.seed, 6, step))
        return self.source.describe(step // c.data.reuse)

    def loss(self) -> Losses:
        """Loss of the current step: on statistics while pretraining, then end to end."""
        c, step = self.config, self.progress.step
        # Dropout draws from the global generator.
        torch.manual_seed(seeded(c.seed, 8, step).initial_seed())
        if self._pretrains():
            groups = self.pretraining.draw(step, seeded(c.seed, 6, step))
            roles = self._roles([len(g.input) for g in groups], groups[0].input.shape[1])
            return self.pretraining.loss(groups, roles.to(groups[0].input.device))
        number = step // c.data.reuse
        if self._cached is None or self._cached[0] != number:
            group = self.source.group(number).to(self.network.prior.table.device)
            self.source.expect(range(number + 1, number + 1 + AHEAD))
            group.require_finite()
            prepared = self.objective.prepare(group, seeded(c.seed, 3, number), self.processes.share)
            self._cached = number, group, prepared
        _, group, prepared = self._cached
        roles = self._roles([len(group.input)], group.input.shape[1])
        return self.objective(group, prepared, roles.to(group.input.device))

    def _pretrains(self) -> bool:
        return self.fraction() < self.config.pretrain.share

    def _roles(self, users: list[int], shots: int) -> Roles:
        """Roles of the users of the current step, of which there are so many here in each of its groups."""
        c, share = self.config, self.processes.share
        everybody = [count * share.count for count in users]
        generator, d = seeded(c.seed, 4, self.progress.step), c.data
        roles = draw_roles(sum(everybody), shots, d.references, d.queries, generator, self.roles)
        return roles.rows(share.rows_of(everybody))
