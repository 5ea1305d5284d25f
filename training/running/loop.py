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

from pie_desktop.imaging.atomic import write_problem
from training.running.checkpoint import NAME, has_checkpoint, read_checkpoint, save_checkpoint
from training.running.events import Event
from training.running.pace import Pace
from training.running.precision import Precision, multiply_in
from training.running.processes import ALONE, Processes
from training.running.stepping import Losses, NotFinite, Stepper

SLOWED = 0.25  # factor on the learning rates after the run went back to a checkpoint
AWAY = 900.0  # seconds; no step takes so long, so that the computer slept meanwhile
PAUSE = 0.2  # seconds between two looks at whether a paused run may go on


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
        should_wait: asked after every step; as long as it is True the run waits, with a checkpoint.
        precision: that the layers of the network multiply in while it learns; what is validated computes in float32.
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
        should_wait: Callable[[], bool] = lambda: False,
        precision: Precision = "float32",
    ) -> None:
        self.network, self.progress, self.run = network, progress, run
        self.should_stop, self.should_wait, self.processes = should_stop, should_wait, processes
        self.clock, self.steps_only = clock, steps_only
        self.average = copy.deepcopy(network).requires_grad_(False).eval()
        multiply_in(precision, network)
        self.saved_at = 0.0  # what `elapsed` was at the last checkpoint
        self._checkpoint: Path | None = None  # the last one
        self._unsaved = False  # whether the last attempt to save has failed
        self._remarks: list[str] = []  # to be told when the events begin

    def begin_optimizer(
        self,
        groups: Sequence[tuple[str, Iterable[nn.Parameter], float]],
        weight_decay: float,
        clip: float,
        ema: float,
    ) -> None:
        """Start AdamW without moments.

        Args:
            groups: parameters, each with a name and their base learning rate; frozen ones are left out.
            weight_decay: of AdamW.
            clip: largest norm of the gradient, over all parameters.
            ema: share that an old average keeps per step.
        """
        values = [
            {"name": name, "params": [p for p in found if p.requires_grad], "lr": rate, "base_lr": rate}
            for name, found, rate in groups
        ]
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

    def earliest_end(self) -> int | None:
        """Step at which the run ends if nothing is gained any more; None where its length does not depend on that."""
        return None

    def show(self) -> Iterator[Event]:
        """Called after a validation: what there is to look at."""
        yield from ()

    def advance(self) -> Iterator[Event]:
        """Called between two steps, after validation: where a run has stages, the next one begins here."""
        yield from ()

    def restore(self, state: dict[str, Any]) -> None:
        """Called before a checkpoint is loaded, with its state: the optimizer has to be that of its stage."""

    def resume(self) -> None:
        """Continue from the run's last checkpoint, or from the one before where that is damaged.

        Raises:
            PieError: there is none, or it does not fit.
        """
        found = read_checkpoint(self.run)
        self.restore(found.state)
        found.restore(self.network, self.average, self.optimizer)
        self.progress = type(self.progress)(**found.state)
        self._checkpoint = found.path
        if found.damaged:
            self._remarks.append(
                f"The last checkpoint is damaged; the run goes on from the one before, of step {self.progress.step}."
            )

    def events(self) -> Iterator[Event]:
        """Train to the end, or until asked to stop.

        Yields:
            `step`, `validation`, `checkpoint`, `paused`, `continued` and `warning` events and those of the subclass;
            the last is `finished` or `stopped`.

        Raises:
            NotFinite: loss, gradients or weights are no numbers any more, and were not for the second time; the last
                checkpoint is kept.
        """
        p, leads = self.progress, self.processes.leader
        yield from self._told()
        yield from self.open()
        self.saved_at = p.elapsed
        started, before = self.clock(), p.elapsed
        seen = started
        pace, device = Pace(p.step, self.fraction()), next(self.network.parameters()).device
        while self.fraction() < 1:
            step_began = self.clock()
            try:
                event = self._step()
                now = self.clock()
                if now - seen > AWAY:  # some systems' clocks go on while they sleep
                    pace.without(now - seen)
                    started, step_began = started + now - seen, now
                seen = now
                p.elapsed = p.elapsed + now - step_began if self.steps_only else before + now - started
                about = pace.at(p.step, self.fraction(), self.earliest_end(), device)
                yield event | about | {"elapsed": p.elapsed}
                # asked last: whoever handles the event may want the run to stop
                p.elapsed, stop = self.processes.agreed(p.elapsed, self.should_stop())
                last = self.fraction() >= 1
                waits = not last and not stop and self.processes.alone and self.should_wait()
                validates = last or self.validation_due()
                saves = last or bool(stop) or waits or self.checkpoint_due()
                if validates or saves:
                    self.stepper.check_weights(p.step)
            except NotFinite as error:
                yield self._go_back(error)
                yield from self._told()
                p = self.progress
                started, before = self.clock(), p.elapsed
                continue
            if validates and leads:
                yield self.validate()
                yield from self.show()
                yield from self._told()
            if not last:
                yield from self.advance()
            if saves and leads:
                yield from self._kept()
            if waits:
                by_clock, paused = self.clock(), time.monotonic()
                yield from self._paused()
                seen = self.clock()
                started += seen - by_clock
                pace.without(time.monotonic() - paused)
                stop = self.should_stop()
            if stop and not last:
                path = None if self._checkpoint is None else str(self._checkpoint)
                yield {"event": "stopped", "step": p.step, "checkpoint": path}
                return
        yield {"event": "finished", "step": p.step}

    def _paused(self) -> Iterator[Event]:
        """Wait until the run may go on, or is to stop."""
        yield {"event": "paused", "step": self.progress.step}
        while self.should_wait() and not self.should_stop():
            time.sleep(PAUSE)
        yield {"event": "continued", "step": self.progress.step}

    def tell(self, remark: str) -> None:
        """Have a sentence told as a `warning` event, before the next other one where that can be."""
        self._remarks.append(remark)

    def _told(self) -> Iterator[Event]:
        while self._remarks:
            yield {"event": "warning", "step": self.progress.step, "message": self._remarks.pop(0)}

    def _kept(self) -> Iterator[Event]:
        """Save; where the disk does not take it, the run goes on and says so once."""
        try:
            path = self.save()
        except OSError as error:
            if not self._unsaved:
                self.tell(f"{write_problem(self.run / NAME, error)} Training goes on without a new checkpoint.")
            self._unsaved = True
            yield from self._told()
            return
        self._unsaved = False
        yield {"event": "checkpoint", "step": self.progress.step, "path": str(path)}

    def _go_back(self, error: NotFinite) -> Event:
        """Take up the last checkpoint with lower rates, once; a `warning` event. Raises the error the second time."""
        p = self.progress
        if p.slowed < 1 or not self.processes.alone or not has_checkpoint(self.run):
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
            "learning_rates": {group["name"]: group["lr"] for group in self.optimizer.param_groups},
        }

    def save(self) -> Path:
        """Write the checkpoint now; returns its file. Raises OSError where it cannot be written."""
        self.saved_at = self.progress.elapsed
        self.run.mkdir(parents=True, exist_ok=True)
        state = asdict(self.progress)
        self._checkpoint = save_checkpoint(self.run, self.network, self.average, self.optimizer, state)
        return self._checkpoint
