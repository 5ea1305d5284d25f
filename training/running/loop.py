"""The loop of events that every training run goes through: steps, validation, checkpoints, stopping, resuming."""

import copy
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

import torch
from torch import nn

from training.running.checkpoint import NAME, load_checkpoint, read_state, save_checkpoint
from training.running.events import Event
from training.running.processes import ALONE, Processes
from training.running.stepping import Losses, NotFinite, Stepper

SLOWED = 0.25  # factor on the learning rates after the run went back to a checkpoint


@dataclass
class Progress:
    """Where a run stands; stored in its checkpoint.

    Attributes:
        step: optimizer steps done.
        elapsed: seconds of training, by the clock of the run.
        slowed: factor on all learning rates: below 1 since the run went back to a checkpoint.
    """

    step: int = 0
    elapsed: float = 0.0
    slowed: float = 1.0


Network = TypeVar("Network", bound=nn.Module)
State = TypeVar("State", bound=Progress)


class TrainingLoop(ABC, Generic[Network, State]):
    """One training run. Subclasses say what is learned, when to validate and save, and how long a run is.

    Args:
        network: trained in place; its exponential moving average, `average`, is what is validated and kept.
        progress: of a run that has not begun.
        run: folder of the checkpoint.
        should_stop: asked after every step; True ends the run with a checkpoint.
        processes: that train together; the first one's clock and `should_stop` count, and it alone validates and saves.
        clock: counts seconds.
        steps_only: whether only steps count as time of training, not validation and checkpoints.
    """

    optimizer: torch.optim.Optimizer
    stepper: Stepper

    def __init__(
        self,
        network: Network,
        progress: State,
        run: Path,
        should_stop: Callable[[], bool] = lambda: False,
        processes: Processes = ALONE,
        clock: Callable[[], float] = time.monotonic,
        steps_only: bool = False,
    ) -> None:
        self.network, self.progress, self.run = network, progress, run
        self.should_stop, self.processes = should_stop, processes
        self.clock, self.steps_only = clock, steps_only
        self.average = copy.deepcopy(network).requires_grad_(False).eval()
        self.saved_at = 0.0  # what `elapsed` was at the last checkpoint

    def begin_optimizer(
        self,
        groups: Sequence[tuple[Iterable[nn.Parameter], float]],
        weight_decay: float,
        clip: float,
        ema: float,
    ) -> None:
        """Start AdamW without moments.

        Args:
            groups: parameters, each with their base learning rate.
            weight_decay: of AdamW.
            clip: largest norm of the gradient, over all parameters.
            ema: share that an old average keeps per step.
        """
        values = [{"params": list(parameters), "lr": rate, "base_lr": rate} for parameters, rate in groups]
        self.optimizer = torch.optim.AdamW(values, weight_decay=weight_decay, betas=(0.9, 0.99))
        self.stepper = Stepper(self.network, self.optimizer, clip, self.processes, self.average, ema)

    @abstractmethod
    def fraction(self) -> float:
        """How much of the run is over, 0 to 1."""

    @abstractmethod
    def rate_factor(self) -> float:
        """Factor on the base learning rates in the current step."""

    @abstractmethod
    def loss(self) -> Losses:
        """Loss of the current step and its unweighted terms; a pure function of seed and step, see `Stepper.step`."""

    @abstractmethod
    def describe(self) -> str:
        """Names what the current step learns from, for an error message."""

    @abstractmethod
    def validate(self) -> Event:
        """Measure held-out quality; a `validation` event."""

    @abstractmethod
    def validation_due(self) -> bool:
        """Whether to validate after this step; after the last one it is done anyway."""

    @abstractmethod
    def checkpoint_due(self) -> bool:
        """Whether to save after this step; after the last one, and when asked to stop, it is done anyway."""

    def open(self) -> Iterator[Event]:
        """Events before the first step of a run, also of a resumed one."""
        yield from ()

    def stepped(self) -> Event:
        """Count what the step has used; returns what its event says besides losses and times."""
        return {}

    def advance(self) -> Iterator[Event]:
        """Called between two steps, after validation: where a run has stages, the next one begins here."""
        yield from ()

    def restore(self, state: dict[str, Any]) -> None:
        """Called before a checkpoint is loaded, with its state: the optimizer has to be that of its stage."""

    def resume(self) -> None:
        """Continue from the run's checkpoint.

        Raises:
            PieError: there is none, or it does not fit.
        """
        self.restore(read_state(self.run))
        state = load_checkpoint(self.run, self.network, self.average, self.optimizer)
        self.progress = type(self.progress)(**state)

    def events(self) -> Iterator[Event]:
        """Train to the end, or until asked to stop.

        Yields:
            `step`, `validation`, `checkpoint` and `warning` events and those of the subclass; the last is `finished` or
            `stopped`.

        Raises:
            NotFinite: loss, gradients or weights are no numbers any more, and were not for the second time; the last
                checkpoint is kept.
        """
        p, leads = self.progress, self.processes.leader
        yield from self.open()
        self.saved_at = p.elapsed
        started, begun, before = self.clock(), time.monotonic(), p.elapsed
        first_step, first_done = p.step, self.fraction()
        while self.fraction() < 1:
            step_began = self.clock()
            try:
                event = self._step()
                now = self.clock()
                p.elapsed = p.elapsed + now - step_began if self.steps_only else before + now - started
                done, passed = self.fraction(), time.monotonic() - begun
                left = passed * (1 - done) / max(done - first_done, 1e-9)
                yield event | {"rate": (p.step - first_step) / max(passed, 1e-9), "eta": left, "fraction": done}
                # asked last: whoever handles the event may want the run to stop
                p.elapsed, stop = self.processes.agreed(p.elapsed, self.should_stop())
                last = self.fraction() >= 1
                validates = last or self.validation_due()
                saves = last or bool(stop) or self.checkpoint_due()
                if validates or saves:
                    self.stepper.check_weights(p.step)
            except NotFinite as error:
                yield self._go_back(error)
                p = self.progress
                started, before = self.clock(), p.elapsed
                continue
            if validates and leads:
                yield self.validate()
            if not last:
                yield from self.advance()
            if saves and leads:
                yield {"event": "checkpoint", "step": p.step, "path": str(self.save())}
            if stop and not last:
                yield {"event": "stopped", "step": p.step, "checkpoint": str(self.run / NAME)}
                return
        yield {"event": "finished", "step": p.step}

    def _go_back(self, error: NotFinite) -> Event:
        """Take up the last checkpoint with lower rates, once; a `warning` event. Raises the error the second time."""
        p = self.progress
        if p.slowed < 1 or not self.processes.alone or not (self.run / NAME).exists():
            raise error
        failed = p.step
        self.resume()
        self.progress.slowed = SLOWED
        message = (
            f"The numbers of the training were no longer finite after step {failed}; it goes on from step"
            f" {self.progress.step} with learning rates {1 / SLOWED:g} times lower."
        )
        return {"event": "warning", "step": self.progress.step, "message": message}

    def _step(self) -> Event:
        factor = self.rate_factor() * self.progress.slowed
        for group in self.optimizer.param_groups:
            group["lr"] = group["base_lr"] * factor
        result = self.stepper.step(self.loss, self.progress.step + 1, self.describe)
        self.progress.step += 1
        about = self.stepped()
        return {
            "event": "step",
            "step": self.progress.step,
            **about,
            "loss": result.loss,
            "losses": result.losses,
        }

    def save(self) -> Path:
        """Write the checkpoint now; returns its file."""
        self.saved_at = self.progress.elapsed
        self.run.mkdir(parents=True, exist_ok=True)
        return save_checkpoint(self.run, self.network, self.average, self.optimizer, asdict(self.progress))
