"""The history of a run: its curves and its state, the same live and read back from disk."""

import math
from dataclasses import dataclass, field
from typing import Any

Event = dict[str, Any]


@dataclass
class RunHistory:
    """Grows by one event at a time.

    Attributes:
        steps, losses: the loss curve, one point per reported step.
        validation_steps, psnr: PSNR on the held-out pairs in dB.
        baseline_psnr: the same for the model that the run started from.
        checkpoint: file of the last checkpoint.
        bundle: folder of the finished model; None as long as there is none, and where nothing was gained.
        problems: a sentence for each pair that could not be used.
        warnings: a sentence for each pair that is used but looks wrong, and for what went wrong on the way.
        message: what went wrong, or what the photos kept for the proof say of the model.
        verdict: the latter in a word or two, such as `better`; None where no photos were kept.
        total: steps of the whole run; 0 where time, or the gain, decides.
        fraction: how much of the run is over, 0 to 1.
    """

    steps: list[int] = field(default_factory=list)
    losses: list[float] = field(default_factory=list)
    validation_steps: list[int] = field(default_factory=list)
    psnr: list[float] = field(default_factory=list)
    baseline_psnr: float | None = None
    final_psnr: float | None = None
    step: int = 0
    total: int = 0
    fraction: float = 0.0
    rate: float = 0.0
    eta: float | None = None
    device: str = ""
    train_pairs: int = 0
    validation_pairs: int = 0
    checkpoint: str | None = None
    bundle: str | None = None
    problems: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    message: str = ""
    verdict: str | None = None
    last_lines: tuple[str, ...] = ()
    state: str = "interrupted"

    def apply(self, event: Event) -> None:
        """Takes one event in; events of a later version are ignored.

        Raises:
            KeyError, TypeError, ValueError: an event without the entries it must have.
        """
        reader = getattr(self, f"_on_{event['event']}", None)
        if reader is not None:
            reader(event)

    @property
    def gain(self) -> float | None:
        """Held-out PSNR of the model minus that of the model it started from, in dB; the last one before the end."""
        psnr = self.final_psnr if self.final_psnr is not None else (self.psnr[-1] if self.psnr else None)
        return None if psnr is None or self.baseline_psnr is None else psnr - self.baseline_psnr

    def _on_start(self, event: Event) -> None:
        self.step, self.total = int(event["step"]), int(event["steps"] or 0)
        self.device = str(event.get("device", ""))
        self.train_pairs, self.validation_pairs = int(event.get("train", 0)), int(event.get("validation", 0))
        self.problems = tuple(str(problem) for problem in event.get("problems", ()))
        self.warnings = tuple(str(warning) for warning in event.get("warnings", ()))
        self.state, self.message, self.last_lines = "interrupted", "", ()
        # A resumed run starts again from its checkpoint: what it had done after that is done anew.
        _cut(self.steps, self.losses, self.step)
        _cut(self.validation_steps, self.psnr, self.step)

    def _on_step(self, event: Event) -> None:
        loss = _number(event["loss"])
        self.step, self.total = int(event["step"]), int(event["steps"] or 0)
        self.fraction = float(event.get("fraction") or 0.0)
        self.rate = float(event.get("rate") or 0.0)
        self.eta = None if event.get("eta") is None else float(event["eta"])
        if math.isfinite(loss):
            self.steps.append(self.step)
            self.losses.append(loss)

    def _on_validation(self, event: Event) -> None:
        psnr = _number(event["psnr"])
        if event.get("baseline_psnr") is not None:
            self.baseline_psnr = float(event["baseline_psnr"])
        if math.isfinite(psnr):
            self.validation_steps.append(int(event["step"]))
            self.psnr.append(psnr)

    def _on_checkpoint(self, event: Event) -> None:
        self.checkpoint = str(event["path"])

    def _on_stopped(self, event: Event) -> None:
        self.state = "stopped"
        self.step = int(event["step"])
        if event.get("checkpoint"):
            self.checkpoint = str(event["checkpoint"])

    def _on_done(self, event: Event) -> None:
        self.state, self.step = "done", int(event["step"])
        self.bundle = None if event["bundle"] is None else str(event["bundle"])
        report = event.get("report")
        lines = [str(line) for line in report] if isinstance(report, list) else [str(event.get("message", ""))]
        self.message = "\n".join(lines)
        self.verdict = str(event["verdict"]) if event.get("verdict") else None
        if event.get("psnr") is not None:
            self.final_psnr = float(event["psnr"])
        if event.get("baseline_psnr") is not None:
            self.baseline_psnr = float(event["baseline_psnr"])

    def _on_warning(self, event: Event) -> None:
        self.warnings = (*self.warnings, str(event["message"]))

    def _on_error(self, event: Event) -> None:
        self.state, self.message = "failed", str(event["message"])

    def _on_ended(self, event: Event) -> None:
        """The editor's own last line: how the process ended, which a crashed process cannot report itself."""
        self.state, self.message = str(event["kind"]), str(event["message"]) or self.message
        self.step = int(event.get("step", self.step))
        self.last_lines = tuple(str(line) for line in event.get("lines", ()))


def _number(value: Any) -> float:
    """A number that may not be finite, which JSON says by null."""
    return math.nan if value is None else float(value)


def _cut(steps: list[int], values: list[float], last: int) -> None:
    kept = sum(step <= last for step in steps)
    del steps[kept:], values[kept:]
