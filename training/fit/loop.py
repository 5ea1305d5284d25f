"""The training loop: a generator of events, the same for tab and terminal, resumable to the same numbers."""

import copy
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import torch

from pie_desktop.model.network import PreferenceNetwork
from training.data.batch import Group, RoleMix, Roles, draw_roles
from training.data.source import AHEAD, Source, seeded
from training.events import Event
from training.fit.checkpoint import NAME, load_checkpoint, save_checkpoint
from training.fit.config import FitConfig
from training.fit.objective import Objective, Prepared
from training.fit.pretraining import Pretraining
from training.fit.stepping import Losses, Stepper, rate_factor
from training.fit.validation import Validation
from training.processes import ALONE, Processes


@dataclass
class Progress:
    """Where a run stands; stored in its checkpoint."""

    step: int = 0
    elapsed: float = 0.0
    baseline_psnr: float = 0.0
    best_psnr: float = 0.0


class Trainer:
    """One run of one configuration.

    Args:
        config: steps, rates, weights.
        network: trained in place; its exponential moving average is what is validated and shipped.
        source: endless groups, or this process's share of them.
        validation: held-out cases.
        run: folder of the checkpoint.
        roles: shares of the kinds of steps.
        should_stop: asked after every step; True ends the run with a checkpoint.
        processes: that train together; the first one's clock and `should_stop` count, and it alone validates and saves.
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
    ) -> None:
        self.processes = processes
        self.config, self.network, self.source, self.run = config, network, source, run
        self.validation, self.roles, self.should_stop = validation, roles or RoleMix(), should_stop
        self.average = copy.deepcopy(network).requires_grad_(False).eval()
        self.objective = Objective(network, config.losses)
        self.judge = Objective(self.average, config.losses)
        self.pretraining = Pretraining(network, source, config)
        self._cached: tuple[int, Group, Prepared] | None = None
        o = config.optimizer
        self.optimizer = torch.optim.AdamW(
            [
                {"params": list(network.encoder.parameters()), "lr": o.encoder_lr, "base_lr": o.encoder_lr},
                {"params": list(network.enhancer.parameters()), "lr": o.enhancer_lr, "base_lr": o.enhancer_lr},
            ],
            weight_decay=o.weight_decay,
            betas=(0.9, 0.99),
        )
        self.stepper = Stepper(network, self.optimizer, o.clip, processes, self.average, o.ema)
        self.progress = Progress()

    def resume(self) -> None:
        """Continue from the run's checkpoint.

        Raises:
            PieError: there is none, or it does not fit.
        """
        state = load_checkpoint(self.run, self.network, self.average, self.optimizer)
        self.progress = Progress(**state)

    def fraction(self) -> float:
        """How much of the run is over, 0 to 1, by steps or by time, whichever is further."""
        done = self.progress.step / self.config.steps
        if self.config.minutes:
            done = max(done, self.progress.elapsed / (60 * self.config.minutes))
        return min(done, 1.0)

    def _set_rates(self) -> None:
        factor = rate_factor(self.progress.step, self.fraction(), self.config.optimizer.warmup)
        for group in self.optimizer.param_groups:
            group["lr"] = group["base_lr"] * factor

    def events(self) -> Iterator[Event]:
        """Train to the end, or until asked to stop.

        Yields:
            `step`, `validation`, `checkpoint` events; the last is `finished` or `stopped`.

        Raises:
            NotFinite: loss, gradients or weights are no numbers any more; the last checkpoint is kept.
        """
        c, p, leads = self.config, self.progress, self.processes.leader
        if p.step == 0 and leads:
            p.baseline_psnr = self.validation.score(self.judge).psnr
        started, before = time.monotonic(), p.elapsed
        first = p.step
        while self.fraction() < 1:
            event = self._step()
            p.elapsed, stop = self.processes.agreed(before + time.monotonic() - started, self.should_stop())
            rate = (p.step - first) / max(1e-9, time.monotonic() - started)
            done = self.fraction()
            event |= {"rate": rate, "eta": p.elapsed * (1 - done) / max(done, 1e-9)}
            yield event
            last = self.fraction() >= 1
            validates = p.step % c.validate_every == 0 or last
            saves = p.step % c.checkpoint_every == 0 or last or stop
            if validates or saves:
                self.stepper.check_weights(p.step)
            if validates and leads:
                yield self._validate()
            if saves and leads:
                path = self.save()
                yield {"event": "checkpoint", "step": p.step, "path": str(path)}
            if stop and not last:
                yield {"event": "stopped", "step": p.step, "checkpoint": str(self.run / NAME)}
                return
        yield {"event": "finished", "step": p.step}

    def _roles(self, users: list[int], shots: int) -> Roles:
        """Roles of the users of the current step, of which there are so many here in each of its groups."""
        c, share = self.config, self.processes.share
        everybody = [count * share.count for count in users]
        generator, d = seeded(c.seed, 4, self.progress.step), c.data
        roles = draw_roles(sum(everybody), shots, d.references, d.queries, generator, self.roles)
        return roles.rows(share.rows_of(everybody))

    def _pretrains(self) -> bool:
        return self.fraction() < self.config.pretrain.share

    def _batch(self) -> str:
        """Names what the current step learns from."""
        c, step = self.config, self.progress.step
        if self._pretrains():
            return self.pretraining.describe(step, seeded(c.seed, 6, step))
        return self.source.describe(step // c.data.reuse)

    def _loss(self) -> Losses:
        """Loss of the current step: on statistics while pretraining, then end to end."""
        c, step = self.config, self.progress.step
        if self._pretrains():
            groups = self.pretraining.draw(step, seeded(c.seed, 6, step))
            roles = self._roles([len(g.capture) for g in groups], groups[0].capture.shape[1])
            return self.pretraining.loss(groups, roles.to(groups[0].capture.device))
        number = step // c.data.reuse
        if self._cached is None or self._cached[0] != number:
            group = self.source.group(number).to(self.network.prior.table.device)
            self.source.expect(range(number + 1, number + 1 + AHEAD))
            group.require_finite()
            prepared = self.objective.prepare(group, seeded(c.seed, 3, number), self.processes.share)
            self._cached = number, group, prepared
        _, group, prepared = self._cached
        roles = self._roles([len(group.capture)], group.capture.shape[1])
        return self.objective(group, prepared, roles.to(group.capture.device))

    def _step(self) -> Event:
        self._set_rates()
        result = self.stepper.step(self._loss, self.progress.step + 1, self._batch)
        self.progress.step += 1
        about = {"step": self.progress.step, "steps": self.config.steps}
        return {"event": "step", **about, "loss": result.loss, "losses": result.losses}

    def _validate(self) -> Event:
        score = self.validation.score(self.judge)
        self.progress.best_psnr = max(self.progress.best_psnr, score.psnr)
        return {
            "event": "validation",
            "step": self.progress.step,
            "psnr": score.psnr,
            "baseline_psnr": self.progress.baseline_psnr,
            "de00": score.de00,
        }

    def save(self) -> Path:
        """Write the checkpoint now."""
        self.run.mkdir(parents=True, exist_ok=True)
        return save_checkpoint(self.run, self.network, self.average, self.optimizer, vars(self.progress).copy())
