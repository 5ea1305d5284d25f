"""The history of a run: its curves and its state, the same live and read back from disk."""

import math
from dataclasses import dataclass, field
from typing import Any

Event = dict[str, Any]
MOST_SHOWN = 1000  # pictures, or points


@dataclass(frozen=True)
class Interval:
    """A mean over photos and its 95 % interval, in the unit of what it is of."""

    mean: float
    low: float
    high: float


@dataclass(frozen=True)
class Check:
    """How near the model came to the held-out photos at one time.

    Attributes:
        step: optimizer steps done.
        seconds: of training done; None where an earlier version did not note them.
        psnr: mean over the photos, dB; higher is nearer.
        de00: mean difference; lower is nearer. None where it is not known.
        psnr_gain, de00_gain: change since the start of the run, photo by photo.
    """

    step: int
    seconds: float | None
    psnr: float
    de00: float | None = None
    psnr_gain: Interval | None = None
    de00_gain: Interval | None = None


@dataclass(frozen=True)
class Reference:
    """What the checks are compared with, means over the held-out photos: PSNR in dB and dE00."""

    psnr: float
    de00: float


@dataclass
class RunHistory:
    """Grows by one event at a time.

    Attributes:
        steps, losses, seconds: the loss curve, one point per reported step; seconds of training, which are NaN where an
            earlier version did not note them.
        checks: on the held-out photos, in order.
        baseline_psnr: PSNR of the model that the run started from, with the same edits as references.
        baselines: by `references` (that model), `neutral` (that model without any references) and `unedited`.
        eta, eta_least: seconds that are left, at most and at least.
        elapsed: seconds of training.
        shown: how much of the run is over, 0 to 1, for people: it never goes back.
        memory: bytes that training takes.
        indexed: how many pairs were looked at, and of how many; None where that is over, or was done before.
        stale, patience: checks without a clear gain, and how many of these end the run; 0 for a run of a given length.
        checkpoint: file of the last checkpoint.
        bundle: folder of the finished model; None as long as there is none, and where nothing was gained.
        pictures: names of the held-out photos that are shown, and their PSNR; `pictures_step` is when they were made.
        points: of the map of references, `(x, y)` in [0, 1]; `point_names` are the names of these edits.
        early: whether the model was made before the run was over, which can go on.
        problems: a sentence for each pair that could not be used.
        warnings: a sentence for each pair that is used but looks wrong, and for what went wrong on the way.
        message: what went wrong, or what the photos kept for the proof say of the model.
        verdict: the latter in a word or two, such as `better`; None where no photos were kept.
        total: steps of the whole run; 0 where time, or the gain, decides.
        fraction: how much of the run is over by its limits, 0 to 1.
        state: `paused`, `stopped`, `done` or `failed`; `interrupted` where, or as long as, no process said how it
            ended.
    """

    steps: list[int] = field(default_factory=list)
    losses: list[float] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    checks: list[Check] = field(default_factory=list)
    baseline_psnr: float | None = None
    baselines: dict[str, Reference] = field(default_factory=dict)
    final_psnr: float | None = None
    step: int = 0
    total: int = 0
    fraction: float = 0.0
    shown: float = 0.0
    rate: float = 0.0
    eta: float | None = None
    eta_least: float | None = None
    elapsed: float | None = None
    memory: int | None = None
    indexed: tuple[int, int] | None = None
    stale: int = 0
    patience: int = 0
    ending: bool = False
    device: str = ""
    train_pairs: int = 0
    validation_pairs: int = 0
    checkpoint: str | None = None
    bundle: str | None = None
    early: bool = False
    pictures: tuple[tuple[str, float], ...] = ()
    pictures_step: int = 0
    points: tuple[tuple[float, float], ...] = ()
    point_names: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    message: str = ""
    verdict: str | None = None
    last_lines: tuple[str, ...] = ()
    state: str = "interrupted"

    def apply(self, event: Event) -> None:
        """Takes one event in; events of a later version are ignored.

        Raises:
            KeyError, TypeError, ValueError, OverflowError: an event without the entries it must have.
        """
        reader = getattr(self, f"_on_{event['event']}", None)
        if reader is not None:
            reader(event)

    def begin(self) -> None:
        """A process starts, or goes on with the run: how the one before ended does not count any more."""
        self.state, self.message, self.last_lines = "interrupted", "", ()
        self.eta = self.eta_least = None

    @property
    def begun(self) -> bool:
        """Whether anything is known of it but how it ended."""
        return bool(self.step or self.train_pairs or self.baseline_psnr is not None)

    @property
    def timed(self) -> bool:
        """Whether it is known when everything was."""
        return not any(map(math.isnan, self.seconds)) and all(check.seconds is not None for check in self.checks)

    @property
    def gain(self) -> float | None:
        """Held-out PSNR of the model minus that of the model it started from, in dB; the last one before the end."""
        psnr = self.final_psnr if self.final_psnr is not None else (self.checks[-1].psnr if self.checks else None)
        return None if psnr is None or self.baseline_psnr is None else psnr - self.baseline_psnr

    @property
    def best(self) -> Check | None:
        """The check that came nearest to the held-out photos: these weights become the model."""
        return max(self.checks, key=lambda check: check.psnr, default=None)

    def _on_indexing(self, event: Event) -> None:
        self.indexed = int(event["done"]), int(event["total"])

    def _on_start(self, event: Event) -> None:
        self.indexed = None
        self.step, self.total = int(event["step"]), int(event["steps"] or 0)
        self.device = str(event.get("device", ""))
        self.train_pairs, self.validation_pairs = int(event.get("train", 0)), int(event.get("validation", 0))
        self.problems = tuple(str(problem) for problem in event.get("problems", ()))
        self.warnings = tuple(str(warning) for warning in event.get("warnings", ()))
        self.begin()
        # A resumed run starts again from its checkpoint: what it had done after that is done anew.
        self._cut()

    def _on_step(self, event: Event) -> None:
        loss, self.state = _number(event["loss"]), "interrupted"
        self.step, self.total = int(event["step"]), int(event["steps"] or 0)
        self.fraction = float(event.get("fraction") or 0.0)
        self.rate = float(event.get("rate") or 0.0)
        self.eta, self.elapsed = _optional(event.get("eta")), _optional(event.get("elapsed"))
        least = _optional(event.get("eta_least"))
        self.eta_least = self.eta if least is None else least
        memory = _optional(event.get("memory"))
        self.memory = None if memory is None else int(memory)
        if self.elapsed is not None and self.eta_least is not None:
            done = self.elapsed / max(self.elapsed + self.eta_least, 1e-9)
            self.shown = max(self.shown, min(done, 1.0))
        else:
            self.shown = self.fraction
        if math.isfinite(loss):
            self.steps.append(self.step)
            self.losses.append(loss)
            self.seconds.append(math.nan if self.elapsed is None else self.elapsed)

    def _on_baseline(self, event: Event) -> None:
        found = {name: event.get(name) for name in ("references", "neutral", "unedited")}
        self.baselines = {
            name: Reference(float(one["psnr"]), float(one["de00"])) for name, one in found.items() if one is not None
        }
        if "references" in self.baselines:
            self.baseline_psnr = self.baselines["references"].psnr

    def _on_validation(self, event: Event) -> None:
        psnr = _number(event["psnr"])
        if event.get("baseline_psnr") is not None:
            self.baseline_psnr = float(event["baseline_psnr"])
        self.stale, self.patience = int(event.get("stale") or 0), int(event.get("patience") or 0)
        self.ending = bool(event.get("ending"))
        if math.isfinite(psnr):
            seconds, de00 = _optional(event.get("elapsed")), _optional(event.get("de00"))
            gains = _interval(event.get("gain")), _interval(event.get("de00_gain"))
            self.checks.append(Check(int(event["step"]), seconds, psnr, de00, *gains))

    def _on_pictures(self, event: Event) -> None:
        self.pictures = tuple((str(one["name"]), float(one["psnr"])) for one in event["photos"][:MOST_SHOWN])
        self.pictures_step = int(event["step"])

    def _on_map(self, event: Event) -> None:
        points = tuple((_inside(x), _inside(y)) for x, y in event["points"][:MOST_SHOWN])
        names = tuple(str(name) for name in event["names"])
        self.points, self.point_names = points, (*names, *[""] * len(points))[: len(points)]

    def _on_checkpoint(self, event: Event) -> None:
        self.checkpoint = str(event["path"])

    def _on_paused(self, event: Event) -> None:
        self.state = "paused"

    def _on_continued(self, event: Event) -> None:
        self.state = "interrupted"

    def _on_stopped(self, event: Event) -> None:
        self.state, self.message = "stopped", str(event.get("message", ""))
        self.step = int(event["step"])
        if event.get("checkpoint"):
            self.checkpoint = str(event["checkpoint"])

    def _on_done(self, event: Event) -> None:
        self.state, self.step, self.shown = "done", int(event["step"]), 1.0
        self.bundle, self.early = None if event["bundle"] is None else str(event["bundle"]), bool(event.get("early"))
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

    def _cut(self) -> None:
        """Forget what came after the step that the run is at."""
        kept = sum(step <= self.step for step in self.steps)
        del self.steps[kept:], self.losses[kept:], self.seconds[kept:]
        self.checks = [check for check in self.checks if check.step <= self.step]


def _number(value: Any) -> float:
    """A number that may not be finite, which JSON says by null."""
    return math.nan if value is None else float(value)


def _inside(value: Any) -> float:
    return min(max(float(value), 0.0), 1.0)


def _optional(value: Any) -> float | None:
    found = _number(value)
    return found if math.isfinite(found) else None


def _interval(value: Any) -> Interval | None:
    return None if value is None else Interval(float(value["mean"]), float(value["low"]), float(value["high"]))
