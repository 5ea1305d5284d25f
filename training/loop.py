"""The training loop: a generator of events, the same for tab and terminal, resumable to the same numbers."""

import copy
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor, nn

from pie_desktop.errors import PieError
from pie_desktop.model.network import PreferenceNetwork
from training.checkpoint import load_checkpoint, save_checkpoint
from training.config import FitConfig
from training.data.batch import Group, RoleMix, draw_roles
from training.data.source import AHEAD, Source, seeded
from training.events import Event
from training.objective import Objective, Prepared
from training.pretraining import Pretraining
from training.schedule import follow, rate_factor
from training.validation import Validation


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
        source: endless groups.
        validation: held-out cases.
        run: folder of the checkpoint.
        roles: shares of the kinds of steps.
        should_stop: asked after every step; True ends the run with a checkpoint.
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
    ) -> None:
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
            PieError: the loss is not a number any more; the last checkpoint is kept.
        """
        c, p = self.config, self.progress
        if p.step == 0:
            p.baseline_psnr = self.validation.score(self.judge).psnr
        started, before = time.monotonic(), p.elapsed
        first = p.step
        while self.fraction() < 1:
            event = self._step()
            p.elapsed = before + time.monotonic() - started
            rate = (p.step - first) / max(1e-9, time.monotonic() - started)
            done = self.fraction()
            event |= {"rate": rate, "eta": p.elapsed * (1 - done) / max(done, 1e-9)}
            yield event
            last = self.fraction() >= 1
            stop = self.should_stop()
            if p.step % c.validate_every == 0 or last:
                yield self._validate()
            if p.step % c.checkpoint_every == 0 or last or stop:
                path = self.save()
                yield {"event": "checkpoint", "step": p.step, "path": str(path)}
            if stop and not last:
                yield {"event": "stopped", "step": p.step, "checkpoint": str(path)}
                return
        yield {"event": "finished", "step": p.step}

    def _loss(self, roles_seed: torch.Generator) -> tuple[Tensor, dict[str, Tensor]]:
        """Loss of the current step: on statistics while pretraining, then end to end."""
        c, step = self.config, self.progress.step
        if self.fraction() < c.pretrain.share:
            groups = self.pretraining.draw(step, seeded(c.seed, 6, step))
            count, shots = sum(len(g.capture) for g in groups), groups[0].capture.shape[1]
            roles = draw_roles(count, shots, c.data.references, c.data.queries, roles_seed, self.roles)
            return self.pretraining.loss(groups, roles.to(groups[0].capture.device))
        number = step // c.data.reuse
        if self._cached is None or self._cached[0] != number:
            group = self.source.group(number).to(self.network.prior.table.device)
            self.source.expect(range(number + 1, number + 1 + AHEAD))
            self._cached = number, group, self.objective.prepare(group, seeded(c.seed, 3, number))
        _, group, prepared = self._cached
        count, shots = group.capture.shape[:2]
        roles = draw_roles(count, shots, c.data.references, c.data.queries, roles_seed, self.roles)
        return self.objective(group, prepared, roles.to(group.capture.device))

    def _step(self) -> Event:
        c, p = self.config, self.progress
        self._set_rates()
        try:
            loss, terms = self._loss(seeded(c.seed, 4, p.step))
            healthy = bool(torch.isfinite(loss))
        except torch.linalg.LinAlgError:
            healthy = False  # weights that are not numbers make systems that cannot be solved
        if not healthy:
            raise PieError(
                f"The loss is not a number at step {p.step}; lower the learning rates and resume from the last"
                f" checkpoint in {self.run}."
            )
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(self.network.parameters(), c.optimizer.clip)
        self.optimizer.step()
        p.step += 1
        follow(self.average, self.network, p.step, c.optimizer.ema)
        losses = {name: float(value) for name, value in terms.items()}
        return {"event": "step", "step": p.step, "steps": c.steps, "loss": float(loss.detach()), "losses": losses}

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
